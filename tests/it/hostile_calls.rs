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
use crate::flaky::{FlakyStore, Step};
use crate::support::{ADA, builder, category, expired, signed_in, with_tokens};

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
            assert!(raw.await.expect("a raw call ends").is_err(), "{status}");
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

/// Sends each request to another server, as a gateway is put in between.
struct Gateway(Arc<dyn HttpClient>, u16);

impl HttpClient for Gateway {
    fn execute(&self, mut request: Request) -> HttpFuture<'_> {
        request.url_mut().set_port(Some(self.1)).unwrap();
        self.0.execute(request)
    }
}

#[tokio::test]
async fn middleware_may_send_requests_elsewhere_and_a_redirect_from_there_is_an_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = url::Url::parse(sandbox.base_url()).unwrap();
    let mut nowhere = url.clone();
    nowhere.set_port(Some(1)).unwrap();
    for is_own in [false, true] {
        let port = url.port().unwrap();
        let client = builder(&sandbox).base_url(nowhere.as_str()).http_middleware(move |next| Gateway(next, port));
        let client = if is_own { client.http_client(reqwest::Client::new()) } else { client };
        let client = with_tokens(client, sandbox.issue_tokens(ADA));
        client.calendars().list().await.unwrap();
        let to = format!("{}/health", sandbox.base_url());
        sandbox.inject(Fault::on(Operation::ListCalendars).redirect(&to));
        let error = client.calendars().list().await.unwrap_err();
        assert_eq!(category(&error), if is_own { "Configuration" } else { "Unexpected" }, "{error:?}");
    }
}

#[tokio::test]
async fn a_store_that_hangs_after_a_revocation_does_not_outlast_the_deadline() {
    let (sandbox, store) = (Sandbox::start().await.unwrap(), FlakyStore::new());
    let client = with_tokens(builder(&sandbox).token_store(store.clone()), sandbox.issue_tokens(ADA));
    client.calendars().list().await.unwrap();
    store.hang(&[Step::Save]);
    let hasty = client.with_options(RequestOptions::new().deadline(Duration::from_millis(500)));
    let revoked = tokio::time::timeout(Duration::from_secs(3), hasty.auth().revoke().send());
    let error = revoked.await.expect("it ends at the deadline").unwrap_err();
    // It is the store that does not know yet.
    assert_eq!(category(&error), "TokenStore");
    assert_eq!(sandbox.grants_revoked(ADA).len(), 1);
    store.hang(&[]);
    client.auth().revoke().await.ok();
    client.auth().delete_credentials().await.unwrap();
    assert_eq!(client.auth().load_credentials().await.unwrap(), None);
}

/// Responds to every request with these headers and this body.
struct Fixed(u16, &'static [(&'static str, &'static str)], &'static [u8]);

async fn fixed(Fixed(status, headers, body): Fixed) -> Client {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
            headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
            let mut asked = [0; 4096];
            let _ = socket.read(&mut asked).await;
            let _ = socket.write_all(format!("{head}\r\n").as_bytes()).await;
            let _ = socket.write_all(body).await;
        }
    });
    let client = Client::builder("id", "secret", "https://app.example/cb").base_url(base).retry(RetryPolicy::none());
    let client = client.timeout(Duration::from_secs(5)).build().unwrap();
    client.set_credentials(Tokens::new("ACCESS"));
    client
}

#[tokio::test]
async fn contradictory_content_codings_end_in_an_error_or_in_what_was_meant() {
    const CODING: &str = "content-encoding";
    for (status, headers, body, expected) in [
        (200, &[(CODING, "gzip, gzip")][..], &b"[]"[..], "Decode"),
        (200, &[(CODING, "gzip"), (CODING, "gzip")], b"[]", "Network"),
        (200, &[(CODING, "gzip"), (CODING, "br")], b"[]", "Network"),
        (200, &[(CODING, "gzip")], b"[]", "Network"),
        (200, &[(CODING, "GZIP")], b"[]", "Decode"),
        (200, &[(CODING, "")], b"[]", ""),
        (200, &[(CODING, "identity, identity")], b"[]", ""),
        (200, &[(CODING, "gzip")], b"", ""),
        (204, &[(CODING, "gzip")], b"", ""),
        (200, &[(CODING, "gzip"), ("content-length", "0")], b"", ""),
        (401, &[(CODING, "gzip")], b"{}", "Authentication"),
        (404, &[(CODING, "gzip")], b"\x1f\x8b\x08", "Unexpected"),
        (429, &[(CODING, "br"), ("retry-after", "0")], b"junk", "RateLimit"),
    ] {
        let client = fixed(Fixed(status, headers, body)).await;
        let outcome = client.calendars().list().await;
        assert_eq!(outcome.as_ref().map_or_else(category, |_| ""), expected, "{status} {headers:?} {outcome:?}");
        let raw = client.raw().list_calendars().send().await;
        assert!(expected != "Network" || raw.is_err(), "{headers:?}");
    }
}

#[tokio::test]
async fn an_absurd_retry_after_neither_panics_nor_holds_anybody_back_for_good() {
    for (value, is_held) in [
        ("0", false),
        ("0.0", false),
        ("-1", false),
        ("1e400", false),
        ("Thu, 01 Jan 1970 00:00:00 GMT", false),
        ("Fri, 01 Jan 9999 00:00:00 GMT", true),
        ("99999999999999999999999999999999", true),
        ("340282366920938463463374607431768211456.5", true),
        ("1, 2", false),
        ("soon", false),
    ] {
        let headers = Box::leak(Box::new([("retry-after", value)]));
        let client = fixed(Fixed(429, headers, b"{}")).await;
        client.calendars().list().await.unwrap_err();
        let error = client.calendars().list().await.unwrap_err();
        assert_eq!((category(&error), error.status().is_none()), ("RateLimit", is_held), "{value}");
        assert!(!is_held || error.retry_after().unwrap() <= Duration::from_secs(3600), "{value}");
    }
}

#[tokio::test]
async fn a_hook_and_a_stream_make_calls_with_the_only_place() {
    let sandbox = Sandbox::start().await.unwrap();
    let own: Arc<std::sync::OnceLock<Client>> = Arc::default();
    let hooked = own.clone();
    let client = builder(&sandbox).max_concurrent_requests(1).deadline(Duration::from_secs(5));
    let client = client.on_tokens_refreshed(move |_: Tokens| {
        let client = hooked.get().cloned();
        async move {
            if let Some(client) = client {
                client.calendars().list().await.expect("a call of the hook");
            }
        }
    });
    let client = expired(&sandbox, client);
    own.set(client.clone()).unwrap();
    let mut stream = client.events().list().page_size(1).stream();
    let mut seen = 0;
    while let Some(item) = futures_util::StreamExt::next(&mut stream).await {
        item.unwrap();
        // While the next page is read ahead.
        client.calendars().list().await.unwrap();
        seen += 1;
    }
    assert!(seen > 1 && sandbox.refreshes(ADA) == 1, "{seen}");
    let metrics = client.metrics();
    assert_eq!((metrics.failed_calls, metrics.refreshes), (0, 1), "{metrics:?}");
}

#[tokio::test]
async fn calls_that_are_cancelled_while_they_are_held_back_leave_nothing_behind() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(Fault::on(Operation::ListCalendars).status(429).header("retry-after", "1"));
    client.calendars().list().await.unwrap_err();
    let waiting = future::join_all((0..500).map(|_| client.calendars().list().send()));
    tokio::time::timeout(Duration::from_millis(100), waiting).await.unwrap_err();
    let metrics = client.metrics();
    assert_eq!((metrics.calls, metrics.failed_calls, metrics.attempts), (1, 1, 1), "{metrics:?}");
    client.calendars().list().await.unwrap();
    assert_eq!(sandbox.count(Operation::ListCalendars), 2);
}

#[tokio::test]
async fn an_error_shows_the_services_words_on_one_line() {
    let (sandbox, client) = signed_in().await;
    let words = "no\r\n2026-01-01 ERROR all is lost\u{1b}[2J\u{2028}".to_owned() + &"x".repeat(30_000);
    for body in [serde_json::json!({ "message": words }), serde_json::json!({ "errors": { "start": [words] } })] {
        sandbox.inject(Fault::on(Operation::ListCalendars).status(400).json(&body));
        let error = client.calendars().list().await.unwrap_err();
        let shown = error.to_string();
        assert!(!shown.contains(|letter: char| letter.is_control() || letter == '\u{2028}'), "{shown:.200}");
        assert!(shown.len() < 3000 && shown.contains("all is lost"), "{shown:.200}");
    }
}
