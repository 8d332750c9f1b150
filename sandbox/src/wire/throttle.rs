use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// A rate is kept by moving this many parts of a second's bytes at a time.
const PARTS: u64 = 20;

/// Keeps one direction of a connection to a rate.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    next: Option<Pin<Box<Sleep>>>,
}

impl Throttle {
    /// Gives how many bytes may be moved now, once any may; `rate` is in bytes a second, and 0 is none.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, rate: u64) -> Poll<usize> {
        if rate == 0 {
            return Poll::Ready(usize::MAX);
        }
        if let Some(next) = &mut self.next {
            ready!(next.as_mut().poll(context));
        }
        Poll::Ready(usize::try_from(rate / PARTS).unwrap_or(usize::MAX).max(1))
    }

    /// Accounts for bytes that were moved.
    pub(super) fn moved(&mut self, bytes: usize, rate: u64) {
        if rate == 0 || bytes == 0 {
            return;
        }
        let due = Instant::now() + Duration::from_secs_f64(bytes as f64 / rate as f64);
        match &mut self.next {
            Some(next) => next.as_mut().reset(due),
            None => self.next = Some(Box::pin(sleep_until(due))),
        }
    }
}
