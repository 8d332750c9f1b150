//! Sessions that nobody holds at the moment, and whose tokens live.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Session;
use crate::sync::lock;

/// How many sessions are looked at for each one that comes in: more than one, so that those that are over go away.
const LOOKED_AT: usize = 3;

/// Keeps sessions for a while after their last use, so that a handle for each request finds the tokens loaded.
pub(super) struct Idle {
    time: Duration,
    max: usize,
    begun: Instant,
    kept: Mutex<VecDeque<Arc<Session>>>,
}

/// What a session knows of being kept.
#[derive(Default)]
pub(super) struct Usage {
    /// In milliseconds since the client was made
    last: AtomicU64,
    kept: AtomicBool,
}

impl Idle {
    pub(super) fn new(time: Duration, max: usize) -> Self {
        Self { time, max, begun: Instant::now(), kept: Mutex::default() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_over(&self, session: &Session) -> bool {
        let idle = self.now().saturating_sub(session.usage.last.load(Ordering::Relaxed));
        Duration::from_millis(idle) >= self.time
    }

    /// Keeps a session that is used now.
    pub(super) fn touch(&self, session: &Arc<Session>) {
        if self.time.is_zero() || self.max == 0 {
            return;
        }
        session.usage.last.store(self.now(), Ordering::Relaxed);
        if !session.usage.kept.swap(true, Ordering::Relaxed) {
            let dropped = self.keep(session.clone());
            // After the lock is gone: the session may be the last of its user.
            drop(dropped);
        }
    }

    fn keep(&self, session: Arc<Session>) -> Vec<Arc<Session>> {
        let mut kept = lock(&self.kept);
        kept.push_back(session);
        let mut dropped = Vec::new();
        for _ in 0..LOOKED_AT.min(kept.len()) {
            let Some(oldest) = kept.pop_front() else { break };
            if kept.len() >= self.max || self.is_over(&oldest) {
                oldest.usage.kept.store(false, Ordering::Relaxed);
                dropped.push(oldest);
            } else {
                kept.push_back(oldest);
            }
        }
        dropped
    }

    /// Reports whether a session was idle for too long to be used as it is. The caller is its only holder.
    pub(super) fn is_stale(&self, session: &Arc<Session>) -> bool {
        // Its place here, and the caller's.
        let held_elsewhere = Arc::strong_count(session) > 2;
        session.usage.kept.load(Ordering::Relaxed) && !held_elsewhere && self.is_over(session)
    }
}
