use std::time::Duration;

use mobiscroll_connect_sandbox::{Sandbox, Seed};
use serde_json::json;

use crate::support::{Api, answer, send};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_expired_is_good_again_when_the_clock_goes_back() {
    let api = Api::empty().await;
    let token = api.sandbox.issue_tokens("alice").access_token;
    let code = api.sandbox.authorize("alice");
    api.sandbox.advance(2 * HOUR);
    assert_eq!(api.try_access(&token).await, 401);
    assert_eq!(api.exchange(&code).await.1["error"], "invalid_grant");
    api.sandbox.rewind(2 * HOUR);
    assert_eq!(api.try_access(&token).await, 200);
    assert_eq!(api.exchange(&code).await.0, 200);
}

#[tokio::test]
async fn answers_carry_the_sandboxs_date() {
    let api = Api::empty().await;
    api.sandbox.set_time("2031-05-06T07:08:09Z".parse().expect("a time"));
    let response = send(api.get("/health")).await;
    let date = response.headers()["date"].to_str().expect("text");
    assert!(date.starts_with("Tue, 06 May 2031 07:") && date.ends_with(" GMT"), "{date}");
    assert!(api.sandbox.now().to_string().starts_with("2031-05-06T07:"));
}

#[tokio::test]
async fn a_listing_begins_with_the_month_of_the_sandbox() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({ "start": "2031-05-06T07:00:00Z", "end": "2031-05-06T08:00:00Z" })).await;
    assert_eq!(alice.list(&[]).await["events"], json!([]));
    api.sandbox.set_time("2031-05-20T00:00:00Z".parse().expect("a time"));
    let later = api.sandbox.issue_tokens("alice").access_token;
    let (_, page) = answer(api.get("/events").bearer_auth(later)).await;
    assert_eq!(page["events"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn tokens_expire_within_a_second_but_speak_in_whole_ones() {
    let ttl = Duration::from_millis(60_500);
    let sandbox = Sandbox::builder().seed(Seed::Empty).access_token_ttl(ttl).start().await.expect("a sandbox");
    let api = Api::with(sandbox);
    let tokens = api.sandbox.issue_tokens("alice");
    assert_eq!(tokens.expires_in, 61);
    api.sandbox.advance(Duration::from_secs(30));
    assert_eq!(api.try_access(&tokens.access_token).await, 200);
    api.sandbox.advance(Duration::from_millis(30_500));
    assert_eq!(api.try_access(&tokens.access_token).await, 401);
}

#[tokio::test]
async fn the_life_of_tokens_may_change_while_the_sandbox_runs() {
    let api = Api::empty().await;
    let before = api.sandbox.issue_tokens("alice");
    api.sandbox.set_access_token_ttl(Duration::ZERO);
    let after = api.sandbox.issue_tokens("alice");
    assert_eq!((before.expires_in, after.expires_in), (3600, 0));
    assert_eq!(api.try_access(&before.access_token).await, 200);
    assert_eq!(api.try_access(&after.access_token).await, 401);
}

#[tokio::test]
async fn the_beginning_of_time_does_no_harm() {
    let api = Api::empty().await;
    api.sandbox.rewind(Duration::MAX);
    api.sandbox.rewind(Duration::MAX);
    let alice = api.user("alice");
    assert_eq!(alice.get("/health").await.0, 200);
    assert_eq!(alice.get("/calendars").await.0, 200);
    alice.list(&[]).await;
}

#[tokio::test]
async fn a_reset_makes_a_new_sandbox_of_an_old_one() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    api.refresh(&tokens.refresh_token).await;
    api.sandbox.advance(HOUR);
    api.sandbox.set_access_token_ttl(HOUR * 2);
    let fault = api.sandbox.inject(mobiscroll_connect_sandbox::Fault::on_any().always().status(500));
    api.sandbox.reset();

    assert!(api.sandbox.users().is_empty() && api.sandbox.requests().is_empty() && api.sandbox.faults().is_empty());
    assert_eq!((api.sandbox.refreshes("alice"), api.sandbox.request_counts().len()), (0, 0));
    assert_eq!(api.try_access(&tokens.access_token).await, 401);
    assert_eq!(api.refresh(&tokens.refresh_token).await.1["error"], "invalid_grant");
    assert_eq!(api.sandbox.issue_tokens("alice").expires_in, 3600);
    assert_eq!(fault.fired(), 0);
}
