//! Malformed responses that can be read all the same.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use mobiscroll_connect::{CalendarEvent, Client, Error, Provider};
use mobiscroll_connect_sandbox::{Operation, Sandbox};

use crate::events_write::meeting;
use crate::support::{answer, category, instant, only, signed_in};

async fn listed(sandbox: &Sandbox, client: &Client, members: &str) -> CalendarEvent {
    let body = format!(r#"{{"events":[{{"id":"e","provider":"google",{members}}}]}}"#);
    answer(sandbox, Operation::ListEvents, 200, body);
    let mut page = client.events().list().send().await.unwrap();
    assert_eq!(page.malformed, [], "{members}");
    page.events.remove(0)
}

#[tokio::test]
async fn unpaired_surrogates_are_replaced() {
    let (sandbox, client) = signed_in().await;
    let event =
        listed(&sandbox, &client, r#""title":"Party \ud83c","location":"\udf89","original":{"a":"\ud83c"}"#).await;
    assert_eq!(event.title.as_deref(), Some("Party \u{fffd}"));
    assert_eq!(event.location.as_deref(), Some("\u{fffd}"));
    assert_eq!(event.original.unwrap().parse::<serde_json::Value>().unwrap()["a"], "\u{fffd}");

    answer(&sandbox, Operation::CreateEvent, 201, r#"{"event":{"id":"e","title":"\ud83c"}}"#);
    assert_eq!(client.events().create(meeting()).await.unwrap().id, "e");

    answer(&sandbox, Operation::ConnectionStatus, 200, r#"{"connections":{"google":[{"id":"a","display":"\ud83c"}]}}"#);
    let status = client.auth().get_connection_status().await.unwrap();
    assert_eq!(status.connections["google"][0].display.as_deref(), Some("\u{fffd}"));

    let body = r#"{"error":"Forbidden","code":"calendar_permission_required","message":"\ud83c",
        "accounts":[{"provider":"google","account":"a@example.com"}]}"#;
    answer(&sandbox, Operation::ListCalendars, 403, body);
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((category(&error), error.api().unwrap().accounts().len()), ("CalendarPermissionRequired", 1));
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::ListEvents, 200, "\u{feff}{\"events\":[{\"id\":\"e\",\"provider\":\"google\"}]}");
    assert_eq!(client.events().list().send().await.unwrap().events.len(), 1);
    answer(&sandbox, Operation::ListCalendars, 200, "\u{feff}[]");
    client.calendars().list().await.unwrap();
    answer(&sandbox, Operation::ListCalendars, 404, "\u{feff}{\"message\":\"m\"}");
    assert_eq!(client.calendars().list().await.unwrap_err().api().unwrap().message(), "m");
}

#[tokio::test]
async fn instants_are_read_as_epoch_numbers_and_clamped() {
    let (sandbox, client) = signed_in().await;
    for (value, expected) in [
        ("1795426200", "2026-11-23T09:30:00Z"),
        ("1795426200000", "2026-11-23T09:30:00Z"),
        ("\"1795426200\"", "2026-11-23T09:30:00Z"),
        ("\"1795426200000\"", "2026-11-23T09:30:00Z"),
        ("20261123", "2026-11-23T00:00:00Z"),
        ("\"20261123\"", "2026-11-23T00:00:00Z"),
        ("\"2026-11-23T24:00:00\"", "2026-11-24T00:00:00Z"),
        ("\"9999-12-31T23:59:59.9999999\"", "9999-12-30T22:00:00.999999999Z"),
    ] {
        let event = listed(&sandbox, &client, &format!(r#""start":{value},"lastModified":{value}"#)).await;
        let expected = Some(instant(expected));
        assert_eq!((event.start, event.last_modified), (expected, expected), "{value}");
    }
    assert_eq!(listed(&sandbox, &client, r#""start":"","end":" ""#).await.start, None);
    let body = r#"{"success":true,"channelId":"c","subscription":{"resourceId":"r","expiration":1795426200000}}"#;
    answer(&sandbox, Operation::SubscribeWebhook, 200, body);
    let subscription = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.unwrap();
    assert_eq!((subscription.channel_id.as_str(), subscription.resource_id.as_deref()), ("c", Some("r")));
    assert_eq!(subscription.expiration, Some(instant("2026-11-23T09:30:00Z")));
}

#[tokio::test]
async fn null_for_a_list_of_accounts_is_an_empty_list() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::ConnectionStatus, 200, r#"{"connections":{"google":null,"apple":["a"]}}"#);
    let status = client.auth().get_connection_status().await.unwrap();
    assert_eq!((status.connections["google"].len(), status.connections["apple"].len()), (0, 1));
}

#[tokio::test]
async fn the_word_ok_says_that_a_write_was_done() {
    let (sandbox, client) = signed_in().await;
    for operation in [Operation::DeleteEvent, Operation::Disconnect, Operation::UnsubscribeWebhook] {
        for body in ["OK", "\"OK\"", "ok\n", "null", ""] {
            answer(&sandbox, operation, 200, body);
            crate::retry::call(&client, operation).await.unwrap();
        }
        answer(&sandbox, operation, 200, "<html>ok</html>");
        assert_eq!(category(&crate::retry::call(&client, operation).await.unwrap_err()), "Decode");
    }
}

#[tokio::test]
async fn a_created_event_is_found_although_it_is_malformed() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::CreateEvent, 504, "");
    let body = r#"{"events":[{"id":"e","title":"\ud83c","start":"tomorrow","custom":{"idempotencyKey":"k"}}]}"#;
    answer(&sandbox, Operation::ListEvents, 200, body);
    let created = client.events().create_once(meeting(), "k").await.unwrap();
    assert_eq!((created.id.as_str(), created.calendar_id.as_deref()), ("e", Some("primary")));
    only(&sandbox, Operation::CreateEvent);
}

#[tokio::test]
async fn lenient_parsing_is_linear_in_the_size_of_the_body() {
    let (sandbox, client) = signed_in().await;
    let mut millis = Vec::new();
    for count in [10_000, 40_000] {
        let accounts = vec![r#"{"id":"a","syncStateUpdatedAt":"soon"}"#; count].join(",");
        answer(&sandbox, Operation::ConnectionStatus, 200, format!(r#"{{"connections":{{"google":[{accounts}]}}}}"#));
        let begun = Instant::now();
        let outcome = client.auth().get_connection_status().await;
        millis.push(begun.elapsed().as_millis());
        match outcome {
            Ok(status) => assert_eq!(status.connections["google"].len(), count),
            Err(error) => assert!(matches!(error, Error::Decode(_)), "{error:?}"),
        }
    }
    println!("10,000 and 40,000 accounts with a malformed date: {millis:?} ms");
    assert!(millis[1] < Duration::from_secs(5).as_millis(), "{millis:?}");
}

/// Bodies of about `mib` MiB that are malformed all over, each in its own way.
fn malformed(mib: usize) -> [(&'static str, Operation, String); 6] {
    let fill = |item: &str| vec![item; mib * 1024 * 1024 / item.len()].join(",");
    let accounts = |item| format!(r#"{{"connections":{{"google":[{}]}}}}"#, fill(item));
    let events = |item| format!(r#"{{"events":[{}]}}"#, fill(item));
    let event = |members: &str| {
        format!(r#"{{"events":[{{"id":"e","provider":"google","status":[],"color":{{}},{members}}}]}}"#)
    };
    let unknown = (0..mib * 1024 * 1024 / 28).map(|number| format!(r#""member{number:08}":"value","#));
    [
        (
            "accounts with a malformed date",
            Operation::ConnectionStatus,
            accounts(r#"{"id":"a","syncStateUpdatedAt":"soon"}"#),
        ),
        (
            "accounts with an unpaired surrogate",
            Operation::ConnectionStatus,
            accounts(r#"{"id":"a","display":"\ud83c"}"#),
        ),
        (
            "events without an id",
            Operation::ListEvents,
            events(r#"{"provider":"google","title":"Planning of the week"}"#),
        ),
        (
            "events with a malformed colour",
            Operation::ListEvents,
            events(r#"{"id":"e","provider":"google","color":{}}"#),
        ),
        (
            "attendees without an address",
            Operation::ListEvents,
            event(&format!(r#""attendees":[{}]"#, fill(r#"{"status":"accepted"}"#))),
        ),
        ("unknown members", Operation::ListEvents, event(&format!(r#"{}"zone":1"#, unknown.collect::<String>()))),
    ]
}

#[tokio::test]
#[ignore = "a figure: cargo test --release --features axum,webhooks --test it -- --ignored --nocapture sixty_four"]
async fn sixty_four_mebibytes_of_malformed_members_take_time_in_proportion() {
    let sandbox = Sandbox::builder().seed(mobiscroll_connect_sandbox::Seed::Empty).start().await.unwrap();
    let client = crate::support::builder(&sandbox).max_body(1 << 30).timeout(Duration::from_secs(600));
    let client = crate::support::with_tokens(client.deadline(Duration::from_secs(600)), sandbox.issue_tokens("ada"));
    let kinds = malformed(0).map(|(kind, ..)| kind);
    for (index, kind) in kinds.into_iter().enumerate() {
        let mut millis = Vec::new();
        for mib in [8, 16, 32, 64] {
            let [.., (_, operation, body)] = &malformed(mib)[..=index] else { unreachable!() };
            answer(&sandbox, *operation, 200, body.clone());
            let begun = Instant::now();
            crate::retry::call(&client, *operation).await.unwrap();
            millis.push(begun.elapsed().as_millis());
        }
        println!("8, 16, 32 and 64 MiB of {kind}: {millis:?} ms");
        // Eight times the bytes; a quadratic reading would take 64 times as long.
        assert!(millis[3] < 24 * millis[0].max(1), "{kind}: {millis:?}");
    }
}

#[tokio::test]
async fn a_read_without_a_body_is_not_complete_and_ends_a_stream_with_an_error() {
    let (sandbox, client) = signed_in().await;
    for (status, body) in [(204, ""), (200, ""), (200, " "), (200, "null"), (200, "\u{feff}")] {
        answer(&sandbox, Operation::ListEvents, status, body);
        let page = client.events().list().send().await.unwrap();
        assert!(page.events.is_empty() && !page.is_complete(), "{body:?}");
        answer(&sandbox, Operation::ListCalendars, status, body);
        let list = client.calendars().list().await.unwrap();
        assert!(list.calendars.is_empty() && !list.is_complete(), "{body:?}");
        answer(&sandbox, Operation::ListEvents, status, body);
        let mut stream = client.events().list().stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(
            (category(&error), &*error.to_string()),
            ("Decode", "list_events: the response has no body"),
            "{body:?}"
        );
        assert!(stream.next().await.is_none());
    }
    assert!(client.events().list().send().await.unwrap().is_complete());
    assert!(client.calendars().list().await.unwrap().is_complete());
}

#[tokio::test]
async fn a_status_without_a_body_empties_nothing_and_a_health_without_one_is_good() {
    let (sandbox, client) = signed_in().await;
    for (status, body) in [(204, ""), (200, ""), (200, "null")] {
        answer(&sandbox, Operation::ConnectionStatus, status, body);
        let error = client.auth().get_connection_status().await.unwrap_err();
        assert_eq!(error.to_string(), "connection_status: the response has no body");
        answer(&sandbox, Operation::Health, status, body);
        assert_eq!(client.health().await.unwrap().status, None);
    }
    answer(&sandbox, Operation::Health, 200, "OK");
    client.health().await.unwrap();
}

#[tokio::test]
async fn no_attendee_vanishes() {
    let (sandbox, client) = signed_in().await;
    let attendees = r#""attendees":[null,"a@example.com",{"status":"accepted"},{"email":null},7,[],{"email":{}}]"#;
    let event = listed(&sandbox, &client, attendees).await;
    let addresses: Vec<_> = event.attendees.iter().map(|attendee| &*attendee.email).collect();
    assert_eq!(addresses, ["", "a@example.com", "", "", "", "", ""]);
    assert_eq!(event.attendees[2].status, Some(mobiscroll_connect::AttendeeStatus::Accepted));
    let rooms = vec![r#"{"status":"accepted"}"#; 500].join(",");
    assert_eq!(listed(&sandbox, &client, &format!(r#""attendees":[{rooms}]"#)).await.attendees.len(), 500);
}

#[tokio::test]
async fn page_tokens_in_a_circle_end_the_stream_with_one_error() {
    let (sandbox, client) = signed_in().await;
    for token in ["a", "b", "a", "b", "a", "b"] {
        let body = format!(r#"{{"events":[{{"id":"e","provider":"google"}}],"nextPageToken":"{token}"}}"#);
        answer(&sandbox, Operation::ListEvents, 200, body);
    }
    let mut stream = client.events().list().stream().read_ahead(false);
    let mut errors = Vec::new();
    while let Some(item) = stream.next().await {
        errors.extend(item.err());
    }
    assert_eq!(errors.iter().map(category).collect::<Vec<_>>(), ["Decode"]);
    assert_eq!(errors[0].to_string(), "list_events: the page tokens repeat: the list does not end");
}

#[tokio::test]
async fn more_calendars_than_a_url_holds_are_an_error_before_anything_is_sent() {
    let (sandbox, client) = signed_in().await;
    let ids = |count: usize| (0..count).map(|id| format!("{id:0>220}")).collect::<Vec<_>>();
    let error = client.events().list().calendar_ids([(Provider::Microsoft, ids(120))]).send().await.unwrap_err();
    assert_eq!(category(&error), "InvalidInput");
    assert!(error.to_string().contains("fewer calendars"), "{error}");
    assert_eq!(sandbox.requests().len(), 0);
    client.events().list().calendar_ids([(Provider::Microsoft, ids(20))]).send().await.unwrap();
    for status in [414, 431] {
        answer(&sandbox, Operation::ListEvents, status, "<html>");
        assert_eq!(category(&client.events().list().send().await.unwrap_err()), "Validation");
    }
}

#[tokio::test]
async fn an_account_syncs_unless_the_service_says_otherwise() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"connections":{"google":["a",{"id":"b","syncState":"reauth_required"}]}}"#;
    answer(&sandbox, Operation::ConnectionStatus, 200, body);
    let status = client.auth().get_connection_status().await.unwrap();
    let states: Vec<_> = status.connections["google"].iter().map(|account| account.sync_state()).collect();
    assert_eq!(states.iter().map(|state| state.as_str()).collect::<Vec<_>>(), ["active", "reauth_required"]);
}
