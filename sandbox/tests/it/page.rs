//! The admin API's page for people.

use mobiscroll_connect_sandbox::{Provider, Sandbox, Seed};
use reqwest::{Client, Response};
use serde_json::json;

use crate::support::{Api, answer, send};

const HOSTILE: &str = "\"><script>alert(1)</script><b>'&amp;{{version}}";

fn page_url(api: &Api) -> String {
    format!("{}/_sandbox/", api.sandbox.origin())
}

async fn page(api: &Api, query: &[(&str, &str)]) -> String {
    let request =
        api.http.get(page_url(api)).query(query).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let response = send(request).await;
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .is_ok_and(|policy| policy.starts_with("default-src 'none'"))
    );
    response.text().await.expect("text")
}

async fn act(api: &Api, origin: &str, fields: &[(&str, &str)]) -> Response {
    send(api.http.post(format!("{}page", page_url(api))).header("origin", origin).form(fields)).await
}

#[tokio::test]
async fn browsers_get_a_page_and_programs_get_json() {
    let api = Api::empty().await;
    assert!(page(&api, &[]).await.contains("<title>Connect sandbox</title>"));
    assert_eq!(answer(api.http.get(page_url(&api))).await.1["clientId"], "sandbox-client");
    let style = send(Client::new().get(format!("{}style.css", page_url(&api)))).await;
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn everything_on_the_page_is_escaped() {
    let api = Api::with(Sandbox::builder().seed(Seed::Empty).client_id(HOSTILE).start().await.expect("a sandbox"));
    api.sandbox.add_account(HOSTILE, Provider::Google, HOSTILE);
    api.sandbox
        .add_event(HOSTILE, json!({ "id": HOSTILE, "title": HOSTILE, "calendarId": [HOSTILE], "start": HOSTILE }));
    let unknown = format!("{}/nowhere/<script>alert(2)</script>", api.sandbox.base_url());
    answer(api.http.get(unknown)).await;
    let html = page(&api, &[("user", HOSTILE), ("message", HOSTILE)]).await;
    assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("{{version}}"));
    api.departures();
}

#[tokio::test]
async fn looking_changes_nothing() {
    let api = Api::empty().await;
    page(&api, &[("user", "nobody")]).await;
    assert_eq!(api.sandbox.users(), Vec::<String>::new());
    assert!(api.sandbox.requests().is_empty());
}

#[tokio::test]
async fn the_usual_actions_are_forms() {
    let api = Api::empty().await;
    let own = api.sandbox.origin().to_owned();
    let before = api.sandbox.now();
    let tokens = api.sandbox.issue_tokens("alice");
    api.sandbox.add_event("alice", json!({ "id": "e-1", "provider": "google", "calendarId": "primary" }));
    let google = [("user", "alice"), ("provider", "google"), ("account", "alice@gmail.example")];
    for (action, more) in [
        ("advance", &[("seconds", "3600")][..]),
        ("freeze", &[]),
        ("add-user", &[("user", "bob")]),
        ("inject", &[("operation", "list_events"), ("status", "503"), ("times", "2")]),
        ("remove-event", &[("user", "alice"), ("id", "e-1")]),
        ("permission", &[google[0], google[1], google[2], ("granted", "false")]),
        ("sync-state", &[google[0], google[1], google[2], ("state", "reauth_required")]),
        ("expire-tokens", &[("user", "alice")]),
        ("rotate-key", &[]),
        ("clear-journal", &[]),
        ("clear-requests", &[]),
    ] {
        let response = act(&api, &own, &[&[("action", action)], more].concat()).await;
        assert_eq!(response.status(), 303, "{action}");
        let location = response.headers()["location"].to_str().expect("text").to_owned();
        assert!(location.starts_with("/_sandbox/?"), "{location}");
    }
    assert!(api.sandbox.now().duration_since(before).as_secs() >= 3600 && api.sandbox.is_time_frozen());
    assert_eq!((api.sandbox.users(), api.sandbox.events("alice").len()), (vec!["alice".into(), "bob".into()], 0));
    assert_eq!(api.sandbox.faults()[0].description(), "list_events: status 503");
    assert_eq!(api.sandbox.webhook_keys().len(), 2);
    assert_eq!(api.try_access(&tokens.access_token).await, 401);
    let html = page(&api, &[("user", "alice")]).await;
    for expected in ["stands still", "reauth_required", "list_events: status 503", "alice@caldav.example"] {
        assert!(html.contains(expected), "{expected}");
    }
    for action in ["remove-fault", "clear-faults", "unfreeze", "revoke-grant", "reset"] {
        assert_eq!(
            act(&api, &own, &[("action", action), ("id", "1"), ("user", "alice")]).await.status(),
            303,
            "{action}"
        );
    }
    assert!(api.sandbox.faults().is_empty() && api.sandbox.users().is_empty());
}

#[tokio::test]
async fn pages_of_others_cannot_act_and_nonsense_is_explained() {
    let api = Api::empty().await;
    let own = api.sandbox.origin().to_owned();
    api.sandbox.add_event("alice", json!({ "id": "e-1" }));
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(act(&api, origin, &[("action", "reset")]).await.status(), 403, "{origin}");
    }
    assert_eq!(api.sandbox.users(), ["alice"]);
    for fields in [
        &[][..],
        &[("action", "explode")],
        &[("action", "advance"), ("seconds", "-1")],
        &[("action", "advance"), ("seconds", "99999999999999999999999")],
        &[("action", "add-user"), ("user", "")],
        &[("action", "inject"), ("operation", "nonsense"), ("status", "503"), ("times", "1")],
        &[("action", "inject"), ("operation", "any"), ("status", "99"), ("times", "1")],
        &[("action", "inject"), ("operation", "any"), ("status", "70000"), ("times", "1")],
        &[("action", "permission"), ("user", "a"), ("provider", "yahoo"), ("account", "b"), ("granted", "true")],
        &[("action", "remove-event"), ("user", "alice"), ("id", "<b>")],
        &[("action", "remove-fault"), ("id", "x")],
    ] {
        let response = act(&api, &own, fields).await;
        assert_eq!(response.status(), 400, "{fields:?}");
        assert!(response.text().await.expect("text").contains("role=\"status\""), "{fields:?}");
    }
    // The clock stops at the end of time.
    let far = u64::MAX.to_string();
    assert_eq!(act(&api, &own, &[("action", "advance"), ("seconds", far.as_str())]).await.status(), 303);
    assert!(page(&api, &[("user", "alice")]).await.contains("9999-12-30"));
}
