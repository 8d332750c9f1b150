use mobiscroll_connect_sandbox::{DeleteDialect, Sandbox, Seed, WriteDialect, seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, MARCH, answer, column, event, merged};

fn target(event: &Value) -> [(&str, &str); 3] {
    ["provider", "calendarId", "id"].map(|name| {
        let value = event[name].as_str().expect("a text");
        (if name == "id" { "eventId" } else { name }, value)
    })
}

#[tokio::test]
async fn a_created_event_is_answered_at_the_root_and_listed() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let created = alice
        .create(json!({
            "start": "2026-03-01T14:00:00+02:00",
            "location": "Canteen",
            "attendees": ["ada@example.com", { "email": "grace@example.com", "status": "accepted" }],
            "custom": { "origin": "test" },
            "conference": { "url": "https://meet.example/x" },
        }))
        .await;
    assert_eq!(created["success"], true);
    assert_eq!(created["start"], "2026-03-01T12:00:00.000Z");
    assert_eq!(created["conference"], "https://meet.example/x");
    assert_eq!(created["attendees"][0], json!({ "email": "ada@example.com", "status": "none" }));
    assert_eq!(created["original"]["summary"], "Lunch");

    let page = alice.list(&MARCH).await;
    let listed = page["events"][0].clone();
    assert_eq!(merged(listed, json!({ "success": true })), created);
    assert_eq!(api.user("bob").list(&MARCH).await["events"], json!([]));
    assert_eq!(api.departures(), ["Request, body /attendees/1"]);
    assert_eq!(api.sandbox.tolerated().len(), 1, "the conference is an object");
}

#[tokio::test]
async fn answers_may_nest_the_event_and_deletes_may_be_silent() {
    let sandbox = Sandbox::builder()
        .seed(Seed::Empty)
        .write_dialect(WriteDialect::Nested)
        .delete_dialect(DeleteDialect::NoContent)
        .start()
        .await;
    let api = Api::with(sandbox.expect("a sandbox"));
    let alice = api.user("alice");
    let created = alice.create(json!({})).await;
    assert_eq!((&created["success"], &created["title"]), (&json!(true), &Value::Null));
    assert_eq!(created["event"]["title"], "Lunch");
    assert_eq!(alice.delete(&target(&created["event"])).await, (204, Value::Null));
    assert!(api.sandbox.events("alice").is_empty());
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_null_clears() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let created = alice.create(json!({ "location": "Canteen", "description": "Bring food" })).await;
    let change = json!({
        "provider": "google", "calendarId": "primary", "eventId": created["id"],
        "title": "Late lunch", "location": null,
    });
    let (status, updated) = alice.put(&change).await;
    assert_eq!((status, &updated["success"]), (200, &json!(true)));
    assert_eq!((&updated["title"], &updated["description"]), (&json!("Late lunch"), &json!("Bring food")));
    assert_eq!(updated.get("location"), None);
    assert_eq!(updated["original"]["summary"], "Late lunch");
    assert_eq!(updated["start"], created["start"]);

    let late = merged(change, json!({ "start": "2026-03-01T18:00:00Z" }));
    let (status, body) = alice.put(&late).await;
    assert_eq!((status, body["details"]["end"].is_array()), (400, true));
}

#[tokio::test]
async fn a_delete_takes_the_query_or_a_json_body() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let (first, second) = (alice.create(json!({})).await, alice.create(json!({})).await);
    assert_eq!(alice.delete(&target(&first)).await, (200, json!({ "success": true })));
    assert_eq!(alice.delete(&target(&first)).await.0, 404);
    let body = json!({ "provider": "google", "calendarId": "primary", "eventId": second["id"] });
    assert_eq!(answer(alice.request(Method::DELETE, "/event").json(&body)).await.0, 200);
    assert!(api.sandbox.events("alice").is_empty());
    let missing = ["Request, query provider", "Request, query calendarId", "Request, query eventId"];
    assert_eq!(api.departures(), missing);
}

#[tokio::test]
async fn bad_members_are_refused_field_by_field() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (member, value) in [
        ("provider", json!("yahoo")),
        ("provider", json!(null)),
        ("calendarId", json!("")),
        ("calendarId", json!(5)),
        ("title", json!(null)),
        ("title", json!(5)),
        ("start", json!("soon")),
        ("end", json!("2026-02-01T00:00:00Z")),
        ("allDay", json!("yes")),
        ("attendees", json!("ada@example.com")),
        ("attendees", json!([7])),
        ("availability", json!("away")),
        ("privacy", json!("secret")),
        ("status", json!("done")),
        ("custom", json!([])),
        ("conference", json!({})),
        ("conferenceData", json!("meet")),
        ("conferenceData", json!({ "autoGenerate": "yes" })),
        ("conferenceData", json!({ "conferenceSolution": [] })),
        ("recurrence", json!({ "frequency": "HOURLY" })),
        ("recurrence", json!({ "frequency": "DAILY", "count": 2, "until": "20260401T000000Z" })),
    ] {
        let (status, body) = alice.post("/event", &merged(event(), json!({ member: value }))).await;
        assert_eq!(status, 400, "{member}: {value}");
        assert!(body["message"].is_string());
        assert!(body["details"][member].is_array(), "{member}: {body}");
    }
    let (status, body) = alice.post("/event", &json!({})).await;
    assert_eq!((status, body["details"].as_object().map(|details| details.len())), (400, Some(5)));
    assert!(api.sandbox.events("alice").is_empty());
}

#[tokio::test]
async fn an_unknown_calendar_or_event_is_not_found() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let elsewhere = merged(event(), json!({ "calendarId": "elsewhere" }));
    assert_eq!(alice.post("/event", &elsewhere).await.0, 404);
    let missing = json!({ "provider": "google", "calendarId": "primary", "eventId": "gone_20260301T120000Z" });
    assert_eq!(alice.put(&missing).await.0, 404);
    let other_provider = merged(event(), json!({ "provider": "apple" }));
    assert_eq!(alice.post("/event", &other_provider).await.0, 404);
}

#[tokio::test]
async fn providers_make_what_they_can_of_a_wished_conference() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let generate = json!({ "conferenceData": { "autoGenerate": true } });
    let by_link = json!({ "conference": "https://meet.example/x" });
    for (provider, calendar, generated, linked) in [
        ("google", seed::GOOGLE_PRIMARY, true, true),
        ("microsoft", seed::MICROSOFT_CALENDAR, true, false),
        ("apple", seed::APPLE_CALENDAR, false, true),
        ("caldav", seed::CALDAV_WORK, false, true),
    ] {
        let place = json!({ "provider": provider, "calendarId": calendar });
        let event = alice.create(merged(generate.clone(), place.clone())).await;
        assert_eq!(event["conference"].is_string(), generated, "{provider}");
        let event = alice.create(merged(by_link.clone(), place)).await;
        assert_eq!(event["conference"].is_string(), linked, "{provider}");
    }
}

#[tokio::test]
async fn the_organizer_joins_the_guests_except_at_google() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let guests = json!({ "attendees": ["ada@example.com"] });
    assert_eq!(alice.create(guests.clone()).await["attendees"].as_array().map(Vec::len), Some(1));
    let place = json!({ "provider": "caldav", "calendarId": seed::CALDAV_HOME });
    let event = alice.create(merged(guests, place)).await;
    assert_eq!(event["attendees"][0]["email"], "alice@caldav.example");
    assert_eq!(event["attendees"][0]["organizer"], true);
}

#[tokio::test]
async fn the_demo_seed_spreads_events_over_every_calendar() {
    let api = Api::with(Sandbox::start().await.expect("a sandbox"));
    let alice = api.user("alice");
    let (status, calendars) = alice.get("/calendars").await;
    assert_eq!((status, calendars.as_array().map(Vec::len)), (200, Some(6)));
    assert_eq!(api.sandbox.events("alice").len(), 50);
    let page = alice.list(&[]).await;
    assert!(column(&page, "title").contains(&"Weekly stand-up"));
    for provider in ["google", "microsoft", "apple", "caldav"] {
        assert!(column(&page, "provider").contains(&provider));
    }
}
