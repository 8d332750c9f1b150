//! What needs no events: health, keys, connected accounts, calendars, refusals.

use reqwest::Method;
use reqwest::header::CACHE_CONTROL;
use serde_json::{Value, json};

use super::dates::form;
use super::presence;
use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::wire::{self, ClientAuth, Response};

const PROVIDERS: [&str; 4] = ["google", "microsoft", "apple", "caldav"];

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("health-auth", "Does GET /health respond without a token?", &["open"], "openapi.yaml"),
    dispute("health-body", "What is the status of a healthy service?", &["ok", "*"], "src/health.rs"),
    dispute("webhook-keys", "Are webhook keys published at the origin, with max-age?", &["keys-with-max-age", "keys-without-max-age"], "src/webhooks/fetch_keys.rs"),
    dispute("unknown-token", "How is an unknown access token refused?", &["401"], "src/transport/failure.rs"),
    dispute("client-refusal", "How is a wrong client secret refused?", &["401-invalid_client", "400-invalid_client"], "src/transport/failure.rs"),
    dispute("refresh-refusal", "How is an unknown refresh token refused?", &["400-invalid_grant", "401*"], "src/session/refresh.rs"),
    dispute("unknown-code", "How is an unknown code refused?", &["400-invalid_grant", "404*"], "src/transport/failure.rs"),
    dispute("token-path", "Which paths has the token endpoint?", &["oauth-only", "both"], "openapi.yaml"),
    dispute("revoke-unknown", "What does revoking an unknown token return?", &["200-success"], "openapi.yaml"),
    dispute("revoke-without-token", "How is a revocation without a token refused?", &["refused-400", "refused-*"], "openapi.yaml"),
    dispute("status-path", "Which paths has the connection status?", &["both", "oauth-only", "legacy-only"], "src/auth/accounts.rs"),
    dispute("status-providers", "Which providers has the connection status?", &["all-four", "connected-only"], "openapi.yaml"),
    dispute("status-accounts", "Are connected accounts objects?", &["objects", "strings"], "openapi.yaml"),
    dispute("status-limit", "Has the connection status a limit?", &["absent", "present"], "openapi.yaml"),
    dispute("sync-state-date", "Which form has syncStateUpdatedAt?", &["utc-milliseconds", "utc-seconds", "offset", "number-milliseconds", "number-seconds"], "src/json/instant.rs"),
    dispute("calendars-shape", "Are calendars a bare array?", &["array"], "src/calendars.rs"),
    dispute("provider-names", "Which providers do calendars have?", &["known", "unknown: *"], "openapi.yaml"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let wire = &context.wire;
    let get = |path: &'static str, token: Option<&str>| wire.send(wire.request(Method::GET, path, token));

    let health = get("/health", None).await?;
    context.note("health-auth", if health.is_success() { "open".to_owned() } else { health.refusal() });
    if let Some(status) = health.body["status"].as_str().filter(|status| status.len() <= 20) {
        context.note("health-body", status);
    }
    context.note("webhook-keys", keys(&wire.webhook_keys().await?));
    context.note("unknown-token", get("/calendars", Some("unknown")).await?.status.to_string());

    tokens(context).await?;

    let token = context.access_token()?;
    let current = get("/oauth/connection-status", Some(&token)).await?;
    let legacy = get("/connection-status", Some(&token)).await?;
    let paths = match (current.is_success(), legacy.is_success()) {
        (true, true) => "both",
        (true, false) => "oauth-only",
        (false, true) => "legacy-only",
        (false, false) => "neither",
    };
    context.note("status-path", paths);
    if let (Some(status), _) | (None, Some(status)) =
        (Some(&current.body).filter(|_| current.is_success()), Some(&legacy.body).filter(|_| legacy.is_success()))
    {
        describe_status(context, status);
    }

    let calendars = get("/calendars", Some(&token)).await?.ok("listing the calendars")?.body;
    context.note("calendars-shape", if calendars.is_array() { "array" } else { "no-array" });
    let names =
        calendars.as_array().into_iter().flatten().map(|calendar| calendar["provider"].as_str().unwrap_or("none"));
    let unknown = names.filter(|name| !PROVIDERS.contains(name)).map(|name| name.chars().take(20).collect::<String>());
    let unknown: Vec<_> = unknown.collect();
    context.note(
        "provider-names",
        if unknown.is_empty() { "known".to_owned() } else { format!("unknown: {}", unknown.join(",")) },
    );
    Ok(())
}

/// Presents tokens that nobody has, so that nothing happens.
async fn tokens(context: &Context) -> Outcome {
    let wire = &context.wire;
    let unknown = [("grant_type", "refresh_token"), ("refresh_token", "unknown")];
    context.note("client-refusal", wire.token(ClientAuth::Wrong, &unknown).await?.oauth_refusal());
    context.note("refresh-refusal", wire.token(ClientAuth::Sdk, &unknown).await?.oauth_refusal());
    context.note("unknown-code", context.exchange("unknown", true).await?.oauth_refusal());
    let short = wire.send(wire::form(wire.request(Method::POST, "/token", None), unknown.into_iter())).await?;
    context.note("token-path", if short.status == 404 { "oauth-only" } else { "both" });

    let revoke = |body: Value| wire.send(wire::json(wire.request(Method::POST, "/oauth/revoke", None), &body));
    let revoked = revoke(json!({ "token": "unknown" })).await?;
    let success = if revoked.body["success"] == true { "-success" } else { "" };
    context.note("revoke-unknown", format!("{}{success}", revoked.status));
    context.note("revoke-without-token", revoke(json!({})).await?.outcome());
    Ok(())
}

fn keys(response: &Response) -> String {
    let header = response.headers.get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_key = |key: &Value| key["key"].as_str().is_some_and(|key| key.starts_with("whpk_"));
    let has_keys = response.body["keys"].as_array().is_some_and(|keys| keys.iter().any(is_key));
    match (response.is_success() && has_keys, header.to_ascii_lowercase().contains("max-age=")) {
        (true, true) => "keys-with-max-age".to_owned(),
        (true, false) => "keys-without-max-age".to_owned(),
        (false, _) => format!("none-{}", response.status),
    }
}

fn describe_status(context: &Context, status: &Value) {
    let has_all = PROVIDERS.iter().all(|provider| status["connections"][provider].is_array());
    context.note("status-providers", if has_all { "all-four" } else { "connected-only" });
    context.note("status-limit", presence(&status["limit"]));
    let groups = status["connections"].as_object().into_iter().flat_map(|connections| connections.values());
    let accounts: Vec<_> = groups.filter_map(Value::as_array).flatten().collect();
    let mut report = context.report();
    match accounts.first() {
        Some(account) => report.note("status-accounts", if account.is_object() { "objects" } else { "strings" }),
        None => report.pass("status-accounts", "no account is connected"),
    }
    match accounts.iter().map(|account| &account["syncStateUpdatedAt"]).find(|date| !date.is_null()) {
        Some(date) => report.note("sync-state-date", form(date)),
        None => report.pass("sync-state-date", "no account's credentials were ever rejected"),
    }
}
