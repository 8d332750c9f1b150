//! Where a client that waits may be built, used and dropped.

use std::sync::{Arc, OnceLock};
use std::thread;

use mobiscroll_connect::blocking::Client;
use mobiscroll_connect::{
    Error, LeaseOutcome, MemoryTokenStore, SaveIf, SaveOutcome, Secret, StoreFuture, StoredTokens, StoredUser,
    TokenStore, Tokens,
};
use mobiscroll_connect_sandbox::Sandbox;
use tokio::runtime::{Builder, Runtime};

use crate::support::{ADA, builder, expired, sandbox, tokens};

fn runtimes() -> [(&'static str, Runtime); 2] {
    [
        ("a current-thread runtime", Builder::new_current_thread().enable_all().build().unwrap()),
        ("a multi-thread runtime", Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()),
    ]
}

/// Builds a client, has it refresh, and drops it.
fn use_one(sandbox: &Sandbox) -> Result<(), Error> {
    let before = sandbox.refreshes(ADA);
    let client = expired(sandbox, builder(sandbox));
    client.calendars().list().send()?;
    client.events().list().stream().try_for_each(|event| event.map(drop))?;
    assert_eq!(sandbox.refreshes(ADA), before + 1);
    client.close()
}

#[test]
fn it_works_wherever_it_is_built_and_used_and_dropped() {
    let sandbox = Arc::new(sandbox());
    let works = |place: &str, outcome: Result<(), Error>| {
        println!("{place}: {}", if outcome.is_ok() { "works" } else { "fails" });
        outcome.unwrap_or_else(|error| panic!("{place}: {error}"));
    };
    works("on a plain thread", use_one(&sandbox));
    for (name, runtime) in runtimes() {
        works(&format!("within block_on of {name}"), runtime.block_on(async { use_one(&sandbox) }));
        let on_task = sandbox.clone();
        let task = runtime.spawn(async move { use_one(&on_task) });
        works(&format!("on a task of {name}"), runtime.block_on(task).unwrap());
        let apart = sandbox.clone();
        let apart = runtime.spawn_blocking(move || use_one(&apart));
        works(&format!("within spawn_blocking of {name}"), runtime.block_on(apart).unwrap());
        let local = tokio::task::LocalSet::new();
        let on_local = sandbox.clone();
        let outcome = runtime.block_on(
            local.run_until(async move { tokio::task::spawn_local(async move { use_one(&on_local) }).await.unwrap() }),
        );
        works(&format!("on a LocalSet of {name}"), outcome);
    }
}

#[test]
fn it_may_change_places_between_its_calls() {
    let sandbox = sandbox();
    for (name, runtime) in runtimes() {
        let client = runtime.block_on(async { expired(&sandbox, builder(&sandbox)) });
        client.calendars().list().send().unwrap_or_else(|error| panic!("built in {name}: {error}"));
        sandbox.expire_access_tokens();
        drop(runtime);
        client.calendars().list().send().unwrap_or_else(|error| panic!("after the end of {name}: {error}"));
        let (_, other) = runtimes().into_iter().next_back().unwrap();
        other.block_on(async move { drop(client) });
    }
}

#[test]
fn a_thread_that_panics_takes_nothing_but_its_own_handle() {
    let sandbox = sandbox();
    let client = expired(&sandbox, builder(&sandbox));
    let clone = client.clone();
    let panicked = thread::spawn(move || {
        clone.calendars().list().send().unwrap();
        panic!("with a client in hand");
    });
    assert!(panicked.join().is_err());
    client.calendars().list().send().unwrap();
    assert_eq!(sandbox.refreshes(ADA), 1);
}

#[test]
fn an_async_hook_may_call_the_client_that_waits() {
    let sandbox = sandbox();
    let own: Arc<OnceLock<Client>> = Arc::default();
    let hook = {
        let own = own.clone();
        move |_: Tokens| {
            let own = own.clone();
            async move { own.get().unwrap().calendars().list().send().map(drop) }
        }
    };
    let client = expired(&sandbox, builder(&sandbox).on_tokens_refreshed(hook));
    own.set(client.clone()).unwrap();
    client.calendars().list().send().unwrap();
}

/// A store that calls the client that it works for.
struct Meddler(MemoryTokenStore, Arc<OnceLock<Client>>);

impl TokenStore for Meddler {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async move {
            self.1.get().unwrap().health().send()?;
            self.0.load(user).await
        })
    }

    fn save<'a>(&'a self, user: &'a str, tokens: Option<&'a Secret>, when: SaveIf) -> StoreFuture<'a, SaveOutcome> {
        self.0.save(user, tokens, when)
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: std::time::Duration) -> StoreFuture<'a, LeaseOutcome> {
        self.0.lease(user, ttl)
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: std::time::Duration) -> StoreFuture<'a, bool> {
        self.0.extend(user, fence, ttl)
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        self.0.release(user, fence, presented)
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        self.0.list(after, limit)
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.0.delete(user)
    }
}

#[test]
fn an_async_store_that_calls_its_client_is_an_error_and_no_deadlock() {
    let sandbox = sandbox();
    let own: Arc<OnceLock<Client>> = Arc::default();
    let client = builder(&sandbox).token_store(Meddler(MemoryTokenStore::new(), own.clone())).build().unwrap();
    own.set(client.clone()).unwrap();
    let error = client.for_user("bob").calendars().list().send().unwrap_err();
    let causes: Vec<_> = std::iter::successors(std::error::Error::source(&error), |error| error.source())
        .map(|error| error.to_string())
        .collect();
    assert!(matches!(error, Error::TokenStore(_)), "{error:?}");
    assert!(causes.iter().any(|cause| cause.contains("an async token store called")), "{causes:?}");
}

#[test]
fn the_async_client_and_the_waiting_one_share_a_store() {
    let sandbox = sandbox();
    let store = Arc::new(MemoryTokenStore::new());
    let waiting = builder(&sandbox).token_store(store.clone()).build().unwrap();
    waiting.for_user(ADA).set_credentials(tokens(&sandbox));
    waiting.for_user(ADA).calendars().list().send().unwrap();
    sandbox.expire_access_tokens();
    let [(_, runtime), _] = runtimes();
    runtime.block_on(async {
        let client =
            mobiscroll_connect::Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri());
        let client = client.base_url(sandbox.base_url()).token_store(store).build().unwrap();
        client.for_user(ADA).calendars().list().send().await.unwrap();
        // Finds what the other has refreshed.
        waiting.for_user(ADA).calendars().list().send().unwrap();
    });
    assert_eq!(sandbox.refreshes(ADA), 1);
}
