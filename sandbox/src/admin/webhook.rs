use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{
    input::{Input, Refusal, text},
    output::{done, millis},
};
use crate::{
    instant,
    sandbox::Sandbox,
    webhooks::{Delivery, DeliveryCounts, Disturbance, Signing, Tamper, WebhookKey},
};

pub(super) fn keys(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(json!({ "keys": sandbox.webhook_keys().iter().map(describe_key).collect::<Vec<_>>() }))
}

pub(super) fn rotate(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(describe_key(&sandbox.rotate_webhook_key()))
}

/// Ends the overlap of a rotation.
pub(super) fn retire(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(json!({ "retired": sandbox.retire_webhook_keys() }))
}

pub(super) fn revoke(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = input.required_text("id")?;
    input.finish()?;
    if sandbox.revoke_webhook_key(&id) { Ok(done()) } else { Err(unknown_key()) }
}

/// Signs a body, and sends nothing.
pub(super) fn sign(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let body = body(input)?;
    let mut signing = Signing::new();
    if let Some(id) = input.text("id")? {
        signing = signing.id(id);
    }
    if let Some(timestamp) = input.text("timestamp")? {
        signing = signing.timestamp(timestamp);
    }
    let keys = input.optional("keys", "must be an array of strings", |value| {
        value.as_array()?.iter().map(text).collect::<Option<Vec<_>>>()
    })?;
    signing = keys.into_iter().flatten().fold(signing, Signing::key);
    if input.flag("foreignKey")? == Some(true) {
        signing = signing.foreign_key();
    }
    input.finish()?;
    let signed = sandbox.sign_webhook_with(body, signing).ok_or_else(unknown_key)?;
    let headers: Map<String, Value> =
        signed.headers().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(json!({ "headers": headers, "bodyBase64": STANDARD.encode(&signed.body) }))
}

/// Signs a body and delivers it.
pub(super) fn deliver(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let body = body(input)?;
    input.finish()?;
    Ok(json!({ "id": sandbox.deliver_webhook(body) }))
}

/// Posts a body with these headers as they are.
pub(super) fn send(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let body = body(input)?;
    let headers = input.optional("headers", "must be an object of strings", |value| {
        let headers = value.as_object()?.iter();
        headers.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect::<Option<Vec<_>>>()
    })?;
    input.finish()?;
    let headers = headers.unwrap_or_default();
    let id = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("webhook-id"));
    let id = id.map(|(_, id)| id.clone()).unwrap_or_default();
    sandbox.send_webhook_with(id, headers, body);
    Ok(done())
}

pub(super) fn replay(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = input.required_text("id")?;
    input.finish()?;
    if sandbox.replay_webhook(&id) {
        Ok(done())
    } else {
        Err(Refusal::not_found("no delivery of this id was sent".into()))
    }
}

pub(super) fn flood(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let count = input.count("count")?.ok_or_else(|| Refusal::field("count", "is required"))?;
    let forgery = input.named("forgery")?.unwrap_or_default();
    input.finish()?;
    sandbox.flood_webhook(usize::try_from(count).unwrap_or(usize::MAX), forgery);
    Ok(done())
}

/// Disturbs deliveries made from now on.
pub(super) fn disturb(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let mut disturbance = Disturbance::new();
    if let Some(copies) = input.count("copies")? {
        disturbance = disturbance.copies(size(copies));
    }
    if let Some(delay) = input.millis("delayMs")? {
        disturbance = disturbance.delay(delay);
    }
    if let Some(tamper) = input.named("tamper")? {
        disturbance = disturbance.tamper(tamper);
    }
    if let Some(deliveries) = input.count("times")? {
        disturbance = disturbance.times(size(deliveries));
    }
    if let Some(deliveries) = input.count("skip")? {
        disturbance = disturbance.skip(size(deliveries));
    }
    input.finish()?;
    sandbox.disturb_deliveries(disturbance);
    Ok(done())
}

pub(super) fn clear_disturbances(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.clear_disturbances();
    Ok(done())
}

pub(super) fn hold(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.hold_deliveries();
    Ok(done())
}

pub(super) fn release(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let order = input.named("order")?.unwrap_or_default();
    input.finish()?;
    sandbox.release_deliveries(order);
    Ok(done())
}

/// Lists the deliveries, or those of one `id`; with a `limit`, the newest of them.
pub(super) fn deliveries(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = input.text("id")?;
    let limit = input.count("limit")?.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    input.finish()?;
    let mut deliveries = sandbox.deliveries();
    deliveries.retain(|delivery| id.as_ref().is_none_or(|id| delivery.id == *id));
    let newest = &deliveries[deliveries.len().saturating_sub(limit)..];
    Ok(json!({ "deliveries": newest.iter().map(describe).collect::<Vec<_>>() }))
}

pub(super) fn clear(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.clear_deliveries();
    Ok(done())
}

pub(super) fn counts(counts: &DeliveryCounts) -> Value {
    let by_status = |answers: &BTreeMap<u16, usize>| -> Map<String, Value> {
        answers.iter().map(|(status, number)| (status.to_string(), json!(number))).collect()
    };
    let ended: Map<String, Value> =
        counts.ended.iter().map(|(state, number)| (state.to_string(), json!(number))).collect();
    json!({
        "made": counts.made,
        "attempts": counts.attempts,
        "answers": by_status(&counts.answers),
        "unanswered": counts.unanswered,
        "ended": ended,
        "dropped": counts.dropped,
        "forged": counts.forged,
        "forgedAnswers": by_status(&counts.forged_answers),
        "forgedUnanswered": counts.forged_unanswered,
    })
}

/// Takes a body: as `json`, as the text `body`, or as `bodyBase64`.
fn body(input: &mut Input) -> Result<Bytes, Refusal> {
    let json = input.take("json").map(|json| json.to_string().into());
    let text = input.optional("body", "must be a string", |value| Some(value.as_str()?.to_owned().into()))?;
    let encoded =
        input.optional("bodyBase64", "must be base64", |value| Some(STANDARD.decode(value.as_str()?).ok()?.into()))?;
    match (json, text, encoded) {
        (Some(body), None, None) | (None, Some(body), None) | (None, None, Some(body)) => Ok(body),
        _ => Err(Refusal::field("body", "exactly one of json, body and bodyBase64 is required")),
    }
}

fn unknown_key() -> Refusal {
    Refusal::not_found("there is no such key".into())
}

fn describe_key(key: &WebhookKey) -> Value {
    json!({
        "id": key.id,
        "key": key.public_key,
        "status": key.status.as_str(),
        "activatedAt": instant::format(key.activated_at),
        "retiresAt": key.retires_at.map(instant::format),
    })
}

fn describe(delivery: &Delivery) -> Value {
    let attempts: Vec<Value> = delivery
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "atMs": millis(attempt.at),
                "headers": attempt.headers,
                "body": String::from_utf8_lossy(&attempt.body),
                "status": attempt.status,
                "error": attempt.error,
            })
        })
        .collect();
    json!({
        "id": delivery.id,
        "cause": delivery.cause.as_str(),
        "user": delivery.user,
        "channelId": delivery.channel_id,
        "body": String::from_utf8_lossy(&delivery.body),
        "tampered": delivery.tampered.map(Tamper::as_str),
        "state": delivery.state.as_str(),
        "attempts": attempts,
    })
}
