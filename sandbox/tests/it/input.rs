//! What the server makes of the members that clients send.

use serde_json::{Value, json};

use crate::support::{Api, CALENDARS, event, merged};

#[tokio::test]
async fn dates_are_taken_in_many_forms() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for start in [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.000Z",
        "2026-03-01T12:00Z",
        "2026-03-01t12:00:00z",
        "2026-03-01T14:00:00+02:00",
        "2026-03-01T14:00:00+0200",
        "2026-03-01T07:00:00-05:00",
        "2026-03-01 12:00:00",
        " 2026-03-01T12:00:00 ",
    ] {
        let created = alice.create(json!({ "start": start })).await;
        assert_eq!(created["start"], "2026-03-01T12:00:00.000Z", "{start}");
    }
    for start in ["", "soon", "12:00", "2026-02-30T12:00:00Z", "-000001-01-01T00:00:00Z", "2026-03-01T25:00:00Z"] {
        let (status, body) = alice.post("/event", &merged(event(), json!({ "start": start }))).await;
        assert_eq!((status, body["details"]["start"].is_array()), (400, true), "{start}");
    }
    api.only_requests_depart();
}

#[tokio::test]
async fn whole_days_are_the_dates_that_are_written() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (start, end, expected) in [
        ("2026-03-01", "2026-03-02", ["2026-03-01", "2026-03-02"]),
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", ["2026-03-01", "2026-03-02"]),
        ("2026-03-01T00:00:00+09:00", "2026-03-03T00:00:00+09:00", ["2026-03-01", "2026-03-03"]),
        ("2026-03-01", "2026-03-01", ["2026-03-01", "2026-03-02"]),
    ] {
        let created = alice.create(json!({ "allDay": true, "start": start, "end": end })).await;
        let expected = expected.map(|date| format!("{date}T00:00:00.000Z"));
        assert_eq!([&created["start"], &created["end"]], [&json!(expected[0]), &json!(expected[1])], "{start} {end}");
        assert_eq!(created["original"]["start"], json!({ "date": &expected[0][..10] }));
    }
    let timed = alice.create(json!({})).await;
    let change = json!({ "provider": "google", "calendarId": "primary", "eventId": timed["id"], "allDay": true });
    let (_, updated) = alice.put(&change).await;
    assert_eq!(
        (&updated["start"], &updated["end"]),
        (&json!("2026-03-01T00:00:00.000Z"), &json!("2026-03-02T00:00:00.000Z"))
    );
}

#[tokio::test]
async fn guests_may_be_addresses_or_objects() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let guests = json!([
        "ada@example.com",
        { "email": "grace@example.com", "name": "Grace" },
        { "email": "linus@example.com", "status": "tentative", "organizer": true },
        { "email": "barbara@example.com", "status": null, "organizer": false },
    ]);
    let created = alice.create(json!({ "attendees": guests })).await;
    assert_eq!(
        created["attendees"],
        json!([
            { "email": "ada@example.com", "status": "none" },
            { "email": "grace@example.com", "status": "none" },
            { "email": "linus@example.com", "status": "tentative", "organizer": true },
            { "email": "barbara@example.com", "status": "none" },
        ])
    );
    for guests in [
        json!("ada@example.com"),
        json!({}),
        json!([null]),
        json!([7]),
        json!([[]]),
        json!([""]),
        json!(["ada"]),
        json!([{ "name": "Ada" }]),
        json!([{ "email": null }]),
        json!([{ "email": "ada@example.com", "status": "maybe" }]),
        json!([{ "email": "ada@example.com", "organizer": "yes" }]),
    ] {
        let (status, body) = alice.post("/event", &merged(event(), json!({ "attendees": guests }))).await;
        assert_eq!((status, body["details"]["attendees"].is_array()), (400, true), "{guests}");
    }
    api.only_requests_depart();
}

#[tokio::test]
async fn the_organizer_is_listed_once() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (provider, calendar) in &CALENDARS[1..] {
        let place = json!({ "provider": provider, "calendarId": calendar });
        let own = match *provider {
            "microsoft" => "alice@outlook.example",
            "apple" => "alice@icloud.example",
            _ => "alice@caldav.example",
        };
        let created = alice.create(merged(place.clone(), json!({ "attendees": [own, "ada@example.com"] }))).await;
        assert_eq!(created["attendees"].as_array().map(Vec::len), Some(2), "{provider}");
        let created = alice.create(merged(place, json!({ "attendees": [] }))).await;
        assert_eq!(created["attendees"], json!([]), "{provider}");
    }
}

#[tokio::test]
async fn null_clears_what_can_be_cleared() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let full = json!({
        "description": "d", "location": "l", "color": "#fff", "attendees": ["a@example.com"], "custom": { "a": 1 },
        "conference": "https://meet.example/x", "conferenceData": { "provider": "zoom" }, "availability": "free",
        "privacy": "private", "status": "tentative",
    });
    let created = alice.create(full.clone()).await;
    let target = json!({ "provider": "google", "calendarId": "primary", "eventId": created["id"] });
    for member in full.as_object().expect("an object").keys() {
        assert!(created.get(member).is_some(), "{member}");
        let (status, updated) = alice.put(&merged(target.clone(), json!({ member: null }))).await;
        assert_eq!((status, updated.get(member)), (200, None), "{member}");
    }
    let (_, whole_day) = alice.put(&merged(target.clone(), json!({ "allDay": true }))).await;
    let (_, timed) = alice.put(&merged(target.clone(), json!({ "allDay": null }))).await;
    assert_eq!((&whole_day["allDay"], &timed["allDay"]), (&json!(true), &json!(false)));
    for member in ["title", "start", "end"] {
        assert_eq!(alice.put(&merged(target.clone(), json!({ member: null }))).await.0, 400, "{member}");
    }
    api.only_requests_depart();
}

#[tokio::test]
async fn an_instance_may_clear_what_its_series_has() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series =
        alice.create(json!({ "location": "Canteen", "recurrence": { "frequency": "DAILY", "count": 2 } })).await;
    let id = format!("{}_20260302T120000Z", series["id"].as_str().expect("an id"));
    let target = json!({
        "provider": "google", "calendarId": "primary", "eventId": id, "recurringEventId": series["id"],
    });
    assert_eq!(alice.put(&merged(target, json!({ "location": null }))).await.1.get("location"), None);
    let page = alice.list(&crate::support::MARCH).await;
    let locations: Vec<_> = (0..2).map(|at| page["events"][at].get("location").cloned()).collect();
    assert_eq!(locations, [Some(json!("Canteen")), None]);
}

#[tokio::test]
async fn a_wish_for_a_meeting_overrules_what_stands_beside_it() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (provider, calendar) in CALENDARS {
        let place = json!({ "provider": provider, "calendarId": calendar });
        let wish = json!({
            "conference": "https://zoom.example/j/1", "conferenceData": { "provider": "zoom", "autoGenerate": true },
        });
        let created = alice.create(merged(place.clone(), wish)).await;
        let makes_meetings = provider == "google" || provider == "microsoft";
        assert_eq!(created["conference"] != "https://zoom.example/j/1", makes_meetings, "{provider}");
        assert_eq!(created["conferenceData"]["conferenceId"].is_string(), makes_meetings, "{provider}");
        assert!(created["conferenceData"].get("autoGenerate").is_none(), "{provider}");

        let own = json!({ "conferenceData": { "provider": "webex", "autoGenerate": false, "pin": 7 } });
        let created = alice.create(merged(place, own)).await;
        let expected = if provider == "microsoft" { Value::Null } else { json!({ "provider": "webex", "pin": 7 }) };
        assert_eq!(created["conferenceData"], expected, "{provider}");
    }
}

#[tokio::test]
async fn members_that_events_do_not_have_are_ignored() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let created = alice
        .create(json!({ "id": "mine", "timezone": "UTC", "lastModified": "x", "original": 1, "mood": "good" }))
        .await;
    assert_ne!(created["id"], "mine");
    assert_ne!(created["lastModified"], "x");
    assert!(created["original"].is_object());
    assert_eq!((created.get("mood"), created.get("timezone")), (None, None));
}
