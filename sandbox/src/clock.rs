use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::instant;

/// Tells the time of the sandbox: the system's with an offset, or one that stands still.
#[derive(Debug)]
pub(crate) enum Clock {
    Running { ahead: SignedDuration },
    Frozen { now: Timestamp },
}

/// The time at which a sandbox starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartTime {
    /// So far ahead of the system's clock, or behind it
    Offset(SignedDuration),
    At(Timestamp),
}

impl Clock {
    pub(crate) fn start(at: StartTime, is_frozen: bool) -> Self {
        let mut clock = match at {
            StartTime::Offset(ahead) => Self::Running { ahead },
            StartTime::At(_) => Self::Running { ahead: SignedDuration::ZERO },
        };
        if is_frozen {
            clock.freeze();
        }
        // A clock that stands still shows this instant and none a moment later.
        if let StartTime::At(now) = at {
            clock.set(now);
        }
        clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Running { ahead } => instant::shift(Timestamp::now(), *ahead),
            Self::Frozen { now } => *now,
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.shift(signed(by));
    }

    pub(crate) fn rewind(&mut self, by: Duration) {
        self.shift(SignedDuration::ZERO.saturating_sub(signed(by)));
    }

    /// Goes on from another instant, or stands still there.
    pub(crate) fn set(&mut self, to: Timestamp) {
        match self {
            Self::Running { ahead } => *ahead = to.duration_since(Timestamp::now()),
            Self::Frozen { now } => *now = to,
        }
    }

    pub(crate) fn freeze(&mut self) {
        *self = Self::Frozen { now: self.now() };
    }

    /// Goes on from the instant at which it stood still.
    pub(crate) fn unfreeze(&mut self) {
        let now = self.now();
        *self = Self::Running { ahead: SignedDuration::ZERO };
        self.set(now);
    }

    pub(crate) fn is_frozen(&self) -> bool {
        matches!(self, Self::Frozen { .. })
    }

    fn shift(&mut self, by: SignedDuration) {
        match self {
            Self::Running { ahead } => *ahead = ahead.saturating_add(by),
            Self::Frozen { now } => *now = instant::shift(*now, by),
        }
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
