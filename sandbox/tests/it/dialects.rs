//! The forms in which the service is known to answer.

use mobiscroll_connect_sandbox::{
    CalendarIdDialect, ConferenceDialect, CreateStatus, DateDialect, Provider, Sandbox, SandboxBuilder, Seed,
    SyncState, WriteDialect,
};
use serde_json::{Value, json};

use crate::{
    receiver::Receiver,
    support::{Api, CALENDARS, MARCH, event, merged},
};

async fn start(builder: SandboxBuilder) -> Api {
    Api::with(builder.seed(Seed::Empty).start().await.expect("a sandbox"))
}

#[tokio::test]
async fn a_conference_may_be_an_object() {
    let api = start(Sandbox::builder().conference_dialect(ConferenceDialect::Object)).await;
    let alice = api.user("alice");
    let generated = alice.create(json!({ "conferenceData": { "autoGenerate": true } })).await;
    let conference = &generated["conference"];
    assert!(conference["url"].as_str().is_some_and(|url| url.starts_with("https://meet.example/")));
    assert_eq!((&conference["provider"], &conference["autoGenerate"]), (&json!("google-meet"), &json!(true)));
    assert_eq!(conference["data"], generated["conferenceData"]);

    let linked = alice.create(json!({ "conference": "https://zoom.example/j/1" })).await;
    let expected = json!({ "url": "https://zoom.example/j/1", "provider": null, "autoGenerate": false, "data": null });
    assert_eq!(linked["conference"], expected);
    let page = alice.list(&MARCH).await;
    assert_eq!((&page["events"][0]["conference"], &page["events"][1]["conference"]), (conference, &expected));
    assert_eq!(alice.create(json!({})).await.get("conference"), None);

    let raw =
        json!({ "id": "raw", "conference": "https://zoom.example/j/2", "start": "2026-03-01", "end": "2026-03-02" });
    api.sandbox.add_event("alice", raw.clone());
    assert!(alice.list(&MARCH).await["events"].as_array().expect("events").contains(&raw));
}

#[tokio::test]
async fn a_created_event_may_be_answered_with_201() {
    for dialect in [WriteDialect::Root, WriteDialect::Nested] {
        let api = start(Sandbox::builder().create_status(CreateStatus::Created).write_dialect(dialect)).await;
        let alice = api.user("alice");
        let (status, body) = alice.post("/event", &event()).await;
        assert_eq!((status, &body["success"]), (201, &json!(true)));
        let created = if dialect == WriteDialect::Nested { &body["event"] } else { &body };
        let change = merged(event(), json!({ "eventId": created["id"] }));
        assert_eq!(alice.put(&change).await.0, 200);
        assert_eq!(alice.post("/event", &json!({})).await.0, 400);
    }
}

#[tokio::test]
async fn answers_to_writes_may_leave_out_the_calendar() {
    for dialect in [WriteDialect::Root, WriteDialect::Nested] {
        let builder = Sandbox::builder().calendar_id_dialect(CalendarIdDialect::AbsentInWrites).write_dialect(dialect);
        let api = start(builder).await;
        let alice = api.user("alice");
        let (_, body) = alice.post("/event", &event()).await;
        let created: &Value = if dialect == WriteDialect::Nested { &body["event"] } else { &body };
        assert_eq!((created.get("calendarId"), &created["provider"]), (None, &json!("google")));
        let change = merged(event(), json!({ "eventId": created["id"] }));
        assert!(!alice.put(&change).await.1.to_string().contains("calendarId"));
        assert_eq!(alice.list(&MARCH).await["events"][0]["calendarId"], CALENDARS[0].1);
    }
}

#[tokio::test]
async fn dates_may_be_numbers() {
    for (dialect, factor) in [(DateDialect::Milliseconds, 1_000), (DateDialect::Seconds, 1)] {
        let receiver = Receiver::start().await;
        let builder = Sandbox::builder().seed(Seed::Empty).date_dialect(dialect);
        let api = receiver.subscribed(builder, &CALENDARS[..1]).await;
        let alice = api.user("alice");
        let created = alice.create(json!({})).await;
        let noon = 1_772_366_400_i64;
        assert_eq!((&created["start"], &created["end"]), (&json!(noon * factor), &json!((noon + 3_600) * factor)));
        assert!(created["lastModified"].is_i64(), "{created}");
        assert_eq!(alice.list(&MARCH).await["events"][0]["start"], noon * factor);
        api.sandbox.deliveries_settled().await;
        let delivery = receiver.taken()[0].json();
        assert_eq!(delivery["events"][0]["start"], noon * factor);
        assert!(delivery["timestamp"].as_i64().is_some_and(|at| at > noon * factor), "{delivery}");
        api.sandbox.set_sync_state("alice", Provider::Google, "alice@gmail.example", SyncState::ReauthRequired);
        let (_, status) = alice.get("/oauth/connection-status").await;
        assert!(status["connections"]["google"][0]["syncStateUpdatedAt"].is_i64(), "{status}");
        assert_eq!(api.sandbox.events("alice")[0]["start"], "2026-03-01T12:00:00.000Z");
    }
}

#[tokio::test]
async fn the_expiration_of_a_subscription_may_be_a_number() {
    for (dialect, expected) in [
        (DateDialect::Text, json!("2027-01-15T08:00:00.000Z")),
        (DateDialect::Milliseconds, json!(1_800_000_000_000_i64)),
        (DateDialect::Seconds, json!(1_800_000_000)),
    ] {
        let api = start(Sandbox::builder().expiration_dialect(dialect)).await;
        let body = json!({ "provider": "google", "calendarId": "primary", "expiration": 1_800_000_000_000_i64 });
        let (status, answer) = api.user("alice").post("/subscribe-webhook", &body).await;
        assert_eq!((status, &answer["subscription"]["expiration"]), (200, &expected), "{dialect}");
    }
}
