//! Subscriptions to changes.

use mobiscroll_connect::Provider;
use mobiscroll_connect_sandbox::{Operation, Provider as At, Sandbox, Seed, seed};
use serde_json::json;

use crate::support::{ADA, answer, category, client_of, instant, only, signed_in};

#[tokio::test]
async fn a_subscription_is_made_and_ended() {
    let (sandbox, client) = signed_in().await;
    let made = client.webhooks().subscribe_webhook(Provider::Google, seed::GOOGLE_PRIMARY).send().await.unwrap();

    let [channel] = &sandbox.webhook_channels(ADA)[..] else { panic!() };
    let subscription = made.subscription.unwrap();
    assert!(made.success);
    assert_eq!(made.provider, Some(Provider::Google));
    assert_eq!(made.channel_id.as_ref(), Some(&channel.channel_id));
    assert_eq!(subscription.channel_id, channel.channel_id);
    assert_eq!(subscription.resource_id, channel.resource_id);
    assert_eq!(subscription.expiration.map(|end| end.as_second()), channel.expiration.map(|end| end.as_second()));
    let request = only(&sandbox, Operation::SubscribeWebhook);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/subscribe-webhook"));
    assert_eq!(request.json(), Some(json!({ "provider": "google", "calendarId": "primary" })));

    let resource_id = subscription.resource_id.unwrap();
    let end = client.webhooks().unsubscribe_webhook(Provider::Google, &subscription.channel_id);
    let ended = end.resource_id(&resource_id).send().await.unwrap();
    assert!(ended.success);
    assert_eq!(ended.message, None);
    assert_eq!(sandbox.webhook_channels(ADA), []);
    let request = only(&sandbox, Operation::UnsubscribeWebhook);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/unsubscribe-webhook"));
    let expected = json!({ "provider": "google", "channelId": subscription.channel_id, "resourceId": resource_id });
    assert_eq!(request.json(), Some(expected));
}

#[tokio::test]
async fn a_channel_id_and_an_expiration_in_milliseconds_are_sent() {
    let (sandbox, client) = signed_in().await;
    let end = instant("2026-12-01T00:00:00.123456Z");
    let subscribe = client.webhooks().subscribe_webhook(Provider::CalDav, seed::CALDAV_HOME);
    let made = subscribe.channel_id("mine").expiration(end).send().await.unwrap();

    assert_eq!(made.subscription.unwrap().expiration, Some(instant("2026-12-01T00:00:00.123Z")));
    let [channel] = &sandbox.webhook_channels(ADA)[..] else { panic!() };
    assert_eq!((channel.provider, channel.channel_id.as_str()), (At::CalDav, "mine"));
    let body = only(&sandbox, Operation::SubscribeWebhook).json().unwrap();
    assert_eq!(body["expiration"], json!(end.as_millisecond()));
}

#[tokio::test]
async fn a_project_without_a_webhook_url_cannot_subscribe() {
    let sandbox = Sandbox::builder().no_webhook_url().seed(Seed::Empty).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    let error = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.unwrap_err();
    assert_eq!((category(&error), error.status()), ("Validation", Some(400)));
}

#[tokio::test]
async fn ending_an_unknown_subscription_succeeds_with_a_message() {
    let (_sandbox, client) = signed_in().await;
    let ended = client.webhooks().unsubscribe_webhook(Provider::Google, "gone").send().await.unwrap();
    assert!(ended.success);
    assert_eq!(ended.message.as_deref(), Some("The channel was not active at the provider"));
}

#[tokio::test]
async fn an_empty_answer_to_an_unsubscription_is_a_success() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::UnsubscribeWebhook, 204, "");
    assert!(client.webhooks().unsubscribe_webhook(Provider::Google, "c").send().await.unwrap().success);
}

#[tokio::test]
async fn an_empty_answer_to_a_subscription_is_an_error() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::SubscribeWebhook, 200, "");
    let error = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.unwrap_err();
    assert_eq!(category(&error), "Decode");
}

#[tokio::test]
async fn a_subscription_answer_full_of_nulls_is_read() {
    let (sandbox, client) = signed_in().await;
    let body = r#"{"success":true,"provider":"proton","channelId":"c","serverWebhookUrl":null,
        "subscription":{"channelId":"c","resourceId":null,"expiration":null,"webhookUrl":null}}"#;
    answer(&sandbox, Operation::SubscribeWebhook, 200, body);
    let made = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.unwrap();
    assert_eq!(made.provider.unwrap().as_str(), "proton");
    assert_eq!(made.subscription.unwrap().expiration, None);
}
