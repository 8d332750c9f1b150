//! Reading events, by page and as a stream.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use mobiscroll_connect::requests::ListEvents;
use mobiscroll_connect::{CalendarEvent, Client, Error, EventItem, EventStream, Provider, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Scope, seed};
use serde_json::{Value, json};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{ADA, access_token, answer, builder, category, instant, only, signed_in, until, with_tokens};

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
        "start": format!("2026-12-01T{:02}:00:00.000Z", number % 24),
        "end": format!("2026-12-01T{:02}:30:00.000Z", number % 24),
    })
}

fn december(client: &Client) -> mobiscroll_connect::Request<ListEvents, Client> {
    client.events().list().start(instant("2026-12-01T00:00:00Z")).end(instant("2026-12-31T00:00:00Z"))
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(|number| format!("e{number}")).collect()
}

/// Lets the events through that can be read.
async fn readable(item: EventItem) -> Result<Option<CalendarEvent>, Error> {
    Ok(item.into_event())
}

/// The ids that the stream yields, and its error.
async fn drain(stream: EventStream) -> (Vec<String>, Option<Error>) {
    let mut stream = pin!(stream);
    let mut ids = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(item) => ids.push(item.into_event().unwrap().id),
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
    client.events().list().calendar_ids(none).send().await.unwrap();
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
    let events: Vec<_> = list.stream().try_filter_map(readable).try_collect().await.unwrap();

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
async fn without_reading_ahead_a_page_is_asked_for_with_its_first_event() {
    let (sandbox, client) = with_events(3).await;
    let mut stream = pin!(december(&client).page_size(2).stream().read_ahead(false));
    assert_eq!(sandbox.requests().len(), 0);
    for (id, pages) in [("e1", 1), ("e2", 1), ("e3", 2)] {
        assert_eq!(stream.next().await.unwrap().unwrap().into_event().unwrap().id, id);
        assert_eq!(sandbox.requests().len(), pages, "{id}");
    }
    assert!(stream.next().await.is_none());
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn the_next_page_is_fetched_while_the_caller_works_on_this_one_and_no_more() {
    let (sandbox, client) = with_events(6).await;
    let mut stream = pin!(december(&client).page_size(2).stream());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(sandbox.requests().len(), 0, "nothing is asked for before the first event is");
    stream.next().await.unwrap().unwrap();
    until(|| sandbox.requests().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(sandbox.requests().len(), 2, "one page ahead at most");
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap();
    until(|| sandbox.requests().len() == 3).await;
    assert_eq!(stream.count().await, 3);
}

#[tokio::test]
async fn a_stream_that_is_dropped_fetches_no_more() {
    let (sandbox, client) = with_events(6).await;
    let mut stream = december(&client).page_size(2).stream();
    sandbox.inject(Fault::on(Operation::ListEvents).skip(1).no_answer());
    stream.next().await.unwrap().unwrap();
    until(|| sandbox.requests().len() == 2).await;
    drop(stream);
    client.close().await.unwrap();
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn a_stream_goes_on_from_the_token_of_its_page() {
    let (_sandbox, client) = with_events(5).await;
    let mut stream = december(&client).page_size(2).stream();
    assert_eq!(stream.page_token(), None);
    let mut read = Vec::new();
    for _ in 0..3 {
        read.push(stream.next().await.unwrap().unwrap().into_event().unwrap().id);
    }
    let token = stream.page_token().unwrap().to_owned();
    drop(stream);
    let (rest, error) = drain(december(&client).page_size(2).next_page_token(token).stream()).await;
    assert_eq!((read, rest, error.is_none()), (ids(1..=3), ids(3..=5), true));
}

#[tokio::test]
async fn a_stream_hands_over_malformed_events_in_their_place_and_names_blocked_accounts() {
    let (sandbox, client) = signed_in().await;
    let bad = json!({ "id": "no provider" });
    let first = json!({ "events": [bad, event(1), bad, bad, event(2), bad], "nextPageToken": "t" }).to_string();
    let header = "x-connect-calendar-permission-missing";
    sandbox.inject(Fault::on(Operation::ListEvents).status(200).header(header, "google:a@example.com").body(first));
    answer(&sandbox, Operation::ListEvents, 200, json!({ "events": [event(3)] }).to_string());
    let mut stream = client.events().list().stream();
    let mut seen = Vec::new();
    while let Some(item) = stream.try_next().await.unwrap() {
        assert_eq!(stream.blocked_accounts().len(), 1, "those of an earlier page, too");
        seen.push(match item {
            EventItem::Event(event) => event.id,
            EventItem::Malformed(odd) => format!("{}: {}", odd.index, odd.raw.get()),
        });
    }
    let odd = |index| format!("{index}: {bad}");
    assert_eq!(seen, [odd(0), "e1".into(), odd(2), odd(3), "e2".into(), odd(5), "e3".into()]);
}

/// A server that makes up pages of a thousand events as long as it is asked for.
async fn endless(pages: usize) -> (Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api", listener.local_addr().unwrap());
    let served = Arc::new(AtomicUsize::new(0));
    let count = served.clone();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let event = event(1).to_string();
        let events = vec![event.as_str(); 1000].join(",");
        let mut request = vec![0; 64 * 1024];
        while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
            let page = count.fetch_add(1, Ordering::SeqCst) + 1;
            let token = if page < pages { format!(r#","nextPageToken":"{page}""#) } else { String::new() };
            let body = format!(r#"{{"events":[{events}]{token}}}"#);
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    let client = Client::builder("id", "secret", "https://app.example/cb").base_url(base_url).build().unwrap();
    client.set_credentials(Tokens::new("access"));
    (client, served)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_over_many_events_never_holds_more_than_two_pages() {
    const PAGES: usize = 200;
    let (client, served) = endless(PAGES).await;
    let mut stream = client.events().list().page_size(1000).stream();
    let mut read = 0;
    while let Some(item) = stream.try_next().await.unwrap() {
        assert!(item.into_event().is_some());
        assert!(served.load(Ordering::SeqCst) <= read / 1000 + 2);
        read += 1;
    }
    assert_eq!((read, served.load(Ordering::SeqCst)), (PAGES * 1000, PAGES));
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
async fn a_repeated_page_token_ends_a_stream_with_an_error() {
    let (sandbox, client) = signed_in().await;
    let body = |number| json!({ "events": [event(number)], "nextPageToken": "same" }).to_string();
    answer(&sandbox, Operation::ListEvents, 200, body(1));
    answer(&sandbox, Operation::ListEvents, 200, body(2));
    let (ids, error) = drain(client.events().list().stream()).await;
    assert_eq!((ids, error.is_some()), (vec!["e1".into(), "e2".into()], true));
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn page_tokens_that_lead_round_end_a_stream_with_an_error() {
    for (before, round) in [(0, 2), (3, 1), (2, 5), (20, 3)] {
        let (sandbox, client) = signed_in().await;
        for number in 0..200 {
            let token = if number < before { number } else { before + (number - before) % round };
            let body = json!({ "events": [event(number + 1)], "nextPageToken": format!("t{token}") });
            answer(&sandbox, Operation::ListEvents, 200, body.to_string());
        }
        let (ids, error) = drain(client.events().list().stream()).await;
        assert!(error.is_some() && (before + round..=4 * (before + round)).contains(&ids.len()), "{} pages", ids.len());
    }
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
    let events: Vec<_> = client.events().list().stream().try_filter_map(readable).try_collect().await.unwrap();
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
