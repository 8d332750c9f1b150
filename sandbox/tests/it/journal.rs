//! What was not understood is listed with what was probably meant.

use mobiscroll_connect_sandbox::{Fault, Operation};
use reqwest::Method;
use serde_json::json;

use crate::support::{Api, answer, event, merged};

#[tokio::test]
async fn the_journal_names_the_nearest_of_what_there_is() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    assert!(api.sandbox.journal().is_empty());
    assert_eq!(api.sandbox.journal().to_string(), "every request was understood");

    alice.get("/event").await;
    alice.get("/event").await;
    alice.get("/events?page_size=5&start=soon").await;
    alice.post("/event", &merged(event(), json!({ "atendees": [], "zzzzzzzz": 1 }))).await;
    alice.post("/event", &json!({ "provider": "google", "calendarId": "primary", "title": 7 })).await;
    alice.post("/subscribe", &json!({})).await;
    let form = [("grant_type", "password"), ("usr", "alice")];
    api.token(&form).await;
    api.refresh("nonsense").await;
    let report = api.sandbox.journal().to_string();
    let expected = "\
7 requests were not understood:
GET /api/event -> 404 (2 times)
  path: is no operation; nearest: GET /api/events (list_events)
GET /api/events -> 400 list_events
  query page_size: is unknown and was ignored; nearest: pageSize
  query start: must be an ISO 8601 date
POST /api/event -> 200 create_event
  body atendees: is unknown and was ignored; nearest: attendees
  body zzzzzzzz: is unknown and was ignored
POST /api/event -> 400 create_event
  body end: is required
  body start: is required
  body title: must be a string
POST /api/subscribe -> 404
  path: is no operation; nearest: POST /api/subscribe-webhook (subscribe_webhook)
POST /api/oauth/token -> 400 exchange_code
  body usr: is unknown and was ignored
  request: The grant_type is not supported";
    assert!(report.starts_with(expected), "{report}");

    let url = format!("{}/_sandbox/journal", api.sandbox.origin());
    let (_, listed) = answer(api.http.get(&url)).await;
    assert_eq!(listed["report"], report);
    assert_eq!(listed["entries"][0]["problems"][0]["nearest"], "GET /api/events (list_events)");
    assert_eq!(answer(api.http.request(Method::DELETE, &url)).await.0, 200);
    assert!(api.sandbox.journal().is_empty());
    api.departures();
}

#[tokio::test]
async fn what_is_understood_and_what_a_fault_says_is_not_in_the_journal() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({ "description": "Notes" })).await;
    alice.delete(&[("provider", "google"), ("calendarId", "primary"), ("eventId", "unknown")]).await;
    api.sandbox.inject(Fault::on(Operation::ListEvents).status(400).json(&json!({ "message": "no" })));
    alice.get("/events").await;
    assert_eq!(api.try_access("nonsense").await, 401);
    let journal = api.sandbox.journal();
    assert!(journal.is_empty(), "{journal}");
}

#[tokio::test]
async fn the_journal_is_bounded() {
    let api = Api::empty().await;
    for number in 0..1_010 {
        api.http.get(format!("{}/nowhere-{number}", api.sandbox.base_url())).send().await.expect("an answer");
    }
    let journal = api.sandbox.journal();
    assert_eq!((journal.entries.len(), journal.omitted), (1_000, 10));
    assert!(journal.to_string().ends_with("... and 10 more"));
    api.departures();
}
