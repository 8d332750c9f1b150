//! Stores that wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::tokens::store::{self, LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens};
use crate::values::Secret;

/// What the methods of a [`TokenStore`] return.
pub type StoreResult<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A [token store](crate::TokenStore) on a database whose driver waits.
///
/// Its methods are those of [`crate::TokenStore`], which tells what each must do. They run on threads where they may
/// block. Give it to the client by [`ClientBuilder::waiting_token_store`](super::ClientBuilder::waiting_token_store).
pub trait TokenStore: Send + Sync + 'static {
    /// Reads the user's record: see [`crate::TokenStore::load`].
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from telling.
    fn load(&self, user: &str) -> StoreResult<StoredTokens>;

    /// Writes the user's tokens, or deletes them with `None`, if the condition holds: see [`crate::TokenStore::save`].
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from writing, or from telling whether it has.
    fn save(&self, user: &str, tokens: Option<&Secret>, condition: SaveIf) -> StoreResult<SaveOutcome>;

    /// Grants a lease for this long, unless one is in force: see [`crate::TokenStore::lease`].
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from granting it.
    fn lease(&self, user: &str, ttl: Duration) -> StoreResult<LeaseOutcome>;

    /// Ends the lease of this fence, if it is the newest: see [`crate::TokenStore::release`].
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from writing.
    fn release(&self, user: &str, fence: u64) -> StoreResult<()>;
}

/// A store that waits, for those who do not.
pub(super) struct Waiting<S>(Arc<S>);

impl<S: TokenStore> Waiting<S> {
    pub(super) fn new(store: S) -> Self {
        Self(Arc::new(store))
    }

    fn step<T: Send + 'static>(
        &self,
        user: &str,
        step: impl FnOnce(&S, &str) -> StoreResult<T> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let (store, user) = (self.0.clone(), user.to_owned());
        // The panic's text is not ours to show.
        let step = async move { spawn_blocking(move || step(&store, &user)).await.map_err(|_| "the store panicked")? };
        Box::pin(step)
    }
}

impl<S: TokenStore> store::TokenStore for Waiting<S> {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        self.step(user, |store, user| store.load(user))
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        let tokens = tokens.cloned();
        self.step(user, move |store, user| store.save(user, tokens.as_ref(), condition))
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        self.step(user, move |store, user| store.lease(user, ttl))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64) -> StoreFuture<'a, ()> {
        self.step(user, move |store, user| store.release(user, fence))
    }
}
