//! The lease for a refresh: waiting for it, and extending it while it is held.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::events::AuthEvent;
use super::store::{Pair, Stored};
use super::task::Work;
use super::{Active, Relation, Session};
use crate::backoff::{Backoff, Jitter};
use crate::error::{Error, StoreKind};
use crate::sync::{lock, spawn};
use crate::tokens::{LeaseOutcome, Presented};

/// Between looks at a lease that another process holds.
const LEASE_POLL: Backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(500));

/// How many durations of the lease a task waits for one that others hold.
const MAX_WAIT: u32 = 6;

/// How waiting for the lease ended.
pub(super) enum Acquired {
    Lease(Lease),
    /// Another process has refreshed meanwhile.
    Newer(Pair, u64),
}

/// The lease for a refresh, and what the store held when it was granted.
pub(super) struct Lease {
    pub(super) stored: Stored,
    pub(super) presented: Presented,
    pub(super) term: Term,
}

/// Until when requests may be sent under a lease; others may act after it.
#[derive(Clone)]
pub(super) struct Term {
    pub(super) fence: u64,
    end: Arc<Mutex<Instant>>,
}

impl Term {
    fn new(fence: u64, asked: Instant, ttl: Duration) -> Self {
        Self { fence, end: Arc::new(Mutex::new(asked + usable(ttl))) }
    }

    fn renew(&self, asked: Instant, ttl: Duration) {
        *lock(&self.end) = asked + usable(ttl);
    }

    pub(super) fn is_over(&self) -> bool {
        *lock(&self.end) <= Instant::now()
    }
}

/// The rest is for saving.
fn usable(ttl: Duration) -> Duration {
    ttl * 3 / 4
}

impl Session {
    /// Waits for the lease.
    pub(super) async fn acquire(self: &Arc<Self>, used: &Active, work: &mut Work) -> Result<Acquired, Error> {
        let ttl = self.shared.settings.refresh_lease;
        work.enter().await;
        self.release().await;
        let (started, mut polls) = (Instant::now(), 0);
        loop {
            work.enter().await;
            let asked = Instant::now();
            let remaining = match self.lease(ttl).await? {
                LeaseOutcome::Granted { fence, stored, presented } => {
                    let outcome = self.read(stored).map(|stored| match self.newer_than(used, &stored) {
                        Some(newer) => Acquired::Newer(newer, stored.version),
                        None => Acquired::Lease(Lease { stored, presented, term: Term::new(fence, asked, ttl) }),
                    });
                    if !matches!(outcome, Ok(Acquired::Lease(_))) {
                        self.release_lease(fence).await;
                    }
                    return outcome;
                }
                LeaseOutcome::Held { remaining } => remaining,
            };
            let stored = self.stored().await?;
            if let Some(newer) = self.newer_than(used, &stored) {
                return Ok(Acquired::Newer(newer, stored.version));
            }
            if started.elapsed() > ttl * MAX_WAIT + LEASE_POLL.max {
                return Err(Error::store(StoreKind::Lease, "another process holds it for too long"));
            }
            if polls == 0 {
                self.shared.transport.counters().lease_waits.count();
                self.shared.events.send(|| AuthEvent::WaitingForLease { user: self.user.to_string(), remaining });
            }
            work.leave();
            let delay = LEASE_POLL.delay(polls);
            // A store that says "now" is not asked without end.
            let remaining = remaining.unwrap_or(delay).max(LEASE_POLL.first);
            sleep(Jitter::Around.apply(delay.min(remaining))).await;
            polls += 1;
        }
    }

    /// Returns the pair of the store, if it makes a refresh of the used one unnecessary.
    pub(super) fn newer_than(&self, used: &Active, stored: &Stored) -> Option<Pair> {
        let pair = stored.pair.as_ref()?;
        let relation = self.state().relation(used.id, stored);
        let is_due =
            self.restored(pair.tokens.clone()).expiry.is_some_and(|expiry| expiry.refresh_at <= Instant::now());
        (relation == Relation::Newer && !is_due).then(|| pair.clone())
    }

    /// Extends the lease now, because the store took so long to grant it. Reports whether it could.
    pub(super) async fn renew_term(&self, term: &Term) -> bool {
        let (asked, ttl) = (Instant::now(), self.shared.settings.refresh_lease);
        let is_held = matches!(self.extend(term.fence, ttl).await, Ok(true));
        if is_held {
            term.renew(asked, ttl);
        }
        is_held && !term.is_over()
    }

    /// Extends the lease in the background, until the guard is dropped.
    pub(super) fn keep_lease(self: &Arc<Self>, term: &Term) -> KeptLease {
        let (session, term, ttl) = (Arc::downgrade(self), term.clone(), self.shared.settings.refresh_lease);
        let keeping = async move {
            loop {
                sleep(ttl / 3).await;
                let Some(session) = session.upgrade() else { return };
                let asked = Instant::now();
                match session.extend(term.fence, ttl).await {
                    Ok(true) => term.renew(asked, ttl),
                    Ok(false) => return,
                    // There is time for another attempt.
                    Err(_) => {}
                }
            }
        };
        let kept = spawn(&Handle::current(), Box::pin(keeping));
        KeptLease(kept.abort_handle())
    }
}

/// A lease that is extended until this is dropped.
pub(super) struct KeptLease(AbortHandle);

impl Drop for KeptLease {
    fn drop(&mut self) {
        self.0.abort();
    }
}
