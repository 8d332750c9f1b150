//! Every way to fail, and its category.

use std::time::Duration;

use mobiscroll_connect::{Client, Error, NetworkKind, Provider, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use serde_json::{Value, json};

use crate::support::{answer, builder, bytes_server, category, client, layers, signed_in};

const LONG: Duration = Duration::from_secs(60);

/// Has the calendar list answered like this, and returns the error. There is no refresh token.
async fn refused(sandbox: &Sandbox, fault: Fault) -> Error {
    let client = client(sandbox);
    client.set_credentials(Tokens::new("access"));
    sandbox.inject(fault);
    client.calendars().list().await.unwrap_err()
}

fn calendars() -> Fault {
    Fault::on(Operation::ListCalendars)
}

#[tokio::test]
async fn each_status_has_its_category_and_code() {
    let sandbox = Sandbox::start().await.unwrap();
    for (status, expected, code, retryable) in [
        (302, "Unexpected", "UNKNOWN_ERROR", false),
        (304, "Unexpected", "UNKNOWN_ERROR", false),
        (400, "Validation", "VALIDATION_ERROR", false),
        (401, "Authentication", "AUTHENTICATION_ERROR", false),
        (403, "PermissionDenied", "AUTHENTICATION_ERROR", false),
        (404, "NotFound", "NOT_FOUND_ERROR", false),
        (408, "Unexpected", "UNKNOWN_ERROR", true),
        (409, "Unexpected", "UNKNOWN_ERROR", false),
        (418, "Unexpected", "UNKNOWN_ERROR", false),
        (422, "Validation", "VALIDATION_ERROR", false),
        (429, "RateLimit", "RATE_LIMIT_ERROR", true),
        (500, "Server", "SERVER_ERROR", true),
        (502, "Server", "SERVER_ERROR", true),
        (503, "Server", "SERVER_ERROR", true),
        (504, "Server", "SERVER_ERROR", true),
        (599, "Server", "SERVER_ERROR", true),
    ] {
        let error = refused(&sandbox, calendars().status(status).body(r#"{"message":"m"}"#)).await;
        assert_eq!((category(&error), error.code(), error.status()), (expected, code, Some(status)), "{status}");
        assert_eq!(error.is_retryable(), retryable, "{status}");
        assert_eq!(error.is_auth(), matches!(status, 401 | 403), "{status}");
        assert_eq!(error.needs_reauthorization(), status == 401, "{status}");
        assert_eq!((error.operation(), error.api().unwrap().operation()), (Some("list_calendars"), "list_calendars"));
        assert_eq!(error.api().unwrap().status(), Some(status));
        let debugged = format!("{:?}", error.api().unwrap());
        assert!(debugged.contains("list_calendars") && debugged.contains(&status.to_string()), "{debugged}");
    }
}

#[tokio::test]
async fn the_token_endpoints_oauth_errors_have_their_categories() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox);
    for (status, oauth, expected) in [
        (400, "invalid_grant", "Authentication"),
        (400, "session_expired", "Authentication"),
        (400, "invalid_request", "Unexpected"),
        (400, "unsupported_grant_type", "Unexpected"),
        (400, "invalid_client", "InvalidClient"),
        (400, "unauthorized_client", "InvalidClient"),
        (401, "invalid_client", "InvalidClient"),
        (401, "", "InvalidClient"),
        (429, "slow_down", "RateLimit"),
        (503, "temporarily_unavailable", "Server"),
    ] {
        let body = json!({ "error": oauth, "error_description": "Because" });
        answer(&sandbox, Operation::ExchangeCode, status, body.to_string());
        let error = client.auth().get_token(&"code".into()).await.unwrap_err();
        assert_eq!((category(&error), error.status()), (expected, Some(status)), "{status} {oauth}");
        let failure = error.api().unwrap();
        assert_eq!(failure.error(), Some(oauth).filter(|oauth| !oauth.is_empty()));
        assert_eq!((failure.error_description(), failure.message()), (Some("Because"), "Because"));
    }
}

#[tokio::test]
async fn the_message_is_what_explains_most() {
    let sandbox = Sandbox::start().await.unwrap();
    for (body, message) in [
        (r#"{"message":"m","error_description":"d","error":"e"}"#, "m"),
        (r#"{"message":"","error_description":"d","error":"e"}"#, "d"),
        (r#"{"message":null,"error_description":" ","error":"e"}"#, "e"),
        (r#"{"message":{"text":"m"},"error":"e"}"#, "e"),
        (r#"{"code":"c"}"#, "Conflict"),
        (r#"["message"]"#, "Conflict"),
        (r#""message""#, "Conflict"),
        ("<html><h1>Missing</h1></html>", "Conflict"),
        ("", "Conflict"),
        ("{\"message\":\"cut", "Conflict"),
        ("\u{feff}{}", "Conflict"),
    ] {
        let error = refused(&sandbox, calendars().status(409).body(body)).await;
        assert_eq!((category(&error), error.api().unwrap().message()), ("Unexpected", message), "{body}");
        assert_eq!(error.api().unwrap().body(), body);
    }
    let nameless = refused(&sandbox, calendars().status(599)).await;
    assert!(!nameless.api().unwrap().message().is_empty());
}

#[tokio::test]
async fn the_details_of_an_invalid_request_are_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    for details in [json!({ "start": ["is required"] }), json!(["start"]), json!("start")] {
        let body = json!({ "message": "Validation failed", "details": details });
        let error = refused(&sandbox, calendars().status(422).json(&body)).await;
        assert_eq!(error.api().unwrap().details(), Some(&details));
    }
    let error = refused(&sandbox, calendars().status(400).json(&json!({ "details": null }))).await;
    assert_eq!(error.api().unwrap().details(), None::<&Value>);
}

#[tokio::test]
async fn the_accounts_without_calendar_permission_are_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = r#"{"error":"Forbidden","code":"calendar_permission_required","message":"m","accounts":[
        {"provider":"google","account":"a@example.com"},{"provider":"proton","account":null},{},7]}"#;
    let error = refused(&sandbox, calendars().status(403).body(body)).await;
    assert_eq!((category(&error), error.code()), ("CalendarPermissionRequired", "CALENDAR_PERMISSION_REQUIRED"));
    assert!(error.is_auth() && error.needs_reauthorization());
    let failure = error.api().unwrap();
    assert_eq!(failure.api_code(), Some("calendar_permission_required"));
    let accounts: Vec<_> = failure.accounts().iter().map(|a| (a.provider.clone(), a.account.as_deref())).collect();
    assert_eq!(accounts[0], (Some(Provider::Google), Some("a@example.com")));
    assert_eq!(accounts[1].0.as_ref().unwrap().as_str(), "proton");
    assert_eq!(accounts.len(), 3);
}

#[tokio::test]
async fn an_unexpected_answer_has_the_code_of_its_body() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = refused(&sandbox, calendars().status(418).body(r#"{"code":"TEAPOT","message":"short"}"#)).await;
    assert_eq!((category(&error), error.code()), ("Unexpected", "TEAPOT"));
}

#[tokio::test]
async fn retry_after_is_read_as_seconds_and_as_a_date() {
    let sandbox = Sandbox::start().await.unwrap();
    let retry_after = async |status, value: &str| {
        let fault = calendars().status(status).header("retry-after", value);
        refused(&sandbox, fault).await.retry_after()
    };
    assert_eq!(retry_after(429, "120").await, Some(Duration::from_secs(120)));
    assert_eq!(retry_after(503, "0").await, Some(Duration::ZERO));
    assert_eq!(retry_after(429, "Wed, 21 Oct 2015 07:28:00 GMT").await, Some(Duration::ZERO));
    let far = retry_after(429, "Tue, 31 Dec 2199 23:59:59 GMT").await.unwrap();
    assert!(far > Duration::from_secs(365 * 24 * 3600));
    for nonsense in ["", "soon", "-1", "1.5.1", "Wed, 99 Oct 2015"] {
        assert_eq!(retry_after(429, nonsense).await, None, "{nonsense}");
    }
    assert_eq!(refused(&sandbox, calendars().status(429)).await.retry_after(), None);
}

#[tokio::test]
async fn the_answers_headers_are_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = refused(&sandbox, calendars().status(500).header("x-request-id", "r-1")).await;
    assert_eq!(error.api().unwrap().headers()["x-request-id"], "r-1");
}

#[tokio::test]
async fn a_redirect_is_an_error_and_is_not_followed() {
    let sandbox = Sandbox::start().await.unwrap();
    let elsewhere = Sandbox::start().await.unwrap();
    for (status, location) in [
        (301, format!("{}/calendars", elsewhere.base_url())),
        (302, "/api/health".to_owned()),
        (307, format!("{}/calendars", elsewhere.base_url())),
        (308, "https://login.example/".to_owned()),
    ] {
        sandbox.clear_requests();
        let error = refused(&sandbox, calendars().status(status).header("location", &location)).await;
        assert_eq!((category(&error), error.status()), ("Unexpected", Some(status)));
        assert_eq!(error.api().unwrap().headers()["location"], location);
        assert_eq!(sandbox.requests().len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

/// Asserts a network error, and returns what it is.
fn network(error: &Error) -> NetworkKind {
    let Error::Network(failure) = error else { panic!("{error:?}") };
    assert_eq!((error.code(), error.status(), error.is_retryable()), ("NETWORK_ERROR", None, true));
    assert!(error.api().is_none());
    assert!(layers(error).len() > 1, "the cause is kept");
    failure.kind()
}

#[tokio::test]
async fn a_refused_connection_is_told_apart() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::builder("id", "secret", "https://app.example/cb").base_url(format!("http://127.0.0.1:{port}"));
    let error = client.build().unwrap().health().await.unwrap_err();
    assert_eq!(network(&error), NetworkKind::Connect);
    assert_eq!(error.to_string(), "health: no connection");
}

#[tokio::test]
async fn a_time_out_is_told_apart() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.inject(Fault::on(Operation::Health).delay(Duration::from_secs(60)));
    let client = builder(&sandbox).timeout(Duration::from_millis(50)).build().unwrap();
    let error = client.health().await.unwrap_err();
    assert_eq!(network(&error), NetworkKind::Timeout);
    assert_eq!(error.to_string(), "health: timed out");
}

#[tokio::test]
async fn a_connection_closed_without_an_answer_is_told_apart() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(calendars().disconnect());
    assert_eq!(network(&client.calendars().list().await.unwrap_err()), NetworkKind::Broken);
    client.calendars().list().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_apart() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(Fault::on(Operation::ListEvents).status(200).body(r#"{"events":[]}"#).truncate());
    assert_eq!(network(&client.events().list().send().await.unwrap_err()), NetworkKind::Body);
}

#[tokio::test]
async fn an_error_whose_body_breaks_off_keeps_its_status() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = refused(&sandbox, calendars().status(502).body(r#"{"message":"upstream failed"}"#).truncate()).await;
    assert_eq!((category(&error), error.status()), ("Server", Some(502)));
    assert_eq!(error.api().unwrap().message(), "Bad Gateway");
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_a_broken_connection() {
    let client = bytes_server(b"SSH-2.0-OpenSSH_9.9\r\n", 1, LONG).await;
    assert_eq!(network(&client.health().await.unwrap_err()), NetworkKind::Broken);
}

#[tokio::test]
async fn an_answer_that_stalls_times_out() {
    let client =
        bytes_server(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\"", 1, Duration::from_millis(100)).await;
    assert_eq!(network(&client.health().await.unwrap_err()), NetworkKind::Timeout);
}

#[tokio::test]
async fn of_an_endless_error_no_more_is_awaited_than_its_beginning() {
    const CHUNK: &[u8] = b"HTTP/1.1 500 Oops\r\ncontent-length: 4294967296\r\n\r\nHTTP/1.1 500 Oops\r\n";
    // Far less than the promised length, but more than an error keeps; then the server falls silent.
    let client = bytes_server(CHUNK, 5_000, LONG).await;
    let call = client.calendars().list();
    let error = tokio::time::timeout(Duration::from_secs(20), call).await.expect("no end is awaited").unwrap_err();
    assert_eq!((category(&error), error.status()), ("Server", Some(500)));
    let body = error.api().unwrap().body();
    assert!(body.starts_with("HTTP/1.1 500 Oops") && body.len() == 4096, "{}", body.len());
}

#[tokio::test]
async fn an_excerpt_of_a_body_is_cut_between_characters() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = refused(&sandbox, calendars().status(500).body("€".repeat(5000))).await;
    assert_eq!(error.api().unwrap().body(), "€".repeat(4096 / 3));
    let error = refused(&sandbox, calendars().status(500).body(&b"\xff\xfe\x00bad"[..])).await;
    assert_eq!(error.api().unwrap().body(), "\u{fffd}\u{fffd}\u{0}bad");
}

#[tokio::test]
async fn a_decode_error_keeps_the_answer() {
    let (sandbox, client) = signed_in().await;
    let fault = Fault::on(Operation::ListEvents).status(203).header("x-request-id", "r-1").body("<html>hello");
    sandbox.inject(fault);
    let error = client.events().list().send().await.unwrap_err();
    let Error::Decode(failure) = &error else { panic!("{error:?}") };
    assert_eq!((failure.operation(), failure.body(), error.status()), ("list_events", "<html>hello", Some(203)));
    assert_eq!(failure.headers()["x-request-id"], "r-1");
    assert!(!error.is_retryable() && !error.is_auth());
}

#[tokio::test]
async fn each_layer_of_an_error_prints_itself_alone() {
    let (sandbox, client) = signed_in().await;
    let mut errors = vec![
        Client::builder("id", "secret", "nowhere").build().unwrap_err(),
        Client::builder("id", "secret", "https://app.example").base_url("::").build().unwrap_err(),
        bytes_server(b"nonsense\r\n\r\n", 1, LONG).await.health().await.unwrap_err(),
    ];
    sandbox.inject(calendars().disconnect());
    errors.push(client.calendars().list().await.unwrap_err());
    answer(&sandbox, Operation::ListCalendars, 200, "{");
    errors.push(client.calendars().list().await.unwrap_err());
    for error in errors {
        let layers = layers(&error);
        assert!(layers.len() > 1, "{error:?}");
        assert!(!layers[0].contains(&layers[1]), "{layers:?}");
    }
}

#[tokio::test]
async fn an_error_prints_operation_category_status_and_message() {
    let sandbox = Sandbox::start().await.unwrap();
    let error = refused(&sandbox, calendars().status(404).body(r#"{"message":"no such thing"}"#)).await;
    assert_eq!(error.to_string(), "list_calendars: not found (404): no such thing");
}

#[tokio::test]
async fn an_error_tells_no_url() {
    let (sandbox, client) = signed_in().await;
    sandbox.inject(Fault::on(Operation::ListEvents).disconnect());
    let error = client.events().list().next_page_token("page-token").send().await.unwrap_err();
    let printed = format!("{error:?} {:?}", layers(&error));
    assert!(!printed.contains("page-token") && !printed.contains("/api/events"), "{printed}");
}
