//! Subscriptions to changes.

use mobiscroll_connect::{Client, Provider, Subscription};
use mobiscroll_connect_sandbox::{ChannelDialect, Operation, Provider as At, Sandbox, Seed, seed};
use serde_json::json;

use crate::support::{ADA, answer, category, client_of, instant, only, signed_in};

#[tokio::test]
async fn a_subscription_is_made_and_ended() {
    let (sandbox, client) = signed_in().await;
    let made = client.webhooks().subscribe_webhook(Provider::Google, seed::GOOGLE_PRIMARY).send().await.unwrap();

    let [channel] = &sandbox.webhook_channels(ADA)[..] else { panic!() };
    let subscription = made;
    assert_eq!((&subscription.provider, &*subscription.calendar_id), (&Provider::Google, seed::GOOGLE_PRIMARY));
    assert_eq!(subscription.channel_id, channel.channel_id);
    assert_eq!(subscription.resource_id, channel.resource_id);
    assert_eq!(subscription.expiration.map(|end| end.as_second()), channel.expiration.map(|end| end.as_second()));
    let request = only(&sandbox, Operation::SubscribeWebhook);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/subscribe-webhook"));
    assert_eq!(request.json(), Some(json!({ "provider": "google", "calendarId": "primary" })));

    let stored = serde_json::to_string(&subscription).unwrap();
    let subscription: Subscription = serde_json::from_str(&stored).unwrap();
    let resource_id = subscription.resource_id.clone().unwrap();
    let ended = client.webhooks().unsubscribe(&subscription).send().await.unwrap();
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

    assert_eq!(made.expiration, Some(instant("2026-12-01T00:00:00.123Z")));
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
    assert_eq!(made.provider.as_str(), "proton");
    assert_eq!(made.expiration, None);
}

async fn subscribed(dialect: ChannelDialect) -> (Sandbox, Client, Subscription) {
    let sandbox = Sandbox::builder().channel_dialect(dialect).webhook_initial_sync(false).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    let subscription = client.webhooks().subscribe_webhook(Provider::Google, seed::GOOGLE_PRIMARY).await.unwrap();
    sandbox.clear_requests();
    (sandbox, client, subscription)
}

/// The channels to which a change is delivered.
async fn told_of_a_change(sandbox: &Sandbox) -> Vec<String> {
    let event = sandbox.events(ADA).into_iter().find(|event| event["calendarId"] == seed::GOOGLE_PRIMARY).unwrap();
    let before = sandbox.deliveries().len();
    assert!(sandbox.change_event(ADA, event["id"].as_str().unwrap(), json!({ "title": "Moved" })));
    sandbox.deliveries_settled().await;
    let body = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap();
    let deliveries = sandbox.deliveries();
    let channel = |body: serde_json::Value| body["metadata"]["channelId"].as_str().unwrap().to_owned();
    deliveries[before..].iter().map(|delivery| channel(body(&delivery.body))).collect()
}

#[tokio::test]
async fn a_renewal_opens_the_new_channel_before_it_ends_the_old_one() {
    let (sandbox, client, old) = subscribed(ChannelDialect::Separate).await;
    let end = instant("2027-01-01T00:00:00Z");
    let renewal = client.webhooks().renew(&old).expiration(end).await.unwrap();
    assert!(renewal.old_error.is_none());
    let new = renewal.subscription;
    assert_ne!(new.channel_id, old.channel_id);
    assert_eq!((&new.provider, &new.calendar_id, new.expiration), (&old.provider, &old.calendar_id, Some(end)));
    let seen: Vec<_> = crate::support::seen(&sandbox).into_iter().map(|(operation, _)| operation).collect();
    assert_eq!(seen, [Operation::SubscribeWebhook, Operation::UnsubscribeWebhook]);
    let ended = only(&sandbox, Operation::UnsubscribeWebhook).json().unwrap();
    assert_eq!((&ended["channelId"], &ended["resourceId"]), (&json!(old.channel_id), &json!(old.resource_id)));
    assert_eq!(told_of_a_change(&sandbox).await, [new.channel_id]);
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_old_subscription_alone() {
    let (sandbox, client, old) = subscribed(ChannelDialect::Separate).await;
    answer(&sandbox, Operation::SubscribeWebhook, 400, "{}");
    assert_eq!(category(&client.webhooks().renew(&old).await.unwrap_err()), "Validation");
    assert_eq!(sandbox.requests_of(Operation::UnsubscribeWebhook).len(), 0);
    assert_eq!(told_of_a_change(&sandbox).await, [old.channel_id]);
}

#[tokio::test]
async fn an_old_channel_that_cannot_be_ended_does_not_lose_the_new_one() {
    let (sandbox, client, old) = subscribed(ChannelDialect::Separate).await;
    answer(&sandbox, Operation::UnsubscribeWebhook, 500, "");
    let renewal = client.webhooks().renew(&old).await.unwrap();
    assert_eq!(category(&renewal.old_error.unwrap()), "Server");
    let channels = told_of_a_change(&sandbox).await;
    assert_eq!(channels.len(), 2, "a change comes twice, under two ids");
    assert!(channels.contains(&renewal.subscription.channel_id));
    client.webhooks().unsubscribe(&old).await.unwrap();
    assert_eq!(told_of_a_change(&sandbox).await, [renewal.subscription.channel_id]);
}

#[tokio::test]
async fn where_the_old_channel_ends_the_new_one_it_can_be_kept() {
    let (sandbox, client, old) = subscribed(ChannelDialect::Shared).await;
    let renewal = client.webhooks().renew(&old).await.unwrap();
    assert!(told_of_a_change(&sandbox).await.is_empty(), "the sandbox plays the bad case");
    let renewal = client.webhooks().renew(&renewal.subscription).keep_old().await.unwrap();
    assert_eq!(told_of_a_change(&sandbox).await, [renewal.subscription.channel_id]);
}
