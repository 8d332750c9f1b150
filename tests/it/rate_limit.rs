//! Rate limits: whom a 429 holds back, and how many requests are in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, future, stream};
use mobiscroll_connect::{Client, ClientBuilder, Error, RateLimitScope, RequestOptions, RetryPolicy, SendStatus};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};

use crate::support::{ADA, builder, category, signed_in, tokens};

const BOB: &str = "bob";

fn limited(sandbox: &Sandbox, seconds: &str) {
    sandbox.inject(Fault::on(Operation::ListCalendars).status(429).header("retry-after", seconds));
}

/// Handles for two users.
async fn two_users(settings: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Sandbox, Client, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = settings(builder(&sandbox)).build().unwrap();
    let [ada, bob] = [ADA, BOB].map(|user| {
        let handle = client.for_user(user);
        handle.set_credentials(tokens(sandbox.issue_tokens(user)));
        handle
    });
    (sandbox, ada, bob)
}

#[tokio::test]
async fn while_a_retry_after_runs_no_other_call_of_the_user_asks() {
    let (sandbox, client) = signed_in().await;
    limited(&sandbox, "1");
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.status()), ("RateLimit", Some(429)));
    let begun = Instant::now();
    let calls = future::join_all((0..20).map(|_| client.calendars().list().send())).await;
    assert!(calls.iter().all(Result::is_ok));
    assert!(begun.elapsed() > Duration::from_millis(900), "{:?}", begun.elapsed());
    assert_eq!(sandbox.count_answered(Operation::ListCalendars, 429), 1);
    assert_eq!(client.metrics().rate_limit_waits, 20);
}

#[tokio::test]
async fn a_call_whose_deadline_ends_earlier_fails_at_once_and_is_not_sent() {
    let (sandbox, client) = signed_in().await;
    limited(&sandbox, "300");
    client.calendars().list().await.unwrap_err();
    let begun = Instant::now();
    let error = client.events().list().await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_millis(200));
    let Error::RateLimit(failure) = &error else { panic!("{error:?}") };
    assert_eq!((failure.status(), error.send_status()), (None, SendStatus::NotSent));
    let left = error.retry_after().unwrap();
    assert!((Duration::from_secs(290)..=Duration::from_secs(300)).contains(&left), "{left:?}");
    assert!(error.is_retryable());
    assert_eq!(sandbox.count(Operation::ListEvents), 0);
    // The service is not asked, so it can be healthy.
    client.health().await.unwrap();
}

#[tokio::test]
async fn a_limit_holds_for_its_scope() {
    for (scope, ada_waits, bob_waits) in [
        (RateLimitScope::Call, false, false),
        (RateLimitScope::User, true, false),
        (RateLimitScope::Client, true, true),
    ] {
        let (sandbox, ada, bob) = two_users(|builder| builder.rate_limit_scope(scope)).await;
        limited(&sandbox, "300");
        ada.calendars().list().await.unwrap_err();
        let waits = async |client: &Client| client.calendars().list().await.is_err();
        assert_eq!((waits(&ada).await, waits(&bob).await), (ada_waits, bob_waits), "{scope:?}");
        assert_eq!(sandbox.count_answered(Operation::ListCalendars, 429), 1, "{scope:?}");
    }
}

#[tokio::test]
async fn a_retried_call_waits_once_and_not_again_for_its_own_limit() {
    let (sandbox, client) = signed_in().await;
    limited(&sandbox, "1");
    let begun = Instant::now();
    client.with_options(RequestOptions::new().retry(RetryPolicy::new())).calendars().list().await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(1800), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_limit_without_retry_after_holds_nobody_back() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(Fault::on(Operation::ListCalendars).status(429));
    client.calendars().list().await.unwrap_err();
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn many_users_calls_run_with_a_bound_on_requests_in_flight() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.inject(Fault::on(Operation::ListCalendars).delay(Duration::from_millis(20)).times(60));
    let client = builder(&sandbox).max_concurrent_requests(4).build().unwrap();
    let users: Vec<_> = (0..60).map(|n| client.for_user(format!("user-{n}"))).collect();
    for user in &users {
        user.set_credentials(tokens(sandbox.issue_tokens(user.user())));
    }
    let begun = Instant::now();
    let calls = future::join_all(users.iter().map(|user| user.calendars().list().send())).await;
    assert!(calls.iter().all(Result::is_ok));
    // 15 at a time, and no connection more than that takes.
    assert!(begun.elapsed() > Duration::from_millis(15 * 20), "{:?}", begun.elapsed());
    assert!(sandbox.tcp_connection_counts().opened <= 5, "{:?}", sandbox.tcp_connection_counts());
}

#[tokio::test]
async fn waiting_for_a_place_ends_at_the_deadline_and_nothing_was_sent() {
    let (sandbox, ada, bob) = two_users(|builder| builder.max_concurrent_requests(1)).await;
    sandbox.inject(Fault::on(Operation::ListCalendars).delay(Duration::from_secs(2)));
    let slow = tokio::spawn(ada.calendars().list().send());
    crate::support::until(|| sandbox.count(Operation::ListCalendars) == 1).await;
    let hasty = bob.with_options(RequestOptions::new().deadline(Duration::from_millis(200)));
    let begun = Instant::now();
    let error = hasty.events().create(crate::events_write::meeting()).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_millis(600));
    assert_eq!((category(&error), error.send_status()), ("Network", SendStatus::NotSent));
    slow.abort();
    // A call that is cancelled gives its place back.
    bob.calendars().list().await.unwrap();
}

#[tokio::test]
async fn calls_that_waited_for_a_place_do_not_ask_into_a_limit() {
    let (sandbox, ada, _) = two_users(|builder| builder.max_concurrent_requests(1)).await;
    limited(&sandbox, "1");
    let calls = future::join_all((0..10).map(|_| ada.calendars().list().send())).await;
    assert_eq!(calls.iter().filter(|call| call.is_err()).count(), 1);
    assert_eq!(sandbox.count_answered(Operation::ListCalendars, 429), 1);
}

#[tokio::test]
async fn the_documented_recipe_bounds_the_calls() {
    let (sandbox, _, bob) = two_users(|builder| builder).await;
    sandbox.inject(Fault::on(Operation::ListCalendars).delay(Duration::from_millis(10)).times(30));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let calls = (0..30).map(|_| {
        let (bob, running, most) = (bob.clone(), running.clone(), most.clone());
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            let calendars = bob.calendars().list().await;
            running.fetch_sub(1, Ordering::Relaxed);
            calendars
        }
    });
    let calendars: Vec<_> = stream::iter(calls).buffer_unordered(3).collect().await;
    assert!(calendars.iter().all(Result::is_ok));
    assert_eq!(most.load(Ordering::Relaxed), 3);
}
