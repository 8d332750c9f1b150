use hyper::header::CACHE_CONTROL;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    error::ApiError,
    http::Answer,
    instant,
    provider::Provider,
    request::Request,
    service::Service,
    settings::{ChannelDialect, DateDialect, InitialSyncDialect},
    state::{Problems, WebhookChannel},
};

/// Subscribes to a calendar; a channel id in use gets the new subscription.
pub(super) fn subscribe(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = service.authenticate(request.bearer())?;
    let fields = request.json_object()?;
    let mut problems = Problems::default();
    let provider = problems.provider(&fields);
    let calendar_id = problems.text(&fields, "calendarId");
    let channel_id = problems.optional_text(&fields, "channelId").unwrap_or_else(|| service.random.uuid().to_string());
    let expiration = match fields.get("expiration") {
        None | Some(Value::Null) => default_expiration(provider, service.now()),
        Some(value) => {
            let given = value.as_i64().and_then(|millis| Timestamp::from_millisecond(millis).ok());
            if given.is_none() {
                problems.add("expiration", "must be a Unix time in milliseconds");
            }
            given
        }
    };
    problems.check()?;
    let Some(webhook_url) = service.settings.webhooks.url.clone() else {
        return Err(ApiError::validation("No webhook URL is configured for the project", json!({})));
    };
    let (now, webhooks) = (service.now(), service.settings.webhooks.clone());
    let resource_id = (provider == Provider::Google).then(|| service.random.uuid().simple().to_string());
    let user = service.user(&access.user);
    if user.account_of(provider, &calendar_id).is_none() {
        return Err(ApiError::validation(
            "Validation failed",
            json!({ "calendarId": ["is not a connected calendar"] }),
        ));
    }

    let mut subscription = json!({ "channelId": channel_id, "webhookUrl": webhook_url });
    if let Some(resource_id) = &resource_id {
        subscription["resourceId"] = resource_id.as_str().into();
    }
    if let Some(expiration) = expiration {
        subscription["expiration"] = webhooks.expiration.write(expiration);
    }
    let answer = json!({
        "success": true,
        "provider": provider.as_str(),
        "subscription": subscription,
        "serverWebhookUrl": format!("https://connect.example/api/webhook-receiver/{provider}"),
        "channelId": channel_id,
    });
    let channel = WebhookChannel { provider, calendar_id, channel_id, resource_id, expiration };
    let is_alike = |old: &WebhookChannel| {
        old.is_live(now) && (old.provider, &old.calendar_id) == (channel.provider, &channel.calendar_id)
    };
    let is_renewed = user.channels.iter().any(|old| old.channel_id == channel.channel_id && is_alike(old));
    let is_first = !user.channels.iter().any(is_alike);
    let replaced: Vec<WebhookChannel> =
        user.channels.extract_if(.., |old| old.channel_id == channel.channel_id).collect();
    let superseded = match webhooks.channels {
        ChannelDialect::Separate => Vec::new(),
        ChannelDialect::Shared => user.supersede(&channel),
    };
    user.channels.push(channel.clone());
    for old in replaced.iter().filter(|_| !is_renewed).chain(&superseded) {
        service.outbox.leave(&access.user, &old.channel_id);
    }
    let syncs = match webhooks.initial_sync_dialect {
        InitialSyncDialect::PerChannel => !is_renewed,
        InitialSyncDialect::PerCalendar => is_first,
    };
    if syncs && webhooks.initial_sync {
        service.introduce(&access.user, &channel);
    }
    Ok(Answer::ok(&answer).exempt(webhooks.expiration != DateDialect::Text))
}

/// Ends a subscription; one that is not known counts as ended.
pub(super) fn unsubscribe(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = service.authenticate(request.bearer())?;
    let fields = request.json_object()?;
    let mut problems = Problems::default();
    let provider = problems.provider(&fields);
    let channel_id = problems.text(&fields, "channelId");
    problems.optional_text(&fields, "resourceId");
    problems.check()?;

    let now = service.now();
    let ended = service.user(&access.user).end_channel(provider, &channel_id);
    for channel in &ended {
        service.outbox.leave(&access.user, &channel.channel_id);
    }
    Ok(Answer::ok(&if ended.iter().any(|channel| channel.is_live(now)) {
        json!({ "success": true })
    } else {
        json!({ "success": true, "message": "The channel was not active at the provider" })
    }))
}

/// Publishes the keys that deliveries are signed with.
pub(super) fn keys(service: &Service) -> Answer {
    let keys: Vec<Value> = service
        .keys
        .published(service.now())
        .into_iter()
        .map(|key| {
            let mut entry = json!({
                "id": key.id,
                "alg": "ed25519",
                "key": key.public_key,
                "status": key.status.as_str(),
                "activated_at": instant::format(key.activated_at),
            });
            if let Some(end) = key.retires_at {
                entry["retires_at"] = instant::format(end).into();
            }
            entry
        })
        .collect();
    let answer = Answer::ok(&json!({ "keys": keys }));
    match &service.settings.webhooks.cache_control {
        Some(value) => answer.with_header(CACHE_CONTROL, value),
        None => answer,
    }
}

// The providers that push let a channel run out; the others are polled.
fn default_expiration(provider: Provider, now: Timestamp) -> Option<Timestamp> {
    let hours = match provider {
        Provider::Google => 7 * 24,
        Provider::Microsoft => 3 * 24,
        Provider::Apple | Provider::CalDav => return None,
    };
    Some(instant::shift(now, SignedDuration::from_hours(hours)))
}
