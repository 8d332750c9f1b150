//! States: written, read back, gone back to, and refused when they are malformed.

use mobiscroll_connect_sandbox::{Provider, Sandbox, Seed, State, SyncState};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, User, answer};

fn small() -> Value {
    json!({
        "version": 1,
        "time": "2026-03-01T09:00:00Z",
        "frozen": true,
        "settings": { "seed": "empty", "createStatus": "created" },
        "users": { "alice": {
            "accounts": [{
                "provider": "google", "id": "alice@example.com",
                "calendars": [{ "id": "primary", "timeZone": "Europe/Berlin" }],
            }],
            "events": [
                { "event": {
                    "provider": "google", "calendarId": "primary", "id": "e-1", "title": "Lunch",
                    "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z",
                } },
                { "event": {
                    "provider": "google", "calendarId": "primary", "title": "Weekly",
                    "start": "2026-03-02T08:00:00Z", "end": "2026-03-02T09:00:00Z",
                }, "recurrence": { "frequency": "WEEKLY", "count": 5 }, "exceptions": {
                    "2026-03-09T08:00:00Z": null, "2026-03-16T08:00:00Z": { "title": "Moved" },
                } },
            ],
        } },
    })
}

const WHOLE_YEARS: &str = "/events?start=2025-01-01T00:00:00Z&end=2028-01-01T00:00:00Z&pageSize=1000";

#[tokio::test]
async fn a_state_written_by_hand_is_served() {
    let state = State::from_json(small()).expect("a state");
    let api = Api::with(Sandbox::builder().state(state).start().await.expect("a sandbox"));
    let alice = api.user("alice");
    let (_, page) = alice.get(WHOLE_YEARS).await;
    assert_eq!(crate::support::column(&page, "title"), ["Lunch", "Weekly", "Moved", "Weekly", "Weekly"]);
    let ids = crate::support::column(&page, "id");
    assert!(ids[0] == "e-1" && ids.iter().all(|id| !id.is_empty()), "{ids:?}");
    let (_, calendars) = alice.get("/calendars").await;
    assert_eq!(calendars.as_array().map(Vec::len), Some(1));
    assert_eq!(alice.post("/event", &crate::support::event()).await.0, 201);
    assert_eq!(api.sandbox.now().to_string(), "2026-03-01T09:00:00Z");
    // Those that the state does not name are filled as always.
    assert_eq!(api.sandbox.accounts("bob").len(), 4);
}

/// What a user can see.
async fn seen(alice: &User<'_>) -> Value {
    let mut seen = Vec::new();
    for path in [WHOLE_YEARS, "/calendars", "/oauth/connection-status"] {
        let (status, page) = alice.get(path).await;
        assert_eq!(status, 200, "{path}: {page}");
        seen.push(page);
    }
    let series = format!("{WHOLE_YEARS}&singleEvents=false");
    seen.push(alice.get(&series).await.1);
    seen.into()
}

#[tokio::test]
async fn every_seed_is_a_file_that_gives_the_same_sandbox() {
    let now = "2026-03-01T09:00:00Z".parse().expect("an instant");
    for seed in [Seed::Demo, Seed::Empty, Seed::BusyYear, Seed::Large, Seed::Awkward] {
        let sandbox = Sandbox::builder().seed(seed).time(now).freeze_time().start().await.expect("a sandbox");
        let api = Api::with(sandbox);
        let alice = api.user("alice");
        let state = api.sandbox.export_state().expect("a state");
        let copy = State::parse(&state.to_string()).expect("the same state");
        assert_eq!(state, copy);
        let other = Api::with(Sandbox::builder().state(copy).start().await.expect("a sandbox"));
        // The tokens go along.
        let same = User { api: &other, tokens: alice.tokens.clone() };
        assert!(seen(&alice).await == seen(&same).await, "{seed}");
        assert_eq!(other.sandbox.export_state().expect("a state"), state, "{seed}");
        api.departures();
        other.departures();
    }
}

#[tokio::test]
async fn every_seed_is_a_file_for_new_users() {
    let now = "2026-03-01T09:00:00Z".parse().expect("an instant");
    for seed in [Seed::Demo, Seed::Empty, Seed::BusyYear, Seed::Large, Seed::Awkward] {
        let sandbox = Sandbox::builder().seed(seed).time(now).freeze_time().start().await.expect("a sandbox");
        let events = |sandbox: &Sandbox, user: &str| -> Vec<Value> {
            let mut events = sandbox.events(user);
            // The records of the provider name the account.
            events.iter_mut().filter_map(Value::as_object_mut).for_each(|event| drop(event.remove("original")));
            events
        };
        let expected = events(&sandbox, "alice");
        let mut state = sandbox.export_state().expect("a state").to_json();
        let user = state["users"].take()["alice"].take();
        state["newUsers"] = user;
        state["newUsers"]["accounts"][0]["id"] = "{user}@example.com".into();
        let api = Api::with(
            Sandbox::builder().state(State::from_json(state).expect("a state")).start().await.expect("a sandbox"),
        );
        for user in ["alice", "bob"] {
            let found = seen(&api.user(user)).await;
            assert_eq!(found[2]["connections"]["google"][0]["id"], format!("{user}@example.com"));
            assert_eq!(api.sandbox.accounts(user).len(), 4);
            assert!(events(&api.sandbox, user) == expected, "{seed} {user}");
        }
        let state = api.sandbox.export_state().expect("a state").to_json();
        assert_eq!(state["newUsers"]["accounts"][0]["id"], "{user}@example.com");
        api.departures();
    }
    let wrong = json!({ "version": 1, "newUsers": { "accounts": [{}] } });
    let error = State::from_json(wrong).expect_err("no provider").to_string();
    assert_eq!(error, "newUsers.accounts[0].provider: is required");
}

#[tokio::test]
async fn what_happened_is_in_the_state() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let (_, refreshed) = api.refresh(&alice.tokens.refresh_token).await;
    let series = alice.create(json!({ "recurrence": { "frequency": "DAILY", "count": 6, "byMonth": [3] } })).await;
    let (_, page) = alice.get("/events?start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z").await;
    let third = &page["events"][2];
    let mut change = json!({
        "provider": "google", "calendarId": "primary", "eventId": third["id"], "recurringEventId": series["id"],
        "updateMode": "following", "title": "Later",
    });
    assert_eq!(alice.put(&change).await.0, 200);
    change["eventId"] = page["events"][1]["id"].clone();
    change["updateMode"] = "this".into();
    assert_eq!(alice.put(&change).await.0, 200);
    alice
        .post("/subscribe-webhook", &json!({ "provider": "google", "calendarId": "primary", "channelId": "c-1" }))
        .await;
    api.sandbox.set_calendar_permission("alice", Provider::Microsoft, "alice@outlook.example", false);
    api.sandbox.set_sync_state("alice", Provider::Apple, "alice@icloud.example", SyncState::ReauthRequired);
    let revoked = api.sandbox.webhook_keys()[0].clone();
    api.sandbox.rotate_webhook_key();
    api.sandbox.revoke_webhook_key(&revoked.id);
    let bob = api.user("bob");
    api.sandbox.revoke_grant("bob");
    let dave = api.user("dave");
    api.sandbox.expire_access_token("dave");

    let other = Api::with(Sandbox::start().await.expect("a sandbox"));
    other.sandbox.import_state(&api.sandbox.export_state().expect("a state"));
    let same = User { api: &other, tokens: alice.tokens.clone() };
    assert_eq!(seen(&alice).await, seen(&same).await);
    assert_eq!(other.sandbox.webhook_channels("alice"), api.sandbox.webhook_channels("alice"));
    assert_eq!(other.sandbox.webhook_keys(), api.sandbox.webhook_keys());
    // Tokens have the age that they had.
    assert_eq!(other.try_access(&bob.tokens.access_token).await, 401);
    assert_eq!(other.refresh(&bob.tokens.refresh_token).await.0, 400);
    assert_eq!(other.try_access(&dave.tokens.access_token).await, 401);
    let (status, again) = other.refresh(refreshed["refresh_token"].as_str().expect("a token")).await;
    assert_eq!(status, 200);
    other.refresh(again["refresh_token"].as_str().expect("a token")).await;
    assert_eq!(other.refresh(&alice.tokens.refresh_token).await.0, 400);
    api.departures();
    other.departures();
}

#[tokio::test]
async fn ids_made_after_an_import_are_new_and_the_same_each_time() {
    let start = || Sandbox::builder().random_seed(7).seed(Seed::Empty);
    let api = Api::with(start().start().await.expect("a sandbox"));
    let first = api.user("alice").create(json!({})).await["id"].clone();
    let state = api.sandbox.export_state().expect("a state");
    let mut made = Vec::new();
    for _ in 0..2 {
        api.sandbox.import_state(&state);
        made.push(api.user("alice").create(json!({})).await["id"].clone());
    }
    let other = Api::with(start().state(state).start().await.expect("a sandbox"));
    made.push(other.user("alice").create(json!({})).await["id"].clone());
    assert!(made.iter().all(|id| *id == made[0] && *id != first), "{made:?} {first}");
}

#[tokio::test]
async fn states_go_through_the_admin_api() {
    let api = Api::empty().await;
    let url = |path: &str| format!("{}/_sandbox/{path}", api.sandbox.origin());
    let request = |method, path: &str| api.http.request(method, url(path));
    assert_eq!(answer(request(Method::PUT, "state").json(&small())).await.0, 200);
    let title = || api.sandbox.events("alice").first().map(|event| event["title"].clone());
    assert_eq!(title(), Some("Lunch".into()));
    api.sandbox.remove_event("alice", "e-1");
    api.sandbox.reset();
    assert_eq!(title(), Some("Lunch".into()), "a reset goes back to the state");
    let (_, exported) = answer(request(Method::GET, "state")).await;
    assert_eq!(exported["users"]["alice"]["events"][0]["event"]["title"], "Lunch");
    assert_eq!(answer(request(Method::DELETE, "state")).await.0, 200);
    api.sandbox.reset();
    assert_eq!(title(), None, "a reset goes back to the start");

    let mut wrong = small();
    wrong["users"]["alice"]["events"][0]["event"]["end"] = "soon".into();
    let (status, refusal) = answer(request(Method::PUT, "state").json(&wrong)).await;
    assert_eq!((status, &refusal["field"]), (400, &"users.alice.events[0].event.end".into()));
    assert_eq!(title(), None, "nothing was changed");
}

#[test]
fn the_state_in_the_readme_is_one() {
    let readme = include_str!("../../README.md");
    let (_, block) = readme.split_once("```json\n").expect("a block of JSON");
    let (text, _) = block.split_once("```").expect("its end");
    let state = State::parse(text).expect("a state");
    assert_eq!(state.to_json()["users"]["alice"]["accounts"][0]["provider"], "google");
}

#[test]
fn malformed_states_are_refused_with_the_path() {
    type Spoil = fn(&mut Value);
    let cases: [(Spoil, &str); 22] = [
        (|state| *state = json!([]), "the state must be an object"),
        (|state| state["version"] = 2.into(), "version: must be 1"),
        (|state| state["version"] = Value::Null, "version: is required"),
        (|state| state["user"] = json!({}), "user: is not a member of a state"),
        (|state| state["time"] = "noon".into(), "time: must be an ISO 8601 date"),
        (|state| state["settings"]["seed"] = "lots".into(), "settings.seed: expected small"),
        (|state| state["settings"]["speed"] = 1.into(), "settings.speed: is unknown"),
        (|state| state["users"] = json!([]), "users: must be an object"),
        (|state| state["users"]["b c"] = 7.into(), "users[\"b c\"]: must be an object"),
        (|state| state["users"]["alice"]["accounts"] = 7.into(), "users.alice.accounts: must be an array"),
        (
            |state| state["users"]["alice"]["accounts"][0]["provider"] = "yahoo".into(),
            "users.alice.accounts[0].provider: expected google, microsoft, apple, caldav",
        ),
        (
            |state| state["users"]["alice"]["accounts"][0]["calendars"][0]["timeZone"] = "Mars/Olympus".into(),
            "users.alice.accounts[0].calendars[0].timeZone: is not an IANA time zone",
        ),
        (|state| state["users"]["alice"]["events"][0] = json!({}), "users.alice.events[0].event: is required"),
        (
            |state| state["users"]["alice"]["events"][0]["event"]["title"] = Value::Null,
            "users.alice.events[0].event.title: cannot be cleared",
        ),
        (
            |state| state["users"]["alice"]["events"][0]["event"]["attendees"] = json!([1]),
            "users.alice.events[0].event.attendees: ",
        ),
        (
            |state| state["users"]["alice"]["events"][1]["number"] = 0.into(),
            "users.alice.events[1].number: must be larger",
        ),
        (
            |state| state["users"]["alice"]["events"][0]["number"] = u64::MAX.into(),
            "users.alice.events[0].number: must be larger",
        ),
        (
            |state| state["users"]["alice"]["events"][1]["recurrence"]["frequency"] = "HOURLY".into(),
            "users.alice.events[1].recurrence: frequency must be",
        ),
        (
            |state| state["users"]["alice"]["events"][1]["exceptions"]["2026-03-10T08:00:00Z"] = Value::Null,
            "users.alice.events[1].exceptions[\"2026-03-10T08:00:00Z\"]: is not the start of an instance",
        ),
        (|state| state["tokens"] = json!({ "key": "AAAA" }), "tokens.key: must be 64 bytes in base64"),
        (
            |state| state["webhookKeys"] = json!({ "source": "A".repeat(43) + "=", "keys": [] }),
            "webhookKeys.keys: must end with an active key",
        ),
        (|state| state["users"]["alice"]["channels"] = json!([{}]), "users.alice.channels[0].provider: is required"),
    ];
    for (spoil, expected) in cases {
        let mut state = small();
        spoil(&mut state);
        let error = State::from_json(state).expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{error} instead of {expected}");
    }
    let error = State::parse("{").expect_err("no JSON").to_string();
    assert!(error.starts_with("the state is not JSON: ") && error.contains("line 1 column 1"), "{error}");
    let error = State::load("/nowhere/state.json").expect_err("no file").to_string();
    assert!(error.starts_with("/nowhere/state.json: the state cannot be read: "), "{error}");
}
