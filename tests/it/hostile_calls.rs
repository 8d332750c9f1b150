//! Hostile services, middleware and callers: calls that end in time, and leave nothing behind.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future;
use hyper::body::{Body, Bytes, Frame};
use mobiscroll_connect::{Client, HttpClient, HttpFuture, RateLimitScope, RequestOptions, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use reqwest::Request;

use crate::events_write::meeting;
use crate::support::{builder, category, expired, signed_in};

/// A body that never ends, and sends nothing or ever more.
struct Endless {
    is_silent: bool,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.is_silent {
            return Poll::Pending;
        }
        context.waker().wake_by_ref();
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 4096])))))
    }
}

/// Responds with a status and an endless body.
struct Endlessly(u16, bool);

impl HttpClient for Endlessly {
    fn execute(&self, _: Request) -> HttpFuture<'_> {
        let response = http::Response::builder().status(self.0);
        let response = response.body(reqwest::Body::wrap(Endless { is_silent: self.1 })).unwrap();
        Box::pin(async move { Ok(response.into()) })
    }
}

#[tokio::test]
async fn an_endless_body_of_middleware_ends_at_the_timeout_or_at_the_cap() {
    for status in [200, 302, 401, 500] {
        for is_silent in [true, false] {
            let client = Client::builder("id", "secret", "https://app.example/cb");
            let client = client.http_middleware(move |_| Endlessly(status, is_silent)).retry(RetryPolicy::none());
            let client = client.timeout(Duration::from_millis(200)).max_body(1 << 20).build().unwrap();
            client.set_credentials(Tokens::new("ACCESS").with_refresh_token("REFRESH"));
            let call = tokio::time::timeout(Duration::from_secs(5), client.calendars().list().send());
            assert!(call.await.expect("a call ends").is_err(), "{status}");
            let raw = client.raw();
            let raw = tokio::time::timeout(Duration::from_secs(5), raw.health().send());
            assert!(raw.await.unwrap_or_else(|_| panic!("raw hangs: {status} {is_silent}")).is_err(), "{status}");
        }
    }
}

/// Panics on requests to the token endpoint, before or after they are sent.
struct Panicking(Arc<dyn HttpClient>, Arc<AtomicUsize>);

impl HttpClient for Panicking {
    fn execute(&self, request: Request) -> HttpFuture<'_> {
        let panics = request.url().path().ends_with("/token") && self.1.load(Ordering::Relaxed) > 0;
        let response = self.0.execute(request);
        Box::pin(async move {
            if panics {
                self.1.fetch_sub(1, Ordering::Relaxed);
                panic!("as told");
            }
            response.await
        })
    }
}

#[tokio::test]
async fn middleware_that_panics_in_a_refresh_neither_hangs_calls_nor_breaks_later_ones() {
    let (sandbox, panics) = (Sandbox::start().await.unwrap(), Arc::new(AtomicUsize::new(100)));
    let counted = panics.clone();
    let client = builder(&sandbox).http_middleware(move |next| Panicking(next, counted)).max_concurrent_requests(1);
    let client = expired(&sandbox, client.deadline(Duration::from_secs(8)));
    client.calendars().list().await.unwrap_err();
    panics.store(0, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(2)).await;
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_place_is_held_by_no_call_that_waits_for_another_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).max_concurrent_requests(1).deadline(Duration::from_secs(5));
    let client = expired(&sandbox, client);
    // A refresh, a search after a lost response, and pages of several streams with one place.
    sandbox.inject(Fault::on(Operation::CreateEvent).disconnect());
    let (created, listed) =
        tokio::join!(client.events().create_once(meeting(), "key").send(), client.calendars().list().send());
    created.unwrap();
    listed.unwrap();
    let cancelled = client.calendars().list().send();
    sandbox.inject(Fault::on(Operation::ListCalendars).delay(Duration::from_secs(3)));
    tokio::time::timeout(Duration::from_millis(100), cancelled).await.unwrap_err();
    let waiting = future::join_all((0..50).map(|_| client.calendars().list().send()));
    let _ = tokio::time::timeout(Duration::from_millis(5), waiting).await;
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn a_thousand_that_wait_are_spread_and_refused_again_wait_again() {
    let (sandbox, client) = signed_in().await;
    let client = client.with_options(RequestOptions::new().deadline(Duration::from_secs(20)));
    sandbox.inject(Fault::on(Operation::ListCalendars).status(429).header("retry-after", "1"));
    client.calendars().list().await.unwrap_err();
    sandbox.inject(Fault::on(Operation::ListCalendars).status(429).header("retry-after", "1"));
    let calls = future::join_all((0..1000).map(|_| client.calendars().list().send())).await;
    let failed = calls.iter().filter(|call| call.is_err()).count();
    assert!(failed <= 1, "{failed}");
    assert!(sandbox.count_answered(Operation::ListCalendars, 429) == 2);
}

#[tokio::test]
async fn many_users_that_are_held_back_cost_each_other_nothing() {
    /// Refuses every call for long.
    struct Refusing;

    impl HttpClient for Refusing {
        fn execute(&self, _: Request) -> HttpFuture<'_> {
            let response = http::Response::builder().status(429).header("retry-after", "3600").body("{}").unwrap();
            Box::pin(async move { Ok(response.into()) })
        }
    }

    let time = async |scope: RateLimitScope| {
        let client = Client::builder("id", "secret", "https://app.example/cb").http_middleware(|_| Refusing);
        let client = client.retry(RetryPolicy::none()).rate_limit_scope(scope).build().unwrap();
        let begun = Instant::now();
        for user in 0..USERS {
            let user = client.for_user(format!("user-{user}"));
            user.set_credentials(Tokens::new("ACCESS"));
            let error = user.calendars().list().await.unwrap_err();
            assert_eq!(category(&error), "RateLimit");
        }
        begun.elapsed()
    };
    const USERS: usize = 20_000;
    let (free, held) = (time(RateLimitScope::Call).await, time(RateLimitScope::User).await);
    assert!(held < free * 2 + Duration::from_millis(500), "{free:?} {held:?}");
}
