//! Reading events, by page and as a stream.

use std::pin::pin;

use futures_util::{StreamExt, TryStreamExt};
use mobiscroll_connect::{CalendarEvent, Client, Error, EventStream, Provider};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Scope, seed};
use serde_json::{Value, json};

use crate::support::{ADA, access_token, answer, builder, category, instant, only, signed_in, with_tokens};

/// A server with events `e1` to `eN` an hour apart on the 1st of December 2026.
async fn with_events(count: usize) -> (Sandbox, Client) {
    let (sandbox, client) = signed_in().await;
    for number in 1..=count {
        sandbox.add_event(ADA, event(number));
    }
    (sandbox, client)
}

fn event(number: usize) -> Value {
    json!({
        "provider": "google",
        "id": format!("e{number}"),
        "calendarId": "primary",
        "start": format!("2026-12-01T{number:02}:00:00.000Z"),
        "end": format!("2026-12-01T{number:02}:30:00.000Z"),
    })
}

fn december(client: &Client) -> mobiscroll_connect::ListEvents {
    client.events().list().start(instant("2026-12-01T00:00:00Z")).end(instant("2026-12-31T00:00:00Z"))
}

/// The ids that the stream yields, and its error.
async fn drain(stream: EventStream) -> (Vec<String>, Option<Error>) {
    let mut stream = pin!(stream);
    let mut ids = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => ids.push(event.id),
            Err(error) => {
                assert!(stream.next().await.is_none(), "after an error the stream has ended");
                assert!(stream.next().await.is_none());
                return (ids, Some(error));
            }
        }
    }
    assert!(stream.next().await.is_none(), "an ended stream stays at its end");
    (ids, None)
}

#[tokio::test]
async fn one_page_is_read() {
    let (sandbox, client) = with_events(3).await;
    let page = december(&client).send().await.unwrap();

    assert_eq!(page.events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["e1", "e2", "e3"]);
    assert_eq!(page.events[0].start, Some(instant("2026-12-01T01:00:00Z")));
    assert_eq!((page.page_size, page.next_page_token), (Some(250), None));
    assert_eq!((page.malformed.len(), page.blocked_accounts.len()), (0, 0));
    let request = only(&sandbox, Operation::ListEvents);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/api/events"));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn without_settings_no_parameter_is_sent() {
    let (sandbox, client) = signed_in().await;
    let none: [(Provider, [&str; 0]); 1] = [(Provider::Google, [])];
    client.events().list().calendar_ids(none).next_page_token("").send().await.unwrap();
    assert_eq!(only(&sandbox, Operation::ListEvents).query, "");
}

#[tokio::test]
async fn dates_are_sent_in_utc_to_the_millisecond() {
    let (sandbox, client) = signed_in().await;
    let start: jiff::ZonedDateTime = "2026-11-23T10:30:00.123999+02:00[+02:00]".parse().unwrap();
    client.events().list().start(start).end(instant("2026-11-30T00:00:00Z")).send().await.unwrap();
    let request = only(&sandbox, Operation::ListEvents);
    assert_eq!(request.param("start").as_deref(), Some("2026-11-23T08:30:00.123Z"));
    assert_eq!(request.param("end").as_deref(), Some("2026-11-30T00:00:00Z"));
}

#[tokio::test]
async fn calendars_are_sent_as_one_compact_json_object() {
    let (sandbox, client) = with_events(1).await;
    let list = december(&client)
        .calendar_ids([(Provider::Google, vec!["primary"]), (Provider::Apple, vec![])])
        .calendar_ids([(Provider::CalDav, vec![seed::CALDAV_HOME, "a\"b, c&d=é"])])
        .calendar_ids([(Provider::Google, vec!["second"])]);
    let page = list.send().await.unwrap();

    assert_eq!(page.events.len(), 1);
    let request = only(&sandbox, Operation::ListEvents);
    assert_eq!(request.query.matches("calendarIds=").count(), 1);
    let sent = request.param("calendarIds").unwrap();
    assert!(!sent.contains(": ") && !sent.contains("\", "), "{sent}");
    assert_eq!(
        serde_json::from_str::<Value>(&sent).unwrap(),
        json!({ "google": ["primary", "second"], "caldav": [seed::CALDAV_HOME, "a\"b, c&d=é"] })
    );
}

#[tokio::test]
async fn other_calendars_than_those_asked_for_are_left_out() {
    let (_sandbox, client) = with_events(2).await;
    let page = december(&client).calendar_ids([(Provider::Google, [seed::GOOGLE_TEAM])]).send().await.unwrap();
    assert_eq!(page.events, []);
}

#[tokio::test]
async fn page_sizes_are_held_between_1_and_1000() {
    let (sandbox, client) = signed_in().await;
    for (asked, sent) in [(0, "1"), (1, "1"), (50, "50"), (1000, "1000"), (1001, "1000"), (u32::MAX, "1000")] {
        sandbox.clear_requests();
        client.events().list().page_size(asked).send().await.unwrap();
        assert_eq!(only(&sandbox, Operation::ListEvents).param("pageSize").as_deref(), Some(sent), "{asked}");
    }
}

#[tokio::test]
async fn a_series_comes_as_its_instances_or_as_one_event() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = crate::support::client_of(&sandbox, ADA);
    let now = jiff::Timestamp::now();
    let week = jiff::SignedDuration::from_hours(7 * 24);
    let list = || client.events().list().start(now - 3 * week).end(now + 3 * week);
    let standups = |page: mobiscroll_connect::EventPage| {
        page.events.into_iter().filter(|event| event.title.as_deref() == Some("Weekly stand-up")).collect::<Vec<_>>()
    };
    let instances = standups(list().single_events(true).send().await.unwrap());
    let series = standups(list().single_events(false).send().await.unwrap());

    assert!(instances.len() > series.len(), "{} and {}", instances.len(), series.len());
    assert!(instances.iter().all(|event| event.recurring_event_id.is_some()));
    assert!(series.iter().all(|event| event.recurring_event_id.is_none()));
    let sent: Vec<_> = sandbox.requests().iter().map(|request| request.param("singleEvents").unwrap()).collect();
    assert_eq!(sent, ["true", "false"]);
}

#[tokio::test]
async fn pages_are_read_one_after_the_other() {
    let (sandbox, client) = with_events(5).await;
    let first = december(&client).page_size(3).send().await.unwrap();
    let token = first.next_page_token.unwrap();
    let second = december(&client).page_size(3).next_page_token(&token).send().await.unwrap();

    assert_eq!((first.events.len(), second.events.len(), second.next_page_token), (3, 2, None));
    assert_eq!(sandbox.requests()[1].param("nextPageToken"), Some(token));
}

#[tokio::test]
async fn a_foreign_page_token_is_a_validation_error() {
    let (_sandbox, client) = signed_in().await;
    let error = client.events().list().next_page_token("foreign").send().await.unwrap_err();
    assert_eq!((category(&error), error.status()), ("Validation", Some(400)));
    assert!(error.api().unwrap().details().unwrap()["nextPageToken"].is_array());
}

#[tokio::test]
async fn a_stream_reads_every_event_of_every_page_once() {
    let (sandbox, client) = with_events(7).await;
    let list = december(&client).page_size(2).single_events(true).calendar_ids([(Provider::Google, ["primary"])]);
    let events: Vec<_> = list.stream().try_collect().await.unwrap();

    let ids: Vec<_> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["e1", "e2", "e3", "e4", "e5", "e6", "e7"]);
    let requests = sandbox.requests_of(Operation::ListEvents);
    assert_eq!(requests.len(), 4);
    for name in ["start", "end", "pageSize", "singleEvents", "calendarIds"] {
        assert!(requests[0].param(name).is_some(), "{name}");
        assert!(requests.iter().all(|request| request.param(name) == requests[0].param(name)), "{name}");
    }
}

#[tokio::test]
async fn a_stream_asks_for_a_page_when_its_first_event_is_asked_for() {
    let (sandbox, client) = with_events(3).await;
    let mut stream = pin!(december(&client).page_size(2).stream());
    assert_eq!(sandbox.requests().len(), 0);
    for (id, pages) in [("e1", 1), ("e2", 1), ("e3", 2)] {
        assert_eq!(stream.next().await.unwrap().unwrap().id, id);
        assert_eq!(sandbox.requests().len(), pages, "{id}");
    }
    assert!(stream.next().await.is_none());
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn a_stream_refreshes_an_expired_token_between_pages() {
    let (sandbox, client) = with_events(4).await;
    let mut stream = pin!(december(&client).page_size(2).stream());
    let mut count = 0;
    while let Some(event) = stream.next().await {
        event.unwrap();
        count += 1;
        if count == 2 {
            sandbox.expire_access_tokens();
        }
    }
    assert_eq!((count, sandbox.refreshes(ADA)), (4, 1));
}

#[tokio::test]
async fn an_empty_page_in_the_middle_does_not_end_a_stream() {
    let (sandbox, client) = signed_in().await;
    for body in [
        json!({ "events": [event(1)], "nextPageToken": "a" }),
        json!({ "events": [], "nextPageToken": "b" }),
        json!({ "events": null, "nextPageToken": "c" }),
        json!({ "events": [event(2)], "nextPageToken": "" }),
    ] {
        answer(&sandbox, Operation::ListEvents, 200, body.to_string());
    }
    let (ids, error) = drain(client.events().list().stream()).await;
    assert_eq!((ids, error.is_none()), (vec!["e1".into(), "e2".into()], true));
    assert_eq!(sandbox.requests().len(), 4);
}

#[tokio::test]
async fn a_repeated_page_token_ends_a_stream() {
    let (sandbox, client) = signed_in().await;
    let body = |number| json!({ "events": [event(number)], "nextPageToken": "same" }).to_string();
    answer(&sandbox, Operation::ListEvents, 200, body(1));
    answer(&sandbox, Operation::ListEvents, 200, body(2));
    let (ids, error) = drain(client.events().list().stream()).await;
    assert_eq!((ids, error.is_none()), (vec!["e1".into(), "e2".into()], true));
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn page_tokens_that_lead_round_end_a_stream() {
    let (sandbox, client) = signed_in().await;
    for (number, token) in [(1, "a"), (2, "b"), (3, "a")] {
        let body = json!({ "events": [event(number)], "nextPageToken": token });
        answer(&sandbox, Operation::ListEvents, 200, body.to_string());
    }
    let (ids, error) = drain(client.events().list().stream()).await;
    assert_eq!((ids.len(), error.is_none(), sandbox.requests().len()), (3, true, 3));
}

#[tokio::test]
async fn a_stream_yields_an_error_once_and_ends() {
    let (sandbox, client) = with_events(4).await;
    sandbox.inject(Fault::on(Operation::ListEvents).skip(1).status(500));
    let (ids, error) = drain(december(&client).page_size(2).stream()).await;
    assert_eq!(ids, ["e1", "e2"]);
    assert_eq!(category(&error.unwrap()), "Server");
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn a_stream_outlives_the_client_that_made_it() {
    let (_sandbox, client) = with_events(3).await;
    let stream = december(&client).page_size(1).stream();
    drop(client);
    let read = tokio::spawn(drain(stream)).await.unwrap();
    assert_eq!(read.0.len(), 3);
}

#[tokio::test]
async fn a_request_can_be_sent_again() {
    let (sandbox, client) = with_events(1).await;
    let list = december(&client);
    let first = list.clone().send().await.unwrap();
    assert_eq!(first, list.send().await.unwrap());
    let [a, b] = &sandbox.requests()[..] else { panic!() };
    assert_eq!(a.query, b.query);
}

#[tokio::test]
async fn the_free_busy_scope_hides_what_events_are_about() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = with_tokens(builder(&sandbox), sandbox.issue_tokens_with(ADA, Scope::FreeBusy));
    assert!(!access_token(&client).is_empty());
    let events: Vec<_> = client.events().list().stream().try_collect().await.unwrap();
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event.title.is_none() && event.attendees.is_empty() && event.start.is_some()));
}

#[test]
fn whole_days_are_read_from_any_midnight() {
    for (start, end, first, last) in [
        ("2026-11-23", "2026-11-24", "2026-11-23", "2026-11-23"),
        ("2026-11-23T00:00:00.000Z", "2026-11-26T00:00:00.000Z", "2026-11-23", "2026-11-25"),
        ("2026-11-23T00:00:00+09:00", "2026-11-24T00:00:00+09:00", "2026-11-23", "2026-11-23"),
        ("2026-11-23T00:00:00-08:00", "2026-11-24T00:00:00-08:00", "2026-11-23", "2026-11-23"),
        ("2026-11-23", "2026-11-23", "2026-11-23", "2026-11-23"),
    ] {
        let event = json!({ "provider": "google", "id": "1", "allDay": true, "start": start, "end": end });
        let event: CalendarEvent = serde_json::from_value(event).unwrap();
        let days = event.days().unwrap();
        assert_eq!((days.0.to_string(), days.1.to_string()), (first.to_owned(), last.to_owned()), "{start} {end}");
    }
    let timed = json!({ "provider": "google", "id": "1", "start": "2026-11-23", "end": "2026-11-24" });
    assert_eq!(serde_json::from_value::<CalendarEvent>(timed).unwrap().days(), None);
}
