//! What every request looks like when it arrives.

use mobiscroll_connect::{Client, EventCreate, EventDelete, EventUpdate, Provider};
use mobiscroll_connect_sandbox::{Operation, Sandbox, Seed};

use crate::support::{ADA, access_token, builder, client, instant, only};

/// The application's id and secret as the token endpoint wants them.
const BASIC: &str = "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=";

/// Makes every call that there is, and returns the server that saw them and the access token they were made with.
async fn everything() -> (Sandbox, String) {
    let sandbox = Sandbox::builder().seed(Seed::Empty).start().await.unwrap();
    let client = client(&sandbox);
    client.health().await.unwrap();
    client.auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    client.auth().refresh().await.unwrap();
    let token = access_token(&client);
    client.auth().get_connection_status().await.unwrap();
    client.calendars().list().await.unwrap();
    client.events().list().send().await.unwrap();
    let (start, end) = (instant("2026-11-24T09:00:00Z"), instant("2026-11-24T10:00:00Z"));
    let event = EventCreate::new(Provider::Google, "primary", "T", start, end);
    let event = client.events().create(event).await.unwrap();
    client.events().update(EventUpdate::new(Provider::Google, "primary", &event.id).title("U")).await.unwrap();
    client.events().delete(EventDelete::new(Provider::Google, "primary", event.id)).await.unwrap();
    client.webhooks().subscribe_webhook(Provider::Google, "primary").channel_id("c").send().await.unwrap();
    client.webhooks().unsubscribe_webhook(Provider::Google, "c").send().await.unwrap();
    client.auth().disconnect(Provider::Apple).send().await.unwrap();
    client.raw().webhook_keys().send().await.unwrap();
    client.auth().revoke().await.unwrap();
    (sandbox, token)
}

#[tokio::test]
async fn every_request_names_this_crate_and_no_api_version() {
    let (sandbox, _) = everything().await;
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 14);
    for request in requests {
        let agents: Vec<_> = request.headers.iter().filter(|(name, _)| name == "user-agent").collect();
        let [(_, agent)] = agents[..] else { panic!("{agents:?}") };
        assert_eq!(*agent, format!("mobiscroll-connect-rust/{}", env!("CARGO_PKG_VERSION")));
        assert_eq!(request.header("api-version"), None, "{}", request.path);
        assert_eq!(request.header("accept"), Some("application/json"), "{}", request.path);
    }
}

#[tokio::test]
async fn every_request_carries_the_credentials_of_its_kind() {
    let (sandbox, token) = everything().await;
    for request in sandbox.requests() {
        let operation = request.operation.unwrap();
        let expected = match operation {
            Operation::ExchangeCode | Operation::RefreshToken => Some(BASIC.to_owned()),
            Operation::Health | Operation::WebhookKeys | Operation::Revoke => None,
            _ => Some(format!("Bearer {token}")),
        };
        let sent: Vec<_> = request.headers.iter().filter(|(name, _)| name == "authorization").collect();
        assert_eq!(sent.len(), usize::from(expected.is_some()), "{operation}");
        assert_eq!(request.header("authorization"), expected.as_deref(), "{operation}");
        let token_endpoint = request.path == "/api/oauth/token";
        assert_eq!(request.header("client_id"), token_endpoint.then_some("sandbox-client"), "{operation}");
        assert!(!request.query.contains(&token), "{operation}");
    }
}

#[tokio::test]
async fn a_code_is_exchanged_by_a_form() {
    let sandbox = Sandbox::start().await.unwrap();
    let code = sandbox.authorize(ADA);
    client(&sandbox).auth().get_token(&code.clone().into()).await.unwrap();

    let request = only(&sandbox, Operation::ExchangeCode);
    assert_eq!(
        (request.method.as_str(), request.path.as_str(), request.query.as_str()),
        ("POST", "/api/oauth/token", "")
    );
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let uri = url::form_urlencoded::byte_serialize(sandbox.redirect_uri().as_bytes()).collect::<String>();
    let mut fields: Vec<_> = std::str::from_utf8(&request.body).unwrap().split('&').collect();
    fields.sort_unstable();
    assert_eq!(fields, [format!("code={code}"), "grant_type=authorization_code".into(), format!("redirect_uri={uri}")]);
}

#[tokio::test]
async fn a_refresh_is_asked_for_by_a_form() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = crate::support::client_of(&sandbox, ADA);
    let tokens = client.auth().credentials().unwrap();
    client.auth().refresh().await.unwrap();

    let request = only(&sandbox, Operation::RefreshToken);
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.form_field("grant_type").as_deref(), Some("refresh_token"));
    assert_eq!(request.form_field("refresh_token").as_deref(), Some(tokens.refresh_token().unwrap().expose()));
    assert_eq!(request.form_field("redirect_uri").as_deref(), Some(sandbox.redirect_uri()));
    for absent in ["code", "client_id", "client_secret"] {
        assert_eq!(request.form_field(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn an_id_and_a_secret_beyond_ascii_reach_the_token_endpoint() {
    let (id, secret) = ("my app", "pä:ss+/=&%");
    let sandbox = Sandbox::builder().client_id(id).client_secret(secret).start().await.unwrap();
    client(&sandbox).auth().get_token(&sandbox.authorize(ADA).into()).await.unwrap();
    assert_eq!(only(&sandbox, Operation::ExchangeCode).header("client_id"), Some(id));
}

#[tokio::test]
async fn a_code_with_reserved_characters_arrives_whole() {
    let sandbox = Sandbox::start().await.unwrap();
    let code = "4/0A+b&c=d é%25";
    client(&sandbox).auth().get_token(&code.into()).await.unwrap_err();
    assert_eq!(only(&sandbox, Operation::ExchangeCode).form_field("code").as_deref(), Some(code));
}

#[tokio::test]
async fn a_base_url_may_end_with_a_slash_and_have_any_path() {
    let sandbox = Sandbox::start().await.unwrap();
    for (path, expected) in
        [("", "/health"), ("/", "/health"), ("/api/", "/api/health"), ("/a/b%20c", "/a/b%20c/health")]
    {
        sandbox.clear_requests();
        let client: Client = builder(&sandbox).base_url(format!(" {}{path} ", sandbox.origin())).build().unwrap();
        let _ = client.health().await;
        assert_eq!(sandbox.requests()[0].path, expected, "{path:?}");
        let page = client.auth().generate_auth_url(ADA).build().unwrap();
        let authorize = expected.replace("/health", "/oauth/authorize?");
        assert!(page.starts_with(&format!("{}{authorize}", sandbox.origin())), "{page}");
    }
}

#[tokio::test]
async fn the_clients_own_http_client_is_used() {
    let sandbox = Sandbox::start().await.unwrap();
    let header = ("x-mine", http::HeaderValue::from_static("yes"));
    let headers = [(http::HeaderName::from_static(header.0), header.1)].into_iter().collect();
    let http = reqwest::Client::builder().default_headers(headers).build().unwrap();
    builder(&sandbox).http_client(http).build().unwrap().health().await.unwrap();
    assert_eq!(only(&sandbox, Operation::Health).header("x-mine"), Some("yes"));
}
