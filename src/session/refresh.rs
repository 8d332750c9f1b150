//! The refresh: single-flight per user, across all processes that share the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::events::AuthEvent;
use super::lease::{Acquired, Lease};
use super::save::{Pending, Unsaved};
use super::store::{Pair, Stored};
use super::task::Work;
use super::{Active, Relation, Session, no_credentials};
use crate::backoff::Backoff;
use crate::error::Error;

/// Between refreshes, while they fail.
const REFRESHES: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));

/// The longest `Retry-After` that refreshes obey.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

impl Session {
    /// Loads credentials from the store.
    pub(super) async fn load(self: &Arc<Self>, work: &mut Work) -> Result<(), Error> {
        self.settle(work).await?;
        if self.state().active.is_none() {
            work.enter().await;
            if let Stored { pair: Some(pair), version } = self.stored().await? {
                self.adopt(pair, version, work);
            }
        }
        Ok(())
    }

    /// Makes newer tokens than `used` active: those of the store, else those of a refresh.
    pub(super) async fn renew_tokens(self: &Arc<Self>, used: Active, work: &mut Work) -> Result<(), Error> {
        let failure = self.state().backing_off(Instant::now());
        if let Some(failure) = failure {
            work.enter().await;
            return match self.stored().await.map(|stored| (self.newer_than(&used, &stored), stored.version)) {
                Ok((Some(newer), version)) => {
                    self.adopt(newer, version, work);
                    Ok(())
                }
                _ => Err(failure),
            };
        }
        let outcome = self.try_renew(&used, work).await;
        if let Err(error) = &outcome {
            self.refresh_failed(error, work);
        }
        outcome
    }

    async fn try_renew(self: &Arc<Self>, used: &Active, work: &mut Work) -> Result<(), Error> {
        // After a crash, only one rotation beyond what the store has can be recovered.
        self.settle(work).await?;
        if self.state().active.as_ref().is_none_or(|active| active.id != used.id) {
            return Ok(());
        }
        match self.acquire(used, work).await? {
            Acquired::Newer(newer, version) => {
                self.adopt(newer, version, work);
                Ok(())
            }
            Acquired::Lease(lease) => {
                let fence = lease.term.fence;
                let outcome = self.refresh_under(lease, used, work).await;
                // Unless that is done: when the new pair could not be saved, or there is none.
                self.release_lease(fence).await;
                outcome
            }
        }
    }

    async fn refresh_under(self: &Arc<Self>, lease: Lease, used: &Active, work: &mut Work) -> Result<(), Error> {
        let Lease { stored, presented, term } = lease;
        let (version, fence) = (stored.version, term.fence);
        let source = self.source(used, stored)?;
        let kept = self.keep_lease(&term);
        let response = self.present(&source.tokens, presented, &term, work).await;
        drop(kept);
        let response = match response {
            Ok(response) => response,
            Err(refusal @ Error::Authentication(_)) => {
                // A process that refreshed without a lease, or with an expired one, may have saved meanwhile.
                return match self.stored().await? {
                    Stored { pair: Some(other), version } if is_another(&other, &source) => {
                        self.adopt(other, version, work);
                        Ok(())
                    }
                    _ => Err(refusal),
                };
            }
            Err(error) => {
                self.shared.admission.pause(&error, MAX_RETRY_AFTER);
                return Err(error);
            }
        };
        self.shared.transport.counters().refreshes.count();
        let fresh = Pair::new(Arc::new(source.tokens.refreshed(response, Timestamp::now())));
        let fresh = Pair { lineage: source.lineage.rotated(source.id), ..fresh };
        let pending = Pending::CompareAndSwap { version, fence };
        self.take_over(Unsaved::new(fresh, pending, Some(source.tokens)), used, work).await
    }

    /// Returns the pair to refresh: that of the store, unless the store has lost it.
    fn source(&self, used: &Active, stored: Stored) -> Result<Pair, Error> {
        let state = self.state();
        let mine = || Pair { tokens: used.tokens.clone(), id: used.id, lineage: state.lineage.clone() };
        match (state.relation(used.id, &stored), stored.pair) {
            (Relation::Gone, _) => Err(no_credentials()),
            (Relation::Older, _) | (_, None) => Ok(mine()),
            (Relation::Same | Relation::Newer, Some(pair)) => Ok(pair),
        }
    }

    /// Saves a new pair and makes it active, if the task still acts for the user.
    async fn take_over(self: &Arc<Self>, refreshed: Unsaved, used: &Active, work: &mut Work) -> Result<(), Error> {
        let (is_current, is_wanted) = {
            let mut state = self.state();
            let is_current = state.is_current(work);
            let is_untouched =
                state.unsaved.is_none() && state.active.as_ref().is_some_and(|active| active.id == used.id);
            let is_wanted = is_current || !state.is_replaced(work.replaced) && is_untouched;
            if is_wanted {
                state.unsaved = Some(Box::new(refreshed.clone()));
            }
            (is_current, is_wanted)
        };
        // Other credentials were set meanwhile, or the task that took over was faster.
        if !is_wanted {
            work.leave();
            self.hand_over(&refreshed).await;
            return Ok(());
        }
        self.pin();
        if is_current {
            return self.settle(work).await;
        }
        // The task that took over saves it, or one after it.
        self.save_later();
        Ok(())
    }

    /// Makes tokens from the store active, unless others were set from outside.
    pub(super) fn adopt(self: &Arc<Self>, pair: Pair, version: u64, work: &Work) {
        let active = self.restored(pair.tokens.clone());
        let mut state = self.state();
        if state.is_current(work) {
            state.adopt(active, pair.lineage, version);
            state.refreshed();
        }
    }

    fn refresh_failed(&self, error: &Error, work: &Work) {
        let next_try = {
            let mut state = self.state();
            if !state.is_current(work) || error.is_unsaved() {
                return;
            }
            let is_final = error.needs_reauthorization();
            if is_final {
                state.lineage.end();
            }
            let delay = REFRESHES.delay(state.failures);
            let delay = error.retry_after().unwrap_or_default().clamp(delay, MAX_RETRY_AFTER);
            state.failures = state.failures.saturating_add(1);
            state.not_before = Instant::now().checked_add(delay);
            state.last_failure = Some(error.clone()).filter(|_| !is_final && !matches!(error, Error::TokenStore(_)));
            delay
        };
        self.shared.transport.counters().failed_refreshes.count();
        let (user, error) = (self.user.to_string(), error.clone());
        self.shared.events.send(|| match error.needs_reauthorization() {
            true => AuthEvent::ReauthorizationNeeded { user, error },
            false => AuthEvent::RefreshFailed { user, error, next_try },
        });
    }
}

/// Reports whether a pair of the store may still refresh, after another one was refused.
fn is_another(pair: &Pair, refused: &Pair) -> bool {
    let same_token = pair.tokens.refresh_token() == refused.tokens.refresh_token();
    !same_token && !refused.lineage.has_retired(pair.id)
}
