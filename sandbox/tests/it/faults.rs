use std::time::{Duration, Instant};

use mobiscroll_connect_sandbox::{Fault, Operation};
use serde_json::json;

use crate::support::{Api, MARCH, event, send};

#[tokio::test]
async fn a_canned_answer_is_given_as_often_as_asked() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let fault = api
        .sandbox
        .inject(Fault::on(Operation::ListCalendars).times(2).status(429).header("retry-after", "1").body("slow down"));
    for _ in 0..2 {
        let response = send(alice.request(reqwest::Method::GET, "/calendars")).await;
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.text().await.expect("a body"), "slow down");
    }
    assert_eq!(alice.get("/calendars").await.0, 200);
    assert_eq!(alice.get("/events").await.0, 200);
    assert_eq!(fault.fired(), 2);
}

#[tokio::test]
async fn faults_queue_up_skip_and_end() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let on = || Fault::on(Operation::ListEvents);
    api.sandbox.inject(on().skip(1).status(500));
    let lasting = api.sandbox.inject(on().always().status(503));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(send(alice.request(reqwest::Method::GET, "/events")).await.status().as_u16());
    }
    assert_eq!(statuses, [503, 500, 503]);
    lasting.remove();
    assert_eq!(alice.get("/events").await.0, 200);
    assert_eq!(lasting.fired(), 2);

    api.sandbox.inject(Fault::on_any().always().json(&json!({ "error": "down" })));
    assert_eq!(alice.get("/nowhere").await, (200, json!({ "error": "down" })));
    assert_eq!(api.departures(), ["Request, path"]);
    api.sandbox.clear_faults();
    assert_eq!(alice.get("/health").await.0, 200);
}

#[tokio::test]
async fn a_refresh_fails_before_or_after_it_took_effect() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    let down = || Fault::on(Operation::RefreshToken).status(502).json(&json!({}));
    api.sandbox.inject(down());
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 502);
    assert_eq!(api.sandbox.refreshes("alice"), 0);

    api.sandbox.inject(down().after_commit());
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 502);
    assert_eq!(api.sandbox.refreshes("alice"), 1);
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 200);
}

#[tokio::test]
async fn a_delay_holds_back_the_real_answer() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    api.sandbox.inject(Fault::on(Operation::ListCalendars).delay(Duration::from_millis(300)));
    let begun = Instant::now();
    let (slow, fast) = tokio::join!(alice.get("/calendars"), async {
        let (status, _) = alice.get("/health").await;
        (status, begun.elapsed())
    });
    assert_eq!((slow.0, fast.0), (200, 200));
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert!(fast.1 < Duration::from_millis(300), "other requests do not wait");
}

#[tokio::test]
async fn a_disconnect_leaves_the_client_without_an_answer() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let create = || alice.request(reqwest::Method::POST, "/event").json(&event()).send();
    api.sandbox.inject(Fault::on(Operation::CreateEvent).disconnect());
    assert!(create().await.is_err());
    assert!(api.sandbox.events("alice").is_empty());

    api.sandbox.inject(Fault::on(Operation::CreateEvent).disconnect().after_commit());
    assert!(create().await.is_err());
    assert_eq!(api.sandbox.events("alice").len(), 1);
    assert_eq!(api.sandbox.requests_of(Operation::CreateEvent)[1].status, None);
    assert_eq!(create().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn a_truncated_answer_begins_well_and_breaks_off() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({})).await;
    let fault = api.sandbox.inject(Fault::on(Operation::ListEvents).times(2).truncate());
    for _ in 0..2 {
        let mut response = send(alice.request(reqwest::Method::GET, "/events").query(&MARCH)).await;
        assert_eq!(response.status(), 200);
        let promised = response.content_length().expect("a length");
        let first = response.chunk().await.expect("the first half").expect("bytes");
        assert!(first.starts_with(b"{\"events\"") && (first.len() as u64) < promised);
        assert!(response.chunk().await.is_err());
    }
    assert_eq!(fault.fired(), 2);
    assert_eq!(alice.get("/events").await.0, 200);
}

#[tokio::test]
async fn an_impossible_answer_becomes_a_plain_failure() {
    let api = Api::empty().await;
    api.sandbox.inject(Fault::on(Operation::Health).status(9).header("bad name", "x").header("ok", "bad\nvalue"));
    let response = send(api.get("/health")).await;
    assert_eq!(response.status(), 500);
    assert!(!response.headers().contains_key("ok"));
}
