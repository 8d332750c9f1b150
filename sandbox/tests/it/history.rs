//! What events really were, to hold against what a client made of them.

use std::time::Duration;

use jiff::Timestamp;
use mobiscroll_connect_sandbox::{ChangeReason, EventChange, EventVersion, Fault, Operation, Sandbox, Seed, seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, MARCH, User, answer, column, merged};

const MINUTE: Duration = Duration::from_secs(60);

fn id(event: &Value) -> String {
    event["id"].as_str().expect("an id").to_owned()
}

/// What was done, why, and the title since then.
fn told(versions: &[EventVersion]) -> Vec<(EventChange, ChangeReason, Option<String>)> {
    let title = |version: &EventVersion| Some(version.event.as_ref()?["title"].as_str()?.to_owned());
    versions.iter().map(|version| (version.change, version.reason, title(version))).collect()
}

/// Lets a minute pass, and gives the instant in the middle of it.
fn pass(sandbox: &Sandbox) -> Timestamp {
    sandbox.advance(MINUTE / 2);
    let middle = sandbox.now();
    sandbox.advance(MINUTE / 2);
    middle
}

async fn weekly(alice: &User<'_>) -> (String, Vec<String>) {
    let series = alice.create(json!({ "title": "Weekly", "recurrence": { "frequency": "WEEKLY", "count": 4 } })).await;
    let listed = alice.list(&MARCH).await;
    (id(&series), column(&listed, "id").into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn an_event_has_a_version_for_all_that_became_of_it() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let before = pass(&api.sandbox);
    let lunch = id(&alice.create(json!({})).await);
    let as_lunch = pass(&api.sandbox);
    let target = json!({ "provider": "google", "calendarId": "primary", "eventId": lunch });
    assert_eq!(alice.put(&merged(target, json!({ "title": "Dinner" }))).await.0, 200);
    let as_dinner = pass(&api.sandbox);
    assert!(api.sandbox.change_event("alice", &lunch, json!({ "title": "Supper" })));
    assert!(api.sandbox.remove_event("alice", &lunch));
    let after = pass(&api.sandbox);

    let versions = api.sandbox.event_history_of("alice", &lunch);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        told(&versions),
        [
            (EventChange::Created, ChangeReason::Application, text("Lunch")),
            (EventChange::Updated, ChangeReason::Application, text("Dinner")),
            (EventChange::Updated, ChangeReason::User, text("Supper")),
            (EventChange::Deleted, ChangeReason::User, None),
        ]
    );
    assert_eq!(versions, api.sandbox.event_history("alice"));
    assert!(versions.is_sorted_by_key(|version| (version.at, version.sandbox_time)));
    let title = |at| Some(api.sandbox.event_at("alice", &lunch, at)?["title"].as_str()?.to_owned());
    assert_eq!([before, as_lunch, as_dinner, after].map(title), [None, text("Lunch"), text("Dinner"), None]);
}

#[tokio::test]
async fn a_test_can_ask_whether_an_event_was_falsely_reported_as_gone() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let (lunch, dinner) = (id(&alice.create(json!({})).await), id(&alice.create(json!({})).await));
    let known = [lunch.clone(), dinner.clone()];
    assert!(api.sandbox.remove_event("alice", &dinner));
    api.sandbox.inject(Fault::on(Operation::ListEvents).vanished_calendar(seed::GOOGLE_PRIMARY));

    // A client that takes what is no longer listed as gone.
    let listed = alice.list(&MARCH).await;
    let reported: Vec<&String> = known.iter().filter(|id| !column(&listed, "id").contains(&id.as_str())).collect();
    let now = api.sandbox.now();
    let falsely = reported.iter().filter(|id| api.sandbox.event_at("alice", id, now).is_some());
    assert_eq!((reported.len(), falsely.collect::<Vec<_>>()), (2, vec![&&lunch]));
}

#[tokio::test]
async fn instances_live_and_die_with_their_series_or_alone() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let (series, instances) = weekly(&alice).await;
    let whole = pass(&api.sandbox);
    let target = |instance: &str| json!({ "provider": "google", "calendarId": "primary", "eventId": instance, "recurringEventId": series });
    let change = json!({ "title": "Another", "updateMode": "this" });
    assert_eq!(alice.put(&merged(target(&instances[1]), change)).await.0, 200);
    let query = [
        ("provider", "google"),
        ("calendarId", "primary"),
        ("eventId", instances[2].as_str()),
        ("recurringEventId", series.as_str()),
        ("deleteMode", "this"),
    ];
    assert_eq!(alice.delete(&query).await.0, 200);
    let parted = pass(&api.sandbox);
    assert!(api.sandbox.remove_event("alice", &series));
    let after = api.sandbox.now();

    let title = |at, id: &str| Some(api.sandbox.event_at("alice", id, at)?["title"].as_str()?.to_owned());
    let titles = |at| instances.iter().map(|id| title(at, id).unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(titles(whole), ["Weekly"; 4]);
    assert_eq!(titles(parted), ["Weekly", "Another", "", "Weekly"]);
    assert_eq!(titles(after), [""; 4]);
    assert_eq!((title(parted, &series), title(after, &series)), (Some("Weekly".into()), None));
    assert_eq!(api.sandbox.event_at("alice", &format!("{series}_20260302T120000Z"), whole), None);

    let versions = api.sandbox.event_history_of("alice", &series);
    let changes: Vec<_> = versions.iter().map(|version| (version.id.as_str(), version.change)).collect();
    assert_eq!(
        changes,
        [
            (series.as_str(), EventChange::Created),
            (&instances[1], EventChange::Updated),
            (&instances[2], EventChange::Deleted),
            (&series, EventChange::Deleted),
        ]
    );
    assert_eq!(versions[1].event.as_ref().expect("an instance")["title"], "Another");
    assert_eq!((versions[2].series_id.as_ref(), &versions[2].event), (Some(&series), &None));
}

#[tokio::test]
async fn what_calendars_bring_and_take_with_them_is_in_the_history() {
    let api = Api::with(Sandbox::builder().seed(Seed::Demo).start().await.expect("a sandbox"));
    let alice = api.user("alice");
    let stored = api.sandbox.events("alice");
    let versions = api.sandbox.event_history("alice");
    assert_eq!(versions.len(), stored.len());
    assert!(versions.iter().all(|version| version.reason == ChangeReason::Seed && version.event.is_some()));
    let at_google = versions.iter().filter(|version| version.event.as_ref().expect("one")["provider"] == "google");
    let at_google = at_google.count();

    api.sandbox.add_event("alice", json!({ "provider": "google", "calendarId": "primary", "id": "raw", "mood": 1 }));
    let disconnect = alice.request(Method::POST, "/oauth/disconnect").query(&[("provider", "google")]);
    assert_eq!(answer(disconnect.json(&json!({}))).await.0, 200);
    let gone = api.sandbox.event_history("alice").split_off(versions.len());
    assert_eq!((gone[0].change, gone[0].id.as_str()), (EventChange::Created, "raw"));
    assert_eq!(gone.len(), at_google + 2);
    let is_gone =
        |version: &EventVersion| (version.change, version.reason) == (EventChange::Deleted, ChangeReason::Disconnected);
    assert!(gone[1..].iter().all(is_gone));
    assert_eq!(api.sandbox.event_at("alice", "raw", api.sandbox.now()), None);
}

#[tokio::test]
async fn what_a_fault_kept_from_happening_is_not_in_the_history() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (fault, versions) in
        [(Fault::on(Operation::CreateEvent), 0), (Fault::on(Operation::CreateEvent).after_commit(), 1)]
    {
        api.sandbox.inject(fault.status(503));
        assert_eq!(alice.post("/event", &crate::support::event()).await.0, 503);
        assert_eq!(api.sandbox.event_history("alice").len(), versions);
    }
}

#[tokio::test]
async fn the_history_is_told_over_the_admin_api() {
    let api = Api::empty().await;
    let lunch = id(&api.user("alice").create(json!({})).await);
    let then = pass(&api.sandbox);
    assert!(api.sandbox.remove_event("alice", &lunch));
    let get = |path: &str, query: Value| {
        answer(api.http.get(format!("{}/_sandbox/{path}", api.sandbox.origin())).query(&query))
    };
    let (status, history) = get("events/history", json!({ "user": "alice", "id": lunch })).await;
    let changes: Vec<_> =
        history["versions"].as_array().expect("versions").iter().map(|one| one["change"].clone()).collect();
    assert_eq!((status, changes), (200, vec![json!("created"), json!("deleted")]));
    let first = &history["versions"][0];
    assert_eq!((&first["reason"], &first["event"]["title"]), (&json!("application"), &json!("Lunch")));
    assert_eq!((&first["id"], &first["seriesId"]), (&json!(lunch), &Value::Null));
    assert!(first["atMs"].is_u64() && first["sandboxTime"].is_string());
    assert_eq!(get("events/history", json!({ "user": "alice" })).await.1, history);

    let at = json!({ "user": "alice", "id": lunch, "at": then.to_string() });
    assert_eq!(get("events/at", at).await.1["event"]["title"], "Lunch");
    let (status, now) = get("events/at", json!({ "user": "alice", "id": lunch })).await;
    assert_eq!((status, now), (200, json!({ "event": null })));
    let (status, refusal) = get("events/at", json!({ "user": "alice", "id": lunch, "at": "soon" })).await;
    assert_eq!((status, &refusal["field"]), (400, &json!("at")));
}
