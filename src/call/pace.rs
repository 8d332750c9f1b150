//! What calls wait for before they are sent: the `Retry-After` of others, and a place among those in flight.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use crate::backoff::Jitter;
use crate::error::Error;
use crate::sync::lock;

/// The longest `Retry-After` for which calls are held back.
const MAX_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Over which time calls that were held back are spread.
const SPREAD: Duration = Duration::from_secs(1);

/// Between the removals of pauses that have ended.
const PURGE_INTERVAL: Duration = Duration::from_secs(1);

/// Which calls a rate limit holds back: see [`ClientBuilder::rate_limit_scope`](crate::ClientBuilder::rate_limit_scope).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateLimitScope {
    /// No other calls than the one that it refused.
    Call,
    /// Those of the same user.
    #[default]
    User,
    /// Those of all users of the client.
    Client,
}

/// What the calls of a client wait for.
#[derive(Debug)]
pub(crate) struct Pace {
    scope: RateLimitScope,
    /// Whether there may be pauses. Without any, nothing is locked.
    is_paused: AtomicBool,
    pauses: Mutex<Pauses>,
    places: Option<Semaphore>,
}

#[derive(Debug, Default)]
struct Pauses {
    /// Until when no requests are to be sent, by user; of the whole client under the empty id.
    ends: HashMap<Box<str>, Instant>,
    /// When those that have ended are removed next.
    purge_at: Option<Instant>,
}

impl Pauses {
    /// Removes those that have ended; not each time, because all calls come by here, and there may be many.
    fn purge(&mut self, now: Instant) {
        if self.purge_at.is_none_or(|then| then <= now) {
            self.ends.retain(|_, until| *until > now);
            self.ends.shrink_to(2 * self.ends.len());
            self.purge_at = Some(now + PURGE_INTERVAL);
        }
    }
}

impl Pace {
    pub(crate) fn new(scope: RateLimitScope, max_requests: Option<usize>) -> Self {
        let places = max_requests.map(|max| Semaphore::new(max.clamp(1, Semaphore::MAX_PERMITS)));
        Self { scope, is_paused: AtomicBool::default(), pauses: Mutex::default(), places }
    }

    /// Obeys the `Retry-After` of a rate limit.
    pub(super) fn pause(&self, user: &str, error: &Error) {
        let (Error::RateLimit(_), Some(delay)) = (error, error.retry_after().filter(|delay| !delay.is_zero())) else {
            return;
        };
        let Some(user) = self.concerned(user) else { return };
        let now = Instant::now();
        let until = now + delay.min(MAX_PAUSE);
        let mut pauses = lock(&self.pauses);
        pauses.purge(now);
        let end = pauses.ends.entry(user.into()).or_insert(until);
        *end = until.max(*end);
        self.is_paused.store(true, Ordering::Relaxed);
    }

    /// Returns until when a user's calls are held back.
    pub(super) fn paused(&self, user: &str) -> Option<Instant> {
        if !self.is_paused.load(Ordering::Relaxed) {
            return None;
        }
        let (user, now) = (self.concerned(user)?, Instant::now());
        let mut pauses = lock(&self.pauses);
        pauses.purge(now);
        self.is_paused.store(!pauses.ends.is_empty(), Ordering::Relaxed);
        pauses.ends.get(user).copied().filter(|until| *until > now)
    }

    fn concerned<'a>(&self, user: &'a str) -> Option<&'a str> {
        match self.scope {
            RateLimitScope::Call => None,
            RateLimitScope::User => Some(user),
            RateLimitScope::Client => Some(""),
        }
    }

    /// Waits for the end of a pause, and a little longer, so that those that wait are not sent at once.
    pub(super) async fn wait(&self, until: Instant, deadline: Instant) {
        let spread = SPREAD.min(deadline.saturating_duration_since(until) / 2);
        sleep_until(until + Jitter::Full.apply(spread)).await;
    }

    /// Waits for a place among the calls in flight, in the order of arrival.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.places.as_ref()?.acquire().await.ok()
    }
}
