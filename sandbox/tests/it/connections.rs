use mobiscroll_connect_sandbox::{Operation, Provider, Sandbox, SyncState, seed};
use reqwest::Method;
use serde_json::json;

use crate::support::{Api, answer, event};

#[tokio::test]
async fn status_lists_every_provider_and_its_accounts() {
    let api = Api::empty().await;
    let alice = api.user("Alice Smith@corp.example");
    let (status, body) = alice.get("/oauth/connection-status").await;
    assert_eq!(status, 200);
    assert_eq!(body["limitReached"], false);
    for (provider, id, permission) in [
        ("google", "alice-smith@gmail.example", json!(true)),
        ("microsoft", "alice-smith@outlook.example", json!(true)),
        ("apple", "alice-smith@icloud.example", json!(null)),
        ("caldav", "alice-smith@caldav.example", json!(null)),
    ] {
        let account = &body["connections"][provider][0];
        assert_eq!(account["id"], id);
        assert_eq!(account["calendarPermissionGranted"], permission);
        assert_eq!(account["syncState"], "active");
        assert!(account["grantedScopes"].is_array());
    }
}

#[tokio::test]
async fn status_tells_which_accounts_have_to_reconnect() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    api.sandbox.set_sync_state("alice", Provider::Google, "alice@gmail.example", SyncState::ReauthRequired);
    let (_, body) = alice.get("/oauth/connection-status").await;
    let account = &body["connections"]["google"][0];
    assert_eq!(account["syncState"], "reauth_required");
    assert!(account["syncStateUpdatedAt"].is_string());
}

#[tokio::test]
async fn disconnect_removes_one_account_or_all_of_a_provider() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({})).await;
    alice.create(json!({ "provider": "apple", "calendarId": seed::APPLE_CALENDAR })).await;
    api.sandbox.add_account("alice", Provider::Google, "second@gmail.example");

    let one = "/oauth/disconnect?provider=google&account=second%40gmail.example";
    assert_eq!(alice.post(one, &json!({})).await, (200, json!({ "success": true })));
    assert_eq!(api.sandbox.accounts("alice").len(), 4);
    assert_eq!(alice.post("/oauth/disconnect?provider=google&account=", &json!({})).await.0, 200);
    assert_eq!(api.sandbox.accounts("alice").len(), 3);

    let titles: Vec<_> = api.sandbox.events("alice");
    assert_eq!((titles.len(), &titles[0]["provider"]), (1, &json!("apple")));
    assert_eq!(alice.post("/event", &event()).await.0, 404);
    let (status, body) = alice.post("/oauth/disconnect?provider=google", &json!({})).await;
    assert_eq!((status, &body["success"]), (200, &json!(true)));
    assert!(body["message"].is_string());
}

#[tokio::test]
async fn disconnect_needs_a_known_provider() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for path in ["/oauth/disconnect", "/oauth/disconnect?provider=yahoo"] {
        let (status, body) = alice.post(path, &json!({})).await;
        assert_eq!(status, 400);
        assert!(body["details"]["provider"].is_array());
    }
}

#[tokio::test]
async fn legacy_paths_always_work_and_may_be_the_only_ones() {
    let api = Api::empty().await;
    assert_eq!(api.user("alice").get("/connection-status").await.0, 200);

    let sandbox = Sandbox::builder().legacy_paths_only(true).start().await.expect("a sandbox");
    let api = Api::with(sandbox);
    let alice = api.user("alice");
    assert_eq!(alice.get("/oauth/connection-status").await.0, 404);
    assert_eq!(alice.get("/connection-status").await.0, 200);
    assert_eq!(alice.post("/oauth/disconnect?provider=apple", &json!({})).await.0, 404);
    assert_eq!(alice.post("/disconnect?provider=apple", &json!({})).await.0, 200);
    let statuses: Vec<_> =
        api.sandbox.requests_of(Operation::Disconnect).iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(404), Some(200)]);
}

#[tokio::test]
async fn every_api_call_needs_a_token() {
    let api = Api::empty().await;
    for (method, path) in [
        (Method::GET, "/oauth/connection-status"),
        (Method::POST, "/oauth/disconnect"),
        (Method::GET, "/calendars"),
        (Method::GET, "/events"),
        (Method::POST, "/event"),
        (Method::PUT, "/event"),
        (Method::DELETE, "/event"),
        (Method::POST, "/subscribe-webhook"),
        (Method::POST, "/unsubscribe-webhook"),
    ] {
        for header in [None, Some("Bearer nonsense"), Some("Bearer"), Some("Basic c2FuZGJveA==")] {
            let mut request = api.request(method.clone(), path);
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let (status, body) = answer(request).await;
            assert_eq!((status, &body["error"]), (401, &json!("Unauthorized")), "{method} {path}");
        }
    }
}
