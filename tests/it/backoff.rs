//! Waiting has bounds: for a token endpoint that fails or hangs, for a store that panics, for a hook that closes.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::{Timestamp, ToSpan};
use mobiscroll_connect::{
    Client, Error, LeaseOutcome, SaveIf, SaveOutcome, Secret, StoreFuture, StoreKind, StoredTokens, TokenStore, Tokens,
};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};

use crate::flaky::FlakyStore;
use crate::support::{ADA, builder, category, expired, tokens};

use Operation::RefreshToken;

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
    let client = builder(&sandbox).token_store(Panicking).build().unwrap();
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

/// A store that saves, and panics otherwise: in its future, and before there is one.
struct Panicking;

impl TokenStore for Panicking {
    fn load<'a>(&'a self, _: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async { panic!("on purpose") })
    }

    fn save<'a>(&'a self, _: &'a str, _: Option<&'a Secret>, _: SaveIf) -> StoreFuture<'a, SaveOutcome> {
        Box::pin(async { Ok(SaveOutcome::Saved { version: 1 }) })
    }

    fn lease<'a>(&'a self, _: &'a str, _: Duration) -> StoreFuture<'a, LeaseOutcome> {
        panic!("on purpose")
    }

    fn release<'a>(&'a self, _: &'a str, _: u64) -> StoreFuture<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}
