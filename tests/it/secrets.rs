//! What must not be shown, wherever it might be.

use mobiscroll_connect::{AuthCallback, Client, Error, Secret, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use serde_json::json;

use crate::support::{builder, layers, show, tokens as tokens_of};

/// Part of every secret below.
const MARK: &str = "MARKED";
const CLIENT_SECRET: &str = "MARKED-client-secret";
const ACCESS: &str = "MARKED-access";
const REFRESH: &str = "MARKED-refresh";
const CODE: &str = "MARKED-code";

fn hidden(printed: &str) {
    assert!(!printed.contains(MARK), "{printed}");
    // The client's id and secret as the header has them: "sandbox-client:MARKED…"
    assert!(!printed.contains("c2FuZGJveC1jbGllbnQ6TUFSS0VE"), "{printed}");
}

fn hidden_in(error: &Error) {
    show(error);
    hidden(&format!("{error}\n{error:?}\n{error:#?}\n{}", layers(error).join("\n")));
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        hidden(&format!("{cause:?}"));
        source = cause.source();
    }
    if let Some(failure) = error.api() {
        hidden(failure.body());
    }
}

fn tokens() -> Tokens {
    Tokens::new(ACCESS).with_refresh_token(REFRESH)
}

/// A server, and a client of which every secret is marked.
async fn marked() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().client_secret(CLIENT_SECRET).start().await.unwrap();
    let client = builder(&sandbox).build().unwrap();
    client.set_credentials(tokens());
    (sandbox, client)
}

#[tokio::test]
async fn clients_builders_tokens_and_requests_hide_them() {
    let (sandbox, client) = marked().await;
    let callback = AuthCallback::parse("code=MARKED-code&state=s", "s").unwrap();
    hidden(&format!("{client:?} {client:#?} {:?}", builder(&sandbox)));
    let of_user = format!("{:?}", client.for_user("ada"));
    assert!(of_user.contains(r#"Session { user: "ada", tokens: None, unsaved: false"#), "{of_user}");
    hidden(&format!("{:?} {:?} {:?}", tokens(), client.auth(), client.auth().credentials()));
    hidden(&format!("{:?} {callback:?} {:?}", Secret::from(MARK), client.auth().generate_auth_url("ada").state(MARK)));
    hidden(&format!("{:?} {:?}", client.events().list(), client.events().list().stream()));
    hidden(&format!("{:?}", client.auth().disconnect(mobiscroll_connect::Provider::Google)));
    hidden(&format!("{:?}", client.webhooks().subscribe_webhook(mobiscroll_connect::Provider::Google, "primary")));
    let raw = format!("{:?} {:?}", client.raw(), client.raw().list_calendars());
    hidden(&raw);
    assert!(raw.contains("Hooks { .. }"), "{raw}");
    let request =
        mobiscroll_connect::raw::types::TokenRequest::new(mobiscroll_connect::raw::types::GrantType::RefreshToken);
    hidden(&format!("{:?}", request.refresh_token(REFRESH).client_secret(CLIENT_SECRET).code(CODE)));
}

#[test]
fn failed_callbacks_hide_them() {
    for callback in ["code=MARKED-code&state=MARKED-state", "code=MARKED-code", "state=MARKED-state"] {
        hidden_in(&AuthCallback::parse(callback, "MARKED-expected").unwrap_err());
    }
}

#[test]
fn refused_settings_hide_them() {
    let builder = || Client::builder("id", CLIENT_SECRET, "https://app.example/cb");
    hidden_in(&Client::new("a\nb", CLIENT_SECRET, "https://app.example/cb").unwrap_err());
    hidden_in(&Client::new("id", CLIENT_SECRET, "nowhere").unwrap_err());
    hidden_in(&builder().base_url("https://me:MARKED@connect.example").build().unwrap_err());
    hidden_in(&builder().base_url("MARKED").build().unwrap_err());
}

#[tokio::test]
async fn a_call_whose_secrets_are_repeated_by_the_server_hides_them() {
    let (sandbox, client) = marked().await;
    client.set_credentials(Tokens::new(ACCESS));
    let repeated = format!("Bearer {ACCESS}, {CLIENT_SECRET}");
    for status in [400, 401, 403, 404, 418, 429, 500] {
        let body = json!({ "message": repeated, "error": repeated, "code": repeated, "details": [repeated] });
        sandbox.inject(Fault::on(Operation::ListCalendars).status(status).json(&body));
        hidden_in(&client.calendars().list().await.unwrap_err());
        sandbox.inject(Fault::on(Operation::ListCalendars).status(status).body(format!("<p>{repeated}")));
        hidden_in(&client.calendars().list().await.unwrap_err());
    }
    for body in [format!("<p>{repeated}"), format!("\"{repeated}\"")] {
        sandbox.inject(Fault::on(Operation::ListCalendars).status(200).body(body));
        let error = client.calendars().list().await.unwrap_err();
        hidden_in(&error);
        let Error::Decode(failure) = error else { panic!() };
        hidden(failure.body());
    }
}

#[tokio::test]
async fn a_write_refused_behind_a_success_hides_what_the_server_repeats() {
    let (sandbox, client) = marked().await;
    for body in [json!({ "success": false, "message": ACCESS }), json!({ "success": true, "text": ACCESS })] {
        sandbox.inject(Fault::on(Operation::UpdateEvent).status(200).json(&body));
        let update = mobiscroll_connect::EventUpdate::new(mobiscroll_connect::Provider::Google, "primary", "e");
        let error = client.events().update(update).await.unwrap_err();
        hidden_in(&error);
        if let Error::Decode(failure) = error {
            hidden(failure.body());
        }
    }
}

#[tokio::test]
async fn a_refresh_whose_secrets_are_repeated_by_the_server_hides_them() {
    let (sandbox, client) = marked().await;
    let all = format!("{ACCESS} {REFRESH} {CLIENT_SECRET}");
    let body = json!({ "message": all, "error": all, "error_description": all, "code": all, "details": [all] });
    for status in [400, 401, 500] {
        sandbox.inject(Fault::on(Operation::RefreshToken).status(status).json(&body));
        hidden_in(&client.auth().refresh().await.unwrap_err());
    }
}

#[tokio::test]
async fn an_exchange_whose_secrets_are_repeated_by_the_server_hides_them() {
    let (sandbox, client) = marked().await;
    let basic = "Basic c2FuZGJveC1jbGllbnQ6TUFSS0VELWNsaWVudC1zZWNyZXQ=";
    let all = format!("{CODE} {CLIENT_SECRET} {basic}");
    for status in [400, 401, 500] {
        let body = json!({ "error": all, "error_description": all });
        sandbox.inject(Fault::on(Operation::ExchangeCode).status(status).json(&body));
        hidden_in(&client.auth().get_token(&CODE.into()).await.unwrap_err());
    }
}

#[tokio::test]
async fn a_secret_that_json_escapes_is_hidden_too() {
    let secret = "MARKED\"quoted\\slashed\u{1}";
    let sandbox = Sandbox::builder().client_secret(secret).start().await.unwrap();
    let client = builder(&sandbox).build().unwrap();
    sandbox.inject(Fault::on(Operation::Health).status(500).json(&json!({ "message": secret })));
    hidden_in(&client.health().await.unwrap_err());
}

#[tokio::test]
async fn tokens_in_an_answer_that_cannot_be_read_are_hidden() {
    let (sandbox, client) = marked().await;
    for body in [
        "\"MARKED-new\"".to_owned(),
        json!({ "refresh_token": "MARKED-new" }).to_string(),
        json!({ "access_token": ["MARKED-new"] }).to_string(),
        json!({ "access_token": "", "refresh_token": "MARKED-new" }).to_string(),
        "{\"access_token\":\"MARKED-new\",}".to_owned(),
    ] {
        // A refresh that may have arrived is presented twice.
        for (operation, times) in [(Operation::RefreshToken, 2), (Operation::ExchangeCode, 1)] {
            sandbox.inject(Fault::on(operation).times(times).status(200).body(body.clone()));
        }
        for error in
            [client.auth().refresh().await.unwrap_err(), client.auth().get_token(&CODE.into()).await.unwrap_err()]
        {
            hidden_in(&error);
            let Error::Decode(failure) = error else { panic!("{error:?}") };
            hidden(failure.body());
        }
    }
}

#[tokio::test]
async fn errors_without_an_answer_hide_them() {
    let (sandbox, client) = marked().await;
    sandbox.inject(Fault::on(Operation::ExchangeCode).disconnect());
    sandbox.inject(Fault::on(Operation::RefreshToken).disconnect());
    hidden_in(&client.auth().get_token(&CODE.into()).await.unwrap_err());
    hidden_in(&client.auth().refresh().await.unwrap_err());
    client.set_credentials(Tokens::new("MARKED\nline"));
    hidden_in(&client.calendars().list().await.unwrap_err());
}

#[tokio::test]
async fn a_secret_that_is_a_common_word_does_not_change_what_an_answer_means() {
    for word in ["error", "grant", "invalid_grant", "code", "e"] {
        let sandbox = Sandbox::builder().client_secret(word).start().await.unwrap();
        let client = builder(&sandbox).build().unwrap();
        client.set_credentials(Tokens::new("a").with_refresh_token("r"));
        let refusal = json!({ "error": "invalid_grant", "error_description": "used" });
        sandbox.inject(Fault::on(Operation::RefreshToken).status(400).json(&refusal));
        let error = client.auth().refresh().await.unwrap_err();
        assert!(matches!(error, Error::Authentication(_)), "{word}: {error:?}");

        let blocked = json!({ "error": "Forbidden", "code": "calendar_permission_required", "accounts": [] });
        sandbox.inject(Fault::on(Operation::ListCalendars).status(403).json(&blocked));
        let error = client.calendars().list().await.unwrap_err();
        assert!(matches!(error, Error::CalendarPermissionRequired(_)), "{word}: {error:?}");
    }
}

#[tokio::test]
async fn the_token_of_an_attempt_before_is_hidden_too() {
    let (sandbox, client) = marked().await;
    let old = tokens_of(sandbox.issue_tokens("ada"));
    client.set_credentials(old.clone());
    sandbox.expire_access_tokens();
    let repeated = format!("Bearer {}", old.access_token().expose());
    sandbox.inject(Fault::on(Operation::ListCalendars).skip(1).status(500).json(&json!({ "message": repeated })));
    let error = client.calendars().list().await.unwrap_err();
    assert_eq!((error.status(), sandbox.count(Operation::ListCalendars)), (Some(500), 2));
    let failure = error.api().unwrap();
    assert_eq!(failure.message(), "Bearer [redacted]");
    assert!(!failure.body().contains(old.access_token().expose()));
}
