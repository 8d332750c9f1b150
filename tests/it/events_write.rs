//! Writing events.

use jiff::civil::date;
use jiff::tz::{TimeZone, offset};
use mobiscroll_connect::{
    Availability, Client, ConferenceData, EventCreate, EventDelete, EventStatus, EventUpdate, Frequency, Privacy,
    Provider, RecurrenceRule, SeriesMode, Weekday,
};
use mobiscroll_connect_sandbox::{DeleteDialect, Operation, Sandbox, Scope, ScopeDenial, Seed, WriteDialect, seed};
use serde_json::{Value, json};

use crate::support::{ADA, answer, builder, category, client_of, instant, only, signed_in, with_tokens};

pub(crate) fn meeting() -> EventCreate {
    EventCreate::new(
        Provider::Google,
        "primary",
        "Meeting",
        instant("2026-11-24T09:00:00Z"),
        instant("2026-11-24T09:30:00Z"),
    )
}

pub(crate) fn update(event_id: &str) -> EventUpdate {
    EventUpdate::new(Provider::Google, "primary", event_id)
}

/// The body of the one create request.
fn created(sandbox: &Sandbox) -> Value {
    only(sandbox, Operation::CreateEvent).json().unwrap()
}

#[tokio::test]
async fn a_plain_event_sends_the_required_members_alone() {
    let (sandbox, client) = signed_in().await;
    let event = client.events().create(meeting()).await.unwrap();

    let request = only(&sandbox, Operation::CreateEvent);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("POST", "/api/event", ""));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let expected = json!({
        "provider": "google",
        "calendarId": "primary",
        "title": "Meeting",
        "start": "2026-11-24T09:00:00Z",
        "end": "2026-11-24T09:30:00Z",
    });
    assert_eq!(request.json(), Some(expected));
    assert_eq!(event.title.as_deref(), Some("Meeting"));
    assert_eq!(event.start, Some(instant("2026-11-24T09:00:00Z")));
    assert_eq!((event.provider, event.calendar_id.as_deref()), (Provider::Google, Some("primary")));
    assert_eq!(sandbox.events(ADA)[0]["id"], json!(event.id));
}

#[tokio::test]
async fn instants_are_sent_in_utc_to_the_millisecond() {
    let (sandbox, client) = signed_in().await;
    let (start, end) = (instant("2026-11-24T10:00:00.123999+01:00"), instant("2026-11-24T10:00:00-01:00"));
    client.events().create(EventCreate::new(Provider::Google, "primary", "T", start, end)).await.unwrap();
    let body = created(&sandbox);
    assert_eq!((&body["start"], &body["end"]), (&json!("2026-11-24T09:00:00.123Z"), &json!("2026-11-24T11:00:00Z")));

    client.events().update(update(sandbox.events(ADA)[0]["id"].as_str().unwrap()).start(start).end(end)).await.unwrap();
    let body = only(&sandbox, Operation::UpdateEvent).json().unwrap();
    assert_eq!((&body["start"], &body["end"]), (&json!("2026-11-24T09:00:00.123Z"), &json!("2026-11-24T11:00:00Z")));
}

#[tokio::test]
async fn every_member_of_an_event_is_sent() {
    let (sandbox, client) = signed_in().await;
    let Value::Object(custom) = json!({ "crm": { "id": 7 } }) else { panic!() };
    let event = meeting()
        .description("All of it")
        .location("Room é")
        .all_day(false)
        .attendees(["ada@example.com", "grace@example.com"])
        .recurrence(RecurrenceRule::new(Frequency::Weekly).interval(2).by_day([Weekday::Monday, Weekday::Friday]))
        .custom(custom)
        .conference("https://meet.example/x")
        .availability(Availability::Free)
        .privacy(Privacy::Confidential)
        .status(EventStatus::Tentative)
        .color("#ff0000");
    let event = client.events().create(event).await.unwrap();

    let sent = created(&sandbox);
    for (name, value) in [
        ("description", json!("All of it")),
        ("location", json!("Room é")),
        ("allDay", json!(false)),
        ("attendees", json!(["ada@example.com", "grace@example.com"])),
        ("recurrence", json!({ "frequency": "WEEKLY", "interval": 2, "byDay": ["MO", "FR"] })),
        ("custom", json!({ "crm": { "id": 7 } })),
        ("conference", json!("https://meet.example/x")),
        ("availability", json!("free")),
        ("privacy", json!("confidential")),
        ("status", json!("tentative")),
        ("color", json!("#ff0000")),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
    assert_eq!(event.attendees[1].email, "grace@example.com");
    assert_eq!(event.custom["crm"], json!({ "id": 7 }));
    assert_eq!(event.conference.unwrap().url.as_deref(), Some("https://meet.example/x"));
    assert_eq!((event.availability, event.privacy), (Some(Availability::Free), Some(Privacy::Confidential)));
    assert_eq!(event.status, Some(EventStatus::Tentative));
}

#[tokio::test]
async fn whole_days_last_until_the_midnight_after_the_last() {
    let (sandbox, client) = signed_in().await;
    let day = |first, last| EventCreate::new_all_day(Provider::Google, "primary", "Off", first, last);
    let event = day(date(2026, 12, 30), date(2026, 12, 31)).unwrap();
    let event = client.events().create(event).await.unwrap();

    let sent = created(&sandbox);
    assert_eq!(
        (&sent["start"], &sent["end"], &sent["allDay"]),
        (&json!("2026-12-30T00:00:00Z"), &json!("2027-01-01T00:00:00Z"), &json!(true))
    );
    assert!(event.all_day);
    assert_eq!(day(date(2026, 12, 2), date(2026, 12, 1)).unwrap_err().code(), "VALIDATION_ERROR");
    assert!(day(jiff::civil::Date::MAX, jiff::civil::Date::MAX).is_err());
}

#[tokio::test]
async fn whole_days_of_a_time_zone_begin_at_its_midnight() {
    let (sandbox, client) = signed_in().await;
    let (day, auckland) = (date(2026, 12, 30), TimeZone::fixed(offset(13)));
    let event = EventCreate::new_all_day_in(Provider::Google, "primary", "Off", day, day, &auckland).unwrap();
    client.events().create(event).await.unwrap();
    let sent = created(&sandbox);
    assert_eq!((&sent["start"], &sent["end"]), (&json!("2026-12-29T11:00:00Z"), &json!("2026-12-30T11:00:00Z")));
    client.events().update(update("e").days_in(day, day.tomorrow().unwrap(), &auckland).unwrap()).await.ok();
    let sent = only(&sandbox, Operation::UpdateEvent).json().unwrap();
    assert_eq!((&sent["start"], &sent["end"]), (&json!("2026-12-29T11:00:00Z"), &json!("2026-12-31T11:00:00Z")));
    let max = jiff::civil::Date::MAX;
    assert!(EventCreate::new_all_day_in(Provider::Google, "primary", "Off", max, max, &auckland).is_err());
}

#[tokio::test]
async fn of_count_and_until_the_last_one_set_is_sent() {
    let (sandbox, client) = signed_in().await;
    let rule = || RecurrenceRule::new(Frequency::Daily);
    let until = instant("2026-12-24T17:00:00.999Z");
    for (rule, sent) in [
        (rule().count(3), json!({ "frequency": "DAILY", "count": 3 })),
        (rule().until(until), json!({ "frequency": "DAILY", "until": "20261224T170000Z" })),
        (rule().count(3).until(until), json!({ "frequency": "DAILY", "until": "20261224T170000Z" })),
        (rule().until(until).count(3), json!({ "frequency": "DAILY", "count": 3 })),
    ] {
        sandbox.clear_requests();
        client.events().create(meeting().recurrence(rule)).await.unwrap();
        assert_eq!(created(&sandbox)["recurrence"], sent);
    }
}

#[tokio::test]
async fn days_of_the_month_and_months_of_a_rule_are_sent() {
    let (sandbox, client) = signed_in().await;
    let rule = RecurrenceRule::new(Frequency::Yearly).by_month([3, 9]).by_month_day([1, 31]);
    client.events().create(meeting().recurrence(rule)).await.unwrap();
    let sent = json!({ "frequency": "YEARLY", "byMonth": [3, 9], "byMonthDay": [1, 31] });
    assert_eq!(created(&sandbox)["recurrence"], sent);
}

#[tokio::test]
async fn an_online_meeting_is_made_on_request() {
    let (sandbox, client) = signed_in().await;
    let event = meeting().conference_data(ConferenceData::new().auto_generate(true));
    let event = client.events().create(event).await.unwrap();

    assert_eq!(created(&sandbox)["conferenceData"], json!({ "autoGenerate": true }));
    assert!(event.conference.unwrap().url.unwrap().starts_with("https://meet.example/"));
    let data = event.conference_data.unwrap();
    assert_eq!(data.provider.as_deref(), Some("google-meet"));
    assert_eq!(data.entry_points.unwrap().parse::<Value>().unwrap()[0]["entryPointType"], json!("video"));
}

/// Writes an event to a server of this dialect, by create and by update.
async fn write(dialect: WriteDialect) {
    let sandbox = Sandbox::builder().write_dialect(dialect).seed(Seed::Empty).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    let event = client.events().create(meeting().location("A")).await.unwrap();
    let moved = client.events().update(update(&event.id).location("B")).await.unwrap();
    assert_eq!((moved.id, moved.location.as_deref()), (event.id, Some("B")));
    assert_eq!(moved.title.as_deref(), Some("Meeting"));
    assert_eq!(sandbox.events(ADA)[0]["location"], json!("B"));
}

#[tokio::test]
async fn events_at_the_root_of_the_answer_are_read() {
    write(WriteDialect::Root).await;
}

#[tokio::test]
async fn events_within_the_answer_are_read() {
    write(WriteDialect::Nested).await;
}

#[tokio::test]
async fn what_an_answer_leaves_out_is_filled_from_the_request() {
    let (sandbox, client) = signed_in().await;
    for body in [
        r#"{"success":true,"id":"e"}"#,
        r#"{"id":"e","calendarId":null,"provider":null,"event":null}"#,
        r#"{"event":{"id":"e"}}"#,
        r#"{"success":null,"message":"ok","event":{"id":"e","calendarId":null}}"#,
        r#"{"id":"e","event":"not an object"}"#,
    ] {
        answer(&sandbox, Operation::CreateEvent, 201, body);
        answer(&sandbox, Operation::UpdateEvent, 200, body);
        let written = [client.events().create(meeting()).await, client.events().update(update("e")).await];
        for event in written {
            let event = event.unwrap_or_else(|error| panic!("{body}: {error}"));
            assert_eq!((event.provider, event.id.as_str()), (Provider::Google, "e"), "{body}");
            assert_eq!(event.calendar_id.as_deref(), Some("primary"), "{body}");
        }
    }
}

#[tokio::test]
async fn what_an_answer_says_counts_before_the_request() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"event":{"id":"e","provider":"apple","calendarId":"other"},"id":"outer","calendarId":"outer"}"#;
    answer(&sandbox, Operation::CreateEvent, 200, body);
    let event = client.events().create(meeting()).await.unwrap();
    assert_eq!(
        (event.id.as_str(), event.provider, event.calendar_id.as_deref()),
        ("e", Provider::Apple, Some("other"))
    );
}

#[tokio::test]
async fn an_update_sends_what_was_set_and_leaves_the_rest() {
    let (sandbox, client) = signed_in().await;
    let event = client.events().create(meeting().location("A").description("D")).await.unwrap();
    client.events().update(update(&event.id).title("Moved").start(instant("2026-11-24T08:00:00Z"))).await.unwrap();

    let request = only(&sandbox, Operation::UpdateEvent);
    assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("PUT", "/api/event", ""));
    let expected = json!({
        "provider": "google",
        "calendarId": "primary",
        "eventId": event.id,
        "title": "Moved",
        "start": "2026-11-24T08:00:00Z",
    });
    assert_eq!(request.json(), Some(expected));
    let kept = &sandbox.events(ADA)[0];
    assert_eq!((&kept["title"], &kept["location"], &kept["description"]), (&json!("Moved"), &json!("A"), &json!("D")));
}

#[tokio::test]
async fn clearing_sends_null_and_an_empty_list_is_sent_as_one() {
    let (sandbox, client) = signed_in().await;
    let event = client.events().create(meeting().location("A").attendees(["a@example.com"])).await.unwrap();
    let cleared = update(&event.id)
        .clear_location()
        .clear_description()
        .clear_color()
        .clear_conference()
        .clear_conference_data()
        .clear_custom()
        .clear_recurrence()
        .attendees(Vec::<String>::new());
    let event = client.events().update(cleared).await.unwrap();

    let sent = only(&sandbox, Operation::UpdateEvent).json().unwrap();
    let nulls: Vec<_> =
        sent.as_object().unwrap().iter().filter(|(_, v)| v.is_null()).map(|(k, _)| k.as_str()).collect();
    let cleared = ["color", "conference", "conferenceData", "custom", "description", "location", "recurrence"];
    assert_eq!(nulls, cleared);
    assert_eq!(sent["attendees"], json!([]));
    assert_eq!((event.location, event.attendees.len()), (None, 0));

    sandbox.clear_requests();
    client.events().update(update(&event.id).clear_attendees()).await.unwrap();
    assert_eq!(only(&sandbox, Operation::UpdateEvent).json().unwrap()["attendees"], Value::Null);
    sandbox.clear_requests();
    client.events().update(update(&event.id).clear_location().location("B")).await.unwrap();
    assert_eq!(only(&sandbox, Operation::UpdateEvent).json().unwrap()["location"], json!("B"));
}

/// A series of three days, and the id of its second instance.
async fn series(client: &Client) -> (String, String) {
    let rule = RecurrenceRule::new(Frequency::Daily).count(3);
    let series = client.events().create(meeting().recurrence(rule)).await.unwrap();
    let instance = format!("{}_20261125T090000Z", series.id);
    (series.id, instance)
}

/// The titles of the series' instances.
async fn titles(client: &Client) -> Vec<String> {
    let list = client.events().list().start(instant("2026-11-01T00:00:00Z")).end(instant("2026-12-01T00:00:00Z"));
    list.send().await.unwrap().events.into_iter().map(|event| event.title.unwrap()).collect()
}

#[tokio::test]
async fn an_update_reaches_the_wanted_part_of_a_series() {
    for (mode, sent, expected) in [
        (SeriesMode::This, "this", ["Meeting", "New", "Meeting"]),
        (SeriesMode::Following, "following", ["Meeting", "New", "New"]),
        (SeriesMode::All, "all", ["New", "New", "New"]),
    ] {
        let (sandbox, client) = signed_in().await;
        let (series, instance) = series(&client).await;
        let change = update(&instance).title("New").recurring_event_id(&series).update_mode(mode);
        client.events().update(change).await.unwrap();

        let body = only(&sandbox, Operation::UpdateEvent).json().unwrap();
        assert_eq!((&body["updateMode"], &body["recurringEventId"]), (&json!(sent), &json!(series)));
        assert_eq!(titles(&client).await, expected, "{sent}");
    }
}

#[tokio::test]
async fn a_delete_reaches_the_wanted_part_of_a_series() {
    for (mode, sent, left) in
        [(SeriesMode::This, "this", 2), (SeriesMode::Following, "following", 1), (SeriesMode::All, "all", 0)]
    {
        let (sandbox, client) = signed_in().await;
        let (series, instance) = series(&client).await;
        let delete = EventDelete::new(Provider::Google, "primary", &instance);
        client.events().delete(delete.recurring_event_id(&series).delete_mode(mode)).await.unwrap();

        let request = only(&sandbox, Operation::DeleteEvent);
        assert_eq!(request.param("deleteMode").as_deref(), Some(sent));
        assert_eq!(request.param("recurringEventId"), Some(series));
        assert_eq!(titles(&client).await.len(), left, "{sent}");
    }
}

#[tokio::test]
async fn a_delete_names_the_event_in_the_query_and_has_no_body() {
    let (sandbox, client) = signed_in().await;
    let at = EventCreate::new(
        Provider::CalDav,
        seed::CALDAV_HOME,
        "Home",
        instant("2026-11-24T09:00:00Z"),
        instant("2026-11-24T10:00:00Z"),
    );
    let event = client.events().create(at).await.unwrap();
    let answer =
        client.events().delete(EventDelete::new(Provider::CalDav, seed::CALDAV_HOME, &event.id)).await.unwrap();

    assert_eq!(answer.success, Some(true));
    let request = only(&sandbox, Operation::DeleteEvent);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("DELETE", "/api/event"));
    assert!(request.body.is_empty());
    assert_eq!(request.param("provider").as_deref(), Some("caldav"));
    assert_eq!(request.param("calendarId").as_deref(), Some(seed::CALDAV_HOME));
    assert_eq!(request.param("eventId"), Some(event.id));
    assert_eq!((request.param("recurringEventId"), request.param("deleteMode")), (None, None));
    assert_eq!(sandbox.events(ADA).len(), 0);
}

#[tokio::test]
async fn a_delete_answered_with_204_is_a_success() {
    let sandbox = Sandbox::builder().delete_dialect(DeleteDialect::NoContent).seed(Seed::Empty).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    let event = client.events().create(meeting()).await.unwrap();
    let answer = client.events().delete(EventDelete::new(Provider::Google, "primary", event.id)).await.unwrap();
    assert_eq!((answer.success, answer.message), (Some(true), None));
    assert_eq!(only(&sandbox, Operation::DeleteEvent).status, Some(204));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (_sandbox, client) = signed_in().await;
    let nowhere = EventCreate::new(
        Provider::Google,
        "gone",
        "T",
        instant("2026-11-24T09:00:00Z"),
        instant("2026-11-24T10:00:00Z"),
    );
    for outcome in [
        client.events().update(update("gone").title("T")).await.map(drop),
        client.events().delete(EventDelete::new(Provider::Google, "primary", "gone")).await.map(drop),
        client.events().create(nowhere).await.map(drop),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!((category(&error), error.status()), ("NotFound", Some(404)));
    }
}

#[tokio::test]
async fn a_scope_that_may_not_write_is_refused_without_a_refresh() {
    for (denial, status) in [(ScopeDenial::Unauthorized, 401), (ScopeDenial::Forbidden, 403)] {
        let sandbox = Sandbox::builder().scope_denial(denial).seed(Seed::Empty).start().await.unwrap();
        let client = with_tokens(builder(&sandbox), sandbox.issue_tokens_with(ADA, Scope::Read));
        for outcome in [
            client.events().create(meeting()).await.map(drop),
            client.events().update(update("e").title("T")).await.map(drop),
            client.events().delete(EventDelete::new(Provider::Google, "primary", "e")).await.map(drop),
        ] {
            let error = outcome.unwrap_err();
            assert_eq!((category(&error), error.status()), ("PermissionDenied", Some(status)));
            assert!(error.is_auth() && !error.needs_reauthorization());
        }
        assert_eq!(sandbox.requests_of(Operation::RefreshToken).len(), 0);
        assert_eq!(sandbox.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_refusal_behind_a_status_of_success_is_a_server_error_that_is_not_retried() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"success":false,"message":"The provider said no","id":"e"}"#;
    for operation in [Operation::CreateEvent, Operation::UpdateEvent, Operation::DeleteEvent] {
        answer(&sandbox, operation, 202, body);
    }
    for outcome in [
        client.events().create(meeting()).await.map(drop),
        client.events().update(update("e").title("T")).await.map(drop),
        client.events().delete(EventDelete::new(Provider::Google, "primary", "e")).await.map(drop),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!((category(&error), error.code(), error.status()), ("Server", "SERVER_ERROR", Some(202)));
        assert_eq!(error.api().unwrap().message(), "The provider said no");
        assert!(!error.is_retryable());
    }
    assert_eq!(sandbox.requests().len(), 3);
}

#[tokio::test]
async fn a_write_without_an_event_in_its_answer_is_an_error() {
    let (sandbox, client) = signed_in().await;
    let bodies = [
        "",
        "null",
        "{}",
        "[]",
        "\"ok\"",
        "{\"success\":true}",
        "{\"event\":{}}",
        "{\"event\":[1]}",
        "{\"id\":true}",
        "{\"id\":",
    ];
    for body in bodies {
        answer(&sandbox, Operation::CreateEvent, 201, body);
        answer(&sandbox, Operation::UpdateEvent, 201, body);
        for outcome in [client.events().create(meeting()).await, client.events().update(update("e").title("T")).await] {
            let error = outcome.unwrap_err();
            assert_eq!((category(&error), error.status()), ("Decode", Some(201)), "{body}");
        }
    }
}

#[tokio::test]
async fn an_answer_without_an_event_is_a_failure_with_its_message() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::CreateEvent, 200, r#"{"message":"quota exceeded"}"#);
    let error = client.events().create(meeting()).await.unwrap_err();
    assert_eq!((category(&error), error.code()), ("Server", "SERVER_ERROR"));
    assert_eq!(error.api().unwrap().message(), "quota exceeded");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn an_event_is_moved_to_whole_days() {
    let (sandbox, client) = signed_in().await;
    let event = client.events().create(meeting()).await.unwrap();
    let (first, last) = (date(2026, 12, 1), date(2026, 12, 3));
    let moved = client.events().update(update(&event.id).days(first, last).unwrap()).await.unwrap();
    assert_eq!(moved.days(), Some((first, last)));
    let sent = only(&sandbox, Operation::UpdateEvent).json().unwrap();
    assert_eq!(sent["start"], "2026-12-01T00:00:00Z");
    assert_eq!(sent["end"], "2026-12-04T00:00:00Z");
    assert_eq!(category(&update("e").days(last, first).unwrap_err()), "InvalidInput");
}

#[tokio::test]
async fn a_refusal_is_one_whatever_stands_beside_it() {
    let (sandbox, client) = signed_in().await;
    for body in [
        r#"{"success":false,"message":{"text":"no"},"provider":"google","id":"e"}"#,
        r#"{"success":false,"message":null,"event":{"provider":"google","id":"e"}}"#,
    ] {
        answer(&sandbox, Operation::CreateEvent, 200, body);
        assert_eq!(category(&client.events().create(meeting()).await.unwrap_err()), "Server", "{body}");
    }
}
