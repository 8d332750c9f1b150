//! The forms in which the token endpoint is known, or said, to answer.

use std::time::Duration;

use mobiscroll_connect_sandbox::{
    AccessTokenDialect, ExpiresInDialect, IssuedTokens, RedirectUriRule, RefreshDialect, RefreshRefusal, Sandbox,
    SandboxBuilder, Seed,
};
use serde_json::{Value, json};

use crate::support::{Api, answer};

async fn start(builder: SandboxBuilder) -> Api {
    Api::with(builder.seed(Seed::Empty).start().await.expect("a sandbox"))
}

/// Issues two pairs of tokens within a second of the sandbox's clock.
fn two_in_a_second(sandbox: &Sandbox) -> [IssuedTokens; 2] {
    sandbox.set_time("2026-03-01T12:00:00.100Z".parse().expect("an instant"));
    [sandbox.issue_tokens("alice"), sandbox.issue_tokens("alice")]
}

#[tokio::test]
async fn bare_access_tokens_of_one_second_are_equal_and_work() {
    let api = start(Sandbox::builder().access_token_dialect(AccessTokenDialect::Bare)).await;
    let [first, second] = two_in_a_second(&api.sandbox);
    assert_eq!(first.access_token, second.access_token);
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_eq!(api.try_access(&second.access_token).await, 200);
    let (status, refreshed) = api.refresh(&first.refresh_token).await;
    assert_eq!((status, refreshed["access_token"].as_str()), (200, Some(first.access_token.as_str())));

    api.sandbox.advance(Duration::from_secs(2));
    let later = api.sandbox.issue_tokens("alice");
    assert_ne!(later.access_token, first.access_token);
    api.sandbox.expire_access_token("alice");
    let anew = api.sandbox.issue_tokens("alice");
    assert_ne!(anew.access_token, later.access_token, "an expired token does not come again");
    assert_eq!(api.try_access(&anew.access_token).await, 200);
    let bob = api.sandbox.issue_tokens("bob");
    assert_ne!(bob.access_token, anew.access_token);
}

#[tokio::test]
async fn access_tokens_of_one_second_differ_unless_they_are_bare() {
    let api = start(Sandbox::builder()).await;
    let [first, second] = two_in_a_second(&api.sandbox);
    assert_ne!(first.access_token, second.access_token);
}

#[tokio::test]
async fn a_refresh_may_answer_with_the_same_access_token_while_it_is_good() {
    let api = start(Sandbox::builder().refresh_dialect(RefreshDialect::SameAccessToken)).await;
    let first = api.sandbox.issue_tokens("alice");
    api.sandbox.advance(Duration::from_secs(600));
    let (_, second) = api.refresh(&first.refresh_token).await;
    assert_eq!(second["access_token"], first.access_token.as_str());
    assert_ne!(second["refresh_token"], first.refresh_token.as_str());
    let left = second["expires_in"].as_u64().expect("a number");
    assert!((2_990..=3_000).contains(&left), "{left}");
    assert_eq!(api.sandbox.refreshes("alice"), 1);

    api.sandbox.expire_access_token("alice");
    let refresh_token = second["refresh_token"].as_str().expect("a token");
    let (_, third) = api.refresh(refresh_token).await;
    assert_ne!(third["access_token"], first.access_token.as_str());
    assert_eq!(api.try_access(third["access_token"].as_str().expect("a token")).await, 200);
}

#[tokio::test]
async fn expires_in_may_be_absent() {
    for (dialect, exchanged, refreshed) in [
        (ExpiresInDialect::Present, true, true),
        (ExpiresInDialect::AbsentInRefreshes, true, false),
        (ExpiresInDialect::Absent, false, false),
    ] {
        let api = start(Sandbox::builder().expires_in_dialect(dialect)).await;
        let (status, first) = api.exchange(&api.sandbox.authorize("alice")).await;
        assert_eq!((status, first.get("expires_in").is_some()), (200, exchanged), "{dialect}");
        let (status, second) = api.refresh(first["refresh_token"].as_str().expect("a token")).await;
        assert_eq!((status, second.get("expires_in").is_some()), (200, refreshed), "{dialect}");
    }
}

#[tokio::test]
async fn a_useless_refresh_token_may_be_refused_without_an_oauth_code() {
    let api = start(Sandbox::builder().refresh_refusal(RefreshRefusal::Unauthorized)).await;
    let tokens = api.sandbox.issue_tokens("alice");
    api.sandbox.revoke_grant("alice");
    let (status, refusal) = api.refresh(&tokens.refresh_token).await;
    let expected = json!({ "error": "Unauthorized", "message": "The refresh token is unknown or revoked" });
    assert_eq!((status, refusal), (401, expected));
    let (status, refusal) = api.exchange("nonsense").await;
    assert_eq!((status, &refusal["error"]), (400, &json!("invalid_grant")));
}

/// The token request of the vendor's REST guide.
async fn rest_guide(api: &Api, more: &[(&str, &str)]) -> (u16, Value) {
    let mut body = json!({
        "grant_type": "authorization_code",
        "client_id": api.sandbox.client_id(),
        "client_secret": api.sandbox.client_secret(),
        "code": api.sandbox.authorize("alice"),
    });
    for (name, value) in more {
        body[*name] = (*value).into();
    }
    answer(api.post("/oauth/token").json(&body)).await
}

#[tokio::test]
async fn the_rest_guides_token_request_is_taken_where_the_redirect_uri_is_optional() {
    let strict = start(Sandbox::builder()).await;
    let (status, refusal) = rest_guide(&strict, &[]).await;
    assert_eq!((status, &refusal["error"]), (400, &json!("invalid_request")));

    let api = start(Sandbox::builder().redirect_uri_rule(RedirectUriRule::Optional)).await;
    let (status, tokens) = rest_guide(&api, &[]).await;
    assert_eq!((status, &tokens["token_type"]), (200, &json!("Bearer")));
    assert_eq!(rest_guide(&api, &[("redirect_uri", api.sandbox.redirect_uri())]).await.0, 200);
    let (status, refusal) = rest_guide(&api, &[("redirect_uri", "https://evil.example/")]).await;
    assert_eq!((status, &refusal["error"]), (400, &json!("invalid_grant")));
    api.only_requests_depart();
}
