//! Saving: the store first, then the hook, and only then the first request.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::events::AuthEvent;
use super::flight::{Flight, Goal};
use super::{Live, Session, State, hook};
use crate::error::{BoxError, Error, StoreOperation};
use crate::tokens::store::{LeaseOutcome, SaveIf, SaveOutcome, StoredTokens};
use crate::tokens::{Life, Tokens};

/// Between tries to save a pair again.
const SAVE_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// A pair of tokens that somebody still has to be given.
#[derive(Clone)]
pub(super) struct Unsaved {
    pub(super) tokens: Arc<Tokens>,
    missing: Missing,
    /// Whether its caller was told that saving failed. From then on it serves, and is saved in the background: nothing
    /// is gained by refusing calls, as long as it is not refreshed.
    pub(super) tried: bool,
    failures: u32,
}

/// Who has not got a pair yet.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Missing {
    /// The store, whatever it holds; and maybe the hook.
    Put { tell: bool },
    /// The store, if it still has the version that the pair was made of; and the hook.
    Follow { version: u64, fence: Option<u64> },
    /// The hook.
    Tell,
}

/// What became of a save.
enum Saved {
    Done,
    /// Somebody else has saved other tokens since, or has deleted them.
    Superseded(Option<Tokens>),
}

impl Unsaved {
    pub(super) fn new(tokens: Arc<Tokens>, missing: Missing) -> Self {
        Self { tokens, missing, tried: false, failures: 0 }
    }
}

impl Session {
    /// Gives the unsaved pair, if there is one, to whoever has not got it yet, and puts it in force.
    ///
    /// Runs in flights only, and so never twice at a time.
    pub(super) async fn settle(self: &Arc<Self>, epoch: u64) -> Result<(), Error> {
        let Some(unsaved) = self.unsaved(epoch) else { return Ok(()) };
        match self.give(&unsaved, epoch).await {
            Ok(Saved::Done) => self.put_in_force(&unsaved, epoch),
            Ok(Saved::Superseded(newer)) => self.superseded(newer, epoch),
            Err(error) => {
                let error = error.into_unsaved();
                self.put_off(&unsaved, epoch, &error);
                return Err(error);
            }
        }
        self.unpin();
        Ok(())
    }

    async fn give(self: &Arc<Self>, unsaved: &Unsaved, epoch: u64) -> Result<Saved, Error> {
        let text = unsaved.tokens.to_json();
        let tell = match unsaved.missing {
            Missing::Put { tell } => {
                self.save(Some(&text), SaveIf::Always).await?;
                tell
            }
            Missing::Follow { version, fence } => {
                if let saved @ Saved::Superseded(_) = self.follow(&unsaved.tokens, version, fence).await? {
                    return Ok(saved);
                }
                true
            }
            Missing::Tell => true,
        };
        if tell && self.unsaved(epoch).is_some() {
            self.now_missing(Missing::Tell, epoch);
            self.tell(&unsaved.tokens).await?;
        }
        Ok(Saved::Done)
    }

    /// Saves a refreshed pair over the one that it was made of.
    async fn follow(&self, tokens: &Tokens, version: u64, fence: Option<u64>) -> Result<Saved, Error> {
        let text = tokens.to_json();
        if let Some(fence) = fence
            && self.save(Some(&text), SaveIf::Lease { version, fence }).await?
        {
            return Ok(Saved::Done);
        }
        let (stored, newest) = self.stored().await?;
        match stored {
            // An earlier try arrived, although its answer did not.
            Some(stored) if stored.access_token() == tokens.access_token() => return Ok(Saved::Done),
            stored if newest != version => return Ok(Saved::Superseded(stored)),
            _ => {}
        }
        // The lease went to somebody else, who has not saved: this pair is still the newest.
        let LeaseOutcome::Granted { fence, .. } = self.lease(self.app.refresh_lease).await? else {
            return Err(Error::store(StoreOperation::Save, "another process holds the lease"));
        };
        let saved = self.save(Some(&text), SaveIf::Lease { version, fence }).await;
        self.release(fence).await;
        match saved? {
            true => Ok(Saved::Done),
            false => Err(Error::store(StoreOperation::Save, "another process saved at the same time")),
        }
    }

    /// Hands a pair to the hook, on a task of its own: a panic in it must not take the tokens along.
    async fn tell(self: &Arc<Self>, tokens: &Arc<Tokens>) -> Result<(), Error> {
        let Some(hook) = self.app.hook.clone() else { return Ok(()) };
        let (user, told) = (self.user.to_string(), (**tokens).clone());
        let telling = hook::telling(self, tokens.clone(), async move { hook(user, told).await });
        let mut telling = tokio::spawn(telling);
        let outcome = match timeout(self.app.save_timeout, &mut telling).await {
            Ok(Ok(outcome)) => outcome,
            // The panic's text is not ours to show.
            Ok(Err(_)) => Err("the hook panicked, or the runtime was shut down around it".into()),
            Err(_) => {
                telling.abort();
                Err("the hook did not finish in time".into())
            }
        };
        outcome.map_err(|error| Error::store(StoreOperation::Callback, error))
    }

    fn unsaved(&self, epoch: u64) -> Option<Unsaved> {
        let state = self.state();
        state.unsaved.as_deref().filter(|_| state.epoch == epoch).cloned()
    }

    fn now_missing(&self, missing: Missing, epoch: u64) {
        let mut state = self.state();
        if state.epoch == epoch
            && let Some(unsaved) = &mut state.unsaved
        {
            unsaved.missing = missing;
        }
    }

    /// Puts a pair in force that everybody has got.
    fn put_in_force(&self, unsaved: &Unsaved, epoch: u64) {
        let mut state = self.state();
        if state.epoch != epoch {
            return;
        }
        state.unsaved = None;
        self.use_pair(&mut state, unsaved);
        drop(state);
        if unsaved.missing != (Missing::Put { tell: false }) {
            self.app.events.send(|| AuthEvent::Refreshed { user: self.user.to_string() });
        }
    }

    /// Puts a pair in force all the same, and keeps trying to save it.
    fn put_off(self: &Arc<Self>, unsaved: &Unsaved, epoch: u64, error: &Error) {
        let mut state = self.state();
        if state.epoch != epoch {
            return;
        }
        self.use_pair(&mut state, unsaved);
        let next_try = SAVE_PAUSE.0.saturating_mul(1 << unsaved.failures.min(6)).min(SAVE_PAUSE.1);
        if let Some(unsaved) = &mut state.unsaved {
            unsaved.tried = true;
            unsaved.failures += 1;
        }
        if state.saving_later.as_ref().is_none_or(JoinHandle::is_finished) {
            state.saving_later = Some(tokio::spawn(save_later(Arc::downgrade(self))));
        }
        drop(state);
        let (user, error) = (self.user.to_string(), error.clone());
        self.app.events.send(|| AuthEvent::SavePending { user, error, next_try });
    }

    fn use_pair(&self, state: &mut State, unsaved: &Unsaved) {
        (state.failures, state.not_before) = (0, None);
        // What came from the caller's hands is in force already, and not as new.
        if !state.live.as_ref().is_some_and(|live| Arc::ptr_eq(&live.tokens, &unsaved.tokens)) {
            let life = Life::of_new(&unsaved.tokens, self.app.refresh_ahead);
            state.live = Some(Live { tokens: unsaved.tokens.clone(), life });
        }
    }

    fn superseded(&self, newer: Option<Tokens>, epoch: u64) {
        let mut state = self.state();
        if state.epoch == epoch {
            state.unsaved = None;
            state.live = newer.map(|newer| self.kept(Arc::new(newer)));
        }
    }

    /// Saves what is unsaved now, on a flight.
    pub(super) fn save_now(self: &Arc<Self>) -> Result<Option<Flight>, Error> {
        let mut state = self.state();
        match state.unsaved {
            Some(_) => self.join(&mut state, Goal::Save).map(Some),
            None => Ok(None),
        }
    }

    /// Reads the store: the tokens, and their version.
    pub(super) async fn stored(&self) -> Result<(Option<Tokens>, u64), Error> {
        let stored = self.in_store(StoreOperation::Load, self.app.store.load(&self.user)).await?;
        let version = stored.version;
        Ok((self.read(stored)?, version))
    }

    pub(super) fn read(&self, stored: StoredTokens) -> Result<Option<Tokens>, Error> {
        let tokens = stored.tokens.map(|text| Tokens::from_json(text.expose())).transpose();
        tokens.map_err(|error| Error::store(StoreOperation::Load, error))
    }

    /// Tells whether the condition held.
    pub(super) async fn save(&self, text: Option<&crate::Secret>, condition: SaveIf) -> Result<bool, Error> {
        let saving = self.app.store.save(&self.user, text, condition);
        let outcome = self.in_store(StoreOperation::Save, saving).await?;
        Ok(matches!(outcome, SaveOutcome::Saved { .. }))
    }

    pub(super) async fn lease(&self, ttl: Duration) -> Result<LeaseOutcome, Error> {
        let outcome = self.in_store(StoreOperation::Lease, self.app.store.lease(&self.user, ttl)).await?;
        if let LeaseOutcome::Granted { fence, .. } = &outcome {
            self.state().leased = Some(*fence);
        }
        Ok(outcome)
    }

    /// Ends a lease. One that cannot be ended ends by itself.
    pub(super) async fn release(&self, fence: u64) {
        let _ = self.in_store(StoreOperation::Lease, self.app.store.release(&self.user, fence)).await;
        let mut state = self.state();
        state.leased = state.leased.filter(|leased| *leased != fence);
    }

    async fn in_store<T>(
        &self,
        operation: StoreOperation,
        step: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, Error> {
        let outcome = timeout(self.app.save_timeout, step).await;
        outcome
            .unwrap_or_else(|_| Err("the store did not answer in time".into()))
            .map_err(|error| Error::store(operation, error))
    }
}

/// Keeps trying to save, as long as there is something to save and somebody who wants it.
async fn save_later(session: Weak<Session>) {
    let mut pause = SAVE_PAUSE.0;
    loop {
        sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        let Some(session) = session.upgrade() else { return };
        let Ok(Some(flight)) = session.save_now() else { return };
        if session.landing(flight).await.is_ok() {
            return;
        }
        pause = (pause * 2).min(SAVE_PAUSE.1);
    }
}
