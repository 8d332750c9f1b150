//! Errors speak of the caller's own request, and of nothing that the response does not say.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::{TimeZone, offset};
use mobiscroll_connect::{Client, Error, EventCreate, EventDelete, EventUpdate, Provider, SendStatus, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use serde_json::json;

use crate::support::{ADA, answer, builder, category, client, expired, seen, signed_in};

async fn delete(client: &Client) -> Error {
    client.events().delete(EventDelete::new(Provider::Google, "primary", "e")).await.unwrap_err()
}

/// Has the calendar list refused like this, for a user with a refresh token.
async fn refused(fault: Fault) -> (Sandbox, Error) {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(fault);
    let error = client.calendars().list().await.unwrap_err();
    (sandbox, error)
}

fn calendars(status: u16) -> Fault {
    Fault::on(Operation::ListCalendars).status(status)
}

const OWN: &str = r#"{"error":"Not found","message":"There is no such thing"}"#;

#[tokio::test]
async fn a_failed_refresh_has_no_category_of_the_callers_operation() {
    for (status, body, expected) in [
        (404, OWN, "Unexpected"),
        (400, "{}", "Unexpected"),
        (422, OWN, "Unexpected"),
        (403, OWN, "Unexpected"),
        (403, r#"{"error":"Forbidden","code":"calendar_permission_required"}"#, "Unexpected"),
        (400, r#"{"error":"invalid_request"}"#, "Unexpected"),
        (400, r#"{"error":"invalid_grant"}"#, "Authentication"),
        (401, "", "Authentication"),
        (401, r#"{"message":"Unauthorized"}"#, "Authentication"),
        (401, r#"{"error":"invalid_client"}"#, "InvalidClient"),
        (400, r#"{"error":"unauthorized_client"}"#, "InvalidClient"),
        (429, "{}", "RateLimit"),
        (503, "{}", "Server"),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let client = expired(&sandbox, builder(&sandbox));
        answer(&sandbox, Operation::RefreshToken, status, body);
        let error = delete(&client).await;
        assert_eq!((category(&error), error.status()), (expected, Some(status)), "{status} {body}");
        assert_eq!(error.operation(), Some("token"), "{status} {body}");
        let message = error.api().unwrap().message();
        assert!(message.starts_with("the tokens could not be refreshed: "), "{message}");
        assert_eq!(error.needs_reauthorization(), expected == "Authentication");
        assert!(client.auth().credentials().is_some(), "the tokens are kept");
    }
}

#[tokio::test]
async fn a_refused_code_has_no_category_of_an_endpoint() {
    let sandbox = Sandbox::start().await.unwrap();
    for (status, body, expected) in [
        (404, OWN, "Unexpected"),
        (400, r#"{"error":"invalid_request"}"#, "Unexpected"),
        (403, OWN, "Unexpected"),
        (400, r#"{"error":"invalid_grant","error_description":"The code has expired"}"#, "Authentication"),
        (400, r#"{"error":"invalid_grant","error_description":"redirect_uri does not match"}"#, "Configuration"),
        (400, r#"{"error":"redirect_uri_mismatch"}"#, "Configuration"),
        (400, r#"{"error":"invalid_grant","error_description":"The redirect URI differs"}"#, "Configuration"),
        (401, "", "InvalidClient"),
    ] {
        answer(&sandbox, Operation::ExchangeCode, status, body);
        let error = client(&sandbox).auth().get_token(&"code".into()).await.unwrap_err();
        assert_eq!(category(&error), expected, "{status} {body}");
        assert_eq!(error.needs_reauthorization(), expected == "Authentication", "{status} {body}");
    }
}

#[tokio::test]
async fn not_found_and_permission_denied_need_the_apis_own_shape() {
    for (status, body, expected) in [
        (404, OWN, "NotFound"),
        (404, r#"{"message":["No such event"]}"#, "NotFound"),
        (404, r#"{"error":{"message":"No such event"}}"#, "NotFound"),
        (404, "<html><h1>404</h1></html>", "Unexpected"),
        (404, "", "Unexpected"),
        (404, "{}", "Unexpected"),
        (404, r#"{"title":"Not Found","detail":"No route"}"#, "Unexpected"),
        (404, r#"{"message":"Cannot DELETE /event"}"#, "Unexpected"),
        (403, OWN, "PermissionDenied"),
        (403, "<html>Forbidden</html>", "Unexpected"),
        (403, r#"["error"]"#, "Unexpected"),
    ] {
        let (_, error) = refused(calendars(status).body(body)).await;
        assert_eq!((category(&error), error.status()), (expected, Some(status)), "{status} {body}");
    }
}

#[tokio::test]
async fn insufficient_scope_is_permission_denied_and_burns_no_refresh() {
    let header = r#"Bearer realm="connect", error="insufficient_scope", scope="read-write""#;
    for fault in [
        calendars(401).body(r#"{"error":"Unauthorized","code":"insufficient_scope"}"#),
        calendars(401).body(r#"{"error":"insufficient_scope"}"#),
        calendars(401).header("www-authenticate", header),
        calendars(403).header("www-authenticate", header).body("<html>"),
    ] {
        let (sandbox, error) = refused(fault).await;
        assert_eq!(category(&error), "PermissionDenied");
        assert_eq!(seen(&sandbox).len(), 1, "{:?}", seen(&sandbox));
    }
}

#[tokio::test]
async fn a_quota_told_as_403_is_a_rate_limit() {
    for fault in [
        calendars(403).body(r#"{"error":"Forbidden","code":"rateLimitExceeded"}"#),
        calendars(403).body(r#"{"error":"quotaExceeded"}"#),
        calendars(403).body(r#"{"error":{"code":403,"errors":[{"reason":"rateLimitExceeded"}]}}"#),
        calendars(403).header("retry-after", "7").body(OWN),
    ] {
        let (_, error) = refused(fault).await;
        assert_eq!((category(&error), error.is_retryable()), ("RateLimit", true));
    }
}

#[tokio::test]
async fn a_failure_behind_a_success_is_an_error_of_every_operation() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"success":false,"message":"The provider declined"}"#;
    for operation in [
        Operation::SubscribeWebhook,
        Operation::UnsubscribeWebhook,
        Operation::Disconnect,
        Operation::DeleteEvent,
        Operation::CreateEvent,
        Operation::UpdateEvent,
    ] {
        answer(&sandbox, operation, 200, body);
        let error = crate::retry::call(&client, operation).await.unwrap_err();
        assert_eq!((category(&error), error.status()), ("Server", Some(200)), "{operation}");
        assert_eq!(error.api().unwrap().message(), "The provider declined", "{operation}");
        assert!(!error.is_retryable(), "{operation}");
    }
}

#[tokio::test]
async fn an_invalid_request_prints_its_fields() {
    for (body, printed) in [
        (
            r#"{"message":"Validation failed","details":{"provider":["gogle is not supported"],"start":"is required"}}"#,
            "Validation failed: provider: gogle is not supported; start: is required",
        ),
        (r#"{"message":"Invalid","errors":[{"field":"end","message":"is early"}]}"#, "Invalid: end: is early"),
        (r#"{"message":"Invalid","details":"start is required"}"#, "Invalid: start is required"),
        (r#"{"message":"Invalid","details":{"a":7}}"#, "Invalid: a: 7"),
    ] {
        let (_, error) = refused(calendars(422).body(body)).await;
        assert_eq!(error.to_string(), format!("list_calendars: invalid request (422): {printed}"));
    }
}

#[tokio::test]
async fn messages_are_found_wherever_they_stand() {
    for (body, message, code) in [
        (r#"{"message":["a","b"]}"#, "a; b", None),
        (r#"{"error":{"message":"m","code":"c"}}"#, "m", Some("c")),
        (r#"{"error":{"code":42}}"#, "42", Some("42")),
        (r#"{"errors":["a",{"message":"b"}]}"#, "a; b", None),
        (r#"{"detail":"d","title":"t"}"#, "d", None),
        (r#"{"error_description":"d","error":"e"}"#, "d", None),
        (r#"{"message":"m","code":17}"#, "m", Some("17")),
    ] {
        let (_, error) = refused(calendars(409).body(body)).await;
        let failure = error.api().unwrap();
        assert_eq!((failure.message(), failure.api_code()), (message, code), "{body}");
    }
    let body = json!({ "error": "Forbidden", "code": "calendar_permission_required",
        "accounts": ["google:ada@example.com", "bob@example.com"] });
    let (_, error) = refused(calendars(403).json(&body)).await;
    let accounts = error.api().unwrap().accounts();
    assert_eq!(
        (&accounts[0].provider, accounts[0].account.as_deref()),
        (&Some(Provider::Google), Some("ada@example.com"))
    );
    assert_eq!((&accounts[1].provider, accounts[1].account.as_deref()), (&None, Some("bob@example.com")));
}

#[tokio::test]
async fn redaction_leaves_short_words_and_oauth_codes_alone() {
    let sandbox = Sandbox::start().await.unwrap();
    let exchange = async |code: &str, body: &str| {
        answer(&sandbox, Operation::ExchangeCode, 400, body);
        client(&sandbox).auth().get_token(&code.into()).await.unwrap_err()
    };
    let error = exchange("grant", r#"{"error":"invalid_grant","error_description":"grant is no invalid_grant"}"#).await;
    assert_eq!(error.api().unwrap().error(), Some("invalid_grant"));
    assert_eq!(error.api().unwrap().message(), "[redacted] is no invalid_grant");
    let error = exchange("redacted", r#"{"error":"x","error_description":"a redacted b"}"#).await;
    assert_eq!(error.api().unwrap().message(), "a [redacted] b");
    let error = exchange("0123456789abc", r#"{"error":"x","error_description":"<0123456789abcdef>"}"#).await;
    assert_eq!(error.api().unwrap().message(), "<[redacted]def>");
}

#[tokio::test]
async fn the_legacy_path_is_for_the_endpoints_own_404_alone() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::ConnectionStatus, 404, "<html>");
    answer(&sandbox, Operation::ConnectionStatus, 200, r#"{"connections":{}}"#);
    client.auth().get_connection_status().await.unwrap();

    sandbox.clear_requests();
    sandbox.expire_access_token(ADA);
    answer(&sandbox, Operation::RefreshToken, 404, OWN);
    let error = client.auth().get_connection_status().await.unwrap_err();
    assert_eq!(category(&error), "Unexpected");
    assert_eq!(sandbox.requests_of(Operation::ConnectionStatus).len(), 1);
}

#[tokio::test]
async fn retry_after_is_read_in_every_form() {
    for (value, low, high) in [
        ("1.5", 1500, 1500),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0, 0),
        ("Sun Nov  6 08:49:37 1994", 0, 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
        ("Thu Jan  1 00:00:00 2099", 1_000_000_000, u64::MAX),
    ] {
        let (_, error) = refused(calendars(429).header("retry-after", value)).await;
        let delay = error.retry_after().unwrap_or_else(|| panic!("{value}"));
        assert!(delay >= Duration::from_millis(low) && delay <= Duration::from_millis(high), "{value}: {delay:?}");
    }
}

#[tokio::test]
async fn a_call_without_a_refresh_token_is_told_of_its_own_401() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    client.set_credentials(Tokens::new("access"));
    answer(&sandbox, Operation::DeleteEvent, 401, "<html>");
    let error = delete(&client).await;
    assert_eq!((category(&error), error.operation()), ("Authentication", Some("delete_event")));
}

#[tokio::test]
async fn a_hook_that_fails_after_a_401_says_that_the_call_was_answered() {
    let sandbox = Sandbox::start().await.unwrap();
    let failing = || builder(&sandbox).on_tokens_refreshed(|_: Tokens| Err::<(), _>("disk full"));
    let error = delete(&expired(&sandbox, failing())).await;
    assert_eq!((category(&error), error.send_status()), ("TokenStore", SendStatus::Answered));
    // A refresh ahead of the call's request.
    let client = failing().build().unwrap();
    let issued = sandbox.issue_tokens(ADA);
    let soon = Timestamp::now() + Duration::from_secs(1);
    client.set_credentials(crate::support::tokens(issued).with_expires_at(soon));
    let error = delete(&client).await;
    assert_eq!((category(&error), error.send_status()), ("TokenStore", SendStatus::NotSent));
}

#[tokio::test]
async fn a_success_that_is_none_keeps_the_tokens_of_a_revocation_and_ok_forgets_them() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::Revoke, 200, r#"{"success":false,"message":"Busy"}"#);
    let error = client.auth().revoke().await.unwrap_err();
    assert_eq!((category(&error), error.api().unwrap().message()), ("Server", "Busy"));
    assert!(client.auth().credentials().is_some());
    for body in ["OK", "\"OK\"", "", "null"] {
        client.set_credentials(crate::support::tokens(sandbox.issue_tokens(ADA)));
        answer(&sandbox, Operation::Revoke, 200, body);
        client.auth().revoke().await.unwrap();
        assert_eq!(client.auth().credentials(), None, "{body:?}");
    }
}

#[tokio::test]
async fn a_search_that_left_an_account_out_finds_no_absence() {
    let (sandbox, client) = signed_in().await;
    let draft = EventCreate::new(Provider::Google, "primary", "t", NOON, NOON);
    for (blocked, expected) in [("google:a@example.com", true), ("microsoft:a@example.com", false)] {
        let header = "x-connect-calendar-permission-missing";
        sandbox.inject(
            Fault::on(Operation::ListEvents)
                .status(200)
                .header(header, blocked)
                .body(r#"{"events":[],"nextPageToken":"t"}"#),
        );
        answer(&sandbox, Operation::ListEvents, 200, r#"{"events":[]}"#);
        let found = client.events().find_created(&draft, "k").await;
        if expected {
            let error = found.unwrap_err();
            assert_eq!((category(&error), error.operation()), ("CalendarPermissionRequired", Some("list_events")));
            assert_eq!(error.api().unwrap().accounts()[0].account.as_deref(), Some("a@example.com"));
        } else {
            assert_eq!(found.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_refresh_without_a_lifetime_keeps_the_old_one() {
    let (sandbox, client) = signed_in().await;
    for (number, (member, kept)) in
        [("", true), (r#","expires_in":null"#, true), (r#","expires_in":"soon""#, true), (r#","expires_in":60"#, false)]
            .into_iter()
            .enumerate()
    {
        let old = format!(r#"{{"access_token":"a{number}","refresh_token":"r{number}","expires_in":1800}}"#);
        client.set_credentials(Tokens::from_json(&old).unwrap());
        answer(&sandbox, Operation::RefreshToken, 200, format!(r#"{{"access_token":"new{number}"{member}}}"#));
        let new = client.auth().refresh().await.unwrap();
        let left = new.expires_at().unwrap().duration_since(Timestamp::now()).as_secs();
        let expected = if kept { 1790..=1800 } else { 50..=60 };
        assert!(expected.contains(&left), "{member}: {left}");
    }
}

#[tokio::test]
async fn an_empty_id_is_refused_before_anything_is_sent() {
    let (sandbox, client) = signed_in().await;
    let google = || Provider::Google;
    let errors = [
        client.events().delete(EventDelete::new(google(), "", "e")).await.unwrap_err(),
        client.events().delete(EventDelete::new(google(), "primary", "")).await.unwrap_err(),
        client.events().delete(EventDelete::new(Provider::from(""), "primary", "e")).await.unwrap_err(),
        client.events().delete(EventDelete::new(google(), "primary", "e").recurring_event_id(" ")).await.unwrap_err(),
        client.events().update(EventUpdate::new(google(), "primary", "").title("t")).await.unwrap_err(),
        client.events().update(EventUpdate::new(google(), "primary", "e").attendees([""])).await.unwrap_err(),
        client.events().create(EventCreate::new(google(), "", "t", NOON, NOON)).await.unwrap_err(),
        client
            .events()
            .create(EventCreate::new(google(), "c", "t", NOON, NOON).attendees(["a@b", ""]))
            .await
            .unwrap_err(),
        client.events().list().calendar_ids([(google(), [""])]).send().await.unwrap_err(),
        client.webhooks().subscribe_webhook(google(), "").send().await.unwrap_err(),
        client.webhooks().unsubscribe_webhook(google(), "").send().await.unwrap_err(),
        client.auth().disconnect(Provider::from("")).send().await.unwrap_err(),
        client.auth().get_token(&"".into()).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((category(&error), error.needs_reauthorization()), ("InvalidInput", false), "{error}");
        let operation = error.operation().unwrap_or_else(|| panic!("{error}"));
        assert!(error.to_string().starts_with(&format!("{operation}: ")), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 0);
}

const NOON: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn days_in_a_time_zone_are_those_of_its_midnights() {
    let day = date(2026, 11, 23);
    for (start, end, hours) in [
        ("2026-11-22T11:00:00Z", "2026-11-23T11:00:00Z", 13),
        ("2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z", 14),
        ("2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z", -12),
        ("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z", 1),
        ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", 13),
        ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", -8),
    ] {
        let event = format!(r#"{{"provider":"google","id":"1","allDay":true,"start":"{start}","end":"{end}"}}"#);
        let event: mobiscroll_connect::CalendarEvent = serde_json::from_str(&event).unwrap();
        let zone = TimeZone::fixed(offset(hours));
        assert_eq!(event.days_in(&zone), Some((day, day)), "{start} at {hours}");
    }
}
