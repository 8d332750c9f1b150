//! Persisting new tokens: the store first, then the hook, and only then the first request.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::events::AuthEvent;
use super::hook::TokenRotation;
use super::lineage::PairId;
use super::task::{Goal, SharedTask};
use super::{Active, Session, State, hook};
use crate::backoff::{Backoff, Jitter};
use crate::error::{BoxError, Error, StoreKind};
use crate::tokens::{Expiry, LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, TokenStore, Tokens};
use crate::transport::runtime;

/// Between attempts to save a pair.
const SAVE_RETRY: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));

/// A pair of tokens that the store or the hook does not have yet.
#[derive(Clone)]
pub(super) struct Unsaved {
    pub(super) tokens: Arc<Tokens>,
    pub(super) id: PairId,
    replaces: Option<Arc<Tokens>>,
    pending: Pending,
    /// Whether a caller got the error that saving failed. From then on the pair is used, and saved in the background:
    /// refusing calls gains nothing, as long as it is not refreshed.
    pub(super) tried: bool,
    failures: u32,
}

/// What is still to be done for a pair.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pending {
    /// To save it, whatever the store holds; and to call the hook, if wanted.
    Overwrite { notify: bool },
    /// To save it, if the store still has the version that it was refreshed from; and to call the hook.
    CompareAndSwap { version: u64, fence: u64 },
    /// To call the hook.
    NotifyHook,
}

/// What became of a save.
enum Saved {
    Done {
        notify: bool,
    },
    /// Another process has saved other tokens since, or has deleted them.
    Superseded(Option<Tokens>),
}

impl Unsaved {
    pub(super) fn new(tokens: Arc<Tokens>, pending: Pending, replaces: Option<Arc<Tokens>>) -> Self {
        Self { id: PairId::of(&tokens), tokens, replaces, pending, tried: false, failures: 0 }
    }
}

impl Session {
    /// Persists the unsaved pair, if there is one, and makes it active.
    ///
    /// Runs in shared tasks only, and so never twice at a time.
    pub(super) async fn settle(self: &Arc<Self>, generation: u64) -> Result<(), Error> {
        let Some(unsaved) = self.unsaved(generation) else { return Ok(()) };
        let persisted = self.persist(&unsaved).await;
        if self.replaced_since(generation) {
            self.hand_over(&unsaved).await;
            return Ok(());
        }
        let outcome = match persisted {
            Ok(Saved::Done { notify: true }) => {
                self.set_pending(Pending::NotifyHook, generation);
                self.notify(&unsaved, false).await
            }
            Ok(Saved::Done { notify: false }) => Ok(()),
            Ok(Saved::Superseded(newer)) => {
                self.superseded(newer, generation);
                self.unpin();
                return Ok(());
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => self.activate(&unsaved, generation),
            Err(error) => {
                let error = error.into_unsaved();
                self.retry_later(&unsaved, generation, &error);
                return Err(error);
            }
        }
        self.unpin();
        Ok(())
    }

    async fn persist(self: &Arc<Self>, unsaved: &Unsaved) -> Result<Saved, Error> {
        match unsaved.pending {
            Pending::Overwrite { notify } => {
                self.save(Some(&unsaved.tokens.to_json()), SaveIf::Always).await?;
                Ok(Saved::Done { notify })
            }
            Pending::CompareAndSwap { version, fence } => self.compare_and_swap(unsaved, version, fence).await,
            Pending::NotifyHook => Ok(Saved::Done { notify: true }),
        }
    }

    /// Hands the hook a pair of a lineage that was replaced: it may be the newest of a user whose credentials the
    /// application still has.
    pub(super) async fn hand_over(self: &Arc<Self>, unsaved: &Unsaved) {
        // What the caller set is at the caller's.
        if unsaved.pending == (Pending::Overwrite { notify: false }) {
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
                runtime.spawn(async move {
                    session.hand_over(&unsaved).await;
                    drop(guard);
                });
            }
            Err(error) => {
                self.shared.events.send(|| AuthEvent::Superseded { user: self.user.to_string(), error: Some(error) });
            }
        }
    }

    /// Saves a refreshed pair over the one that it was refreshed from.
    async fn compare_and_swap(&self, unsaved: &Unsaved, version: u64, fence: u64) -> Result<Saved, Error> {
        let text = unsaved.tokens.to_json();
        if self.save(Some(&text), SaveIf::Lease { version, fence }).await? {
            return Ok(Saved::Done { notify: true });
        }
        let (stored, newest) = self.stored().await?;
        match stored {
            // An earlier attempt arrived, although its response did not.
            Some(stored) if PairId::of(&stored) == unsaved.id => return Ok(Saved::Done { notify: true }),
            stored if newest != version => return Ok(Saved::Superseded(stored)),
            _ => {}
        }
        // The lease went to another process, which has not saved: this pair is still the newest.
        let LeaseOutcome::Granted { fence, .. } = self.lease(self.shared.settings.refresh_lease).await? else {
            return Err(Error::store(StoreKind::Save, "another process holds the lease"));
        };
        let saved = self.save(Some(&text), SaveIf::Lease { version, fence }).await;
        self.release(fence).await;
        match saved? {
            true => Ok(Saved::Done { notify: true }),
            false => Err(Error::store(StoreKind::Save, "another process saved at the same time")),
        }
    }

    /// Calls the hook with a pair, on a task of its own: a panic in it must not lose the tokens.
    async fn notify(self: &Arc<Self>, unsaved: &Unsaved, superseded: bool) -> Result<(), Error> {
        let Some(hook) = self.shared.settings.hook.clone() else { return Ok(()) };
        let Unsaved { tokens, replaces, .. } = unsaved;
        let rotation = TokenRotation::new(self.user(), (**tokens).clone(), replaces.as_deref().cloned(), superseded);
        // Those of a replaced lineage are not what the hook's own calls are made with.
        let scope = Some(tokens.clone()).filter(|_| !superseded);
        let call = hook::in_hook_scope(self, scope, async move { hook(rotation).await });
        let mut call = tokio::spawn(call);
        let outcome = match timeout(self.shared.settings.save_timeout, &mut call).await {
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

    fn unsaved(&self, generation: u64) -> Option<Unsaved> {
        let state = self.state();
        state.unsaved.as_deref().filter(|_| state.lineage.generation == generation).cloned()
    }

    fn set_pending(&self, pending: Pending, generation: u64) {
        let mut state = self.state();
        if state.lineage.generation == generation
            && let Some(unsaved) = &mut state.unsaved
        {
            unsaved.pending = pending;
        }
    }

    /// Makes a persisted pair active.
    fn activate(&self, unsaved: &Unsaved, generation: u64) {
        let mut state = self.state();
        if state.lineage.generation != generation {
            return;
        }
        state.unsaved = None;
        self.use_pair(&mut state, unsaved);
        drop(state);
        if unsaved.pending != (Pending::Overwrite { notify: false }) {
            self.shared.events.send(|| AuthEvent::Refreshed { user: self.user.to_string() });
        }
    }

    /// Makes a pair active although it could not be persisted, and retries that in the background.
    fn retry_later(self: &Arc<Self>, unsaved: &Unsaved, generation: u64, error: &Error) {
        let mut state = self.state();
        if state.lineage.generation != generation {
            return;
        }
        self.use_pair(&mut state, unsaved);
        let next_try = SAVE_RETRY.delay(unsaved.failures);
        if let Some(unsaved) = &mut state.unsaved {
            unsaved.tried = true;
            unsaved.failures += 1;
        }
        if state.save_retry.as_ref().is_none_or(JoinHandle::is_finished) {
            state.save_retry = Some(tokio::spawn(retry_save(Arc::downgrade(self))));
        }
        drop(state);
        let (user, error) = (self.user.to_string(), error.clone());
        self.shared.events.send(|| AuthEvent::SavePending { user, error, next_try });
    }

    fn use_pair(&self, state: &mut State, unsaved: &Unsaved) {
        state.refreshed();
        // What the caller set is active already, and was not issued now.
        if state.active.as_ref().is_none_or(|active| active.id != unsaved.id) {
            let expiry = Expiry::issued_now(&unsaved.tokens, self.shared.settings.refresh_ahead);
            state.advance(Some(Active { tokens: unsaved.tokens.clone(), id: unsaved.id, expiry, adopted: false }));
        }
    }

    fn superseded(&self, newer: Option<Tokens>, generation: u64) {
        let mut state = self.state();
        if state.lineage.generation == generation {
            state.unsaved = None;
            state.advance(newer.map(|newer| self.restored(Arc::new(newer))));
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

    /// Loads the tokens and their version from the store.
    pub(super) async fn stored(&self) -> Result<(Option<Tokens>, u64), Error> {
        let stored = self.in_store(StoreKind::Load, |store| store.load(&self.user)).await?;
        let version = stored.version;
        Ok((self.read(stored)?, version))
    }

    pub(super) fn read(&self, stored: StoredTokens) -> Result<Option<Tokens>, Error> {
        let tokens = stored.tokens.map(|text| Tokens::from_json(text.expose())).transpose();
        tokens.map_err(|error| Error::store(StoreKind::Load, error))
    }

    /// Saves the tokens, and reports whether the condition held.
    pub(super) async fn save(&self, text: Option<&crate::secret::Secret>, condition: SaveIf) -> Result<bool, Error> {
        let outcome = self.in_store(StoreKind::Save, |store| store.save(&self.user, text, condition)).await?;
        Ok(matches!(outcome, SaveOutcome::Saved { .. }))
    }

    pub(super) async fn lease(&self, ttl: Duration) -> Result<LeaseOutcome, Error> {
        let outcome = self.in_store(StoreKind::Lease, |store| store.lease(&self.user, ttl)).await?;
        if let LeaseOutcome::Granted { fence, .. } = &outcome {
            self.state().leased = Some(*fence);
        }
        Ok(outcome)
    }

    /// Releases a lease. One that cannot be released is released later, or expires.
    pub(super) async fn release(&self, fence: u64) {
        if self.in_store(StoreKind::Lease, |store| store.release(&self.user, fence)).await.is_ok() {
            let mut state = self.state();
            state.leased = state.leased.filter(|leased| *leased != fence);
        }
    }

    /// Saves what is unsaved, after which the lease that it came from has no reason to be held.
    pub(super) async fn save_late(self: &Arc<Self>, generation: u64) -> Result<(), Error> {
        self.settle(generation).await?;
        self.release_left().await;
        Ok(())
    }

    /// Releases the lease that a refresh has left behind, if one has.
    pub(super) async fn release_left(&self) {
        let left = self.state().leased;
        if let Some(fence) = left {
            self.release(fence).await;
        }
    }

    async fn in_store<'a, T>(
        &'a self,
        kind: StoreKind,
        step: impl FnOnce(&'a dyn TokenStore) -> StoreFuture<'a, T>,
    ) -> Result<T, Error> {
        let step = caught(|| step(&*self.shared.settings.store));
        let outcome = timeout(self.shared.settings.save_timeout, step).await;
        outcome
            .unwrap_or_else(|_| Err("the store did not respond in time".into()))
            .map_err(|error| Error::store(kind, error))
    }
}

/// Turns a panic in a step of the store into an error, without its message, which may contain tokens.
async fn caught<'a, T>(step: impl FnOnce() -> StoreFuture<'a, T>) -> Result<T, BoxError> {
    const PANICKED: &str = "the store panicked";
    let mut step = catch_unwind(AssertUnwindSafe(step)).map_err(|_| PANICKED)?;
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| step.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(PANICKED.into())))
    })
    .await
}

/// Retries saving, as long as there is something to save and the session exists.
async fn retry_save(session: Weak<Session>) {
    for failures in 0.. {
        sleep(Jitter::Lower.apply(SAVE_RETRY.delay(failures))).await;
        let Some(session) = session.upgrade() else { return };
        let Ok(Some(task)) = session.save_now() else { return };
        if session.wait(task).await.is_ok() {
            return;
        }
    }
}
