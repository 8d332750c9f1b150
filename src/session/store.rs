//! The session's steps in the store: each has a timeout, and none panics.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Session;
use crate::error::{BoxError, Error, StoreKind};
use crate::sync::spawn;
use crate::tokens::{
    LeaseOutcome, Lineage, PairId, SaveIf, SaveOutcome, StoreFuture, StoredTokens, TokenStore, Tokens,
};

/// A pair with where it came from.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) tokens: Arc<Tokens>,
    pub(super) id: PairId,
    pub(super) lineage: Lineage,
}

/// What the store has of the user.
pub(super) struct Stored {
    pub(super) pair: Option<Pair>,
    pub(super) version: u64,
}

/// A lease of this session, held or to be released.
#[derive(Clone, Copy)]
pub(super) struct Leased {
    pub(super) fence: u64,
    /// How often the refresh token was presented under it without a result that is saved.
    pub(super) presented: u32,
}

impl Pair {
    /// Begins a lineage.
    pub(super) fn new(tokens: Arc<Tokens>) -> Self {
        let id = PairId::of(&tokens);
        Self { tokens, id, lineage: Lineage::new(id) }
    }
}

impl Session {
    /// Loads the user's pair and its version.
    pub(super) async fn stored(&self) -> Result<Stored, Error> {
        let stored = self.in_store(StoreKind::Load, |store| store.load(&self.user)).await?;
        self.read(stored)
    }

    pub(super) fn read(&self, stored: StoredTokens) -> Result<Stored, Error> {
        let StoredTokens { tokens, version } = stored;
        let Some(text) = tokens else { return Ok(Stored { pair: None, version }) };
        let read = Tokens::from_record(text.expose());
        let (tokens, lineage) = read.map_err(|error| Error::store(StoreKind::Load, error))?;
        let pair = Pair::new(Arc::new(tokens));
        // A pair that somebody put there without a lineage begins one.
        let lineage = lineage.unwrap_or_else(|| pair.lineage.clone());
        Ok(Stored { pair: Some(Pair { lineage, ..pair }), version })
    }

    /// Saves a pair, or deletes it, and returns the version if the condition held.
    pub(super) async fn save(&self, pair: Option<&Pair>, condition: SaveIf) -> Result<Option<u64>, Error> {
        let text = pair.map(|pair| pair.tokens.to_record(&pair.lineage));
        let step = self.in_store(StoreKind::Save, |store| store.save(&self.user, text.as_ref(), condition));
        let outcome = step.await?;
        Ok(match outcome {
            SaveOutcome::Saved { version } => Some(version),
            SaveOutcome::Conflict => None,
        })
    }

    /// Asks for the lease. One that is granted after the caller gave up is released at once.
    pub(super) async fn lease(self: &Arc<Self>, ttl: Duration) -> Result<LeaseOutcome, Error> {
        let (session, (sender, granted)) = (self.clone(), oneshot::channel());
        let asking = async move {
            let outcome = caught(|| session.shared.settings.store.lease(&session.user, ttl)).await;
            if let Ok(LeaseOutcome::Granted { fence, .. }) = &outcome {
                session.state().leased = Some(Leased { fence: *fence, presented: 0 });
            }
            if let Err(Ok(LeaseOutcome::Granted { .. })) = sender.send(outcome) {
                session.release().await;
            }
        };
        spawn(&Handle::current(), Box::pin(asking));
        let outcome = match timeout(self.shared.settings.save_timeout, granted).await {
            Ok(outcome) => outcome.unwrap_or_else(|_| Err("the runtime was shut down".into())),
            Err(_) => Err("the store did not respond in time".into()),
        };
        outcome.map_err(|error| Error::store(StoreKind::Lease, error))
    }

    pub(super) async fn extend(&self, fence: u64, ttl: Duration) -> Result<bool, Error> {
        self.in_store(StoreKind::Lease, |store| store.extend(&self.user, fence, ttl)).await
    }

    /// Releases the lease that this session holds, if it does. One that cannot be released is released later, or expires.
    pub(super) async fn release(&self) {
        let left = self.state().leased;
        let Some(Leased { fence, presented }) = left else { return };
        let released = self.in_store(StoreKind::Lease, |store| store.release(&self.user, fence, presented)).await;
        if released.is_ok() {
            let mut state = self.state();
            state.leased = state.leased.filter(|leased| leased.fence != fence);
        }
    }

    /// Releases the lease of this fence, unless that was done, or another task has a newer one.
    pub(super) async fn release_lease(&self, fence: u64) {
        let is_held = self.state().leased.is_some_and(|leased| leased.fence == fence);
        if is_held {
            self.release().await;
        }
    }

    /// Notes how often the refresh token was presented under a lease without a result.
    pub(super) fn count_presented(&self, fence: u64, presented: u32) {
        if let Some(leased) = self.state().leased.as_mut().filter(|leased| leased.fence == fence) {
            leased.presented = presented;
        }
    }

    pub(super) async fn in_store<'a, T>(
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
