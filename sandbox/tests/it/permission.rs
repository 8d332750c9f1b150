use mobiscroll_connect_sandbox::{Provider, Sandbox, Scope, ScopeDenial, Seed, SyncState, seed};
use reqwest::Method;
use serde_json::json;

use crate::support::{Api, MARCH, answer, event, merged, send};

#[tokio::test]
async fn free_busy_sees_blocks_of_time_and_no_calendars() {
    let api = Api::empty().await;
    api.user("alice")
        .create(json!({ "location": "Canteen", "description": "secret", "attendees": ["a@example.com"] }))
        .await;
    let watcher = api.user_with("alice", Scope::FreeBusy);
    let page = watcher.list(&MARCH).await;
    let block = page["events"][0].as_object().expect("a block");
    assert_eq!(block["start"], "2026-03-01T12:00:00.000Z");
    for hidden in ["title", "description", "attendees", "location", "original", "link", "custom"] {
        assert!(!block.contains_key(hidden), "{hidden}");
    }
    let (status, body) = watcher.get("/calendars").await;
    assert_eq!(status, 403);
    assert_eq!(body.as_object().map(|body| body.keys().collect::<Vec<_>>()), Some(vec![&"error".to_owned()]));
}

#[tokio::test]
async fn lesser_scopes_may_not_write() {
    for (denial, status, error) in
        [(ScopeDenial::Unauthorized, 401, "Unauthorized"), (ScopeDenial::Forbidden, 403, "Forbidden")]
    {
        let sandbox = Sandbox::builder().seed(Seed::Empty).scope_denial(denial).start().await;
        let api = Api::with(sandbox.expect("a sandbox"));
        for scope in [Scope::FreeBusy, Scope::Read] {
            let reader = api.user_with("alice", scope);
            let expected = (status, json!({ "error": error, "message": "Write access denied for current scope" }));
            assert_eq!(reader.post("/event", &event()).await, expected);
            assert_eq!(reader.put(&event()).await, expected);
            assert_eq!(reader.delete(&[]).await, expected);
            assert_eq!(reader.get("/events").await.0, 200);
        }
    }
}

#[tokio::test]
async fn partial_consent_leaves_out_accounts_and_names_them() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(json!({ "title": "seen no more" })).await;
    alice.create(json!({ "title": "home", "provider": "caldav", "calendarId": seed::CALDAV_HOME })).await;
    api.sandbox.set_calendar_permission("alice", Provider::Google, "alice@gmail.example", false);
    api.sandbox.set_calendar_permission("alice", Provider::Microsoft, "alice@outlook.example", false);

    for path in ["/calendars", "/events?start=2026-03-01&end=2026-04-01"] {
        let response = send(alice.request(Method::GET, path)).await;
        assert_eq!(response.status(), 200);
        let header = &response.headers()["x-connect-calendar-permission-missing"];
        assert_eq!(header, "google:alice@gmail.example,microsoft:alice@outlook.example");
        let body = response.text().await.expect("a body");
        assert!(!body.contains("google") && body.contains("caldav"), "{body}");
    }
    let (_, status) = alice.get("/oauth/connection-status").await;
    assert_eq!(status["connections"]["google"][0]["calendarPermissionGranted"], false);

    let (status, body) = alice.post("/event", &event()).await;
    assert_eq!((status, &body["code"]), (403, &json!("calendar_permission_required")));
    assert_eq!(body["accounts"], json!([{ "provider": "google", "account": "alice@gmail.example" }]));
    let elsewhere = merged(event(), json!({ "calendarId": "elsewhere" }));
    assert_eq!(alice.post("/event", &elsewhere).await.0, 403);
}

#[tokio::test]
async fn consent_without_any_calendar_refuses_every_call() {
    let api = Api::empty().await;
    let query = "client_id=sandbox-client&user_id=alice&providers=google";
    send(api.get(&format!("/oauth/authorize?{query}"))).await;
    api.sandbox.set_calendar_permission("alice", Provider::Google, "alice@gmail.example", false);
    let (_, tokens) = api
        .exchange(&{
            let response = send(api.get(&format!("/oauth/authorize?{query}"))).await;
            let location = response.headers()["location"].to_str().expect("a text").to_owned();
            location.split_once("code=").expect("a code").1.to_owned()
        })
        .await;
    let token = tokens["access_token"].as_str().expect("a token");
    for request in [api.get("/calendars"), api.get("/events"), api.post("/event").json(&event())] {
        let (status, body) = answer(request.bearer_auth(token)).await;
        assert_eq!((status, &body["error"]), (403, &json!("Forbidden")));
        assert_eq!(body["code"], "calendar_permission_required");
        assert_eq!(body["accounts"][0]["account"], "alice@gmail.example");
    }
}

#[tokio::test]
async fn free_busy_lists_only_what_takes_time() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for more in [
        json!({}),
        json!({ "availability": "free" }),
        json!({ "status": "cancelled" }),
        json!({ "status": "tentative", "start": "2026-03-02T12:00:00Z", "end": "2026-03-02T13:00:00Z" }),
    ] {
        alice.create(more).await;
    }
    let series = alice.create(json!({ "recurrence": { "frequency": "DAILY", "count": 2 } })).await;
    let second = json!({
        "provider": "google", "calendarId": "primary", "recurringEventId": series["id"], "availability": "free",
        "eventId": format!("{}_20260302T120000Z", series["id"].as_str().expect("an id")),
    });
    assert_eq!(alice.put(&second).await.0, 200);
    assert_eq!(alice.list(&MARCH).await["events"].as_array().map(Vec::len), Some(6));
    let blocks = api.user_with("alice", Scope::FreeBusy).list(&MARCH).await;
    let starts = crate::support::column(&blocks, "start");
    assert_eq!(starts, ["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00.000Z", "2026-03-02T12:00:00.000Z"]);
}

#[tokio::test]
async fn an_account_to_be_connected_again_is_read_but_not_written() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let created = alice.create(json!({})).await;
    api.sandbox.set_sync_state("alice", Provider::Google, "alice@gmail.example", SyncState::ReauthRequired);
    assert_eq!(alice.list(&MARCH).await["events"].as_array().map(Vec::len), Some(1));
    let (status, calendars) = alice.get("/calendars").await;
    assert_eq!((status, calendars.as_array().map(Vec::len)), (200, Some(6)));
    let (status, body) = alice.post("/event", &event()).await;
    assert_eq!((status, &body["error"]), (500, &json!("Provider error")));
    assert_eq!(alice.put(&merged(event(), json!({ "eventId": created["id"] }))).await.0, 500);
    let elsewhere = json!({ "provider": "caldav", "calendarId": seed::CALDAV_HOME });
    assert_eq!(alice.post("/event", &merged(event(), elsewhere)).await.0, 200);
    api.sandbox.set_sync_state("alice", Provider::Google, "alice@gmail.example", SyncState::Active);
    assert_eq!(alice.post("/event", &event()).await.0, 200);
}
