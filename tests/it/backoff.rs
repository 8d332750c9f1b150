//! Waiting has bounds: for a token endpoint that fails or hangs, for a store that panics, for a hook that closes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::{
    Client, Error, LeaseOutcome, RequestOptions, SaveIf, SaveOutcome, Secret, StoreFuture, StoreKind, StoredTokens,
    StoredUser, TokenStore, Tokens,
};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::flaky::{FlakyStore, Step};
use crate::support::{ADA, builder, category, expired, signed_in, tokens, until};

use Operation::{ExchangeCode, RefreshToken};

async fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Empty).start().await.unwrap()
}

#[tokio::test]
async fn while_a_refresh_backs_off_calls_with_a_dead_token_do_not_bother_the_token_endpoint() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    sandbox.inject(Fault::on(RefreshToken).always().status(429).header("retry-after", "60"));
    for _ in 0..100 {
        let error = client.calendars().list().await.unwrap_err();
        assert_eq!((category(&error), error.is_retryable()), ("RateLimit", true));
        let left = error.retry_after().unwrap();
        assert!(left > Duration::from_secs(40) && left <= Duration::from_secs(60), "{left:?}");
    }
    assert_eq!(sandbox.count(RefreshToken), 1);
}

#[tokio::test]
async fn an_outage_of_the_token_endpoint_costs_one_request_per_back_off_interval() {
    let sandbox = sandbox().await;
    let client = expired(&sandbox, builder(&sandbox));
    let outage = sandbox.inject(Fault::on(RefreshToken).always().status(503));
    for _ in 0..20 {
        let error = client.calendars().list().await.unwrap_err();
        assert_eq!((category(&error), error.is_retryable()), ("Server", true));
    }
    assert_eq!(outage.fired(), 1);
    let left = client.auth().refresh().await.unwrap_err().retry_after().unwrap();
    sandbox.clear_faults();
    tokio::time::sleep(left).await;
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_newer_pair_in_the_store_ends_the_back_off() {
    let sandbox = sandbox().await;
    let store = FlakyStore::new();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    sandbox.expire_access_token(ADA);
    let client = builder(&sandbox).token_store(store.clone()).build().unwrap().for_user(ADA);
    sandbox.inject(Fault::on(RefreshToken).always().status(429).header("retry-after", "60"));
    client.calendars().list().await.unwrap_err();
    store.put(ADA, &tokens(sandbox.issue_tokens(ADA))).await;
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.count(RefreshToken), 1);
}

#[tokio::test]
async fn a_hanging_refresh_delays_one_call_with_a_living_token() {
    let sandbox = sandbox().await;
    let client = builder(&sandbox).build().unwrap();
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)).with_expires_at(Timestamp::now() + 30.seconds()));
    sandbox.inject(Fault::on(RefreshToken).always().delay(Duration::from_secs(60)));
    client.calendars().list().await.unwrap();
    let begun = Instant::now();
    for _ in 0..5 {
        client.calendars().list().await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_store_that_panics_is_an_error_of_the_store() {
    let sandbox = sandbox().await;
    let client = builder(&sandbox).token_store(Panicking(AtomicUsize::new(0))).build().unwrap();
    let error = client.calendars().list().await.unwrap_err();
    let Error::TokenStore(failure) = &error else { panic!("{error:?}") };
    assert_eq!((failure.kind(), error.code()), (StoreKind::Load, "TOKEN_STORE_ERROR"));
    client.set_credentials(tokens(sandbox.issue_tokens(ADA)));
    client.calendars().list().await.unwrap();
    let error = client.auth().refresh().await.unwrap_err();
    let Error::TokenStore(failure) = &error else { panic!("{error:?}") };
    assert_eq!(failure.kind(), StoreKind::Lease);
}

#[tokio::test]
async fn a_hook_that_closes_the_client_does_not_wait_for_itself() {
    let sandbox = sandbox().await;
    let own = Arc::new(OnceLock::<Client>::new());
    let within = own.clone();
    let client = builder(&sandbox).save_timeout(Duration::from_secs(5)).on_tokens_refreshed(move |_: Tokens| {
        let client = within.get().unwrap().clone();
        async move { client.close().await }
    });
    let client = expired(&sandbox, client);
    own.set(client.clone()).unwrap();
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn token_calls_end_at_their_deadline_and_their_work_continues() {
    let quick = |client: &Client| client.with_options(RequestOptions::new().deadline(Duration::from_millis(300)));
    let (sandbox, client) = signed_in().await;
    let old = client.auth().credentials();
    sandbox.inject(Fault::on(RefreshToken).delay(Duration::from_secs(2)));
    let begun = Instant::now();
    assert_eq!(category(&quick(&client).auth().refresh().await.unwrap_err()), "Network");
    assert!(begun.elapsed() < Duration::from_secs(2));
    until(|| client.auth().credentials() != old).await;

    let bob = client.for_user("bob");
    sandbox.inject(Fault::on(ExchangeCode).delay(Duration::from_secs(2)));
    let begun = Instant::now();
    let exchanged = quick(&bob).auth().get_token(&sandbox.authorize("bob").into()).await;
    assert_eq!(category(&exchanged.unwrap_err()), "Network");
    assert!(begun.elapsed() < Duration::from_secs(2));
    until(|| bob.auth().credentials().is_some()).await;

    let store = FlakyStore::new();
    let stored = builder(&sandbox).token_store(store.clone()).build().unwrap();
    store.hang(&[Step::Load]);
    let begun = Instant::now();
    assert_eq!(category(&quick(&stored).auth().revoke().await.unwrap_err()), "Network");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_exchange_of_a_code_obeys_the_timeout_of_its_handle() {
    let (sandbox, client) = signed_in().await;
    let quick = client.with_options(RequestOptions::new().timeout(Duration::from_millis(300)));
    sandbox.inject(Fault::on(ExchangeCode).delay(Duration::from_secs(2)).times(2));
    let begun = Instant::now();
    let exchanged = quick.auth().get_token(&sandbox.authorize(ADA).into()).await;
    assert_eq!(category(&exchanged.unwrap_err()), "Network");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn an_exchange_that_was_definitely_not_sent_is_retried() {
    let sandbox = sandbox().await;
    let address = sandbox.base_url().parse::<url::Url>().unwrap();
    let server = address.socket_addrs(|| None).unwrap()[0];
    let resolver = Arc::new(Unreliable { server, asked: AtomicUsize::new(0) });
    let http = reqwest::Client::builder().dns_resolver(resolver.clone()).no_proxy().build().unwrap();
    let base_url = format!("http://connect.example:{}/api", server.port());
    let client = builder(&sandbox).http_client(http).base_url(base_url).allow_http(true).build().unwrap();
    client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    assert_eq!((resolver.asked.load(Ordering::SeqCst), sandbox.count(ExchangeCode)), (3, 1));
}

/// A resolver that fails twice.
struct Unreliable {
    server: SocketAddr,
    asked: AtomicUsize,
}

impl Resolve for Unreliable {
    fn resolve(&self, _: Name) -> Resolving {
        let (asked, server) = (self.asked.fetch_add(1, Ordering::SeqCst), self.server);
        Box::pin(async move {
            match asked {
                0 | 1 => Err("no such host".into()),
                _ => Ok(Box::new(std::iter::once(server)) as Addrs),
            }
        })
    }
}

/// A store that saves, and panics otherwise: in its first load, and before there is a future.
struct Panicking(AtomicUsize);

impl TokenStore for Panicking {
    fn load<'a>(&'a self, _: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => panic!("on purpose"),
                _ => Ok(StoredTokens::default()),
            }
        })
    }

    fn save<'a>(&'a self, _: &'a str, _: Option<&'a Secret>, _: SaveIf) -> StoreFuture<'a, SaveOutcome> {
        Box::pin(async { Ok(SaveOutcome::Saved { version: 1 }) })
    }

    fn lease<'a>(&'a self, _: &'a str, _: Duration) -> StoreFuture<'a, LeaseOutcome> {
        panic!("on purpose")
    }

    fn extend<'a>(&'a self, _: &'a str, _: u64, _: Duration) -> StoreFuture<'a, bool> {
        panic!("on purpose")
    }

    fn release<'a>(&'a self, _: &'a str, _: u64, _: u32) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn list<'a>(&'a self, _: Option<&'a str>, _: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        Box::pin(async { panic!("on purpose") })
    }

    fn delete<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async { panic!("on purpose") })
    }
}
