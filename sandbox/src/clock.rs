use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::instant;

/// Tells the time of the sandbox: the system's, set off by what the tests have decided.
#[derive(Debug)]
pub(crate) struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// Starts a clock that is so far ahead of the system's, or behind it.
    pub(crate) fn ahead(by: SignedDuration) -> Self {
        Self { ahead: by }
    }

    pub(crate) fn now(&self) -> Timestamp {
        instant::shift(Timestamp::now(), self.ahead)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(signed(by));
    }

    pub(crate) fn rewind(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_sub(signed(by));
    }

    /// Goes on from another instant.
    pub(crate) fn set(&mut self, now: Timestamp) {
        self.ahead = now.duration_since(Timestamp::now());
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
