//! Persisting new tokens: the store first, then the hook, and only then the first request.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::events::AuthEvent;
use super::hook::{self, TokenRotation};
use super::store::{Pair, Stored};
use super::task::{Goal, SharedTask, Work, beating};
use super::{Active, ROUNDS, Relation, Session, State};
use crate::backoff::{Backoff, Jitter};
use crate::error::{Error, StoreKind};
use crate::sync::spawn;
use crate::tokens::{Expiry, LeaseOutcome, PairId, SaveIf, Tokens};
use crate::transport::runtime;

/// Between attempts to save a pair.
const SAVE_RETRY: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));

/// A pair of tokens that the store or the hook does not have yet.
#[derive(Clone)]
pub(super) struct Unsaved {
    pub(super) pair: Pair,
    replaces: Option<Arc<Tokens>>,
    pending: Pending,
    /// Whether a caller got the error that saving failed. From then on the pair is used, and saved in the background:
    /// refusing calls gains nothing, as long as it is not refreshed.
    pub(super) tried: bool,
    failures: u32,
    /// Whether the user's own hook has asked for it, and waits.
    within_hook: bool,
}

/// What is still to be done for a pair.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pending {
    /// To save it over what the store has.
    Overwrite {
        origin: Origin,
        /// What it was to replace when that was tried first: nothing else must be replaced later.
        over: Option<Option<PairId>>,
    },
    /// To save it, if the store still has the version that it was refreshed from; and to call the hook.
    CompareAndSwap { version: u64, fence: u64 },
    /// To call the hook.
    NotifyHook,
}

/// Where a pair comes from that was not refreshed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    /// From a code exchange.
    Code,
    /// From the caller, who may have it out of an older backup.
    Caller,
    /// From the caller, whatever the store has.
    Forced,
}

/// What became of a save.
enum Saved {
    /// The store has it, as this version.
    Done(u64),
    /// The store has other tokens, or none, which are newer.
    Superseded(Stored),
}

impl Unsaved {
    pub(super) fn new(pair: Pair, pending: Pending, replaces: Option<Arc<Tokens>>) -> Self {
        Self { pair, replaces, pending, tried: false, failures: 0, within_hook: false }
    }

    pub(super) fn within_hook(self, within_hook: bool) -> Self {
        Self { within_hook, ..self }
    }

    /// Reports whether the pair came from the caller, who has it.
    fn is_callers(&self) -> bool {
        matches!(self.pending, Pending::Overwrite { origin: Origin::Caller | Origin::Forced, .. })
    }
}

impl Pending {
    pub(super) fn overwrite(origin: Origin) -> Self {
        Self::Overwrite { origin, over: None }
    }
}

impl Session {
    /// Persists the unsaved pair, if there is one, and makes it active.
    ///
    /// Runs in shared tasks only, and so never twice at a time.
    pub(super) async fn settle(self: &Arc<Self>, work: &mut Work) -> Result<(), Error> {
        let Some(mut unsaved) = self.unsaved(work) else { return Ok(()) };
        work.enter().await;
        let persisted = self.persist(&mut unsaved, work).await;
        if persisted.is_ok() && self.state().is_current(work) {
            self.count_saved();
            // Before the hook: others can go on with what the store has.
            self.release().await;
        }
        work.leave();
        if self.replaced_since(work.replaced) {
            self.hand_over(&unsaved).await;
            return Ok(());
        }
        // The task that took over does the rest.
        if !self.state().is_current(work) {
            return Ok(());
        }
        let outcome = match persisted {
            Ok(Saved::Done(version)) => {
                self.saved(&unsaved, version, work);
                if unsaved.is_callers() { Ok(()) } else { self.notify(&unsaved, false).await }
            }
            Ok(Saved::Superseded(stored)) => {
                self.superseded(&unsaved, stored, work);
                return Ok(());
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => self.activate(&unsaved, work),
            Err(error) => {
                let error = error.into_unsaved();
                self.retry_later(&unsaved, work, &error);
                return Err(error);
            }
        }
        self.unpin();
        Ok(())
    }

    async fn persist(self: &Arc<Self>, unsaved: &mut Unsaved, work: &Work) -> Result<Saved, Error> {
        match unsaved.pending {
            Pending::Overwrite { origin, over } => self.overwrite(unsaved, origin, over, work).await,
            Pending::CompareAndSwap { version, fence } => self.compare_and_swap(&unsaved.pair, version, fence).await,
            Pending::NotifyHook => Ok(Saved::Done(self.state().version)),
        }
    }

    /// Saves a pair over what the store has, unless it has that from the pair itself. An attempt that is retried later
    /// replaces only what it was to replace at first.
    async fn overwrite(
        &self,
        unsaved: &mut Unsaved,
        origin: Origin,
        mut over: Option<Option<PairId>>,
        work: &Work,
    ) -> Result<Saved, Error> {
        for _ in 0..ROUNDS {
            let stored = self.stored().await?;
            let root = stored.pair.as_ref().map(|pair| pair.lineage.root());
            if let Some(pair) = &stored.pair {
                if pair.id == unsaved.pair.id {
                    unsaved.pair.lineage = pair.lineage.clone();
                    return Ok(Saved::Done(stored.version));
                }
                let is_later = unsaved.tried && over.is_some_and(|over| over != root);
                if is_later || origin == Origin::Caller && pair.lineage.has_retired(unsaved.pair.id) {
                    return Ok(Saved::Superseded(stored));
                }
                if origin == Origin::Code {
                    unsaved.pair.lineage.retire_all(&pair.lineage);
                    unsaved.pair.lineage.retire(pair.id);
                }
            }
            if !unsaved.tried {
                over = Some(root);
                self.set_pending(Pending::Overwrite { origin, over }, work);
            }
            if let Some(version) = self.save(Some(&unsaved.pair), SaveIf::Version(stored.version)).await? {
                return Ok(Saved::Done(version));
            }
        }
        Err(Error::store(StoreKind::Save, "others saved at the same time"))
    }

    /// Saves a refreshed pair over the one that it was refreshed from.
    async fn compare_and_swap(self: &Arc<Self>, pair: &Pair, version: u64, fence: u64) -> Result<Saved, Error> {
        if let Some(version) = self.save(Some(pair), SaveIf::Lease { version, fence }).await? {
            return Ok(Saved::Done(version));
        }
        let stored = self.stored().await?;
        if stored.pair.as_ref().is_some_and(|stored| stored.id == pair.id) {
            // An earlier attempt arrived, although its response did not.
            return Ok(Saved::Done(stored.version));
        }
        let is_older = self.state().relation_to(pair.id, &pair.lineage, &stored) == Relation::Older;
        if stored.version != version && !is_older {
            return Ok(Saved::Superseded(stored));
        }
        // The lease went to another process, which has not saved, or the store went back: this pair is still the newest.
        let LeaseOutcome::Granted { fence, .. } = self.lease(self.shared.settings.refresh_lease).await? else {
            return Err(Error::store(StoreKind::Save, "another process holds the lease"));
        };
        let saved = self.save(Some(pair), SaveIf::Lease { version: stored.version, fence }).await;
        self.release_lease(fence).await;
        match saved? {
            Some(version) => Ok(Saved::Done(version)),
            None => Err(Error::store(StoreKind::Save, "another process saved at the same time")),
        }
    }

    /// Hands the hook a pair of a lineage that was replaced: it may be the newest of a user whose credentials the
    /// application still has.
    pub(super) async fn hand_over(self: &Arc<Self>, unsaved: &Unsaved) {
        if unsaved.is_callers() {
            return;
        }
        let error = self.notify(unsaved, true).await.err();
        self.shared.events.send(|| AuthEvent::Superseded { user: self.user.to_string(), error });
    }

    /// Hands a pair over in the background, if there is one.
    pub(super) fn hand_over_later(self: &Arc<Self>, unsaved: Option<Unsaved>) {
        let Some(unsaved) = unsaved else { return };
        match runtime() {
            Ok(runtime) => {
                let (session, guard) = (self.clone(), self.shared.in_flight.start());
                let handing_over = async move {
                    let beats = &session.shared.in_flight.beats;
                    beating([beats, beats], session.hand_over(&unsaved)).await;
                    drop(guard);
                };
                spawn(&runtime, Box::pin(handing_over));
            }
            Err(error) => {
                self.shared.events.send(|| AuthEvent::Superseded { user: self.user.to_string(), error: Some(error) });
            }
        }
    }

    /// Calls the hook with a pair, on a task of its own: a panic in it must not lose the tokens. One hook of a user runs
    /// at a time, in the order of their pairs.
    async fn notify(self: &Arc<Self>, unsaved: &Unsaved, superseded: bool) -> Result<(), Error> {
        let Some(hook) = self.shared.settings.hook.clone() else { return Ok(()) };
        let patience = self.shared.settings.save_timeout;
        let alone: Option<OwnedMutexGuard<()>> = match unsaved.within_hook {
            // The hook that asked for it waits for this one.
            true => None,
            // One that hangs on a thread of its own was given up: it must not keep the user from refreshes for good.
            false => timeout(patience * 2, self.hooks.get_or_init(Arc::default).clone().lock_owned()).await.ok(),
        };
        let Unsaved { pair: Pair { tokens, .. }, replaces, .. } = unsaved;
        let rotation = TokenRotation::new(self.user(), (**tokens).clone(), replaces.as_deref().cloned(), superseded);
        // Those of a replaced lineage are not what the hook's own calls are made with.
        let scope = Some(tokens.clone()).filter(|_| !superseded);
        let call = hook::in_hook_scope(self, scope, alone, async move { hook(rotation).await });
        let mut call = tokio::spawn(call);
        let outcome = match timeout(patience, &mut call).await {
            Ok(Ok(outcome)) => outcome,
            // The panic's message may contain tokens.
            Ok(Err(_)) => Err("the hook panicked, or the runtime was shut down around it".into()),
            Err(_) => {
                call.abort();
                Err("the hook did not finish in time".into())
            }
        };
        outcome.map_err(|error| Error::store(StoreKind::Hook, error))
    }

    fn unsaved(&self, work: &Work) -> Option<Unsaved> {
        let state = self.state();
        state.unsaved.as_deref().filter(|_| state.is_current(work)).cloned()
    }

    fn set_pending(&self, pending: Pending, work: &Work) {
        let mut state = self.state();
        if state.is_current(work)
            && let Some(unsaved) = &mut state.unsaved
        {
            unsaved.pending = pending;
        }
    }

    /// Notes that the presentations under the lease had a result, which is saved.
    fn count_saved(&self) {
        if let Some(leased) = &mut self.state().leased {
            leased.presented = 0;
        }
    }

    /// Notes that the store has a pair, also if the hook does not have it yet.
    fn saved(&self, unsaved: &Unsaved, version: u64, work: &Work) {
        let mut state = self.state();
        if state.is_current(work) {
            state.version = version;
            if let Some(unsaved) = state.unsaved.as_mut().filter(|unsaved| !unsaved.is_callers()) {
                unsaved.pending = Pending::NotifyHook;
            }
            if let Some(kept) = &mut state.unsaved {
                kept.pair.lineage = unsaved.pair.lineage.clone();
            }
        }
    }

    /// Makes a persisted pair active.
    fn activate(&self, unsaved: &Unsaved, work: &Work) {
        let mut state = self.state();
        if !state.is_current(work) {
            return;
        }
        state.unsaved = None;
        self.use_pair(&mut state, unsaved);
        drop(state);
        let user = self.user.to_string();
        self.shared.events.send(|| match &unsaved.pending {
            Pending::Overwrite { origin: Origin::Code, .. } => AuthEvent::Authorized { user },
            Pending::Overwrite { .. } => AuthEvent::CredentialsSet { user },
            Pending::CompareAndSwap { .. } | Pending::NotifyHook => AuthEvent::Refreshed { user },
        });
    }

    /// Makes a pair active although it could not be persisted, and retries that in the background.
    fn retry_later(self: &Arc<Self>, unsaved: &Unsaved, work: &Work, error: &Error) {
        let mut state = self.state();
        if !state.is_current(work) {
            return;
        }
        self.use_pair(&mut state, unsaved);
        let next_try = SAVE_RETRY.delay(unsaved.failures);
        if let Some(unsaved) = &mut state.unsaved {
            unsaved.tried = true;
            unsaved.failures += 1;
        }
        self.schedule_save(&mut state);
        drop(state);
        let (user, error) = (self.user.to_string(), error.clone());
        self.shared.events.send(|| AuthEvent::SavePending { user, error, next_try });
    }

    /// Saves what is unsaved in the background.
    pub(super) fn save_later(self: &Arc<Self>) {
        self.schedule_save(&mut self.state());
    }

    fn schedule_save(self: &Arc<Self>, state: &mut State) {
        if state.save_retry.as_ref().is_none_or(JoinHandle::is_finished) {
            state.save_retry = Some(spawn(&Handle::current(), Box::pin(retry_save(Arc::downgrade(self)))));
        }
    }

    fn use_pair(&self, state: &mut State, unsaved: &Unsaved) {
        state.refreshed();
        let Pair { tokens, id, lineage } = unsaved.pair.clone();
        // What the caller set is active already, and was not issued now.
        if state.active.as_ref().is_none_or(|active| active.id != id) {
            let expiry = Expiry::issued_now(&tokens, self.shared.settings.refresh_ahead);
            state.active = Some(Active { tokens, id, expiry, adopted: false });
        }
        state.lineage = lineage;
    }

    /// Goes on with what the store has instead of a pair.
    fn superseded(&self, unsaved: &Unsaved, stored: Stored, work: &Work) {
        let mut state = self.state();
        if !state.is_current(work) {
            return;
        }
        state.unsaved = None;
        match stored.pair {
            Some(pair) => state.adopt(self.restored(pair.tokens.clone()), pair.lineage, stored.version),
            None => {
                state.active = None;
                state.version = stored.version;
            }
        }
        drop(state);
        self.unpin();
        if unsaved.is_callers() {
            self.shared.events.send(|| AuthEvent::CredentialsRetired { user: self.user.to_string() });
        }
    }

    /// Saves what is unsaved now, in a shared task.
    pub(super) fn save_now(self: &Arc<Self>) -> Result<Option<SharedTask>, Error> {
        let mut state = self.state();
        match state.unsaved {
            Some(_) => self.join(&mut state, Goal::Save).map(Some),
            None => Ok(None),
        }
    }

    /// Saves what is unsaved, after which the lease that it came from has no reason to be held.
    pub(super) async fn save_late(self: &Arc<Self>, work: &mut Work) -> Result<(), Error> {
        self.settle(work).await?;
        self.release().await;
        Ok(())
    }
}

/// Retries saving, as long as there is something to save and the session exists.
async fn retry_save(session: Weak<Session>) {
    for failures in 0.. {
        sleep(Jitter::Lower.apply(SAVE_RETRY.delay(failures))).await;
        let Some(session) = session.upgrade() else { return };
        let Ok(Some(task)) = session.save_now() else { return };
        if session.wait(task, &Goal::Save).await.is_ok() {
            return;
        }
    }
}
