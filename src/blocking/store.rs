//! Token stores that block.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::secret::Secret;
use crate::tokens::{LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore};

/// What the methods of a [`BlockingTokenStore`] return.
pub type StoreResult<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A [token store](crate::TokenStore) on a database with a blocking driver.
///
/// Its methods are those of [`crate::TokenStore`], which documents what each must do. They run on threads where they
/// may block. Pass it to [`ClientBuilder::blocking_token_store`](super::ClientBuilder::blocking_token_store).
pub trait BlockingTokenStore: Send + Sync + 'static {
    /// Reads the user's record: see [`crate::TokenStore::load`].
    ///
    /// # Errors
    ///
    /// Any error that prevents reading.
    fn load(&self, user: &str) -> StoreResult<StoredTokens>;

    /// Writes the user's tokens, or deletes them with `None`, if the condition holds: see [`crate::TokenStore::save`].
    ///
    /// # Errors
    ///
    /// Any error that prevents writing, or leaves its outcome unknown.
    fn save(&self, user: &str, tokens: Option<&Secret>, condition: SaveIf) -> StoreResult<SaveOutcome>;

    /// Grants a lease for this long, unless one is held: see [`crate::TokenStore::lease`].
    ///
    /// # Errors
    ///
    /// Any error that prevents granting it.
    fn lease(&self, user: &str, ttl: Duration) -> StoreResult<LeaseOutcome>;

    /// Makes a lease last longer, and reports whether it is held: see [`crate::TokenStore::extend`].
    ///
    /// # Errors
    ///
    /// Any error that prevents extending it.
    fn extend(&self, user: &str, fence: u64, ttl: Duration) -> StoreResult<bool>;

    /// Releases the lease of this fence, if it is the newest: see [`crate::TokenStore::release`].
    ///
    /// # Errors
    ///
    /// Any error that prevents writing.
    fn release(&self, user: &str, fence: u64, presented: u32) -> StoreResult<()>;

    /// Lists users who have a record: see [`crate::TokenStore::list`].
    ///
    /// # Errors
    ///
    /// Any error that prevents reading.
    fn list(&self, after: Option<&str>, limit: usize) -> StoreResult<Vec<StoredUser>>;

    /// Removes the user's record: see [`crate::TokenStore::delete`].
    ///
    /// # Errors
    ///
    /// Any error that prevents removing it.
    fn delete(&self, user: &str) -> StoreResult<()>;
}

/// A blocking store behind the async trait.
pub(super) struct Blocking<S>(Arc<S>);

impl<S: BlockingTokenStore> Blocking<S> {
    pub(super) fn new(store: S) -> Self {
        Self(Arc::new(store))
    }

    fn step<T: Send + 'static>(
        &self,
        user: &str,
        step: impl FnOnce(&S, &str) -> StoreResult<T> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let (store, user) = (self.0.clone(), user.to_owned());
        // The panic's message may contain tokens.
        let step = async move { spawn_blocking(move || step(&store, &user)).await.map_err(|_| "the store panicked")? };
        Box::pin(step)
    }
}

impl<S: BlockingTokenStore> TokenStore for Blocking<S> {
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

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        self.step(user, move |store, user| store.extend(user, fence, ttl))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        self.step(user, move |store, user| store.release(user, fence, presented))
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        let is_first = after.is_none();
        self.step(after.unwrap_or_default(), move |store, after| store.list((!is_first).then_some(after), limit))
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.step(user, |store, user| store.delete(user))
    }
}
