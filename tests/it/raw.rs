//! The generated client.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use mobiscroll_connect::raw::types::{GrantType, TokenRequest};
use mobiscroll_connect::{MemoryTokenStore, RequestOptions, Tokens, raw};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};

use crate::support::{ADA, access_token, builder, client, expired, only, signed_in};

#[tokio::test]
async fn it_sends_the_token_in_force_when_the_request_leaves() {
    let (sandbox, client) = signed_in().await;
    let raw = client.raw();
    assert!(!raw.list_calendars().send().await.unwrap().is_empty());
    let first = access_token(&client);
    client.set_credentials(Tokens::new("other"));
    raw.list_calendars().send().await.unwrap_err();

    let sent: Vec<_> =
        sandbox.requests().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, [format!("Bearer {first}"), "Bearer other".to_owned()]);
}

#[tokio::test]
async fn it_does_not_refresh() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = expired(&sandbox, builder(&sandbox));
    let error = client.raw().list_calendars().send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(sandbox.refreshes(ADA), 0);
}

#[tokio::test]
async fn its_requests_name_this_crate_and_no_api_version() {
    let (sandbox, client) = signed_in().await;
    client.raw().connection_status().send().await.unwrap();
    let request = only(&sandbox, Operation::ConnectionStatus);
    assert_eq!(request.header("api-version"), None);
    assert!(request.header("user-agent").unwrap().starts_with("mobiscroll-connect-rust/"));
}

#[tokio::test]
async fn the_webhook_keys_are_read_from_the_origin_without_credentials() {
    let sandbox = Sandbox::start().await.unwrap();
    for base_url in ["/api", "/api/", "/", "/deep/er/api"] {
        sandbox.clear_requests();
        let client = builder(&sandbox).base_url(format!("{}{base_url}", sandbox.origin())).build().unwrap();
        client.set_credentials(Tokens::new("access"));
        let keys = client.raw().webhook_keys().send().await.unwrap().into_inner();
        assert!(keys.keys[0].key.as_deref().unwrap().starts_with("whpk_"));
        let request = only(&sandbox, Operation::WebhookKeys);
        assert_eq!((request.path.as_str(), request.query.as_str()), ("/.well-known/webhook-keys", ""), "{base_url}");
        assert_eq!((request.header("authorization"), request.header("client_id")), (None, None), "{base_url}");
    }
}

#[tokio::test]
async fn the_token_endpoint_gets_the_applications_credentials_and_not_the_users() {
    let (sandbox, client) = signed_in().await;
    let code = TokenRequest::new(GrantType::AuthorizationCode)
        .code(sandbox.authorize(ADA))
        .redirect_uri(sandbox.redirect_uri());
    client.raw().token().body(code).send().await.unwrap();
    let request = only(&sandbox, Operation::ExchangeCode);
    assert_eq!(request.header("authorization"), Some("Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="));
}

#[tokio::test]
async fn without_credentials_it_sends_none() {
    let sandbox = Sandbox::start().await.unwrap();
    client(&sandbox).raw().list_calendars().send().await.unwrap_err();
    assert_eq!(only(&sandbox, Operation::ListCalendars).header("authorization"), None);
}

#[tokio::test]
async fn it_looks_into_the_store_as_calls_do() {
    let (sandbox, first) = signed_in().await;
    let store = Arc::new(MemoryTokenStore::new());
    let with_store = |client: mobiscroll_connect::ClientBuilder| client.token_store(store.clone()).build().unwrap();
    with_store(builder(&sandbox))
        .for_user(ADA)
        .auth()
        .seed_credentials(first.auth().credentials().unwrap())
        .await
        .unwrap();
    sandbox.clear_requests();

    let fresh = with_store(builder(&sandbox));
    assert!(!fresh.for_user(ADA).raw().list_calendars().send().await.unwrap().is_empty());
    let sent = only(&sandbox, Operation::ListCalendars).header("authorization").map(str::to_owned);
    assert_eq!(sent, Some(format!("Bearer {}", access_token(&first))));
    // What needs no token does not look for one.
    fresh.raw().webhook_keys().send().await.unwrap();
}

#[tokio::test]
async fn it_has_the_options_of_its_handle() {
    let (sandbox, client) = signed_in().await;
    let (name, value) = (HeaderName::from_static("x-trace"), HeaderValue::from_static("t1"));
    let options = RequestOptions::new().timeout(Duration::from_millis(500)).header(name, value).unwrap();
    let raw = client.with_options(options).raw();
    raw.list_calendars().send().await.unwrap();
    assert_eq!(only(&sandbox, Operation::ListCalendars).header("x-trace"), Some("t1"));
    sandbox.inject(Fault::on(Operation::ListCalendars).delay(Duration::from_secs(20)));
    let raw::Error::CommunicationError(error) = raw.list_calendars().send().await.unwrap_err() else { panic!() };
    assert!(error.is_timeout(), "{error:?}");
}
