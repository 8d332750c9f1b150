//! Every mode of update and delete, on every provider's series.

use serde_json::{Value, json};

use crate::support::{Api, CALENDARS, MARCH, User, merged};

/// A series of five daily lunches from the first of March, as its provider shows it.
struct Series<'a> {
    user: User<'a>,
    provider: &'static str,
    calendar: &'static str,
    id: String,
}

/// Starts a series for a user of its own.
async fn daily<'a>(api: &'a Api, case: &str, (provider, calendar): (&'static str, &'static str)) -> Series<'a> {
    let user = api.user(&format!("{provider} {case}"));
    let rule = json!({ "frequency": "DAILY", "count": 5 });
    let created = user.create(json!({ "provider": provider, "calendarId": calendar, "recurrence": rule })).await;
    Series { user, provider, calendar, id: created["id"].as_str().expect("an id").to_owned() }
}

impl Series<'_> {
    async fn events(&self) -> Vec<Value> {
        self.user.list(&MARCH).await["events"].as_array().expect("events").clone()
    }

    /// Lists days, hours and titles, such as `03T12 Lunch`.
    async fn days(&self) -> Vec<String> {
        let text = |event: &Value, name: &str| event[name].as_str().expect("a text").to_owned();
        let events = self.events().await;
        events.iter().map(|event| format!("{} {}", &text(event, "start")[8..13], text(event, "title"))).collect()
    }

    /// Names the instance of this day of March, by the id that the listing gives it.
    async fn instance(&self, day: usize) -> Value {
        let events = self.events().await;
        let prefix = format!("2026-03-{day:02}");
        let event = events.iter().find(|event| event["start"].as_str().is_some_and(|start| start.starts_with(&prefix)));
        let event = event.expect("an instance on that day");
        json!({
            "provider": self.provider, "calendarId": self.calendar,
            "eventId": event["id"], "recurringEventId": event["recurringEventId"],
        })
    }

    fn master(&self) -> Value {
        json!({ "provider": self.provider, "calendarId": self.calendar, "eventId": self.id })
    }

    async fn update(&self, target: &Value, mode: &str, change: Value) -> Value {
        let body = merged(merged(target.clone(), json!({ "updateMode": mode })), change);
        let (status, answer) = self.user.put(&body).await;
        assert_eq!(status, 200, "{} {mode}: {answer}", self.provider);
        answer
    }

    async fn delete(&self, target: &Value, mode: Option<&str>) -> u16 {
        let target = target.as_object().expect("an object");
        let mut query: Vec<(&str, &str)> =
            target.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
        query.extend(mode.map(|mode| ("deleteMode", mode)));
        self.user.delete(&query).await.0
    }
}

const DAYS: std::ops::RangeInclusive<usize> = 1..=5;

fn days(title: impl Fn(usize) -> Option<&'static str>) -> Vec<String> {
    DAYS.filter_map(|day| Some(format!("{day:02}T12 {}", title(day)?))).collect()
}

#[tokio::test]
async fn an_update_reaches_the_part_of_the_series_that_its_mode_names() {
    let api = Api::empty().await;
    for place in CALENDARS {
        for at in [1, 3, 5] {
            for mode in ["this", "following", "all"] {
                let series = daily(&api, &format!("{mode} {at}"), place).await;
                let instance = series.instance(at).await;
                let updated = series.update(&instance, mode, json!({ "title": "New" })).await;
                let reached = |day: usize| match mode {
                    "this" => day == at,
                    "following" => day >= at,
                    _ => true,
                };
                let expected = days(|day| Some(if reached(day) { "New" } else { "Lunch" }));
                assert_eq!(series.days().await, expected, "{place:?} {mode} {at}");

                let splits = mode == "following" && at > 1;
                let (same_series, is_instance) = (updated["id"] == series.id, mode == "this");
                assert_eq!(same_series, !is_instance && !splits, "{place:?} {mode} {at}");
                assert_eq!(updated["recurringEventId"] == series.id, is_instance, "{place:?} {mode} {at}");
                assert_eq!(api.sandbox.events(&format!("{} {mode} {at}", place.0)).len(), 1 + usize::from(splits));
            }
        }
    }
}

#[tokio::test]
async fn a_delete_reaches_the_part_of_the_series_that_its_mode_names() {
    let api = Api::empty().await;
    for place in CALENDARS {
        for at in [1, 3, 5] {
            for mode in [None, Some("this"), Some("following"), Some("all")] {
                let series = daily(&api, &format!("{mode:?} {at}"), place).await;
                let instance = series.instance(at).await;
                assert_eq!(series.delete(&instance, mode).await, 200, "{place:?} {mode:?} {at}");
                let stays = |day: usize| match mode {
                    None | Some("this") => day != at,
                    Some("following") => day < at,
                    _ => false,
                };
                let expected = days(|day| stays(day).then_some("Lunch"));
                assert_eq!(series.days().await, expected, "{place:?} {mode:?} {at}");
                assert_eq!(series.delete(&instance, mode).await, 404, "{place:?} {mode:?} {at}");
            }
        }
    }
}

#[tokio::test]
async fn moved_dates_reach_as_far() {
    let api = Api::empty().await;
    let evening = json!({ "start": "2026-03-03T18:00:00Z", "end": "2026-03-03T19:00:00Z" });
    for place in CALENDARS {
        for (mode, moved) in [("this", 3..=3), ("following", 3..=5), ("all", 1..=5)] {
            let series = daily(&api, mode, place).await;
            series.update(&series.instance(3).await, mode, evening.clone()).await;
            let hour = |day: usize| if moved.contains(&day) { 18 } else { 12 };
            let expected: Vec<_> = DAYS.map(|day| format!("{day:02}T{} Lunch", hour(day))).collect();
            assert_eq!(series.days().await, expected, "{place:?} {mode}");
        }
    }
}

#[tokio::test]
async fn a_moved_instance_stays_where_it_is_when_the_series_gets_another_title() {
    let api = Api::empty().await;
    for place in CALENDARS {
        let series = daily(&api, "moved", place).await;
        let evening = json!({ "start": "2026-03-03T18:00:00Z", "end": "2026-03-03T19:00:00Z" });
        series.update(&series.instance(3).await, "this", evening).await;
        series.update(&series.instance(4).await, "this", json!({ "title": "Feast" })).await;
        for mode in ["master", "all"] {
            let (target, title) =
                if mode == "all" { (series.instance(3).await, "Tea") } else { (series.master(), "Brunch") };
            series.update(&target, "all", json!({ "title": title })).await;
            let expected = ["01T12", "02T12", "03T18", "04T12", "05T12"];
            let expected: Vec<_> = expected
                .iter()
                .map(|start| format!("{start} {}", if start.starts_with("04") { "Feast" } else { title }))
                .collect();
            assert_eq!(series.days().await, expected, "{place:?} {mode}");
        }
    }
}

#[tokio::test]
async fn dates_sent_back_as_they_were_move_nothing() {
    let api = Api::empty().await;
    let series = daily(&api, "echo", CALENDARS[0]).await;
    let evening = json!({ "start": "2026-03-03T18:00:00Z", "end": "2026-03-03T19:00:00Z" });
    series.update(&series.instance(3).await, "this", evening.clone()).await;
    let echo = |title: &str, dates: &Value| merged(dates.clone(), json!({ "title": title }));
    series.update(&series.instance(3).await, "all", echo("Tea", &evening)).await;
    assert_eq!(series.days().await, ["01T12 Tea", "02T12 Tea", "03T18 Tea", "04T12 Tea", "05T12 Tea"]);
    series.update(&series.instance(3).await, "following", echo("Feast", &evening)).await;
    assert_eq!(series.days().await, ["01T12 Tea", "02T12 Tea", "03T18 Feast", "04T12 Feast", "05T12 Feast"]);
}

#[tokio::test]
async fn regular_dates_sent_back_move_nothing_either() {
    let api = Api::empty().await;
    let series = daily(&api, "echo", CALENDARS[3]).await;
    let noon = json!({ "start": "2026-03-04T12:00:00Z", "end": "2026-03-04T13:00:00Z" });
    series.update(&series.instance(4).await, "all", merged(noon, json!({ "title": "Tea" }))).await;
    assert_eq!(series.days().await, days(|_| Some("Tea")));
    let longer = json!({ "end": "2026-03-04T14:00:00Z" });
    assert_eq!(series.update(&series.instance(4).await, "all", longer).await["end"], "2026-03-01T14:00:00.000Z");
    assert_eq!(series.days().await, days(|_| Some("Tea")));
}

#[tokio::test]
async fn a_moved_series_takes_its_instances_along_and_keeps_what_else_they_have() {
    let api = Api::empty().await;
    for place in CALENDARS {
        let series = daily(&api, "series moved", place).await;
        let evening = json!({ "title": "Feast", "start": "2026-03-03T18:00:00Z", "end": "2026-03-03T19:00:00Z" });
        series.update(&series.instance(3).await, "this", evening).await;
        series.delete(&series.instance(2).await, Some("this")).await;
        let later = json!({ "start": "2026-03-05T15:00:00Z", "end": "2026-03-05T15:30:00Z" });
        series.update(&series.instance(4).await, "all", later).await;
        assert_eq!(series.days().await, ["02T15 Lunch", "04T15 Feast", "05T15 Lunch", "06T15 Lunch"], "{place:?}");
    }
}

#[tokio::test]
async fn a_deleted_instance_stays_deleted() {
    let api = Api::empty().await;
    let without_third = ["01", "02", "04", "05"];
    for place in CALENDARS {
        let series = daily(&api, "deleted", place).await;
        let third = series.instance(3).await;
        series.delete(&third, None).await;
        for change in [
            json!({ "title": "New" }),
            json!({ "start": "2026-03-01T13:00:00Z", "end": "2026-03-01T14:00:00Z" }),
            json!({ "recurrence": { "frequency": "DAILY", "until": "20260305T235959Z" } }),
        ] {
            series.update(&series.master(), "all", change.clone()).await;
            let days: Vec<_> = series.days().await.iter().map(|day| day[..2].to_owned()).collect();
            assert_eq!(days, without_third, "{place:?} {change}");
        }
        let (status, _) = series.user.put(&merged(third, json!({ "title": "Back again" }))).await;
        assert_eq!(status, 404);
        series.update(&series.instance(2).await, "following", json!({ "title": "Newer" })).await;
        assert_eq!(series.days().await, ["01T13 New", "02T13 Newer", "04T13 Newer", "05T13 Newer"], "{place:?}");
    }
}

#[tokio::test]
async fn following_counts_as_all_where_nothing_is_left_before() {
    let api = Api::empty().await;
    let series = daily(&api, "first", CALENDARS[0]).await;
    series.delete(&series.instance(1).await, None).await;
    let later = json!({ "start": "2026-03-02T14:00:00Z", "end": "2026-03-02T15:00:00Z" });
    let updated = series.update(&series.instance(2).await, "following", later).await;
    assert_eq!(updated["id"], json!(series.id));
    assert_eq!(series.days().await, ["02T14 Lunch", "03T14 Lunch", "04T14 Lunch", "05T14 Lunch"]);
    assert_eq!(series.delete(&series.instance(2).await, Some("following")).await, 200);
    assert!(api.sandbox.events("google first").is_empty());
}

#[tokio::test]
async fn a_series_ends_with_its_last_instance() {
    let api = Api::empty().await;
    let series = daily(&api, "last", CALENDARS[2]).await;
    for day in DAYS {
        assert_eq!(series.delete(&series.instance(day).await, Some("this")).await, 200);
    }
    assert!(api.sandbox.events("apple last").is_empty());
    assert_eq!(series.delete(&series.master(), None).await, 404);
}

#[tokio::test]
async fn a_series_that_counts_is_split_without_losing_an_instance() {
    let api = Api::empty().await;
    for place in CALENDARS {
        let series = daily(&api, "split", place).await;
        let later = json!({ "start": "2026-03-04T18:00:00Z" });
        let rest = series.update(&series.instance(4).await, "following", later).await;
        assert_eq!(series.days().await.len(), 5, "{place:?}");
        // Both parts are series of their own now.
        let new = json!({ "provider": place.0, "calendarId": place.1, "eventId": rest["id"] });
        series.update(&new, "all", json!({ "title": "Dinner" })).await;
        series.update(&series.master(), "all", json!({ "start": "2026-03-01T09:00:00Z" })).await;
        let expected = ["01T09 Lunch", "02T09 Lunch", "03T09 Lunch", "04T18 Dinner", "05T18 Dinner"];
        assert_eq!(series.days().await, expected, "{place:?}");
    }
}

#[tokio::test]
async fn a_split_may_bring_a_rule_of_its_own_or_end_the_series() {
    let api = Api::empty().await;
    let series = daily(&api, "rule", CALENDARS[1]).await;
    let weekly = json!({ "recurrence": { "frequency": "WEEKLY", "count": 2 } });
    series.update(&series.instance(3).await, "following", weekly).await;
    assert_eq!(series.days().await, ["01T12 Lunch", "02T12 Lunch", "03T12 Lunch", "10T12 Lunch"]);
    series.update(&series.instance(2).await, "following", json!({ "recurrence": null })).await;
    assert_eq!(series.days().await, ["01T12 Lunch", "02T12 Lunch", "03T12 Lunch", "10T12 Lunch"]);
    assert_eq!(api.sandbox.events("microsoft rule").len(), 3);
}

#[tokio::test]
async fn an_instance_needs_the_right_series() {
    let api = Api::empty().await;
    for place in CALENDARS {
        let series = daily(&api, "right", place).await;
        let other = daily(&api, "right", place).await;
        let instance = series.instance(3).await;
        for (series_id, status) in [(json!(null), 400), (json!(""), 400), (json!(other.id), 404), (json!("x"), 404)] {
            let change = merged(instance.clone(), json!({ "recurringEventId": series_id, "title": "New" }));
            let (answered, body) = series.user.put(&change).await;
            assert_eq!(answered, status, "{place:?} {series_id}");
            if status == 400 {
                assert!(body["details"]["recurringEventId"].is_array(), "{body}");
            }
        }
        let wrong = merged(series.master(), json!({ "recurringEventId": other.id, "title": "New" }));
        assert_eq!(series.user.put(&wrong).await.0, 404);
        assert_eq!(series.user.put(&merged(series.master(), json!({ "updateMode": "this" }))).await.0, 400);
        assert_eq!(series.delete(&series.master(), Some("this")).await, 400);
        let rule = json!({ "updateMode": "this", "recurrence": { "frequency": "DAILY" } });
        assert_eq!(series.user.put(&merged(instance, rule)).await.0, 400);
        assert_eq!(series.days().await.len(), 10);
    }
}

#[tokio::test]
async fn ids_have_the_form_of_their_provider() {
    let api = Api::empty().await;
    let forms: [fn(&str, &str) -> bool; 4] = [
        |series, id| series.len() == 26 && id == format!("{series}_20260303T120000Z"),
        |series, id| series.starts_with("AAMk") && id.starts_with("AAMk") && !id.contains(series) && id.len() > 60,
        |series, id| series == series.to_uppercase() && id == format!("{series}/20260303T120000Z"),
        |series, id| series.ends_with(".ics") && id == format!("{series}#20260303T120000Z"),
    ];
    for (place, is_form) in CALENDARS.into_iter().zip(forms) {
        let series = daily(&api, "ids", place).await;
        let instance = series.instance(3).await;
        let id = instance["eventId"].as_str().expect("an id");
        assert!(is_form(&series.id, id), "{} {id}", series.id);
        for wrong in [format!("{id}x"), id.replace("0303", "0309"), id[..id.len() - 4].to_owned(), "é".into()] {
            let change = merged(instance.clone(), json!({ "eventId": wrong, "title": "New" }));
            let expected = if wrong == id { 200 } else { 404 };
            assert_eq!(series.user.put(&change).await.0, expected, "{wrong}");
        }
    }
    let day =
        json!({ "allDay": true, "start": "2026-03-01", "end": "2026-03-02", "recurrence": { "frequency": "DAILY" } });
    let alice = api.user("alice");
    let created = alice.create(day).await;
    let page = alice.list(&MARCH).await;
    assert_eq!(page["events"][1]["id"], format!("{}_20260302", created["id"].as_str().expect("an id")));
}

#[tokio::test]
async fn an_event_with_an_id_of_its_own_form_may_become_a_series() {
    let api = Api::empty().await;
    for (provider, calendar) in CALENDARS {
        let user = api.user(provider);
        let place = json!({ "provider": provider, "calendarId": calendar });
        let dates = json!({ "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z", "title": "Lunch" });
        api.sandbox.add_event(provider, merged(merged(place.clone(), dates), json!({ "id": "my_own" })));
        let series = Series { user, provider, calendar, id: "my_own".into() };
        let rule = json!({ "recurrence": { "frequency": "DAILY", "count": 5 } });
        series.update(&series.master(), "all", rule).await;
        series.update(&series.instance(3).await, "this", json!({ "title": "New" })).await;
        let expected = days(|day| Some(if day == 3 { "New" } else { "Lunch" }));
        assert_eq!(series.days().await, expected, "{provider}");
    }
}
