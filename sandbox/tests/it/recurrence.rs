//! Where rules place the instances of a series.

use serde_json::{Value, json};

use crate::support::{Api, CALENDARS, User, column, merged};

/// Lists the starts of a new series, to the minute.
async fn starts(user: &User<'_>, first: &str, rule: Value, window: (&str, &str)) -> Vec<String> {
    let event = json!({ "start": first, "end": first, "recurrence": rule });
    user.create(event).await;
    let page = user.list(&[("start", window.0), ("end", window.1), ("pageSize", "1000")]).await;
    column(&page, "start").iter().map(|start| start[..16].to_owned()).collect()
}

#[tokio::test]
async fn rules_fall_on_the_days_that_they_name() {
    let api = Api::empty().await;
    for (number, (first, rule, expected)) in [
        (
            "2026-02-27T09:00:00Z",
            json!({ "frequency": "DAILY", "interval": 2, "count": 3 }),
            &["2026-02-27", "2026-03-01", "2026-03-03"][..],
        ),
        (
            "2026-03-02T09:00:00Z",
            json!({ "frequency": "WEEKLY", "interval": 2, "byDay": ["MO", "WE"], "until": "20260318T090000Z" }),
            &["2026-03-02", "2026-03-04", "2026-03-16", "2026-03-18"],
        ),
        (
            "2026-01-31T09:00:00Z",
            json!({ "frequency": "MONTHLY", "byMonthDay": [31], "count": 3 }),
            &["2026-01-31", "2026-03-31", "2026-05-31"],
        ),
        (
            "2026-01-31T09:00:00Z",
            json!({ "frequency": "MONTHLY", "count": 3 }),
            &["2026-01-31", "2026-03-31", "2026-05-31"],
        ),
        ("2026-05-04T09:00:00Z", json!({ "frequency": "YEARLY", "count": 2 }), &["2026-05-04", "2027-05-04"]),
        (
            "2026-01-04T09:00:00Z",
            json!({ "frequency": "YEARLY", "byMonth": [6, 1], "count": 3 }),
            &["2026-01-04", "2026-06-04", "2027-01-04"],
        ),
        (
            "2024-02-29T09:00:00Z",
            json!({ "frequency": "YEARLY", "interval": null, "byDay": null, "until": "20280301T000000Z" }),
            &["2024-02-29", "2028-02-29"],
        ),
        (
            "2026-03-02T09:00:00Z",
            json!({ "frequency": "DAILY", "byMonthDay": [13], "byDay": ["FR"], "count": 2 }),
            &["2026-03-13", "2026-11-13"],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let user = api.user(&number.to_string());
        let found = starts(&user, first, rule.clone(), ("2020-01-01", "2030-01-01")).await;
        assert_eq!(found.iter().map(|start| &start[..10]).collect::<Vec<_>>(), expected, "{rule}");
    }
    api.only_requests_depart();
}

#[tokio::test]
async fn a_series_keeps_its_wall_time_when_the_clocks_of_its_calendar_change() {
    let api = Api::empty().await;
    for ((provider, calendar), expected) in CALENDARS.into_iter().zip([
        // Nine o'clock in Berlin, UTC, New York and Budapest
        ["2026-03-08T08:00", "2026-03-15T08:00", "2026-03-22T08:00", "2026-03-29T07:00"],
        ["2026-03-08T09:00", "2026-03-15T09:00", "2026-03-22T09:00", "2026-03-29T09:00"],
        ["2026-03-08T13:00", "2026-03-15T13:00", "2026-03-22T13:00", "2026-03-29T13:00"],
        ["2026-03-08T08:00", "2026-03-15T08:00", "2026-03-22T08:00", "2026-03-29T07:00"],
    ]) {
        let user = api.user(provider);
        let first = match provider {
            "microsoft" => "2026-03-01T09:00:00Z",
            "apple" => "2026-03-01T09:00:00-05:00",
            _ => "2026-03-01T09:00:00+01:00",
        };
        let rule = json!({ "provider": provider, "calendarId": calendar, "recurrence": { "frequency": "WEEKLY" } });
        user.create(merged(json!({ "start": first, "end": first }), rule)).await;
        let page = user.list(&[("start", "2026-03-02"), ("end", "2026-04-01")]).await;
        let found: Vec<_> = column(&page, "start").iter().map(|start| &start[..16]).collect();
        assert_eq!(found, expected, "{provider}");
    }
}

#[tokio::test]
async fn an_hour_that_the_clocks_skip_or_repeat_holds_one_instance() {
    let api = Api::empty().await;
    let daily = json!({ "frequency": "DAILY", "count": 3 });
    let spring = starts(&api.user("a"), "2026-03-28T02:30:00+01:00", daily.clone(), ("2026-03-01", "2026-05-01")).await;
    assert_eq!(spring, ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]);
    let autumn = starts(&api.user("b"), "2026-10-24T02:30:00+02:00", daily, ("2026-10-01", "2026-12-01")).await;
    assert_eq!(autumn, ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]);
}

#[tokio::test]
async fn an_instance_moved_in_summer_moves_the_winter_by_the_same_wall_time() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let monthly = json!({
        "start": "2026-01-05T09:00:00+01:00", "end": "2026-01-05T10:00:00+01:00",
        "recurrence": { "frequency": "MONTHLY", "count": 7 },
    });
    let series = alice.create(monthly).await;
    let page = alice.list(&[("start", "2026-07-01"), ("end", "2026-08-01")]).await;
    assert_eq!(column(&page, "start"), ["2026-07-05T07:00:00.000Z"]);
    let change = json!({
        "provider": "google", "calendarId": "primary", "eventId": page["events"][0]["id"],
        "recurringEventId": series["id"], "updateMode": "all",
        "start": "2026-07-05T11:00:00+02:00", "end": "2026-07-05T12:00:00+02:00",
    });
    assert_eq!(alice.put(&change).await.1["start"], "2026-01-05T10:00:00.000Z");
    let page = alice.list(&[("start", "2026-01-01"), ("end", "2026-08-01")]).await;
    assert_eq!(column(&page, "start")[6], "2026-07-05T09:00:00.000Z");
}

#[tokio::test]
async fn whole_days_recur_by_date() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let day = json!({
        "allDay": true, "start": "2026-03-28T00:00:00+01:00", "end": "2026-03-29T00:00:00+01:00",
        "recurrence": { "frequency": "DAILY", "count": 3 },
    });
    let created = alice.create(day).await;
    assert_eq!(
        (&created["start"], &created["end"]),
        (&json!("2026-03-28T00:00:00.000Z"), &json!("2026-03-29T00:00:00.000Z"))
    );
    let page = alice.list(&[("start", "2026-03-28"), ("end", "2026-04-01")]).await;
    let expected = ["2026-03-28T00:00:00.000Z", "2026-03-29T00:00:00.000Z", "2026-03-30T00:00:00.000Z"];
    assert_eq!(column(&page, "start"), expected);
}

#[tokio::test]
async fn fractions_of_a_second_are_kept() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let odd = json!({
        "start": "2026-03-01T12:00:00.250Z", "end": "2026-03-01T13:00:00.500Z",
        "recurrence": { "frequency": "DAILY", "count": 2 },
    });
    alice.create(odd).await;
    let page = alice.list(&crate::support::MARCH).await;
    assert_eq!(column(&page, "start"), ["2026-03-01T12:00:00.250Z", "2026-03-02T12:00:00.250Z"]);
    assert_eq!(column(&page, "end")[1], "2026-03-02T13:00:00.500Z");
    let change = json!({
        "provider": "google", "calendarId": "primary", "eventId": page["events"][1]["id"],
        "recurringEventId": page["events"][1]["recurringEventId"], "title": "Second",
    });
    assert_eq!(alice.put(&change).await.0, 200);
}

#[tokio::test]
async fn rules_without_sense_are_refused() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for rule in [
        json!("DAILY"),
        json!({}),
        json!({ "frequency": "daily" }),
        json!({ "frequency": "HOURLY" }),
        json!({ "frequency": "DAILY", "interval": 0 }),
        json!({ "frequency": "DAILY", "interval": -1 }),
        json!({ "frequency": "DAILY", "interval": 1.5 }),
        json!({ "frequency": "DAILY", "interval": 65_536 }),
        json!({ "frequency": "DAILY", "interval": u64::MAX }),
        json!({ "frequency": "DAILY", "count": 0 }),
        json!({ "frequency": "DAILY", "count": 4_294_967_296_u64 }),
        json!({ "frequency": "DAILY", "count": "3" }),
        json!({ "frequency": "DAILY", "count": 2, "until": "20260318T090000Z" }),
        json!({ "frequency": "DAILY", "until": "2026-03-18T09:00:00Z" }),
        json!({ "frequency": "DAILY", "until": "20250318T090000Z" }),
        json!({ "frequency": "WEEKLY", "byDay": "MO" }),
        json!({ "frequency": "WEEKLY", "byDay": ["XX"] }),
        json!({ "frequency": "WEEKLY", "byDay": ["1MO"] }),
        json!({ "frequency": "WEEKLY", "byMonthDay": [1] }),
        json!({ "frequency": "MONTHLY", "byMonthDay": [32] }),
        json!({ "frequency": "MONTHLY", "byMonthDay": [0] }),
        json!({ "frequency": "YEARLY", "byMonth": [13] }),
        // These never fall on any day.
        json!({ "frequency": "YEARLY", "byMonth": [2], "byMonthDay": [31] }),
        json!({ "frequency": "MONTHLY", "interval": 12, "byMonth": [4] }),
        json!({ "frequency": "DAILY", "interval": 7, "byDay": ["TU"] }),
    ] {
        let event = merged(crate::support::event(), json!({ "recurrence": rule }));
        let (status, body) = alice.post("/event", &event).await;
        assert_eq!(status, 400, "{rule}");
        assert!(body["details"]["recurrence"][0].is_string(), "{rule}: {body}");
    }
    assert!(api.sandbox.events("alice").is_empty());
}

#[tokio::test]
async fn a_move_that_leaves_a_rule_without_days_is_refused() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let rule = json!({ "frequency": "DAILY", "interval": 7, "byDay": ["SU"] });
    let series = alice.create(json!({ "recurrence": rule })).await;
    let change = json!({
        "provider": "google", "calendarId": "primary", "eventId": series["id"],
        "start": "2026-03-02T12:00:00Z", "end": "2026-03-02T13:00:00Z",
    });
    let (status, body) = alice.put(&change).await;
    assert_eq!((status, body["details"]["recurrence"].is_array()), (400, true));
    assert_eq!(api.sandbox.events("alice")[0]["start"], "2026-03-01T12:00:00.000Z");
}

#[tokio::test]
async fn extreme_rules_and_windows_are_answered() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (first, rule) in [
        ("2026-03-01T12:00:00Z", json!({ "frequency": "DAILY" })),
        ("2026-03-01T12:00:00Z", json!({ "frequency": "DAILY", "count": u32::MAX })),
        ("2026-03-01T12:00:00Z", json!({ "frequency": "WEEKLY", "interval": 65_535 })),
        ("2026-03-01T12:00:00Z", json!({ "frequency": "MONTHLY", "interval": 65_535 })),
        ("2026-03-01T12:00:00Z", json!({ "frequency": "YEARLY", "interval": 65_535 })),
        ("2024-02-29T12:00:00Z", json!({ "frequency": "YEARLY", "interval": 400 })),
        ("0001-01-01T00:00:00Z", json!({ "frequency": "DAILY" })),
        ("9999-12-29T22:00:00Z", json!({ "frequency": "YEARLY" })),
        ("2026-03-01T12:00:00Z", json!({ "frequency": "YEARLY", "until": "99991231T235959Z" })),
    ] {
        alice.create(json!({ "start": first, "end": first, "recurrence": rule })).await;
        let never = json!({ "frequency": "MONTHLY", "byMonth": [2], "byMonthDay": [30, 31] });
        let event = merged(crate::support::event(), json!({ "start": first, "end": first, "recurrence": never }));
        assert_eq!(alice.post("/event", &event).await.0, 400);
    }
    for (start, end) in [
        ("-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z"),
        ("9999-12-30T22:00:00Z", "-009999-01-02T01:59:59Z"),
        ("9999-01-01", "9999-12-30"),
    ] {
        alice.list(&[("start", start), ("end", end)]).await;
    }
    assert_eq!(api.sandbox.events("alice").len(), 9);
    api.only_requests_depart();
}
