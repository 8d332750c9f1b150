//! A table of malformed and unusual responses, and what each comes to.

use mobiscroll_connect::{Client, Error, EventDelete, Provider};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};

use crate::events_write::meeting;
use crate::support::{ADA, builder, client};
use crate::support::{access_token, category, client_of, expired, signed_in};

/// A refusal: status, header, body; category, code, flags and message. The flags are `a` where the user must authorize
/// again, and `r` where a retry may help.
type Refusal = (u16, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const SCOPE: &str = r#"www-authenticate: Bearer error="insufficient_scope""#;
const AUTH: &str = "AUTHENTICATION_ERROR";
const VALID: &str = "VALIDATION_ERROR";
const LOST: &str = "NOT_FOUND_ERROR";
const LIMIT: &str = "RATE_LIMIT_ERROR";
const SERVER: &str = "SERVER_ERROR";
const OTHER: &str = "UNKNOWN_ERROR";

#[rustfmt::skip]
const REFUSALS: &[Refusal] = &[
    (400, "", r#"{"error":"Bad Request"}"#, "Validation", VALID, "", "Bad Request"),
    (400, "", r#"{"message":"Validation failed","details":{"provider":["gogle is not supported"]}}"#, "Validation", VALID, "", "Validation failed"),
    (400, "", r#"{"message":["a","b"],"error":"Bad Request"}"#, "Validation", VALID, "", "a; b"),
    (400, "", r#"{"errors":[{"message":"a"},"b"]}"#, "Validation", VALID, "", "a; b"),
    (400, "", r#"{"detail":"d"}"#, "Validation", VALID, "", "d"),
    (400, "", "<html>", "Validation", VALID, "", "Bad Request"),
    (400, "", "", "Validation", VALID, "", "Bad Request"),
    (422, "", r#"{"message":"m","code":17}"#, "Validation", VALID, "", "m"),
    (422, "", r#"{"error":{"code":17}}"#, "Validation", VALID, "", "17"),
    (414, "", "<html>", "Validation", VALID, "", "URI Too Long"),
    (431, "", "<html>", "Validation", VALID, "", "Request Header Fields Too Large"),
    (401, "", r#"{"error":"Unauthorized"}"#, "Authentication", AUTH, "a", "Unauthorized"),
    (401, "", "<html>", "Authentication", AUTH, "a", "Unauthorized"),
    (401, "", "", "Authentication", AUTH, "a", "Unauthorized"),
    (401, "", r#"{"error":"Unauthorized","message":"Write access denied for current scope"}"#, "PermissionDenied", AUTH, "", "Write access denied for current scope"),
    (401, "", r#"{"code":"insufficient_scope"}"#, "PermissionDenied", AUTH, "", "Unauthorized"),
    (401, "", r#"{"error":"insufficient_scope"}"#, "PermissionDenied", AUTH, "", "insufficient_scope"),
    (401, SCOPE, "", "PermissionDenied", AUTH, "", "Unauthorized"),
    (401, "www-authenticate: Bearer error=\"invalid_token\"", "", "Authentication", AUTH, "a", "Unauthorized"),
    (403, "", r#"{"error":"The list is forbidden for the free-busy scope"}"#, "PermissionDenied", AUTH, "", "The list is forbidden for the free-busy scope"),
    (403, SCOPE, "<html>", "PermissionDenied", AUTH, "", "Forbidden"),
    (403, "", r#"{"code":"calendar_permission_required","message":"m","accounts":["google:a"]}"#, "CalendarPermissionRequired", "CALENDAR_PERMISSION_REQUIRED", "a", "m"),
    (403, "", r#"{"code":"calendar_permission_required","message":"\ud83c"}"#, "CalendarPermissionRequired", "CALENDAR_PERMISSION_REQUIRED", "a", "\u{fffd}"),
    (403, "", r#"{"code":"rateLimitExceeded","message":"m"}"#, "RateLimit", LIMIT, "r", "m"),
    (403, "", r#"{"error":"quotaExceeded"}"#, "RateLimit", LIMIT, "r", "quotaExceeded"),
    (403, "", r#"{"error":{"message":"m","errors":[{"reason":"rateLimitExceeded"}]}}"#, "RateLimit", LIMIT, "r", "m"),
    (403, "retry-after: 7", r#"{"error":"Forbidden"}"#, "RateLimit", LIMIT, "r", "Forbidden"),
    (403, "", "<html>", "Unexpected", OTHER, "", "Forbidden"),
    (403, "", "{}", "Unexpected", OTHER, "", "Forbidden"),
    (404, "", r#"{"error":"Not found"}"#, "NotFound", LOST, "", "Not found"),
    (404, "", r#"{"message":"Event not found","code":"gone"}"#, "NotFound", LOST, "", "Event not found"),
    (404, "", "\u{feff}{\"message\":\"m\"}", "NotFound", LOST, "", "m"),
    (404, "", "<html>", "Unexpected", OTHER, "", "Not Found"),
    (404, "", "", "Unexpected", OTHER, "", "Not Found"),
    (404, "", "null", "Unexpected", OTHER, "", "Not Found"),
    (404, "", r#"["Not found"]"#, "Unexpected", OTHER, "", "Not Found"),
    (404, "", r#"{"title":"Not Found","detail":"d"}"#, "Unexpected", OTHER, "", "d"),
    (404, "", r#"{"message":"Cannot GET /event","error":"Not Found"}"#, "Unexpected", OTHER, "", "Cannot GET /event"),
    (408, "", "", "Unexpected", OTHER, "r", "Request Timeout"),
    (409, "", r#"{"message":"m","code":"CONFLICT"}"#, "Unexpected", "CONFLICT", "", "m"),
    (410, "", r#"{"message":"m"}"#, "Unexpected", OTHER, "", "m"),
    (429, "retry-after: 1.5", "", "RateLimit", LIMIT, "r", "Too Many Requests"),
    (429, "retry-after: Sun Nov  6 08:49:37 1994", "", "RateLimit", LIMIT, "r", "Too Many Requests"),
    (500, "", r#"{"error":{"message":"m"}}"#, "Server", SERVER, "r", "m"),
    (502, "", "<html>", "Server", SERVER, "r", "Bad Gateway"),
    (503, "retry-after: 1", "{", "Server", SERVER, "r", "Service Unavailable"),
    (302, "location: /login", "", "Unexpected", OTHER, "", "Found"),
];

/// A success: operation, status, body; what was kept of it, or the category of the error.
type Success = (Operation, u16, &'static str, &'static str);

#[rustfmt::skip]
const SUCCESSES: &[Success] = &[
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google"}],"nextPageToken":"t"}"#, "a next=t"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","title":"\ud83c"},{"id":7,"provider":"x"}]}"#, "a 7"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","start":"soon"},{"id":"b","provider":"x"}]}"#, "b malformed=1 incomplete"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","start":1795426200}]}"#, "a@2026-11-23T09:30:00Z"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","start":"1795426200000"}]}"#, "a@2026-11-23T09:30:00Z"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","start":"20261123"}]}"#, "a@2026-11-23T00:00:00Z"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","start":"2026-11-23T24:00:00"}]}"#, "a@2026-11-24T00:00:00Z"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","start":""}]}"#, "a"),
    (Operation::ListEvents, 200, r#"{"events":[{"id":"a","provider":"google","attendees":[{"status":"none"},"x"]}]}"#, "a attendees=2"),
    (Operation::ListEvents, 200, "\u{feff}{\"events\":[]}", ""),
    (Operation::ListEvents, 200, r#"{"events":null,"pageSize":"250"}"#, ""),
    (Operation::ListEvents, 200, r#"{"events":[null]}"#, "malformed=1 incomplete"),
    (Operation::ListEvents, 204, "", "incomplete"),
    (Operation::ListEvents, 200, "null", "incomplete"),
    (Operation::ListEvents, 200, "[]", "Decode"),
    (Operation::ListEvents, 200, "<html>", "Decode"),
    (Operation::ListEvents, 200, r#"{"events":{}}"#, "Decode"),
    (Operation::ListCalendars, 200, r#"[{"id":"a","provider":"google","title":"\udf89"}]"#, "a"),
    (Operation::ListCalendars, 200, r#"[{"id":"a","provider":"google","color":{}},{}]"#, "a malformed=1 incomplete"),
    (Operation::ListCalendars, 200, "\u{feff}[]", ""),
    (Operation::ListCalendars, 204, "", "incomplete"),
    (Operation::ListCalendars, 200, "null", "incomplete"),
    (Operation::ListCalendars, 200, "{}", "Decode"),
    (Operation::ConnectionStatus, 200, r#"{"connections":{"google":null,"apple":["a"]}}"#, "apple=a google="),
    (Operation::ConnectionStatus, 200, r#"{"connections":{"google":[{"id":"a","syncStateUpdatedAt":"soon"},{}]}}"#, "google=a"),
    (Operation::ConnectionStatus, 200, r#"{"connections":{"google":[{"id":"a","display":"\ud83c"}]}}"#, "google=a"),
    (Operation::ConnectionStatus, 200, r#"{"connections":{"google":{}}}"#, "Decode"),
    (Operation::ConnectionStatus, 200, "[]", "Decode"),
    (Operation::CreateEvent, 201, r#"{"success":true,"id":"a","title":"\ud83c"}"#, "a"),
    (Operation::CreateEvent, 201, r#"{"event":{"id":"a","start":"soon"}}"#, "a"),
    (Operation::CreateEvent, 200, r#"{"success":false,"message":"m"}"#, "Server"),
    (Operation::CreateEvent, 200, r#"{"message":"m"}"#, "Server"),
    (Operation::CreateEvent, 200, "{}", "Decode"),
    (Operation::CreateEvent, 204, "", "Decode"),
    (Operation::DeleteEvent, 204, "", "done"),
    (Operation::DeleteEvent, 200, "OK", "done"),
    (Operation::DeleteEvent, 200, "\"OK\"", "done"),
    (Operation::DeleteEvent, 200, "null", "done"),
    (Operation::DeleteEvent, 200, "{}", "done"),
    (Operation::DeleteEvent, 200, r#"{"success":false}"#, "Server"),
    (Operation::DeleteEvent, 200, "<html>", "Decode"),
    (Operation::Disconnect, 200, "OK", "done"),
    (Operation::Disconnect, 200, r#"{"success":false,"message":"m"}"#, "Server"),
    (Operation::UnsubscribeWebhook, 200, "OK", "done"),
    (Operation::UnsubscribeWebhook, 200, r#"{"success":false,"message":"m"}"#, "Server"),
    (Operation::SubscribeWebhook, 200, r#"{"channelId":"c","subscription":{"resourceId":"r","expiration":1795426200000}}"#, "c r 2026-11-23T09:30:00Z"),
    (Operation::SubscribeWebhook, 200, r#"{"subscription":{"channelId":"c","expiration":"2026-11-23"}}"#, "c - 2026-11-23T00:00:00Z"),
    (Operation::SubscribeWebhook, 200, r#"{"channelId":"c"}"#, "c -"),
    (Operation::SubscribeWebhook, 200, r#"{"success":true}"#, "Decode"),
    (Operation::SubscribeWebhook, 200, r#"{"success":false}"#, "Server"),
    (Operation::SubscribeWebhook, 204, "", "Decode"),
];

/// The operations that each refusal is played on.
const REFUSED: [Operation; 3] = [Operation::ListCalendars, Operation::DeleteEvent, Operation::CreateEvent];

fn fault(operation: Operation, (status, header, body, ..): &Refusal) -> Fault {
    let fault = Fault::on(operation).status(*status).body(*body);
    match header.split_once(": ") {
        Some((name, value)) => fault.header(name, value),
        None => fault,
    }
}

/// Makes the call, and puts what it returned into words.
async fn told(client: &Client, operation: Operation) -> Result<String, Error> {
    let mut words = Vec::new();
    match operation {
        Operation::ListEvents => {
            let page = client.events().list().send().await?;
            for event in &page.events {
                let start = event.start.map(|start| format!("@{start}")).unwrap_or_default();
                words.push(format!("{}{start}", event.id));
                words.extend(Some(event.attendees.len()).filter(|n| *n > 0).map(|n| format!("attendees={n}")));
            }
            words.extend(page.next_page_token.as_ref().map(|token| format!("next={token}")));
            words.extend(Some(page.malformed.len()).filter(|n| *n > 0).map(|n| format!("malformed={n}")));
            words.extend((!page.is_complete()).then(|| "incomplete".to_owned()));
        }
        Operation::ListCalendars => {
            let list = client.calendars().list().await?;
            words.extend(list.calendars.iter().map(|calendar| calendar.id.clone()));
            words.extend(Some(list.malformed.len()).filter(|n| *n > 0).map(|n| format!("malformed={n}")));
            words.extend((!list.is_complete()).then(|| "incomplete".to_owned()));
        }
        Operation::ConnectionStatus => {
            for (provider, accounts) in client.auth().get_connection_status().await?.connections {
                let ids: Vec<_> = accounts.iter().map(|account| account.id.as_str()).collect();
                words.push(format!("{provider}={}", ids.join(",")));
            }
        }
        Operation::CreateEvent => words.push(client.events().create(meeting()).await?.id),
        Operation::DeleteEvent => {
            client.events().delete(EventDelete::new(Provider::Google, "primary", "e")).await?;
            words.push("done".to_owned());
        }
        Operation::SubscribeWebhook => {
            let subscription = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await?;
            words.push(subscription.channel_id);
            words.push(subscription.resource_id.unwrap_or_else(|| "-".to_owned()));
            words.extend(subscription.expiration.map(|expiration| expiration.to_string()));
        }
        operation => {
            crate::retry::call(client, operation).await?;
            words.push("done".to_owned());
        }
    }
    Ok(words.join(" "))
}

#[tokio::test]
async fn every_response_of_the_table_comes_to_what_it_says() {
    let (sandbox, client) = signed_in().await;
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in REFUSALS {
        for operation in REFUSED {
            rows += 1;
            // Without a refresh token, a 401 is the call's own.
            client.set_credentials(mobiscroll_connect::Tokens::new(access_token(&client)));
            sandbox.inject(fault(operation, row));
            let error = told(&client, operation).await.unwrap_err();
            let (status, _, _, expected, code, flags, message) = *row;
            let api = error.api().map(|failure| failure.message().to_owned()).unwrap_or_default();
            let got_flags = [(error.needs_reauthorization(), "a"), (error.is_retryable(), "r")];
            let got_flags = got_flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect::<String>();
            let got = (category(&error), error.code(), &*got_flags, &*api, error.status());
            if got != (expected, code, flags, message, Some(status)) {
                wrong.push(format!("{operation} {row:?}: {got:?}"));
            }
        }
    }
    for (operation, status, body, expected) in SUCCESSES {
        rows += 1;
        sandbox.inject(Fault::on(*operation).status(*status).body(*body));
        let got = told(&client, *operation).await.unwrap_or_else(|error| category(&error).to_owned());
        if got != *expected {
            wrong.push(format!("{operation} {status} {body}: {got:?}, expected {expected:?}"));
        }
    }
    println!("responses: {rows} rows, {} right", rows - wrong.len());
    assert!(rows >= 150);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn no_response_of_the_table_gives_a_refresh_or_an_exchange_the_category_of_an_endpoint() {
    let endpoints = ["NotFound", "Validation", "PermissionDenied", "CalendarPermissionRequired"];
    let successes = SUCCESSES.iter().map(|(_, status, body, _)| (*status, "", *body, "", "", "", ""));
    let bodies: Vec<Refusal> = REFUSALS.iter().copied().chain(successes).collect();
    let sandbox = Sandbox::start().await.unwrap();
    for row in &bodies {
        let client = expired(&sandbox, builder(&sandbox));
        let tokens = client.auth().credentials();
        // A refresh whose outcome is unknown is presented twice.
        let faults = [0, 1].map(|_| sandbox.inject(fault(Operation::RefreshToken, row)));
        let error = told(&client, Operation::DeleteEvent).await.unwrap_err();
        assert!(!endpoints.contains(&category(&error)), "{row:?}: {error:?}");
        assert_eq!(error.operation(), Some("token"), "{row:?}");
        assert_eq!(client.auth().credentials(), tokens, "{row:?}");
        drop(faults);
        sandbox.clear_faults();
    }
    for row in &bodies {
        sandbox.inject(fault(Operation::ExchangeCode, row));
        let error = client(&sandbox).auth().get_token(&"code".into()).await.unwrap_err();
        assert!(!endpoints.contains(&category(&error)), "{row:?}: {error:?}");
        assert!(!error.needs_reauthorization(), "{row:?}");
    }
    println!("token endpoint: {} responses to a refresh and to an exchange", bodies.len());
    client_of(&sandbox, ADA).calendars().list().await.unwrap();
}
