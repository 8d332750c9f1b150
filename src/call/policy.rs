//! The retry policy: which failed calls are retried, and when.

use std::time::Duration;

use crate::backoff::{Backoff, Jitter};

/// How often a failed call is retried, and after which delay.
///
/// Transient failures are retried. Whether a call is retried depends on whether it is idempotent, and on what is known
/// about its request:
///
/// | failure | reads, deletes | creates, updates and the rest |
/// |---|---|---|
/// | no connection: definitely not sent | retried | retried |
/// | 429 | retried | retried |
/// | 503 with `Retry-After` | retried | retried |
/// | 503 without, 408, 502, 504 | retried | error |
/// | timeout, broken connection, incomplete response | retried | error: it may have been done |
/// | any other response | error | error |
///
/// A retried delete may find its event gone, which is [`Error::NotFound`](crate::Error::NotFound). Refreshes have rules
/// of their own, and the attempt after a refresh does not count as a retry.
///
/// Delays grow exponentially with full jitter: before the n-th retry, a random delay between 0 and `base_delay` x
/// 2^(n-1), capped at `max_delay`. A longer `Retry-After` of the service is obeyed. If the delay would pass the call's
/// [deadline](crate::RequestOptions::deadline), the error is returned at once, with its
/// [`retry_after`](crate::Error::retry_after). The retry budget keeps retries from making an outage worse: 20 % extra
/// requests within a minute, with a floor of 10 retries; see
/// [`ClientBuilder::retry_budget`](crate::ClientBuilder::retry_budget).
///
/// Each attempt sends the same bytes.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect::RetryPolicy;
///
/// let patient = RetryPolicy::new().max_attempts(5).base_delay(Duration::from_millis(500));
/// ```
#[doc(alias("backoff", "jitter", "transient"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(super) max_attempts: u32,
    backoff: Backoff,
}

impl RetryPolicy {
    /// Creates the default policy: up to 3 attempts, with delays of up to 0.3 and 0.6 seconds.
    pub fn new() -> Self {
        Self { max_attempts: 3, backoff: Backoff::new(Duration::from_millis(300), Duration::from_secs(10)) }
    }

    /// Creates a policy without retries.
    pub fn none() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets the maximum number of attempts, the first included. Default: 3. 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the maximum delay before the first retry; it doubles with each. Default: 300 milliseconds.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.backoff.first = delay;
        self
    }

    /// Sets the maximum delay, unless the service asks for more. Default: 10 seconds.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.backoff.max = delay;
        self
    }

    /// Picks the delay after `failures` failed attempts.
    pub(super) fn delay(&self, failures: u32) -> Duration {
        Jitter::Full.apply(self.backoff.delay(failures - 1))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_jittered_up_to_a_bound_that_doubles() {
        fastrand::seed(7);
        let policy = RetryPolicy::new();
        for (failures, longest) in [(1, 300), (2, 600), (3, 1_200), (6, 9_600), (7, 10_000), (u32::MAX, 10_000)] {
            let delays: Vec<_> = (0..1_000).map(|_| policy.delay(failures).as_millis()).collect();
            let (shortest, most) = (*delays.iter().min().unwrap(), *delays.iter().max().unwrap());
            assert!(shortest < longest / 20 && (longest * 19 / 20..=longest).contains(&most), "{failures}: {most}");
        }
    }
}
