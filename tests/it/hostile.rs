//! Responses and settings that were found by attacking: each was told wrong once.

use std::time::Duration;

use http::StatusCode;
use mobiscroll_connect::{Client, Error};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};

use crate::events_write::meeting;
use crate::support::{answer, category, signed_in};

/// Bodies of a 2xx that are no list of events.
const NO_LISTS: [&str; 4] = [
    r#"{"success":false,"message":"db down"}"#,
    r#"{"error":"upstream unavailable"}"#,
    r#"{"data":{"events":[{"id":"1","provider":"google"}]}}"#,
    "{}",
];

async fn streamed(client: &Client) -> Result<usize, Error> {
    let mut stream = client.events().list().stream();
    let mut items = 0;
    while let Some(item) = futures_util::TryStreamExt::try_next(&mut stream).await? {
        drop(item);
        items += 1;
    }
    Ok(items)
}

#[tokio::test]
async fn an_object_without_events_is_no_empty_list() {
    let (sandbox, client) = signed_in().await;
    for body in NO_LISTS {
        answer(&sandbox, Operation::ListEvents, 200, body);
        let error = client.events().list().send().await.unwrap_err();
        assert!(["Decode", "Server"].contains(&category(&error)), "{body}: {error:?}");
        answer(&sandbox, Operation::ListEvents, 200, body);
        streamed(&client).await.unwrap_err();
        answer(&sandbox, Operation::ConnectionStatus, 200, body);
        client.auth().get_connection_status().await.unwrap_err();
    }
    answer(&sandbox, Operation::Health, 200, NO_LISTS[0]);
    client.health().await.unwrap_err();
}

#[tokio::test]
async fn a_create_whose_search_was_not_answered_is_not_repeated() {
    for body in NO_LISTS {
        let (sandbox, client) = signed_in().await;
        sandbox.inject(Fault::on(Operation::CreateEvent).status(502).times(1));
        sandbox.inject(Fault::on(Operation::ListEvents).status(200).body(body).always());
        client.events().create_once(meeting(), "key-1").await.unwrap_err();
        assert_eq!(sandbox.count(Operation::CreateEvent), 1, "{body}");
    }
}

#[tokio::test]
async fn a_token_of_the_next_page_that_cannot_be_read_does_not_end_the_list() {
    let (sandbox, client) = signed_in().await;
    for token in [r#"["t2"]"#, r#"{"token":"t2"}"#, "true"] {
        let body = format!(r#"{{"events":[{{"id":"1","provider":"google"}}],"nextPageToken":{token}}}"#);
        answer(&sandbox, Operation::ListEvents, 200, body.clone());
        assert_eq!(category(&client.events().list().send().await.unwrap_err()), "Decode", "{token}");
        answer(&sandbox, Operation::ListEvents, 200, body);
        streamed(&client).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_failure_behind_a_success_is_found_behind_a_mark_and_beside_its_opposite() {
    for body in ["\u{feff}{\"success\":false,\"message\":\"not now\"}", r#"{"success":true,"success":false}"#] {
        let (sandbox, client) = signed_in().await;
        answer(&sandbox, Operation::Disconnect, 200, body);
        let error = client.auth().disconnect(mobiscroll_connect::Provider::Google).await.unwrap_err();
        assert_eq!(category(&error), "Server", "{body}");
        answer(&sandbox, Operation::Revoke, 200, body);
        client.auth().revoke().await.unwrap_err();
        assert!(client.auth().credentials().is_some(), "{body}: the tokens are kept");
    }
}

#[tokio::test]
async fn accounts_that_are_left_out_are_counted_however_they_are_written() {
    let (sandbox, client) = signed_in().await;
    for header in ["ada@example.com", "google", "caldav:j\u{f6}rg@example.com"] {
        let fault = Fault::on(Operation::ListEvents).status(200).body(r#"{"events":[]}"#);
        sandbox.inject(fault.header("x-connect-calendar-permission-missing", header));
        let page = client.events().list().send().await.unwrap();
        assert!(!page.is_complete() && page.blocked_accounts.len() == 1, "{header}: {page:?}");
    }
}

#[tokio::test]
async fn a_stream_names_the_accounts_of_pages_without_events() {
    let (sandbox, client) = signed_in().await;
    let empty = Fault::on(Operation::ListEvents).status(200).body(r#"{"events":[],"nextPageToken":"p2"}"#);
    sandbox.inject(empty.header("x-connect-calendar-permission-missing", "google:ada@example.com"));
    answer(&sandbox, Operation::ListEvents, 200, r#"{"events":[]}"#);
    let mut stream = client.events().list().stream();
    while futures_util::TryStreamExt::try_next(&mut stream).await.unwrap().is_some() {}
    assert_eq!(stream.blocked_accounts().len(), 1);
}

#[tokio::test]
async fn redaction_takes_time_in_proportion_to_the_body() {
    let (sandbox, client) = signed_in().await;
    let token = client.auth().credentials().unwrap().access_token().expose().to_owned();
    let body = |times: usize| format!(r#"["{}{}"]"#, "invalid_grant ".repeat(times), format!("{token} ").repeat(times));
    let mut took = [Duration::MAX; 2];
    for (took, times) in took.iter_mut().zip([2_000, 16_000]) {
        // The least of three tells the work from what else the machine does.
        for _ in 0..3 {
            answer(&sandbox, Operation::CreateEvent, 200, body(times));
            let started = std::time::Instant::now();
            let error = client.events().create(meeting()).await.unwrap_err();
            *took = started.elapsed().min(*took);
            assert!(!format!("{error:?}").contains(&token));
        }
    }
    // Eight times the body took 64 times as long.
    assert!(took[1] < took[0] * 24, "{took:?}");
}

#[tokio::test]
async fn a_token_that_the_server_escapes_is_not_in_the_body_of_the_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = crate::support::client(&sandbox);
    for echo in [r"4\/0AbC-secret", "4%2F0AbC-secret"] {
        let body = format!(r#"{{"error":"invalid_grant","message":"the code {echo} is unknown"}}"#);
        answer(&sandbox, Operation::ExchangeCode, StatusCode::BAD_REQUEST.as_u16(), body);
        let error = client.auth().get_token(&"4/0AbC-secret".into()).await.unwrap_err();
        let Error::Authentication(failure) = &error else { panic!("{error:?}") };
        assert!(!failure.body().contains("0AbC-secret"), "{}", failure.body());
    }
}

#[test]
fn settings_that_no_connection_could_keep_are_refused_or_cut() {
    let builder = || Client::builder("id", "secret", "https://app.example/cb").base_url("http://localhost:9/api");
    assert!(builder().connect_timeout(Duration::ZERO).build().is_err());
    assert!(builder().http2_keep_alive_interval(Duration::ZERO).build().is_err());
    let endless = builder().connect_timeout(Duration::MAX).pool_idle_timeout(Duration::MAX);
    endless.http2_keep_alive_interval(Duration::MAX).build().unwrap();
    builder().http2_keep_alive_interval(None).build().unwrap();
}

#[tokio::test]
async fn a_number_that_no_type_holds_does_not_hide_the_rest_of_an_error() {
    let (sandbox, client) = signed_in().await;
    let deep = "[".repeat(200) + &"]".repeat(200);
    for odd in ["1e999", deep.as_str()] {
        let accounts = r#"[{"provider":"google","account":"a@example.com"}]"#;
        let body =
            format!(r#"{{"code":"calendar_permission_required","message":"no","accounts":{accounts},"x":{odd}}}"#);
        answer(&sandbox, Operation::ListCalendars, 403, body);
        let error = client.calendars().list().await.unwrap_err();
        let Error::CalendarPermissionRequired(failure) = &error else { panic!("{error:?}") };
        assert_eq!(failure.accounts().len(), 1, "{error:?}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_found_by_its_key() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(Fault::on(Operation::CreateEvent).status(502).times(1));
    let event = format!(r#"{{"id":"mine","custom":{{"{}":"key-1"}},"x":1e999}}"#, mobiscroll_connect::IDEMPOTENCY_KEY);
    let list = format!(r#"{{"events":[{event}]}}"#);
    sandbox.inject(Fault::on(Operation::ListEvents).status(200).body(list).always());
    let _ = client.events().create_once(meeting(), "key-1").await;
    assert_eq!(sandbox.count(Operation::CreateEvent), 1);
}
