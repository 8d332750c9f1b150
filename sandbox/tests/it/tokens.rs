use std::{collections::HashMap, time::Duration};

use mobiscroll_connect_sandbox::{Operation, ReuseRule, Sandbox, Seed};
use serde_json::{Value, json};

use crate::support::{Api, answer};

fn text(tokens: &Value, name: &str) -> String {
    tokens[name].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_code_works_once() {
    let api = Api::empty().await;
    let code = api.sandbox.authorize("alice");
    let (status, tokens) = api.exchange(&code).await;
    assert_eq!(status, 200);
    assert_eq!(api.try_access(&text(&tokens, "access_token")).await, 200);

    let (status, error) = api.exchange(&code).await;
    assert_eq!((status, &error["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_lives_for_ten_minutes() {
    let api = Api::empty().await;
    let (early, late) = (api.sandbox.authorize("alice"), api.sandbox.authorize("alice"));
    api.sandbox.advance(Duration::from_secs(599));
    assert_eq!(api.exchange(&early).await.0, 200);
    api.sandbox.advance(Duration::from_secs(1));
    assert_eq!(api.exchange(&late).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn another_redirect_uri_does_not_use_up_the_code() {
    let api = Api::empty().await;
    let code = api.sandbox.authorize("alice");
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", "https://app.example/")];
    let (status, error) = api.token(&form).await;
    assert_eq!((status, &error["error"]), (400, &json!("invalid_grant")));
    assert_eq!(api.exchange(&code).await.0, 200);
}

#[tokio::test]
async fn credentials_may_stand_in_a_form_or_a_json_body() {
    let api = Api::empty().await;
    for as_json in [false, true] {
        let code = api.sandbox.authorize("alice");
        let fields = HashMap::from([
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", api.sandbox.redirect_uri()),
            ("client_id", api.sandbox.client_id()),
            ("client_secret", api.sandbox.client_secret()),
        ]);
        let request = api.post("/oauth/token");
        let request = if as_json { request.json(&fields) } else { request.form(&fields) };
        assert_eq!(answer(request).await.0, 200, "as JSON: {as_json}");
    }
    assert_eq!(api.departures(), ["Request, content type"]);
}

#[tokio::test]
async fn wrong_credentials_are_an_invalid_client() {
    let api = Api::empty().await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let in_body = [("client_id", "sandbox-client"), ("client_secret", "wrong")];
    for (request, status) in [
        (api.post("/oauth/token").form(&form), 401),
        (api.post("/oauth/token").basic_auth("sandbox-client", Some("wrong")).form(&form), 401),
        (api.post("/oauth/token").header("authorization", "Basic %%%").form(&form), 401),
        (api.post("/oauth/token").form(&[form, in_body].concat()), 400),
    ] {
        let (given, error) = answer(request).await;
        assert_eq!((given, &error["error"]), (status, &json!("invalid_client")));
        assert!(error["error_description"].is_string());
    }
}

#[tokio::test]
async fn an_incomplete_request_is_invalid() {
    let api = Api::empty().await;
    for form in [
        &[][..],
        &[("grant_type", "password")],
        &[("grant_type", "authorization_code")],
        &[("grant_type", "authorization_code"), ("code", "x")],
        &[("grant_type", "refresh_token")],
    ] {
        let (status, error) = api.token(form).await;
        assert_eq!((status, &error["error"]), (400, &json!("invalid_request")), "{form:?}");
    }
}

#[tokio::test]
async fn a_refresh_rotates_and_keeps_older_access_tokens() {
    let api = Api::empty().await;
    let first = api.sandbox.issue_tokens("alice");
    let (status, second) = api.refresh(&first.refresh_token).await;
    assert_eq!(status, 200);
    assert_ne!(text(&second, "refresh_token"), first.refresh_token);
    assert_ne!(text(&second, "access_token"), first.access_token);
    assert_eq!(api.try_access(&first.access_token).await, 200);
    assert_eq!(api.try_access(&text(&second, "access_token")).await, 200);
    assert_eq!(api.sandbox.refreshes("alice"), 1);
    assert_eq!(api.sandbox.refreshes("bob"), 0);
}

#[tokio::test]
async fn the_token_just_retired_still_refreshes() {
    let api = Api::empty().await;
    let first = api.sandbox.issue_tokens("alice");
    for _ in 0..4 {
        assert_eq!(api.refresh(&first.refresh_token).await.0, 200);
    }
    assert_eq!(api.sandbox.refreshes("alice"), 4);
}

#[tokio::test]
async fn a_token_two_rotations_late_ends_the_whole_grant() {
    let api = Api::empty().await;
    let first = api.sandbox.issue_tokens("alice");
    let elsewhere = api.sandbox.issue_tokens("alice");
    let bob = api.sandbox.issue_tokens("bob");
    let (_, second) = api.refresh(&first.refresh_token).await;
    let (_, third) = api.refresh(&text(&second, "refresh_token")).await;

    let (status, error) = api.refresh(&first.refresh_token).await;
    assert_eq!((status, &error["error"]), (400, &json!("invalid_grant")));
    for refresh_token in [text(&third, "refresh_token"), elsewhere.refresh_token] {
        assert_eq!(api.refresh(&refresh_token).await.0, 400);
    }
    assert_eq!(api.try_access(&text(&third, "access_token")).await, 401);
    assert_eq!(api.try_access(&bob.access_token).await, 200);
    assert_eq!(api.exchange(&api.sandbox.authorize("alice")).await.0, 200);
}

#[tokio::test]
async fn where_every_refresh_counts_a_third_use_is_too_late() {
    let sandbox = Sandbox::builder().seed(Seed::Empty).reuse_rule(ReuseRule::EveryRefreshCounts).start().await;
    let api = Api::with(sandbox.expect("a sandbox"));
    let first = api.sandbox.issue_tokens("alice");
    assert_eq!(api.refresh(&first.refresh_token).await.0, 200);
    assert_eq!(api.refresh(&first.refresh_token).await.0, 200);
    assert_eq!(api.refresh(&first.refresh_token).await.0, 400);
}

#[tokio::test]
async fn an_access_token_does_not_refresh_and_a_refresh_token_gives_no_access() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    assert_eq!(api.refresh(&tokens.access_token).await.1["error"], "invalid_grant");
    assert_eq!(api.try_access(&tokens.refresh_token).await, 401);
}

#[tokio::test]
async fn access_ends_with_its_time_and_can_be_ended_early() {
    let sandbox = Sandbox::builder().seed(Seed::Empty).access_token_ttl(Duration::from_secs(60)).start().await;
    let api = Api::with(sandbox.expect("a sandbox"));
    let [old, alice, bob] = ["alice", "alice", "bob"].map(|user| api.sandbox.issue_tokens(user));
    assert_eq!(old.expires_in, 60);
    api.sandbox.expire_access_token("alice");
    assert_eq!(api.try_access(&alice.access_token).await, 401);
    assert_eq!(api.try_access(&bob.access_token).await, 200);
    api.sandbox.expire_access_tokens();
    assert_eq!(api.try_access(&bob.access_token).await, 401);

    let (_, tokens) = api.refresh(&alice.refresh_token).await;
    api.sandbox.advance(Duration::from_secs(59));
    assert_eq!(api.try_access(&text(&tokens, "access_token")).await, 200);
    api.sandbox.advance(Duration::from_secs(1));
    assert_eq!(api.try_access(&text(&tokens, "access_token")).await, 401);
}

#[tokio::test]
async fn revoking_any_token_ends_all_of_the_users() {
    let api = Api::empty().await;
    for by_refresh_token in [false, true] {
        let tokens = api.sandbox.issue_tokens("alice");
        let other = api.sandbox.issue_tokens("alice");
        let bob = api.sandbox.issue_tokens("bob");
        let token = if by_refresh_token { &tokens.refresh_token } else { &tokens.access_token };
        api.sandbox.expire_access_tokens();
        let body = json!({ "token": token });
        assert_eq!(answer(api.post("/oauth/revoke").json(&body)).await, (200, json!({ "success": true })));
        assert_eq!(api.refresh(&other.refresh_token).await.0, 400);
        assert_eq!(api.refresh(&bob.refresh_token).await.0, 200);
    }
}

#[tokio::test]
async fn revoking_nonsense_succeeds_but_a_token_must_be_given() {
    let api = Api::empty().await;
    assert_eq!(answer(api.post("/oauth/revoke").json(&json!({ "token": "nonsense" }))).await.0, 200);
    for body in [json!({}), json!({ "token": 7 }), json!([])] {
        assert_eq!(answer(api.post("/oauth/revoke").json(&body)).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn a_revoked_grant_refuses_everything_at_once() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    api.sandbox.revoke_grant("alice");
    assert_eq!(api.try_access(&tokens.access_token).await, 401);
    assert_eq!(api.refresh(&tokens.refresh_token).await.1["error"], "invalid_grant");
    assert_eq!(api.sandbox.refreshes("alice"), 0);
    assert_eq!(api.sandbox.requests_of(Operation::RefreshToken)[0].status, Some(400));
}

#[tokio::test]
async fn concurrent_refreshes_of_one_token_all_succeed() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    let refresh = || api.refresh(&tokens.refresh_token);
    let (a, b, c) = tokio::join!(refresh(), refresh(), refresh());
    assert_eq!([a.0, b.0, c.0], [200; 3]);
    assert_ne!(a.1["refresh_token"], b.1["refresh_token"]);
}
