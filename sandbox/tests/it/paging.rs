//! Page tokens: what they carry, and what they survive.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use mobiscroll_connect_sandbox::{Sandbox, Scope, Seed, seed};
use serde_json::{Value, json};

use crate::support::{Api, CALENDARS, MARCH, User, column};

/// Creates a lunch on each of the first days of March in every provider's calendar.
async fn lunches(user: &User<'_>, days: u32) {
    for (provider, calendar) in CALENDARS {
        for day in 1..=days {
            lunch(user, provider, calendar, day).await;
        }
    }
}

async fn lunch(user: &User<'_>, provider: &str, calendar: &str, day: u32) -> Value {
    let (start, end) = (format!("2026-03-{day:02}T12:00:00Z"), format!("2026-03-{day:02}T13:00:00Z"));
    user.create(json!({ "provider": provider, "calendarId": calendar, "start": start, "end": end })).await
}

fn token(page: &Value) -> Option<String> {
    page["nextPageToken"].as_str().map(str::to_owned)
}

async fn first_page(user: &User<'_>, size: &str) -> Value {
    user.list(&[MARCH[0], MARCH[1], ("pageSize", size)]).await
}

/// Follows the tokens, with the filters only if asked to.
async fn follow(user: &User<'_>, page: Value, filters: &[(&str, &str)]) -> Vec<Value> {
    let mut events = page["events"].as_array().expect("events").clone();
    let mut next = token(&page);
    while let Some(token) = next {
        let query: Vec<_> = filters.iter().copied().chain([("nextPageToken", token.as_str())]).collect();
        let page = user.list(&query).await;
        events.extend(page["events"].as_array().expect("events").iter().cloned());
        next = self::token(&page);
    }
    events
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn pages_are_shared_by_the_providers_and_sorted_over_all_of_them() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    lunches(&alice, 5).await;
    alice.create(json!({ "recurrence": { "frequency": "DAILY", "count": 3 } })).await;
    let whole = alice.list(&MARCH).await;
    assert_eq!((column(&whole, "id").len(), token(&whole)), (23, None));

    let page = first_page(&alice, "4").await;
    assert_eq!((column(&page, "id").len(), &page["pageSize"]), (4, &json!(4)));
    let filters = [MARCH[0], MARCH[1], ("pageSize", "4"), ("singleEvents", "true")];
    for filters in [&filters[..], &filters[2..3]] {
        let events = follow(&alice, page.clone(), filters).await;
        assert_eq!(json!(events), whole["events"]);
    }
}

#[tokio::test]
async fn the_last_page_has_no_token_even_when_it_is_full() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    lunches(&alice, 2).await;
    let page = first_page(&alice, "4").await;
    let next = token(&page).expect("a token");
    let last = alice.list(&[("pageSize", "4"), ("nextPageToken", &next)]).await;
    assert_eq!((column(&last, "id").len(), last.get("nextPageToken")), (4, None));
}

#[tokio::test]
async fn events_that_stay_are_listed_once_while_others_come_and_go() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    lunches(&alice, 6).await;
    let series = alice.create(json!({ "recurrence": { "frequency": "DAILY", "count": 6 } })).await;
    let before = alice.list(&MARCH).await;
    let mut gone = Vec::new();
    let mut listed = Vec::new();
    let mut page = first_page(&alice, "5").await;
    for round in 1.. {
        listed.extend(column(&page, "id").into_iter().map(str::to_owned));
        let Some(next) = token(&page) else { break };
        // Delete one event that was listed already and one that was not, and add one on either side.
        let day = u32::try_from(round).expect("a small number").min(6);
        for event in [&before["events"][round], &before["events"][29 - round]] {
            let id = event["id"].as_str().expect("an id");
            let mut query = vec![
                ("provider", event["provider"].as_str().expect("a text")),
                ("calendarId", event["calendarId"].as_str().expect("a text")),
                ("eventId", id),
            ];
            query.extend(event["recurringEventId"].as_str().map(|series| ("recurringEventId", series)));
            alice.delete(&query).await;
            gone.push(id.to_owned());
        }
        lunch(&alice, "apple", seed::APPLE_CALENDAR, 1).await;
        lunch(&alice, "caldav", seed::CALDAV_WORK, 7 - day).await;
        page = alice.list(&[("pageSize", "5"), ("nextPageToken", &next)]).await;
    }
    let mut unique = listed.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), listed.len(), "something was listed twice");
    for id in column(&before, "id").into_iter().filter(|id| !gone.iter().any(|gone| gone == id)) {
        assert!(unique.iter().any(|listed| listed == id), "{id} was lost");
    }
    assert!(series["id"].is_string() && gone.len() > 6);
}

#[tokio::test]
async fn a_token_is_base64_json_with_a_state_for_each_provider() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    lunches(&alice, 2).await;
    let token = token(&first_page(&alice, "5").await).expect("a token");
    let state: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).expect("base64")).expect("JSON");
    let providers: Vec<_> = state["state"].as_object().expect("an object").keys().collect();
    assert_eq!(providers, ["apple", "caldav", "google", "microsoft"]);
}

#[tokio::test]
async fn tokens_are_good_for_their_own_listing_only() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    lunches(&alice, 3).await;
    let filter = r#"{"google":["primary"],"apple":[]}"#;
    let query = [MARCH[0], MARCH[1], ("pageSize", "1"), ("calendarIds", filter)];
    let token = token(&alice.list(&query).await).expect("a token");

    for (name, value, status) in [
        ("start", "2026-03-01T01:00:00+01:00", 200),
        ("start", "2026-03-02", 400),
        ("end", "2026-04-02", 400),
        ("singleEvents", "true", 200),
        ("singleEvents", "false", 400),
        ("calendarIds", r#"{"apple": [], "google": ["primary", "primary"]}"#, 200),
        ("calendarIds", r#"{"google":["other"]}"#, 400),
        ("calendarIds", "{}", 400),
        ("pageSize", "2", 200),
    ] {
        let request = alice.request(reqwest::Method::GET, "/events").query(&[("nextPageToken", token.as_str())]);
        let (answered, body) = crate::support::answer(request.query(&[(name, value)])).await;
        assert_eq!(answered, status, "{name}={value}: {body}");
        assert_eq!(body["details"]["nextPageToken"].is_array(), status == 400, "{name}={value}");
    }
    for other in [api.user("bob"), api.user_with("alice", Scope::FreeBusy)] {
        assert_eq!(other.get(&format!("/events?nextPageToken={token}")).await.0, 400);
    }
    assert_eq!(api.user_with("alice", Scope::Read).get(&format!("/events?nextPageToken={token}")).await.0, 200);
}

#[tokio::test]
async fn garbage_is_not_a_token() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    lunches(&alice, 1).await;
    let token = token(&first_page(&alice, "1").await).expect("a token");
    let state: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&token).expect("base64")).expect("JSON");
    let forged = ["user", "start", "end", "calendars", "single", "busy", "state", "pages"].map(|name| {
        let mut state = state.clone();
        state[name] = json!({ "x": [null] });
        URL_SAFE_NO_PAD.encode(state.to_string())
    });
    let short = &token[..token.len() - 3];
    for bad in forged.iter().map(String::as_str).chain(["x", "e30", "bnVsbA", "%00", "W10", short]) {
        let (status, body) = alice.get(&format!("/events?nextPageToken={bad}")).await;
        assert_eq!((status, body["details"]["nextPageToken"].is_array()), (400, true), "{bad}: {body}");
    }
    let mut state = state.clone();
    (state["pages"], state["state"]["google"]) = (json!(u64::MAX), json!([i64::MAX, u64::MAX, i64::MIN]));
    let extreme = URL_SAFE_NO_PAD.encode(state.to_string());
    assert_eq!(alice.get(&format!("/events?nextPageToken={extreme}")).await.0, 200);
}

#[tokio::test]
async fn masters_are_paged_too() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (provider, calendar) in CALENDARS {
        let rule = json!({ "frequency": "DAILY", "count": 9 });
        alice.create(json!({ "provider": provider, "calendarId": calendar, "recurrence": rule })).await;
    }
    let masters = [MARCH[0], MARCH[1], ("singleEvents", "false"), ("pageSize", "3")];
    let events = follow(&alice, alice.list(&masters).await, &[("pageSize", "3")]).await;
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|event| event.get("recurringEventId").is_none()));
    let everything = follow(&alice, first_page(&alice, "7").await, &[("pageSize", "7")]).await;
    assert_eq!(ids(&everything).len(), 36);
}

#[tokio::test]
async fn ten_thousand_events_come_in_pages() {
    let api = Api::with(Sandbox::builder().seed(Seed::Large).start().await.expect("a sandbox"));
    let alice = api.user("alice");
    let year = [("start", "2000-01-01"), ("end", "2100-01-01"), ("pageSize", "1000")];
    let events = follow(&alice, alice.list(&year).await, &[("pageSize", "1000")]).await;
    assert_eq!(events.len(), 10_000);
    assert!(events.is_sorted_by_key(|event| event["start"].as_str().expect("a text").to_owned()));
    let mut ids = ids(&events);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 10_000);
}
