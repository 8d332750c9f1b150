//! Response latency.

use std::{collections::BTreeMap, f64::consts::TAU, time::Duration};

use crate::operation::Operation;

/// The 99th percentile of the standard normal distribution.
const P99: f64 = 2.326_347_874;
/// Latencies are capped at this multiple of the tail.
const LONGEST: u32 = 10;

/// Describes how long the service takes to respond: a log-normal distribution with a median and a tail, the 99th
/// percentile.
///
/// Latencies are capped at ten times the tail. They depend on the seed, the operation and the number of the request
/// only, so every run has the same ones.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect_sandbox::{Latency, Operation};
///
/// let latency = Latency::new(Duration::from_millis(80), Duration::from_secs(2)).seed(7);
/// assert_eq!(latency.of_request(Operation::ListEvents, 0), latency.of_request(Operation::ListEvents, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    pub(crate) median: Duration,
    pub(crate) tail: Duration,
    pub(crate) seed: u64,
}

impl Latency {
    /// Describes latencies with this median and this 99th percentile, with the seed 0. A tail below the median is raised
    /// to it.
    #[must_use]
    pub fn new(median: Duration, tail: Duration) -> Self {
        Self { median, tail: tail.max(median), seed: 0 }
    }

    /// Draws other latencies from the same distribution.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Gives the latency of a request by its number; each operation counts from 0.
    #[must_use]
    pub fn of_request(&self, operation: Operation, number: u64) -> Duration {
        if self.median.is_zero() {
            return Duration::ZERO;
        }
        let name = operation.as_str().bytes().fold(self.seed, |hash, byte| mix(hash ^ u64::from(byte)));
        let random = mix(name.wrapping_add(number));
        // Box-Muller transform; the logarithm needs a number above 0.
        let (first, second) = (1.0 - fraction(random), fraction(mix(random)));
        let deviations = (-2.0 * first.ln()).sqrt() * (TAU * second).cos();
        let spread = (self.tail.as_secs_f64() / self.median.as_secs_f64()).ln() / P99;
        let seconds = self.median.as_secs_f64() * (spread * deviations).exp();
        let longest = self.tail.saturating_mul(LONGEST);
        Duration::try_from_secs_f64(seconds).unwrap_or(longest).min(longest)
    }
}

/// Gives a number that looks random, by splitmix64.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// Gives a number from 0 up to 1, of the 53 bits that a float holds.
fn fraction(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

/// Counts the requests of each operation.
#[derive(Debug, Default)]
pub(crate) struct Paces(BTreeMap<Operation, u64>);

impl Paces {
    /// Gives the latency of the next request; that of the operation takes precedence over that of all.
    pub(crate) fn next(
        &mut self,
        latencies: &BTreeMap<Option<Operation>, Latency>,
        operation: Option<Operation>,
    ) -> Duration {
        let Some(operation) = operation else { return Duration::ZERO };
        let Some(latency) = latencies.get(&Some(operation)).or_else(|| latencies.get(&None)) else {
            return Duration::ZERO;
        };
        let number = self.0.entry(operation).or_default();
        let time = latency.of_request(operation, *number);
        *number += 1;
        time
    }

    /// Resets the count.
    pub(crate) fn restart(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_median_and_the_tail_that_were_asked_for() {
        let (median, tail) = (Duration::from_millis(100), Duration::from_secs(1));
        let latency = Latency::new(median, tail).seed(1);
        let mut times: Vec<Duration> = (0..100_000).map(|n| latency.of_request(Operation::ListEvents, n)).collect();
        times.sort_unstable();
        let near = |time: Duration, wanted: Duration| time > wanted.mul_f64(0.9) && time < wanted.mul_f64(1.1);
        assert!(near(times[50_000], median), "{:?}", times[50_000]);
        assert!(near(times[99_000], tail), "{:?}", times[99_000]);
        assert!(times[99_999] <= tail * LONGEST);
    }

    #[test]
    fn seeds_and_operations_draw_times_of_their_own() {
        let latency = Latency::new(Duration::from_millis(100), Duration::from_secs(1));
        let times = |latency: Latency, operation| (0..5).map(|n| latency.of_request(operation, n)).collect::<Vec<_>>();
        let first = times(latency, Operation::ListEvents);
        assert_ne!(first, times(latency.seed(1), Operation::ListEvents));
        assert_ne!(first, times(latency, Operation::ListCalendars));
    }

    #[test]
    fn odd_distributions_are_no_harm() {
        let (zero, second) = (Duration::ZERO, Duration::from_secs(1));
        assert_eq!(Latency::new(zero, second).of_request(Operation::Health, 0), zero);
        assert_eq!(Latency::new(second, zero).of_request(Operation::Health, 3), second);
        let endless = Latency::new(Duration::from_nanos(1), Duration::MAX);
        assert!((0..100).all(|n| endless.of_request(Operation::Health, n) <= Duration::MAX));
    }
}
