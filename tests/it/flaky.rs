//! Stores that fail on demand: one that tells what was asked of it, and one that loses everything.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use mobiscroll_connect::{
    LeaseOutcome, MemoryTokenStore, SaveIf, SaveOutcome, Secret, StoreFuture, StoredTokens, StoredUser, TokenStore,
    Tokens,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Load,
    Save,
    Lease,
    Extend,
    Release,
    List,
    Delete,
}

/// A step that a test takes part in.
type Listener = Box<dyn Fn(Step) + Send + Sync>;

#[derive(Default)]
pub(crate) struct FlakyStore {
    pub(crate) inner: MemoryTokenStore,
    down: Mutex<HashSet<Step>>,
    hanging: Mutex<HashSet<Step>>,
    mute: Mutex<HashSet<Step>>,
    steps: Mutex<Vec<Step>>,
    listener: Mutex<Option<Listener>>,
}

impl FlakyStore {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// From now on these steps fail, and no others.
    pub(crate) fn fail(&self, steps: &[Step]) {
        *self.down.lock().unwrap() = steps.iter().copied().collect();
    }

    /// From now on these steps do not end before others are named.
    pub(crate) fn hang(&self, steps: &[Step]) {
        *self.hanging.lock().unwrap() = steps.iter().copied().collect();
    }

    /// From now on these steps happen, and are reported to have failed.
    pub(crate) fn lose_answers(&self, steps: &[Step]) {
        *self.mute.lock().unwrap() = steps.iter().copied().collect();
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.steps.lock().unwrap().clone()
    }

    /// Calls a closure after each step that succeeds.
    pub(crate) fn listen(&self, listener: impl Fn(Step) + Send + Sync + 'static) {
        *self.listener.lock().unwrap() = Some(Box::new(listener));
    }

    /// What the store has of a user.
    pub(crate) async fn tokens(&self, user: &str) -> Option<Tokens> {
        let text = self.inner.load(user).await.unwrap().tokens?;
        Some(Tokens::from_json(text.expose()).unwrap())
    }

    pub(crate) async fn put(&self, user: &str, tokens: &Tokens) {
        self.put_text(user, tokens.to_json().expose()).await;
    }

    pub(crate) async fn put_text(&self, user: &str, text: &str) {
        let version = self.version(user).await;
        self.inner.save(user, Some(&text.into()), SaveIf::Version(version)).await.unwrap();
    }

    pub(crate) async fn delete_tokens(&self, user: &str) {
        let version = self.version(user).await;
        self.inner.save(user, None, SaveIf::Version(version)).await.unwrap();
    }

    pub(crate) async fn version(&self, user: &str) -> u64 {
        self.inner.load(user).await.unwrap().version
    }

    /// As [`put`](Self::put), from within a listener: the store in memory works when it is asked.
    pub(crate) fn put_now(&self, user: &str, tokens: &Tokens) {
        let stored = self.inner.load(user).now_or_never().unwrap().unwrap();
        drop(self.inner.save(user, Some(&tokens.to_json()), SaveIf::Version(stored.version)));
    }

    /// Grants the next lease to somebody who does nothing with it.
    pub(crate) fn take_first_lease_over(&self, user: &str) {
        drop(self.inner.release(user, 1, 0));
        drop(self.inner.lease(user, Duration::ZERO));
    }

    pub(crate) fn hold_lease(&self, user: &str, ttl: Duration) {
        drop(self.inner.lease(user, ttl));
    }

    fn step<'a, T: Send + 'a>(
        &'a self,
        step: Step,
        inner: impl FnOnce() -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            self.steps.lock().unwrap().push(step);
            // A store on another machine does not answer at once.
            tokio::time::sleep(Duration::from_millis(1)).await;
            while self.hanging.lock().unwrap().contains(&step) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            if self.down.lock().unwrap().contains(&step) {
                return Err(format!("the store is down: {step:?}").into());
            }
            let done = inner().await;
            if self.mute.lock().unwrap().contains(&step) {
                return Err("the connection broke".into());
            }
            if let Some(listener) = &*self.listener.lock().unwrap() {
                listener(step);
            }
            done
        })
    }
}

impl TokenStore for FlakyStore {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        self.step(Step::Load, || self.inner.load(user))
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        self.step(Step::Save, move || self.inner.save(user, tokens, condition))
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        self.step(Step::Lease, move || self.inner.lease(user, ttl))
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        self.step(Step::Extend, move || self.inner.extend(user, fence, ttl))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        self.step(Step::Release, move || self.inner.release(user, fence, presented))
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        self.step(Step::List, move || self.inner.list(after, limit))
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.step(Step::Delete, move || self.inner.delete(user))
    }
}

/// A store in whose place an empty one can be put, as when a table was dropped.
#[derive(Default)]
pub(crate) struct LosableStore(Mutex<Arc<MemoryTokenStore>>);

impl LosableStore {
    /// What the store has now, to be put back later.
    pub(crate) async fn backup(&self, user: &str) -> Arc<MemoryTokenStore> {
        let (store, stored) = (MemoryTokenStore::new(), self.load(user).await.unwrap());
        for version in 0..stored.version {
            store.save(user, stored.tokens.as_ref(), SaveIf::Version(version)).await.unwrap();
        }
        Arc::new(store)
    }

    /// Puts a backup in its place.
    pub(crate) fn restore(&self, backup: Arc<MemoryTokenStore>) {
        *self.0.lock().unwrap() = backup;
    }

    pub(crate) fn lose_everything(&self) {
        *self.0.lock().unwrap() = Arc::default();
    }

    fn now(&self) -> Arc<MemoryTokenStore> {
        self.0.lock().unwrap().clone()
    }
}

impl TokenStore for LosableStore {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        let store = self.now();
        Box::pin(async move { store.load(user).await })
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        let store = self.now();
        Box::pin(async move { store.save(user, tokens, condition).await })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        let store = self.now();
        Box::pin(async move { store.lease(user, ttl).await })
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        let store = self.now();
        Box::pin(async move { store.extend(user, fence, ttl).await })
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        let store = self.now();
        Box::pin(async move { store.release(user, fence, presented).await })
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        let store = self.now();
        Box::pin(async move { store.list(after, limit).await })
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        let store = self.now();
        Box::pin(async move { store.delete(user).await })
    }
}
