//! Limits on the number of requests per period.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use crate::{instant, operation::Operation};

/// Limits the number of requests per period; requests beyond it get 429 with `Retry-After`.
///
/// The period is a fixed window by the sandbox's clock: it starts with a request, and the next one starts with the first
/// request after its end. Refused requests have no effect and do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub(crate) requests: u64,
    pub(crate) per: Duration,
}

impl RateLimit {
    /// Allows this many requests per period; with 0 all are refused.
    #[must_use]
    pub fn new(requests: u64, per: Duration) -> Self {
        Self { requests, per }
    }
}

/// What was used of each limit.
#[derive(Debug, Default)]
pub(crate) struct Windows(BTreeMap<Option<Operation>, Window>);

#[derive(Debug, Clone, Copy)]
struct Window {
    ends: Timestamp,
    used: u64,
}

impl Windows {
    /// Counts a request, or tells how long the client has to wait.
    pub(crate) fn admit(
        &mut self,
        limits: &BTreeMap<Option<Operation>, RateLimit>,
        operation: Operation,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let mut after = Vec::new();
        let mut wait = None;
        for key in [None, Some(operation)] {
            let Some(limit) = limits.get(&key) else { continue };
            let fresh = Window { ends: instant::after(now, limit.per), used: 0 };
            // A clock that was turned back must not leave a limit closed for days.
            let window = self.0.get(&key).copied().filter(|window| now < window.ends && window.ends <= fresh.ends);
            let window = window.unwrap_or(fresh);
            if window.used >= limit.requests {
                wait = wait.max(Some(window.ends.duration_since(now).unsigned_abs()));
            }
            after.push((key, Window { used: window.used + 1, ..window }));
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        self.0.extend(after);
        Ok(())
    }

    /// Resets the window.
    pub(crate) fn restart(&mut self) {
        self.0.clear();
    }
}
