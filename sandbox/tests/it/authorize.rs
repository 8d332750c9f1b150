use mobiscroll_connect_sandbox::{Consent, Sandbox};
use reqwest::{Response, header::LOCATION};
use serde_json::json;

use crate::support::{Api, answer, send};

fn location(response: &Response) -> &str {
    response.headers()[LOCATION].to_str().expect("a text")
}

#[tokio::test]
async fn consent_sends_the_browser_back_with_a_code_and_the_state() {
    let api = Api::empty().await;
    let query = [("client_id", "sandbox-client"), ("user_id", "alice"), ("state", "a b&c"), ("response_type", "code")];
    let response = send(api.get("/oauth/authorize").query(&query)).await;
    assert_eq!(response.status(), 302);
    let location = location(&response);
    let rest = location.strip_prefix("https://app.example/oauth/callback?code=").expect("the redirect URI");
    let (code, state) = rest.split_once('&').expect("code and state");
    assert_eq!(state, "state=a+b%26c");

    let (status, tokens) = api.exchange(code).await;
    assert_eq!((status, &tokens["token_type"], &tokens["expires_in"]), (200, &json!("Bearer"), &json!(3600)));
}

#[tokio::test]
async fn the_scope_of_the_request_becomes_that_of_the_tokens() {
    let api = Api::empty().await;
    let query = [("client_id", "sandbox-client"), ("user_id", "alice"), ("scope", "free-busy")];
    let response = send(api.get("/oauth/authorize").query(&query)).await;
    let (_, code) = location(&response).split_once("code=").expect("a code");
    let (_, tokens) = api.exchange(code).await;
    let access_token = tokens["access_token"].as_str().expect("a token");
    let (status, _) = answer(api.get("/calendars").bearer_auth(access_token)).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn only_the_named_providers_are_connected_and_later_ones_are_added() {
    let api = Api::empty().await;
    for (providers, expected) in
        [("providers=apple", 1), ("providers=google,apple", 2), ("providers=caldav&providers=google", 3)]
    {
        let path = format!("/oauth/authorize?client_id=sandbox-client&user_id=alice&{providers}");
        assert_eq!(send(api.get(&path)).await.status(), 302);
        assert_eq!(api.sandbox.accounts("alice").len(), expected, "{providers}");
    }
    assert_eq!((api.departures().len(), api.sandbox.tolerated().len()), (0, 1));
}

#[tokio::test]
async fn denied_consent_sends_the_browser_back_with_an_error() {
    let sandbox = Sandbox::builder()
        .consent(Consent::Deny)
        .redirect_uri("https://app.example/back?from=connect")
        .start()
        .await
        .expect("a sandbox");
    let api = Api::with(sandbox);
    let path = "/oauth/authorize?client_id=sandbox-client&user_id=alice&state=s";
    let response = send(api.get(path)).await;
    assert_eq!(location(&response), "https://app.example/back?from=connect&error=access_denied&state=s");

    api.sandbox.set_consent(Consent::Approve);
    assert!(location(&send(api.get(path)).await).contains("code="));
}

#[tokio::test]
async fn a_request_that_cannot_be_right_is_refused() {
    let api = Api::empty().await;
    for (query, status) in [
        ("user_id=alice", 401),
        ("client_id=other&user_id=alice", 401),
        ("client_id=sandbox-client", 400),
        ("client_id=sandbox-client&user_id=", 400),
        ("client_id=sandbox-client&user_id=alice&redirect_uri=https://evil.example", 400),
        ("client_id=sandbox-client&user_id=alice&providers=yahoo", 400),
        ("client_id=sandbox-client&user_id=alice&response_type=token", 400),
    ] {
        let (given, body) = answer(api.get(&format!("/oauth/authorize?{query}"))).await;
        assert_eq!(given, status, "{query}");
        assert!(body["message"].is_string(), "{query}");
    }
}
