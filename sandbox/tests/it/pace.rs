//! How long answers take, and how many there are.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use mobiscroll_connect_sandbox::{Fault, Latency, Operation, RateLimit, Sandbox, SandboxBuilder, Seed};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Api, answer, send};

const SECOND: Duration = Duration::from_secs(1);

async fn start(builder: SandboxBuilder) -> Api {
    Api::with(builder.seed(Seed::Empty).start().await.expect("a sandbox"))
}

/// The time that a call takes.
async fn timed(api: &Api, path: &str) -> Duration {
    let begun = Instant::now();
    assert_eq!(send(api.get(path)).await.status(), 200);
    begun.elapsed()
}

#[tokio::test]
async fn each_request_takes_the_time_of_its_number() {
    let latency = Latency::new(Duration::from_millis(20), Duration::from_millis(200)).seed(3);
    let api = start(Sandbox::builder().latency_of(Operation::Health, latency)).await;
    for number in 0..5 {
        let expected = latency.of_request(Operation::Health, number);
        let taken = timed(&api, "/health").await;
        assert!(taken >= expected && taken < expected + 10 * SECOND, "{number}: {taken:?}, expected {expected:?}");
    }
    let slow = Latency::new(Duration::from_secs(3600), Duration::from_secs(3600));
    api.sandbox.set_latency(Some(slow));
    timed(&api, "/health").await;
    api.sandbox.set_latency(None);
    api.sandbox.set_latency_of(Operation::Health, None);
    timed(&api, "/health").await;
}

#[tokio::test]
async fn a_late_answer_does_not_keep_its_request_from_taking_effect() {
    let late = Latency::new(Duration::from_secs(60), Duration::from_secs(60));
    let api = start(Sandbox::builder().latency_of(Operation::RefreshToken, late)).await;
    let tokens = api.sandbox.issue_tokens("alice");
    let refresh = api.refresh(&tokens.refresh_token);
    assert!(tokio::time::timeout(Duration::from_millis(500), refresh).await.is_err());
    assert_eq!(api.sandbox.refreshes("alice"), 1);
    assert_eq!(api.sandbox.count_answered(Operation::RefreshToken, 200), 0);
}

#[tokio::test]
async fn requests_beyond_the_limit_are_told_to_wait() {
    let api = start(Sandbox::builder().rate_limit(RateLimit::new(3, 90 * SECOND))).await;
    api.sandbox.set_time("2026-03-01T12:00:00Z".parse().expect("an instant"));
    let alice = api.user("alice");
    for _ in 0..3 {
        assert_eq!(alice.get("/calendars").await.0, 200);
    }
    api.sandbox.advance(30 * SECOND);
    let refused = send(alice.request(Method::GET, "/calendars")).await;
    let wait: u64 = refused.headers()["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!(refused.status() == 429 && (59..=60).contains(&wait), "{wait}");
    assert_eq!(alice.post("/event", &crate::support::event()).await.0, 429);
    assert!(api.sandbox.events("alice").is_empty(), "a refused request has no effect");
    assert_eq!(api.sandbox.count_answered(Operation::ListCalendars, 429), 1);

    api.sandbox.advance(Duration::from_secs(wait));
    assert_eq!(alice.get("/calendars").await.0, 200);
    api.sandbox.set_rate_limit(None);
    for _ in 0..5 {
        assert_eq!(alice.get("/calendars").await.0, 200);
    }
}

#[tokio::test]
async fn a_limit_may_be_one_operations() {
    let api = start(Sandbox::builder().rate_limit_of(Operation::RefreshToken, RateLimit::new(1, SECOND))).await;
    api.sandbox.set_time("2026-03-01T12:00:00Z".parse().expect("an instant"));
    let tokens = api.sandbox.issue_tokens("alice");
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 200);
    assert_eq!(api.try_access(&tokens.access_token).await, 200);
    // The sandbox's clock goes on while the test runs.
    api.sandbox.set_rate_limit_of(Operation::RefreshToken, Some(RateLimit::new(0, SECOND)));
    let (status, refusal) = api.refresh(&tokens.refresh_token).await;
    assert_eq!((status, refusal), (429, json!({ "error": "Too many requests" })));
    assert_eq!(api.sandbox.refreshes("alice"), 1);
    api.sandbox.set_rate_limit_of(Operation::RefreshToken, None);
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 200);
}

#[tokio::test]
async fn a_clock_turned_back_does_not_leave_a_limit_closed() {
    let api = start(Sandbox::builder().rate_limit(RateLimit::new(1, 60 * SECOND))).await;
    assert_eq!(send(api.get("/health")).await.status(), 200);
    api.sandbox.rewind(7 * 24 * 3600 * SECOND);
    assert_eq!(send(api.get("/health")).await.status(), 200);
    assert_eq!(send(api.get("/health")).await.status(), 429);
}

#[tokio::test]
async fn a_token_endpoint_may_rotate_and_then_fail() {
    let api = start(Sandbox::builder()).await;
    let failures = [
        ((|fault| fault.status(502).html()) as fn(Fault) -> Fault, Some(502)),
        (Fault::disconnect, None),
        (Fault::no_answer, None),
    ];
    for (failure, status) in failures {
        let tokens = api.sandbox.issue_tokens("alice");
        let before = api.sandbox.refreshes("alice");
        let fault = api.sandbox.inject(failure(Fault::on(Operation::RefreshToken).after_commit()));
        let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token.as_str())];
        let (id, secret) = (api.sandbox.client_id(), Some(api.sandbox.client_secret()));
        let request = api.post("/oauth/token").basic_auth(id, secret).form(&form);
        let response = request.timeout(Duration::from_millis(500)).send().await;
        assert_eq!(response.ok().map(|response| response.status().as_u16()), status);
        assert_eq!((fault.fired(), api.sandbox.refreshes("alice")), (1, before + 1));
        let ages: Vec<u64> = api.sandbox.refresh_log("alice").iter().map(|token| token.age).collect();
        assert_eq!(ages.last(), Some(&0));
        assert_eq!(api.refresh(&tokens.refresh_token).await.0, 200, "the token just retired still works once");
    }
}

#[tokio::test]
async fn a_service_may_be_days_off_in_all_that_it_says() {
    let day = jiff::SignedDuration::from_hours(24);
    for offset in [3 * day, -5 * day] {
        let api = start(Sandbox::builder().clock_offset(offset)).await;
        let is_off = |at: Timestamp| {
            let expected = Timestamp::now().saturating_add(offset).expect("an instant");
            at.duration_since(expected).abs() < jiff::SignedDuration::from_secs(30)
        };
        let response = send(api.get("/health")).await;
        let date = response.headers()["date"].to_str().expect("text");
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).expect("a date");
        assert!(is_off(date) && is_off(api.sandbox.now()), "{date}");
        let alice = api.user("alice");
        let modified = alice.create(json!({})).await["lastModified"].as_str().expect("a date").parse();
        assert!(is_off(modified.expect("an instant")));
        assert_eq!(api.try_access(&alice.tokens.access_token).await, 200);
        let seen = api.sandbox.requests()[0].at.duration_since(SystemTime::now() - 60 * SECOND);
        assert!(seen.is_ok_and(|seen| seen < 90 * SECOND), "the log goes by the system's clock");
        api.sandbox.reset();
        assert!(is_off(api.sandbox.now()));
    }
}

#[tokio::test]
async fn latencies_and_limits_are_set_over_the_admin_api() {
    let api = start(Sandbox::builder()).await;
    let admin =
        |method: Method, path: &str| api.http.request(method, format!("{}/_sandbox/{path}", api.sandbox.origin()));
    let set = json!({ "operation": "health", "medianMs": 5, "tailMs": 50, "seed": 7 });
    assert_eq!(answer(admin(Method::POST, "latencies").json(&set)).await, (200, json!({ "success": true })));
    assert_eq!(answer(admin(Method::GET, "latencies")).await.1, json!({ "latencies": [set] }));
    let limit = json!({ "operation": null, "requests": 1, "perMs": 60_000 });
    assert_eq!(answer(admin(Method::POST, "rate-limits").json(&limit)).await.0, 200);
    assert_eq!(answer(admin(Method::GET, "rate-limits")).await.1, json!({ "limits": [limit] }));
    let statuses = [send(api.get("/health")).await.status(), send(api.get("/health")).await.status()];
    assert_eq!(statuses.map(|status| status.as_u16()), [200, 429]);
    for (path, body, field) in [
        ("latencies", json!({ "tailMs": 5 }), "medianMs"),
        ("latencies", json!({ "medianMs": 5, "operation": "sing" }), "operation"),
        ("rate-limits", json!({ "requests": 5 }), "perMs"),
        ("rate-limits", json!({ "requests": "many", "perMs": 5 }), "requests"),
    ] {
        let (status, refusal): (u16, Value) = answer(admin(Method::POST, path).json(&body)).await;
        assert_eq!((status, &refusal["field"]), (400, &json!(field)), "{path}");
    }
    for path in ["latencies", "rate-limits"] {
        assert_eq!(answer(admin(Method::DELETE, path)).await.0, 200);
    }
    assert_eq!(answer(admin(Method::GET, "rate-limits")).await.1, json!({ "limits": [] }));
    assert_eq!(send(api.get("/health")).await.status(), 200);
}
