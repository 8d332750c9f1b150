//! Subscriptions. What is delivered for them is not seen here.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use super::dates::{form, instant};
use super::presence;
use crate::Outcome;
use crate::context::{Channel, Context, random_hex};
use crate::dispute::{Dispute, dispute};
use crate::wire::{self, Response};

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("subscribe", "Is a subscription accepted, with an expiration in milliseconds?", &["accepted"], "openapi.yaml"),
    dispute("channel-id", "Has a subscription the channel id that was asked for?", &["as-asked"], "src/webhooks/renew.rs"),
    dispute("channel-id-generated", "Is a channel id generated if none is asked for?", &["present"], "src/webhooks/subscriptions.rs"),
    dispute("expiration-form", "Which form has the expiration of a subscription?", &["utc-milliseconds", "utc-seconds", "offset", "number-milliseconds", "number-seconds", "absent"], "src/json/instant.rs"),
    dispute("expiration-requested", "Is the requested expiration honoured?", &["honoured", "absent", "another"], "src/webhooks/renew.rs"),
    dispute("expiration-default", "How long is a subscription valid by default?", &[], "src/webhooks/renew.rs"),
    dispute("expiration-maximum", "What becomes of an expiration in a year?", &[], "src/webhooks/renew.rs"),
    dispute("subscription-url", "Has a subscription a webhookUrl?", &["present", "absent"], "openapi.yaml"),
    dispute("resource-id", "Has a subscription a resourceId?", &["present", "absent"], "src/webhooks/subscriptions.rs"),
    dispute("renewal", "Is a second subscription with the same channel id accepted?", &[], "src/webhooks/renew.rs"),
    dispute("unsubscribe", "Is a channel ended without a resourceId?", &["accepted"], "src/webhooks/subscriptions.rs"),
    dispute("unsubscribe-again", "What does ending an ended channel return?", &["accepted", "refused-4*"], "src/webhooks/subscriptions.rs"),
    dispute("subscribe-unknown-provider", "How is an unknown provider refused?", &["refused-400", "refused-422"], "src/transport/failure.rs"),
    dispute("subscribe-scope", "May the scope read subscribe?", &[], "openapi.yaml"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let token = context.access_token()?;
    let asked = Timestamp::now() + SignedDuration::from_hours(1);
    let id = new_id()?;
    let first = subscribe(context, &token, Some(&id), Some(asked)).await?;
    let first = first.ok("subscribing (is a webhook URL configured?)")?;
    context.note("subscribe", first.outcome());
    let subscription = &first.body["subscription"];
    context.note("channel-id", if subscription["channelId"] == *id { "as-asked" } else { "another" });
    context.note("expiration-form", form(&subscription["expiration"]));
    context.note("expiration-requested", honoured(&subscription["expiration"], asked));
    context.note("subscription-url", presence(&subscription["webhookUrl"]));
    context.note("resource-id", presence(&subscription["resourceId"]));
    context.note("renewal", subscribe(context, &token, Some(&id), Some(asked)).await?.outcome());

    let other = subscribe(context, &token, None, None).await?.ok("subscribing without a channel id")?;
    context.note("channel-id-generated", presence(&other.body["subscription"]["channelId"]));
    let lifetime = instant(&other.body["subscription"]["expiration"]).map(hours_from_now);
    context.note("expiration-default", lifetime.map_or("none".to_owned(), |hours| format!("{hours}-hours")));

    let year = Timestamp::now() + SignedDuration::from_hours(365 * 24);
    let long = subscribe(context, &token, Some(&new_id()?), Some(year)).await?;
    let end = instant(&long.body["subscription"]["expiration"]);
    let observed = match end.map(hours_from_now) {
        _ if !long.is_success() => long.refusal(),
        Some(hours) if hours >= 365 * 24 - 1 => "honoured".to_owned(),
        Some(hours) => format!("capped-{hours}-hours"),
        None => "none".to_owned(),
    };
    context.note("expiration-maximum", observed);

    context.note("unsubscribe", unsubscribe(context, &id).await?.outcome());
    context.note("unsubscribe-again", unsubscribe(context, &id).await?.outcome());
    let nobody = json!({ "provider": "no-such-provider", "calendarId": context.calendar()?.id });
    context.note("subscribe-unknown-provider", post(context, &token, "/subscribe-webhook", &nobody).await?.outcome());

    let reader = context.state().read_token.clone();
    match reader {
        Some(reader) => {
            let response = subscribe(context, &reader, Some(&new_id()?), Some(asked)).await?;
            context.note("subscribe-scope", response.outcome());
        }
        None => context.report().pass("subscribe-scope", "needs --scopes"),
    }
    Ok(())
}

/// Subscribes, and has the channel ended with the run, even if the response is lost.
async fn subscribe(
    context: &Context,
    token: &str,
    channel_id: Option<&str>,
    expiration: Option<Timestamp>,
) -> Outcome<Response> {
    let calendar = context.calendar()?;
    let mut body = json!({ "provider": calendar.provider, "calendarId": calendar.id });
    if let Some(id) = channel_id {
        body["channelId"] = id.into();
        remember(context, id, None);
    }
    if let Some(expiration) = expiration {
        body["expiration"] = expiration.as_millisecond().into();
    }
    let response = post(context, token, "/subscribe-webhook", &body).await?;
    let subscription = &response.body["subscription"];
    if let Some(id) = subscription["channelId"].as_str() {
        remember(context, id, subscription["resourceId"].as_str());
    }
    Ok(response)
}

fn remember(context: &Context, id: &str, resource_id: Option<&str>) {
    let mut state = context.state();
    state.channels.retain(|channel| channel.id != id);
    state.channels.push(Channel { id: id.to_owned(), resource_id: resource_id.map(str::to_owned) });
}

async fn unsubscribe(context: &Context, id: &str) -> Outcome<Response> {
    let body = json!({ "provider": context.calendar()?.provider, "channelId": id });
    post(context, &context.access_token()?, "/unsubscribe-webhook", &body).await
}

async fn post(context: &Context, token: &str, path: &str, body: &Value) -> Outcome<Response> {
    context.wire.send(wire::json(context.wire.request(Method::POST, path, Some(token)), body)).await
}

fn new_id() -> Outcome<String> {
    Ok(format!("confirm-{}", random_hex(12)?))
}

fn honoured(expiration: &Value, asked: Timestamp) -> &'static str {
    match instant(expiration) {
        None => "absent",
        Some(end) if end.duration_since(asked).abs() <= SignedDuration::from_mins(1) => "honoured",
        Some(_) => "another",
    }
}

fn hours_from_now(end: Timestamp) -> i64 {
    // To the nearest hour: the response took its time.
    (end.duration_since(Timestamp::now()) + SignedDuration::from_mins(30)).as_hours()
}
