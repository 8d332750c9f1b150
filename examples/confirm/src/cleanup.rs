//! Removing what a run has created.

use std::time::Duration;

use jiff::ToSpan;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::Outcome;
use crate::context::{Context, DAYS_AHEAD, MARKER};
use crate::wire;

const ATTEMPTS: usize = 4;
const PAUSE: Duration = Duration::from_secs(2);
/// Around the first day of the run
const BEFORE: i32 = -2;
const AFTER: i32 = 9;
/// How many days the leftovers of earlier runs may be old.
const SWEPT: i32 = 100;

/// Ends the subscriptions and deletes the events of this run. What is left is in the report.
pub(crate) async fn all(context: &Context) {
    for attempt in 0..ATTEMPTS {
        let left = once(context).await;
        let is_clean = left.as_ref().is_ok_and(Vec::is_empty);
        context.report().leftovers = left.unwrap_or_else(|error| vec![error.to_string()]);
        if is_clean {
            return;
        }
        if attempt + 1 < ATTEMPTS {
            sleep(PAUSE).await;
        }
    }
}

/// Deletes what earlier runs have left behind, and returns the number.
pub(crate) async fn sweep(context: &Context) -> Outcome<usize> {
    let from = context.at(-SWEPT.min(DAYS_AHEAD), 0, 0)?;
    let to = context.at(AFTER, 0, 0)?;
    let mut swept = 0;
    for event in context.list_all(&from, &to, "false", MARKER).await? {
        delete(context, series_or_event(&event)?).await?;
        swept += 1;
    }
    Ok(swept)
}

/// Tries to remove everything once, and lists what is left.
async fn once(context: &Context) -> Outcome<Vec<String>> {
    let mut left = Vec::new();
    let channels = context.state().channels.clone();
    for channel in channels {
        let mut body = json!({ "provider": context.calendar()?.provider, "channelId": channel.id });
        if let Some(resource_id) = &channel.resource_id {
            body["resourceId"] = resource_id.as_str().into();
        }
        let token = context.access_token()?;
        let request = wire::json(context.wire.request(Method::POST, "/unsubscribe-webhook", Some(&token)), &body);
        match context.wire.send(request).await {
            Ok(response) if response.is_success() || response.status == 404 => {
                context.state().channels.retain(|other| other.id != channel.id);
            }
            _ => left.push(format!("the subscription {}", channel.id)),
        }
    }
    let events = context.state().events.clone();
    for id in events {
        match delete(context, &id).await {
            Ok(()) => context.forget(&id),
            Err(error) => left.push(named(context, &*error)),
        }
    }
    // A response may have been lost after the event was created.
    if context.calendar().is_ok() && context.access_token().is_ok() {
        let (from, to) = (context.at(BEFORE, 0, 0)?, context.at(AFTER, 0, 0)?);
        for event in context.list_all(&from, &to, "true", &context.marker).await? {
            if let Err(error) = delete(context, series_or_event(&event)?).await {
                left.push(named(context, &*error));
            }
        }
    }
    Ok(left)
}

/// Names an event by the beginning of its title, by which a person finds it.
fn named(context: &Context, error: &dyn std::error::Error) -> String {
    format!("an event whose title begins with {}: {error}", context.marker)
}

fn series_or_event(event: &Value) -> Outcome<&str> {
    let id = event["recurringEventId"].as_str().or(event["id"].as_str());
    id.ok_or_else(|| "an event of the run has no id".into())
}

/// Deletes an event or a whole series; one that is gone already is fine.
async fn delete(context: &Context, id: &str) -> Outcome {
    let response = context.delete(id, &[]).await?;
    match response.status {
        404 | 410 => Ok(()),
        _ => response.ok("deleting an event of the run").map(drop),
    }
}

/// Returns the days on which events of earlier runs are looked for, for the question to the person.
pub(crate) fn swept_days(context: &Context) -> Outcome<String> {
    let from = context.day.checked_add((-SWEPT).days())?;
    Ok(format!("from {from} to {}", context.day.checked_add(AFTER.days())?))
}
