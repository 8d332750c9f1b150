use serde_json::{Value, json};

use crate::support::{Api, MARCH, User, column, merged};

/// Creates five daily lunches from the first of March, and gives the id of the series.
async fn daily(alice: &User<'_>) -> String {
    let series = alice.create(json!({ "recurrence": { "frequency": "DAILY", "count": 5 } })).await;
    series["id"].as_str().expect("an id").to_owned()
}

fn instance(series: &str, day: u32) -> Value {
    json!({
        "provider": "google", "calendarId": "primary",
        "eventId": format!("{series}_202603{day:02}T120000Z"), "recurringEventId": series,
    })
}

async fn delete(alice: &User<'_>, target: &Value, mode: Option<&str>) -> u16 {
    let mut query: Vec<(&str, &str)> = target
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
        .collect();
    query.extend(mode.map(|mode| ("deleteMode", mode)));
    alice.delete(&query).await.0
}

/// Lists the days of March and the titles on them.
async fn days(alice: &User<'_>) -> Vec<String> {
    let page = alice.list(&MARCH).await;
    let (starts, titles) = (column(&page, "start"), column(&page, "title"));
    starts.iter().zip(titles).map(|(start, title)| format!("{} {title}", &start[8..13])).collect()
}

#[tokio::test]
async fn a_series_is_listed_as_instances_or_as_its_master() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let page = alice.list(&MARCH).await;
    assert_eq!(column(&page, "recurringEventId"), [series.as_str(); 5]);
    assert_eq!(page["events"][1]["id"], format!("{series}_20260302T120000Z"));
    assert_eq!(page["events"][1]["end"], "2026-03-02T13:00:00.000Z");

    let masters = alice.list(&[MARCH[0], MARCH[1], ("singleEvents", "false")]).await;
    assert_eq!(column(&masters, "id"), [&series]);
    assert_eq!(masters["events"][0].get("recurringEventId"), None);
}

#[tokio::test]
async fn updating_this_changes_one_instance() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let change = merged(
        instance(&series, 3),
        json!({
            "updateMode": "this", "title": "Brunch", "start": "2026-03-03T10:00:00Z", "end": "2026-03-03T11:00:00Z",
        }),
    );
    let (status, updated) = alice.put(&change).await;
    assert_eq!((status, &updated["recurringEventId"]), (200, &json!(series)));
    let expected = ["01T12 Lunch", "02T12 Lunch", "03T10 Brunch", "04T12 Lunch", "05T12 Lunch"];
    assert_eq!(days(&alice).await, expected);

    let again = merged(instance(&series, 3), json!({ "title": "Second brunch" }));
    assert_eq!(alice.put(&again).await.1["start"], "2026-03-03T10:00:00.000Z");
}

#[tokio::test]
async fn updating_following_starts_a_new_series() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let change = merged(
        instance(&series, 4),
        json!({
            "updateMode": "following", "title": "Dinner", "start": "2026-03-04T18:00:00Z",
        }),
    );
    let (status, updated) = alice.put(&change).await;
    assert_eq!(status, 200);
    assert_ne!(updated["id"], json!(series));
    assert_eq!(updated["end"], "2026-03-04T19:00:00.000Z");
    let expected = ["01T12 Lunch", "02T12 Lunch", "03T12 Lunch", "04T18 Dinner", "05T18 Dinner"];
    assert_eq!(days(&alice).await, expected);
}

#[tokio::test]
async fn updating_all_through_an_instance_moves_the_series() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let change = merged(
        instance(&series, 3),
        json!({
            "updateMode": "all", "title": "Tea", "start": "2026-03-03T16:00:00Z", "end": "2026-03-03T16:30:00Z",
        }),
    );
    let (status, updated) = alice.put(&change).await;
    assert_eq!((status, &updated["id"]), (200, &json!(series)));
    assert_eq!(
        (&updated["start"], &updated["end"]),
        (&json!("2026-03-01T16:00:00.000Z"), &json!("2026-03-01T16:30:00.000Z"))
    );
    assert_eq!(days(&alice).await, ["01T16 Tea", "02T16 Tea", "03T16 Tea", "04T16 Tea", "05T16 Tea"]);
}

#[tokio::test]
async fn updating_the_master_changes_the_series_and_its_rule() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let master = json!({ "provider": "google", "calendarId": "primary", "eventId": series });
    let weekly = json!({ "recurrence": { "frequency": "WEEKLY", "count": 2 } });
    assert_eq!(alice.put(&merged(master.clone(), weekly)).await.0, 200);
    assert_eq!(days(&alice).await, ["01T12 Lunch", "08T12 Lunch"]);
    assert_eq!(alice.put(&merged(master, json!({ "recurrence": null }))).await.0, 200);
    assert_eq!(days(&alice).await, ["01T12 Lunch"]);
}

#[tokio::test]
async fn deletes_reach_as_far_as_their_mode() {
    let api = Api::empty().await;
    for (day, mode, left) in [
        (3, Some("this"), &["01", "02", "04", "05"][..]),
        (3, None, &["01", "02", "04", "05"]),
        (3, Some("following"), &["01", "02"]),
        (1, Some("following"), &[]),
        (3, Some("all"), &[]),
    ] {
        let alice = api.user(&format!("alice {day} {mode:?}"));
        let series = daily(&alice).await;
        assert_eq!(delete(&alice, &instance(&series, day), mode).await, 200);
        let days = days(&alice).await;
        assert_eq!(days.iter().map(|day| &day[..2]).collect::<Vec<_>>(), left, "{day} {mode:?}");
    }
}

#[tokio::test]
async fn deleting_the_master_deletes_the_series() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let master = json!({ "provider": "google", "calendarId": "primary", "eventId": series });
    assert_eq!(delete(&alice, &master, Some("this")).await, 400);
    assert_eq!(delete(&alice, &master, Some("sometimes")).await, 400);
    assert_eq!(delete(&alice, &master, None).await, 200);
    assert!(api.sandbox.events("alice").is_empty());
}

#[tokio::test]
async fn an_instance_is_found_only_with_its_series_and_while_it_exists() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let alone = json!({
        "provider": "google", "calendarId": "primary", "eventId": format!("{series}_20260303T120000Z"),
    });
    assert_eq!(alice.put(&alone).await.0, 400);
    assert_eq!(alice.put(&merged(alone, json!({ "recurringEventId": "other" }))).await.0, 404);
    assert_eq!(alice.put(&instance(&series, 9)).await.0, 404);
    assert_eq!(delete(&alice, &instance(&series, 3), Some("this")).await, 200);
    assert_eq!(delete(&alice, &instance(&series, 3), Some("this")).await, 404);
}

#[tokio::test]
async fn changed_instances_survive_a_split_of_their_series() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    alice.put(&merged(instance(&series, 5), json!({ "title": "Feast" }))).await;
    alice.put(&merged(instance(&series, 3), json!({ "updateMode": "following", "title": "Snack" }))).await;
    assert_eq!(days(&alice).await, ["01T12 Lunch", "02T12 Lunch", "03T12 Snack", "04T12 Snack", "05T12 Feast"]);
}

#[tokio::test]
async fn a_split_that_moves_the_rest_keeps_what_its_instances_have_of_their_own_but_dates() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let series = daily(&alice).await;
    let early = json!({ "title": "Feast", "start": "2026-03-05T08:00:00Z", "end": "2026-03-05T09:00:00Z" });
    alice.put(&merged(instance(&series, 5), early)).await;
    let later = json!({ "updateMode": "following", "start": "2026-03-04T18:00:00Z" });
    alice.put(&merged(instance(&series, 4), later)).await;
    assert_eq!(days(&alice).await, ["01T12 Lunch", "02T12 Lunch", "03T12 Lunch", "04T18 Lunch", "05T18 Feast"]);
}
