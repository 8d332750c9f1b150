use mobiscroll_connect_sandbox::{Scope, seed};
use serde_json::{Value, json};

use crate::support::{Api, MARCH, column, merged};

fn raw(day: u32, title: &str) -> Value {
    json!({
        "provider": "google", "id": title, "calendarId": "primary", "title": title,
        "start": format!("2026-03-{day:02}T09:00:00Z"), "end": format!("2026-03-{day:02}T10:00:00Z"),
    })
}

#[tokio::test]
async fn events_come_sorted_by_start_over_all_providers() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (day, provider, calendar) in [
        (9, "google", seed::GOOGLE_TEAM),
        (3, "caldav", seed::CALDAV_HOME),
        (6, "microsoft", seed::MICROSOFT_CALENDAR),
        (1, "apple", seed::APPLE_CALENDAR),
    ] {
        let (start, end) = (format!("2026-03-{day:02}T09:00:00Z"), format!("2026-03-{day:02}T10:00:00Z"));
        alice.create(json!({ "provider": provider, "calendarId": calendar, "start": start, "end": end })).await;
    }
    let page = alice.list(&MARCH).await;
    assert_eq!(column(&page, "provider"), ["apple", "caldav", "microsoft", "google"]);
    assert_eq!((&page["pageSize"], page.get("nextPageToken")), (&json!(250), None));
}

#[tokio::test]
async fn pages_cover_everything_once_even_while_events_come_and_go() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for day in 1..=7 {
        api.sandbox.add_event("alice", raw(day, &format!("event {day}")));
    }
    let mut seen = Vec::new();
    let mut page = alice.list(&[MARCH[0], MARCH[1], ("pageSize", "3")]).await;
    api.sandbox.add_event("alice", raw(1, "too late"));
    loop {
        seen.extend(column(&page, "title").into_iter().map(str::to_owned));
        let Some(token) = page["nextPageToken"].as_str().map(str::to_owned) else { break };
        page = alice.list(&[("pageSize", "3"), ("nextPageToken", &token)]).await;
    }
    let expected: Vec<_> = (1..=7).map(|day| format!("event {day}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_page_holds_at_most_a_thousand_events() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for number in 0..1001 {
        api.sandbox.add_event("alice", raw(2, &number.to_string()));
    }
    let page = alice.list(&[MARCH[0], MARCH[1], ("pageSize", "5000")]).await;
    assert_eq!((column(&page, "id").len(), &page["pageSize"]), (1000, &json!(1000)));
    let token = page["nextPageToken"].as_str().expect("a token");
    assert_eq!(column(&alice.list(&[("nextPageToken", token)]).await, "id"), ["1000"]);
    assert_eq!(column(&alice.list(&MARCH).await, "id").len(), 250);
    assert_eq!(api.departures(), ["Request, query pageSize"]);
}

#[tokio::test]
async fn listings_are_limited_to_the_named_calendars() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({ "title": "own" })).await;
    alice.create(json!({ "title": "team", "calendarId": seed::GOOGLE_TEAM })).await;
    alice.create(json!({ "title": "home", "provider": "caldav", "calendarId": seed::CALDAV_HOME })).await;
    for (calendar_ids, titles) in [
        (json!({ "google": ["primary"] }), &["own"][..]),
        (json!({ "google": [seed::GOOGLE_TEAM, "foreign"], "caldav": [seed::CALDAV_HOME] }), &["team", "home"]),
        (json!({ "caldav": ["primary"] }), &[]),
        (json!([seed::GOOGLE_TEAM]), &["team"]),
        (json!({ "google": [], "caldav": [] }), &["own", "team", "home"]),
    ] {
        let filter = calendar_ids.to_string();
        let page = alice.list(&[MARCH[0], MARCH[1], ("calendarIds", &filter)]).await;
        assert_eq!(column(&page, "title"), titles, "{calendar_ids}");
    }
    assert_eq!(api.departures(), ["Request, query calendarIds"]);
}

#[tokio::test]
async fn the_window_takes_what_overlaps_it() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({ "title": "noon" })).await;
    for (start, end, expected) in [
        ("2026-03-01T12:30:00Z", "2026-03-01T12:40:00Z", 1),
        ("2026-03-01T13:00:00Z", "2026-03-02T00:00:00Z", 0),
        ("2026-02-01", "2026-03-01T12:00:00Z", 0),
        ("2026-03-01T14:59:00+02:00", "2026-03-02", 1),
    ] {
        let page = alice.list(&[("start", start), ("end", end)]).await;
        assert_eq!(column(&page, "title").len(), expected, "{start} to {end}");
    }
}

#[tokio::test]
async fn the_default_window_is_the_current_month() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let first = json!({ "start": "2020-01-01T12:00:00Z", "end": "2020-01-01T13:00:00Z" });
    alice.create(merged(first, json!({ "recurrence": { "frequency": "DAILY" } }))).await;
    let page = alice.list(&[]).await;
    let now = jiff::Timestamp::now().strftime("%Y-%m").to_string();
    let starts = column(&page, "start");
    assert!((28..=31).contains(&starts.len()));
    assert!(starts.iter().all(|start| start.starts_with(&now)));
}

#[tokio::test]
async fn bad_filters_are_refused() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (name, value) in [
        ("start", "soon"),
        ("end", "2026-13-01"),
        ("pageSize", "0"),
        ("pageSize", "-1"),
        ("pageSize", "many"),
        ("calendarIds", "primary"),
        ("calendarIds", "{\"google\":\"primary\"}"),
        ("singleEvents", "maybe"),
        ("nextPageToken", "nonsense"),
        ("nextPageToken", "e30"),
    ] {
        let (status, body) = alice.get(&format!("/events?{name}={value}")).await;
        assert_eq!(status, 400, "{name}={value}");
        assert!(body["details"][name].is_array(), "{name}={value}: {body}");
    }
}

#[tokio::test]
async fn raw_events_are_listed_exactly_as_they_are() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let strange = [
        json!(null),
        json!("an event?"),
        json!({}),
        json!({ "provider": "yahoo", "id": 5, "start": null, "end": "later", "status": "maybe" }),
        json!({ "id": "x", "start": "2026-03-05T09:00:00Z", "end": "2026-03-05T10:00:00Z", "extra": [1, null] }),
    ];
    for event in &strange {
        api.sandbox.add_event("alice", event.clone());
    }
    assert_eq!(alice.list(&MARCH).await["events"], json!(strange));
    assert_eq!(api.sandbox.events("alice"), strange);
    let free_busy = api.user_with("alice", Scope::FreeBusy);
    assert_eq!(free_busy.list(&MARCH).await["events"][0], Value::Null);
}
