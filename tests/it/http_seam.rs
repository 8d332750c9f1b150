//! The seam for HTTP: middleware, stand-ins, redirects that were followed, and counters.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mobiscroll_connect::{
    Client, Error, HttpClient, HttpError, HttpFuture, NetworkKind, RequestOptions, RetryPolicy, SendStatus, Tokens,
};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use reqwest::Request;

use crate::events_write::meeting;
use crate::support::{ADA, builder, category, expired, only, show, with_tokens};

/// Adds a header to each request, and notes what was sent.
struct Recorder {
    next: Arc<dyn HttpClient>,
    name: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
}

impl HttpClient for Recorder {
    fn execute(&self, mut request: Request) -> HttpFuture<'_> {
        self.seen.lock().unwrap().push(format!("{} {} {}", self.name, request.method(), request.url().path()));
        request.headers_mut().insert("x-signed-by", self.name.parse().unwrap());
        self.next.execute(request)
    }
}

type Seen = Arc<Mutex<Vec<String>>>;

fn recorder(name: &'static str, seen: &Seen) -> impl FnOnce(Arc<dyn HttpClient>) -> Recorder + Send + Sync + 'static {
    let seen = seen.clone();
    move |next| Recorder { next, name, seen }
}

#[tokio::test]
async fn middleware_is_around_every_request_the_last_one_outermost() {
    let (sandbox, seen) = (Sandbox::start().await.unwrap(), Seen::default());
    let client = builder(&sandbox).http_middleware(recorder("inner", &seen)).http_middleware(recorder("outer", &seen));
    let client = expired(&sandbox, client);
    client.calendars().list().await.unwrap();
    client.raw().health().send().await.unwrap();
    let expected = [
        "outer GET /api/calendars",
        "inner GET /api/calendars",
        "outer POST /api/oauth/token",
        "inner POST /api/oauth/token",
        "outer GET /api/calendars",
        "inner GET /api/calendars",
        "outer GET /api/health",
        "inner GET /api/health",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(only(&sandbox, Operation::Health).header("x-signed-by"), Some("inner"));
}

#[cfg(feature = "webhooks")]
#[tokio::test]
async fn webhook_keys_are_fetched_through_middleware() {
    let (sandbox, seen) = (Sandbox::start().await.unwrap(), Seen::default());
    let client = builder(&sandbox).http_middleware(recorder("keys", &seen)).build().unwrap();
    let mut headers = http::HeaderMap::new();
    for (name, value) in sandbox.sign_webhook("{}").headers() {
        headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
    }
    let _ = client.webhooks().verify_webhook(b"{}", &headers).await;
    assert_eq!(*seen.lock().unwrap(), ["keys GET /.well-known/webhook-keys"]);
}

/// Responds, fails or hangs by itself.
struct StandIn(Answer);

/// `None` if there is never an answer.
type Answer = fn(&Request) -> Option<Result<http::Response<&'static str>, NetworkKind>>;

impl HttpClient for StandIn {
    fn execute(&self, request: Request) -> HttpFuture<'_> {
        let answer = (self.0)(&request);
        Box::pin(async move {
            match answer {
                Some(Ok(response)) => Ok(response.into()),
                Some(Err(kind)) => Err(HttpError::new(kind, "as told")),
                None => std::future::pending().await,
            }
        })
    }
}

fn standing_in(answer: Answer) -> Client {
    let client = Client::builder("id", "secret", "https://app.example/cb");
    let client = client.http_middleware(move |_| StandIn(answer));
    let client = client.retry(RetryPolicy::new().base_delay(Duration::from_millis(1))).build().unwrap();
    client.set_credentials(Tokens::new("ACCESS").with_refresh_token("REFRESH"));
    client
}

#[tokio::test]
async fn a_stand_in_responds_without_a_port() {
    let client = standing_in(|request| {
        assert_eq!(request.headers()["authorization"], "Bearer ACCESS");
        let body = request.body().map(|body| body.as_bytes().expect("bytes"));
        assert!(body.is_none_or(|body| body.starts_with(b"{")));
        Some(Ok(match request.url().path() {
            "/api/calendars" => http::Response::new(r#"[{"provider":"google","id":"primary"}]"#),
            _ => http::Response::builder()
                .status(403)
                .body(r#"{"message":"Write access denied for current scope"}"#)
                .unwrap(),
        }))
    });
    assert_eq!(client.calendars().list().await.unwrap().calendars[0].id, "primary");
    let error = client.events().create(meeting()).await.unwrap_err();
    assert_eq!(category(&error), "PermissionDenied");
}

#[tokio::test]
async fn a_failure_of_a_stand_in_is_retried_by_its_kind() {
    for (kind, create_attempts, send_status) in [
        (NetworkKind::Connect, 3, SendStatus::NotSent),
        (NetworkKind::Broken, 1, SendStatus::MaybeSent),
        (NetworkKind::Timeout, 1, SendStatus::MaybeSent),
    ] {
        let client = match kind {
            NetworkKind::Connect => standing_in(|_| Some(Err(NetworkKind::Connect))),
            NetworkKind::Broken => standing_in(|_| Some(Err(NetworkKind::Broken))),
            _ => standing_in(|_| Some(Err(NetworkKind::Timeout))),
        };
        let error = client.events().create(meeting()).await.unwrap_err();
        let Error::Network(failure) = &error else { panic!("{error:?}") };
        assert_eq!((failure.kind(), error.send_status()), (kind, send_status));
        assert_eq!(std::error::Error::source(failure).unwrap().to_string(), "as told");
        assert_eq!(client.metrics().attempts, create_attempts, "{kind:?}");
        let mobiscroll_connect::raw::Error::CommunicationError(error) = client.raw().health().send().await.unwrap_err()
        else {
            panic!("{kind:?}");
        };
        let chain = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        assert!(chain.map(ToString::to_string).any(|cause| cause == "as told"), "{error:?}");
    }
}

#[tokio::test]
async fn an_attempt_ends_at_its_timeout_whatever_middleware_does() {
    let client = standing_in(|_| None);
    let options = RequestOptions::new().timeout(Duration::from_millis(100)).retry(RetryPolicy::none());
    let begun = Instant::now();
    let error = client.with_options(options).calendars().list().await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_millis(600));
    let Error::Network(failure) = error else { panic!("{error:?}") };
    assert_eq!(failure.kind(), NetworkKind::Timeout);
}

#[tokio::test]
async fn a_redirect_that_was_followed_is_an_error_that_says_so() {
    let (sandbox, elsewhere) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    let following = builder(&sandbox).http_client(reqwest::Client::new());
    let client = with_tokens(following, sandbox.issue_tokens(ADA));
    let to = |path: &str| format!("{}{path}?token=a-secret-of-the-target", elsewhere.base_url());
    sandbox.inject(Fault::on(Operation::ListCalendars).redirect(&to("/health")));
    let error = client.calendars().list().await.unwrap_err();
    show(&error);
    assert_eq!((category(&error), error.send_status()), ("Configuration", SendStatus::Answered));
    let text = error.to_string();
    assert!(text.contains("followed a redirect") && text.contains(elsewhere.origin()), "{text}");
    assert!(!text.contains("a-secret-of-the-target"), "{text}");
    assert_eq!(sandbox.count(Operation::ListCalendars), 1, "retried");
    // A response from where it was asked is none.
    client.calendars().list().await.unwrap();
    // The token in the target is not declared.
    assert_eq!(elsewhere.take_violations().len(), 1);
}

#[tokio::test]
async fn a_refresh_whose_redirect_was_followed_keeps_the_tokens() {
    let (sandbox, elsewhere) = (Sandbox::start().await.unwrap(), Sandbox::start().await.unwrap());
    let client = expired(&sandbox, builder(&sandbox).http_client(reqwest::Client::new()));
    let before = client.auth().credentials().unwrap();
    let to = format!("{}/oauth/token", elsewhere.base_url());
    sandbox.inject(Fault::on(Operation::RefreshToken).status(307).header("location", &to));
    let error = client.calendars().list().await.unwrap_err();
    assert!(error.to_string().contains("followed a redirect"), "{error}");
    assert_eq!(client.auth().credentials().unwrap().refresh_token(), before.refresh_token());
    // It had been posted again by then.
    assert_eq!(elsewhere.count(Operation::RefreshToken), 1);
}

#[tokio::test]
async fn counters_say_what_was_done() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = expired(&sandbox, builder(&sandbox).retry(RetryPolicy::new().base_delay(Duration::from_millis(1))));
    assert_eq!(client.metrics(), mobiscroll_connect::Metrics::default());
    sandbox.inject(Fault::on(Operation::ListCalendars).status(503));
    client.calendars().list().await.unwrap();
    let metrics = client.for_user("bob").metrics();
    // The 503, the 401, the refresh, and the response.
    assert_eq!((metrics.calls, metrics.failed_calls, metrics.attempts), (1, 0, 4), "{metrics:?}");
    assert_eq!((metrics.retries, metrics.denied_retries, metrics.refreshes), (1, 0, 1), "{metrics:?}");

    sandbox.expire_access_token(ADA);
    sandbox.inject(Fault::on(Operation::RefreshToken).status(400).json(&serde_json::json!({"error": "invalid_grant"})));
    client.calendars().list().await.unwrap_err();
    let metrics = client.metrics();
    assert_eq!((metrics.calls, metrics.failed_calls, metrics.failed_refreshes), (2, 1, 1), "{metrics:?}");
}

#[tokio::test]
async fn counters_show_the_end_of_the_retry_budget() {
    let client = standing_in(|_| Some(Err(NetworkKind::Connect)));
    for _ in 0..8 {
        client.calendars().list().await.unwrap_err();
    }
    let metrics = client.metrics();
    assert_eq!((metrics.calls, metrics.failed_calls, metrics.retries), (8, 8, 10), "{metrics:?}");
    assert!(metrics.denied_retries >= 3, "{metrics:?}");
}
