//! The retry budget of a client.

use std::sync::atomic::{AtomicU64, Ordering};

/// The retry budget: the number of retries that a client may make while calls fail. It is a percentage of the calls in
/// that time, with a floor.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u64,
    /// Since the first retry
    calls: AtomicU64,
    retries: AtomicU64,
}

impl Budget {
    /// The floor, so that a client with few calls can retry, too.
    const FLOOR: u64 = 10;

    pub(crate) fn new(percent: u32) -> Self {
        Self { percent: percent.into(), calls: AtomicU64::new(0), retries: AtomicU64::new(0) }
    }

    fn share(&self) -> u64 {
        self.calls.load(Ordering::Relaxed).saturating_mul(self.percent) / 100
    }

    pub(super) fn call(&self) {
        if self.retries.load(Ordering::Relaxed) > 0 {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn retry(&self) -> bool {
        let most = if self.percent == 0 { 0 } else { self.share().max(Self::FLOOR) };
        let one_more = |retries| (retries < most).then_some(retries + 1);
        self.retries.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    pub(super) fn success(&self) {
        let retries = self.retries.load(Ordering::Relaxed);
        // Only once the percentage covers them: otherwise each success amid failures would refill the floor.
        if retries > 0 && retries <= self.share() {
            self.retries.store(0, Ordering::Relaxed);
            self.calls.store(0, Ordering::Relaxed);
        }
    }
}
