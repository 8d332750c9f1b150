use mobiscroll_connect_sandbox::{Sandbox, seed};
use serde_json::json;

use crate::support::{Api, answer, send};

#[tokio::test]
async fn a_subscription_is_answered_in_full_and_recorded() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let body = json!({
        "provider": "google", "calendarId": "primary", "channelId": "c-1", "expiration": 1_800_000_000_000_i64,
    });
    let (status, answer) = alice.post("/subscribe-webhook", &body).await;
    assert_eq!((status, &answer["success"], &answer["provider"]), (200, &json!(true), &json!("google")));
    assert_eq!((&answer["channelId"], &answer["subscription"]["channelId"]), (&json!("c-1"), &json!("c-1")));
    assert_eq!(answer["subscription"]["expiration"], "2027-01-15T08:00:00.000Z");
    assert_eq!(answer["subscription"]["webhookUrl"], "https://app.example/webhooks/connect");
    assert!(answer["subscription"]["resourceId"].is_string());
    assert!(answer["serverWebhookUrl"].is_string());

    let channels = api.sandbox.webhook_channels("alice");
    assert_eq!((channels.len(), channels[0].channel_id.as_str()), (1, "c-1"));
    alice.post("/subscribe-webhook", &body).await;
    assert_eq!(api.sandbox.webhook_channels("alice").len(), 1);
}

#[tokio::test]
async fn a_polled_provider_gives_a_channel_without_an_end() {
    let api = Api::empty().await;
    let body = json!({ "provider": "apple", "calendarId": seed::APPLE_CALENDAR });
    let (_, answer) = api.user("alice").post("/subscribe-webhook", &body).await;
    assert!(answer["channelId"].is_string());
    let subscription = answer["subscription"].as_object().expect("an object");
    assert!(!subscription.contains_key("expiration") && !subscription.contains_key("resourceId"));
}

#[tokio::test]
async fn unsubscribing_always_succeeds() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let body = json!({ "provider": "google", "calendarId": "primary", "channelId": "c-1" });
    alice.post("/subscribe-webhook", &body).await;
    assert_eq!(alice.post("/unsubscribe-webhook", &body).await, (200, json!({ "success": true })));
    assert!(api.sandbox.webhook_channels("alice").is_empty());
    let (status, answer) = alice.post("/unsubscribe-webhook", &body).await;
    assert_eq!((status, &answer["success"], answer["message"].is_string()), (200, &json!(true), true));
}

#[tokio::test]
async fn a_subscription_needs_a_webhook_url_and_a_connected_calendar() {
    let api = Api::with(Sandbox::builder().no_webhook_url().start().await.expect("a sandbox"));
    let body = json!({ "provider": "google", "calendarId": "primary" });
    assert_eq!(api.user("alice").post("/subscribe-webhook", &body).await.0, 400);

    let api = Api::empty().await;
    let alice = api.user("alice");
    for body in [
        json!({}),
        json!({ "provider": "yahoo", "calendarId": "primary" }),
        json!({ "provider": "google", "calendarId": "elsewhere" }),
        json!({ "provider": "google", "calendarId": "primary", "expiration": "tomorrow" }),
        json!({ "provider": "google", "calendarId": "primary", "channelId": 5 }),
    ] {
        assert_eq!(alice.post("/subscribe-webhook", &body).await.0, 400, "{body}");
    }
    assert_eq!(alice.post("/unsubscribe-webhook", &json!({ "provider": "google" })).await.0, 400);
}

#[tokio::test]
async fn the_keys_stand_on_the_origin_and_may_be_cached() {
    let api = Api::empty().await;
    let url = format!("{}/.well-known/webhook-keys", api.sandbox.origin());
    let response = send(api.http.get(&url)).await;
    assert!(response.headers()["cache-control"].to_str().is_ok_and(|value| value.contains("max-age=")));
    let (status, keys) = answer(api.http.get(&url)).await;
    let key = keys["keys"][0]["key"].as_str().expect("a key");
    assert_eq!((status, &keys["keys"][0]["alg"]), (200, &json!("ed25519")));
    assert_eq!(key.strip_prefix("whpk_").map(str::len), Some(44));
}

#[tokio::test]
async fn disconnecting_an_account_ends_its_subscriptions() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    for (provider, calendar) in [("google", "primary"), ("apple", seed::APPLE_CALENDAR)] {
        let body = json!({ "provider": provider, "calendarId": calendar });
        assert_eq!(alice.post("/subscribe-webhook", &body).await.0, 200);
    }
    alice.post("/oauth/disconnect?provider=google", &json!({})).await;
    let channels = api.sandbox.webhook_channels("alice");
    assert_eq!((channels.len(), channels[0].calendar_id.as_str()), (1, seed::APPLE_CALENDAR));
}
