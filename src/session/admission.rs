//! How many refreshes and saves of an application run at the same time.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;
use crate::sync::lock;

/// Admits tasks to the store and the token endpoint: a bounded number, in the order in which they came.
pub(super) struct Admission {
    permits: Arc<Semaphore>,
    /// Until when the token endpoint has asked for no more requests, and how it said so.
    paused: Mutex<Option<(Instant, Error)>>,
}

impl Admission {
    pub(super) fn new(max: usize) -> Self {
        let permits = Arc::new(Semaphore::new(max.clamp(1, Semaphore::MAX_PERMITS)));
        Self { permits, paused: Mutex::default() }
    }

    pub(super) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        // `None` only if it was closed, which nobody does.
        self.permits.clone().acquire_owned().await.ok()
    }

    /// Obeys a `Retry-After`, which is meant for the application and not for one user.
    pub(super) fn pause(&self, error: &Error, longest: Duration) {
        let asked = match error {
            Error::RateLimit(_) | Error::Server(_) => error.retry_after().map(|delay| delay.min(longest)),
            _ => None,
        };
        let until = asked.filter(|delay| !delay.is_zero()).and_then(|delay| Instant::now().checked_add(delay));
        if let Some(until) = until {
            let mut paused = lock(&self.paused);
            if paused.as_ref().is_none_or(|(end, _)| *end < until) {
                *paused = Some((until, error.clone()));
            }
        }
    }

    /// Returns the error of the token endpoint, while it has asked for no more requests.
    pub(super) fn paused(&self, now: Instant) -> Option<Error> {
        let mut paused = lock(&self.paused);
        let left = paused.as_ref()?.0.checked_duration_since(now).filter(|left| !left.is_zero());
        match left {
            Some(left) => paused.as_ref().map(|(_, error)| error.clone().with_retry_after(left)),
            None => {
                *paused = None;
                None
            }
        }
    }
}
