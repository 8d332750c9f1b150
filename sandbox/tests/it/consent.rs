//! The consent flow: what becomes of a user's answer.

use std::{collections::HashSet, time::Duration};

use mobiscroll_connect_sandbox::{Consent, Provider, Sandbox, SandboxBuilder, Seed, SyncState};
use reqwest::header;
use serde_json::{Value, json};

use crate::{
    browser::{Page, QUERY, code, location},
    support::{Api, answer, send},
};

const GOOGLE: &str = "google:alice@gmail.example";
const GOOGLE_WORK: &str = "google:alice.work@gmail.example";
const APPLE: &str = "apple:alice@icloud.example";
const MINUTE: Duration = Duration::from_secs(60);

async fn asking() -> Api {
    asking_with(Sandbox::builder().seed(Seed::Empty)).await
}

async fn asking_with(builder: SandboxBuilder) -> Api {
    Api::with(builder.consent(Consent::Ask).start().await.expect("a sandbox"))
}

/// Exchanges the code, and reads connection status with the tokens.
async fn status(api: &Api, code: &str) -> Value {
    let (status, tokens) = api.exchange(code).await;
    assert_eq!(status, 200, "{tokens}");
    let token = tokens["access_token"].as_str().expect("a token");
    answer(api.get("/oauth/connection-status").bearer_auth(token)).await.1
}

fn ids(status: &Value, provider: &str) -> Vec<String> {
    let accounts = status["connections"][provider].as_array().expect("a list");
    accounts.iter().map(|account| account["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn authorize_leads_to_the_page_with_its_query_and_a_cookie() {
    let api = asking().await;
    let query = "client_id=sandbox-client&user_id=J%C3%BCrgen+%26&lng=pt_br&theme=dark&state=%22x%22";
    let response = send(api.get(&format!("/oauth/authorize?{query}"))).await;
    assert_eq!(response.status(), 302);
    assert_eq!(location(&response), format!("/oauth/consent?{query}"));
    let cookie = response.headers()[header::SET_COOKIE].to_str().expect("a text");
    let (value, attributes) = cookie.split_once("; ").expect("attributes");
    assert_eq!(attributes, "Max-Age=7200; Path=/; HttpOnly; SameSite=Lax");
    assert!(value.strip_prefix("oauth_req=").is_some_and(|value| value.len() >= 32));
    assert!(api.sandbox.accounts("Jürgen &").is_empty(), "nothing is connected yet");
}

#[tokio::test]
async fn the_cookie_is_set_without_a_page_too() {
    for consent in [Consent::Approve, Consent::Deny] {
        let api = Api::with(Sandbox::builder().consent(consent).start().await.expect("a sandbox"));
        let response = send(api.get("/oauth/authorize").query(&QUERY)).await;
        assert!(response.headers()[header::SET_COOKIE].to_str().expect("a text").starts_with("oauth_req="));
    }
}

#[tokio::test]
async fn a_wrong_request_is_refused_before_the_page() {
    let api = asking().await;
    for (query, expected) in [("client_id=x&user_id=alice", 401), ("client_id=sandbox-client", 400)] {
        let response = send(api.get(&format!("/oauth/authorize?{query}"))).await;
        assert_eq!(response.status(), expected);
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        assert!(response.headers()[header::CONTENT_TYPE].to_str().expect("a text").starts_with("application/json"));
    }
}

#[tokio::test]
async fn allowing_connects_the_chosen_accounts_and_gives_a_code() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    assert!(api.sandbox.accounts("alice").is_empty());
    let response = page.allow(&[GOOGLE, APPLE]).await;
    let target = location(&response);
    assert!(target.starts_with("https://app.example/oauth/callback?code="), "{target}");
    assert!(target.ends_with("&state=a+b%26c"), "{target}");

    let status = status(&api, &code(&response)).await;
    assert_eq!(ids(&status, "google"), ["alice@gmail.example"]);
    assert_eq!(ids(&status, "apple"), ["alice@icloud.example"]);
    assert!(ids(&status, "microsoft").is_empty() && ids(&status, "caldav").is_empty());
    assert_eq!(status["connections"]["google"][0]["calendarPermissionGranted"], true);
    assert_eq!(status["connections"]["apple"][0]["calendarPermissionGranted"], Value::Null);
    assert_eq!((&status["limitReached"], status.get("limit")), (&json!(false), None));
}

#[tokio::test]
async fn denying_sends_the_browser_back_and_changes_nothing() {
    let api = asking().await;
    Page::open(&api, &[]).await.allow(&[GOOGLE]).await;
    let before = api.sandbox.accounts("alice");
    for decision in ["deny", "nonsense"] {
        let page = Page::open(&api, &[]).await;
        let response = send(page.submit(&[("account", APPLE), ("decision", decision)])).await;
        assert_eq!(response.status(), 303);
        assert_eq!(location(&response), "https://app.example/oauth/callback?error=access_denied&state=a+b%26c");
    }
    assert_eq!(api.sandbox.accounts("alice"), before);
}

#[tokio::test]
async fn an_unticked_permission_connects_an_account_without_its_calendars() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    let fields = [("account", GOOGLE), ("account", APPLE), ("decision", "allow")];
    let status = status(&api, &code(&send(page.submit(&fields)).await)).await;
    assert_eq!(status["connections"]["google"][0]["calendarPermissionGranted"], false);
    assert_eq!(status["connections"]["apple"][0]["calendarPermissionGranted"], Value::Null);

    let page = Page::open(&api, &[]).await;
    assert!(page.row(GOOGLE).contains("No calendar access"));
    page.allow(&[GOOGLE]).await;
    let row = Page::open(&api, &[]).await.row(GOOGLE).to_owned();
    assert!(row.contains("Connected") && !row.contains("No calendar access"), "{row}");
}

#[tokio::test]
async fn authorizing_again_adds_accounts_and_revokes_nothing() {
    let api = asking().await;
    let first = code(&Page::open(&api, &[]).await.allow(&[GOOGLE]).await);
    let (_, tokens) = api.exchange(&first).await;

    let page = Page::open(&api, &[]).await;
    assert!(page.row(GOOGLE).contains(" checked disabled>"), "a connected account stays");
    let second = code(&page.allow(&[GOOGLE_WORK]).await);
    let status = status(&api, &second).await;
    assert_eq!(ids(&status, "google"), ["alice@gmail.example", "alice.work@gmail.example"]);
    assert_eq!(api.try_access(tokens["access_token"].as_str().expect("a token")).await, 200);

    // Nothing new has to be chosen when something is connected.
    let third = Page::open(&api, &[]).await.allow(&[]).await;
    assert_eq!(api.exchange(&code(&third)).await.0, 200);
}

#[tokio::test]
async fn consent_repairs_an_account_that_has_to_reconnect() {
    let api = asking().await;
    api.sandbox.set_sync_state("alice", Provider::Google, "alice@gmail.example", SyncState::ReauthRequired);
    for (accounts, expected) in [(&[APPLE][..], "reauth_required"), (&[GOOGLE], "active")] {
        let page = Page::open(&api, &[]).await;
        let row = page.row(GOOGLE);
        assert!(row.contains("Reconnect") && row.contains(" checked>"), "{row}");
        let status = status(&api, &code(&page.allow(accounts).await)).await;
        assert_eq!(status["connections"]["google"][0]["syncState"], expected);
        assert!(status["connections"]["google"][0]["syncStateUpdatedAt"].is_string());
    }
}

#[tokio::test]
async fn a_second_account_has_calendars_of_its_own() {
    let api = asking_with(Sandbox::builder()).await;
    let page = Page::open(&api, &[]).await;
    page.allow(&[GOOGLE, GOOGLE_WORK, "microsoft:alice@outlook.example", "microsoft:alice.work@outlook.example"]).await;
    let (_, calendars) = api.user("alice").get("/calendars").await;
    let ids: Vec<_> = calendars.as_array().expect("a list").iter().map(|calendar| calendar["id"].clone()).collect();
    assert!(ids.contains(&json!("alice.work@gmail.example")), "{ids:?}");
    let unique: HashSet<_> = ids.iter().map(Value::to_string).collect();
    assert_eq!(unique.len(), ids.len());
    let events = api.sandbox.events("alice");
    assert!(events.iter().any(|event| event["calendarId"] == "alice.work@gmail.example"));
}

#[tokio::test]
async fn only_the_named_providers_are_offered_and_nothing_else_can_be_chosen() {
    let api = asking().await;
    let page = Page::open(&api, &[("providers", "apple,google,apple")]).await;
    assert_eq!(page.html.matches("name=\"account\" value=\"").count(), 3);
    for forged in ["microsoft:alice@outlook.example", "google:mallory@gmail.example", "google", ""] {
        assert_eq!(page.allow(&[forged]).await.status(), 422, "{forged}");
    }
    assert!(api.sandbox.accounts("alice").is_empty());
}

#[tokio::test]
async fn choosing_nothing_shows_the_page_again() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    let response = page.allow(&[]).await;
    assert_eq!(response.status(), 422);
    let html = response.text().await.expect("a page");
    assert!(html.contains("role=\"alert\">Choose at least one account, or deny access.<"), "{html}");
    // The same page still takes an answer.
    assert_eq!(page.allow(&[GOOGLE]).await.status(), 303);
}

#[tokio::test]
async fn accounts_beyond_the_limit_are_not_connected() {
    let api = asking_with(Sandbox::builder().connection_limit(2)).await;
    let page = Page::open(&api, &[]).await;
    let response = page.allow(&[GOOGLE, GOOGLE_WORK, APPLE]).await;
    assert_eq!(response.status(), 422);
    let html = response.text().await.expect("a page");
    assert!(html.contains("That is more than the limit of 2 allows. Accounts you can still add: 2."), "{html}");
    assert!(html.contains(&format!("value=\"{GOOGLE_WORK}\" checked")), "what was ticked stays ticked");
    assert!(api.sandbox.accounts("alice").is_empty());

    let status = status(&api, &code(&page.allow(&[GOOGLE, APPLE]).await)).await;
    assert_eq!((&status["limitReached"], &status["limit"]), (&json!(true), &json!(2)));

    let page = Page::open(&api, &[]).await;
    assert!(page.html.contains("The limit of connected accounts (2) is reached."));
    assert!(page.row(GOOGLE_WORK).contains(" disabled>"));
    assert_eq!(page.allow(&[GOOGLE_WORK]).await.status(), 422);
    assert_eq!(page.allow(&[]).await.status(), 303);
    assert_eq!(api.sandbox.accounts("alice").len(), 2);
}

#[tokio::test]
async fn the_limit_leaves_accounts_to_be_repaired() {
    let api = asking_with(Sandbox::builder().connection_limit(1)).await;
    api.sandbox.set_calendar_permission("alice", Provider::Google, "alice@gmail.example", false);
    let status = status(&api, &code(&Page::open(&api, &[]).await.allow(&[GOOGLE]).await)).await;
    assert_eq!(status["connections"]["google"][0]["calendarPermissionGranted"], true);
    assert_eq!(status["limitReached"], true);
}

#[tokio::test]
async fn the_limit_holds_where_consent_is_given_without_a_page() {
    let sandbox = Sandbox::builder().connection_limit(3).start().await.expect("a sandbox");
    let api = Api::with(sandbox);
    let (_, status) = api.user("alice").get("/oauth/connection-status").await;
    assert_eq!((&status["limitReached"], &status["limit"]), (&json!(true), &json!(3)));
    assert_eq!(api.sandbox.accounts("alice").len(), 3);
    let (_, status) = api.user("alice").get("/oauth/connection-status").await;
    assert!(ids(&status, "caldav").is_empty());
}

#[tokio::test]
async fn the_form_works_only_in_the_browser_that_was_sent() {
    let api = asking().await;
    let (page, other) = (Page::open(&api, &[]).await, Page::open(&api, &[("user_id", "bob")]).await);
    let fields = [("token", page.token()), ("account", GOOGLE), ("decision", "allow")];
    let address = format!("{}/oauth/consent", api.sandbox.origin());
    for request in [
        api.http.post(&address).form(&fields),
        api.http.post(&address).form(&fields).header(header::COOKIE, "oauth_req=made-up"),
        other.post().form(&fields),
        page.post().form(&fields[1..]),
        page.post().form(&[("token", "made-up"), fields[1], fields[2]]),
        page.post().body(vec![0xff; 100]),
    ] {
        let response = send(request).await;
        assert_eq!(response.status(), 400);
        assert!(response.text().await.expect("a page").contains("<h1>This page has expired</h1>"));
    }
    assert!(api.sandbox.accounts("alice").is_empty());
    // Other cookies of the same browser do no harm.
    let cookies = format!("theme=dark; {}; broken", page.cookie);
    let request = api.http.post(&address).form(&fields).header(header::COOKIE, cookies);
    assert_eq!(send(request).await.status(), 303);
}

#[tokio::test]
async fn a_page_takes_one_answer() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    assert_eq!(page.allow(&[GOOGLE]).await.status(), 303);
    assert_eq!(page.allow(&[APPLE]).await.status(), 400);
    assert_eq!(send(page.get()).await.status(), 400);
    assert_eq!(api.sandbox.accounts("alice").len(), 1);
}

#[tokio::test]
async fn a_browser_has_one_request_at_a_time() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    let again = api.get("/oauth/authorize").query(&QUERY).header(header::COOKIE, &page.cookie);
    assert_eq!(send(again).await.status(), 302);
    assert_eq!(page.allow(&[GOOGLE]).await.status(), 400);
}

#[tokio::test]
async fn the_page_lives_for_two_hours() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    api.sandbox.advance(119 * MINUTE);
    assert_eq!(send(page.get()).await.status(), 200);
    api.sandbox.advance(MINUTE);
    assert_eq!(send(page.get()).await.status(), 400);
    assert_eq!(page.allow(&[GOOGLE]).await.status(), 400);
}

#[tokio::test]
async fn a_code_does_not_outlive_its_browser_session() {
    let api = asking().await;
    let (page, late) = (Page::open(&api, &[]).await, Page::open(&api, &[]).await);
    api.sandbox.advance(115 * MINUTE);
    let code_in_time = code(&page.allow(&[GOOGLE]).await);
    let code_too_late = code(&late.allow(&[APPLE]).await);
    api.sandbox.advance(4 * MINUTE);
    assert_eq!(api.exchange(&code_in_time).await.0, 200);
    api.sandbox.advance(MINUTE);
    let (status, error) = api.exchange(&code_too_late).await;
    assert_eq!((status, &error["error"]), (400, &json!("session_expired")));
    assert!(error["error_description"].is_string());
    api.sandbox.advance(5 * MINUTE);
    assert_eq!(api.exchange(&code_too_late).await.1["error"], "invalid_grant", "the code has expired as well");
}

#[tokio::test]
async fn the_page_is_no_operation_of_the_api() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    assert_eq!(api.sandbox.requests().last().map(|request| request.operation), Some(None));
    let address = format!("{}{}", api.sandbox.origin(), page.path);
    assert_eq!(send(api.http.put(address)).await.status(), 404);
}
