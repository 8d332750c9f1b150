//! Exponential backoff with jitter, and the cap on durations that callers set.

use std::time::Duration;

/// The longest duration that is passed on to a clock. Longer ones mean "no limit", and would overflow it.
pub(crate) const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The longest that one step of a refresh or a call may take.
pub(crate) const LONGEST_STEP: Duration = Duration::from_secs(24 * 60 * 60);

/// How the delay between two attempts is spread, so that many clients do not act at once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Jitter {
    /// From zero to the whole delay.
    Full,
    /// From half of the delay to one and a half.
    Around,
    /// From half of the delay to the whole.
    Lower,
}

impl Jitter {
    pub(crate) fn apply(self, delay: Duration) -> Duration {
        let random = fastrand::f64();
        delay.mul_f64(match self {
            Self::Full => random,
            Self::Around => 0.5 + random,
            Self::Lower => 0.5 + random / 2.0,
        })
    }
}

/// A delay that doubles with each failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) max: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, max: Duration) -> Self {
        Self { first, max }
    }

    /// Returns the delay after `failures` failures in a row, of which the first counts as 0, without jitter.
    pub(crate) fn delay(self, failures: u32) -> Duration {
        self.first.saturating_mul(1 << failures.min(30)).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_doubles_up_to_its_maximum() {
        let backoff = Backoff::new(Duration::from_millis(300), Duration::from_secs(10));
        for (failures, expected) in [(0, 300), (1, 600), (4, 4_800), (5, 9_600), (6, 10_000), (u32::MAX, 10_000)] {
            assert_eq!(backoff.delay(failures).as_millis(), expected, "{failures}");
        }
        let endless = Backoff::new(Duration::MAX, Duration::MAX);
        assert_eq!(endless.delay(7), Duration::MAX);
    }

    #[test]
    fn jitter_keeps_to_its_range_and_uses_all_of_it() {
        fastrand::seed(7);
        for (jitter, from, to) in [(Jitter::Full, 0, 1000), (Jitter::Around, 500, 1500), (Jitter::Lower, 500, 1000)] {
            let delays: Vec<_> = (0..1000).map(|_| jitter.apply(Duration::from_secs(1)).as_millis()).collect();
            let (least, most) = (*delays.iter().min().unwrap(), *delays.iter().max().unwrap());
            assert!((from..from + 50).contains(&least) && (to - 50..=to).contains(&most), "{jitter:?}: {least} {most}");
        }
    }
}
