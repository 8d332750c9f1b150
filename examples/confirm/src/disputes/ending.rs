//! Steps that end something: an account is disconnected, the authorization is revoked.

use reqwest::Method;
use serde_json::json;

use super::reuse::is_alive;
use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::login::{Person, pair};
use crate::wire::{self, ClientAuth};

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("disconnect", "What does disconnecting an account return?", &["200-success", "20*"], "src/auth/accounts.rs"),
    dispute("disconnect-tokens", "Are the user's tokens valid after an account was disconnected?", &["valid"], "src/auth/accounts.rs"),
    dispute("revoke", "What does a revocation return?", &["200-success", "20*"], "src/auth/tokens.rs"),
    dispute("revoke-access", "Is the access token refused after a revocation?", &["refused"], "src/auth/tokens.rs"),
    dispute("revoke-refresh", "How is the refresh token refused after a revocation?", &["400-invalid_grant", "401*"], "src/auth/tokens.rs"),
];

/// The dispute that `--disconnect` decides; the others need `--end-authorization`.
pub(crate) const DISCONNECT: [&str; 2] = ["disconnect", "disconnect-tokens"];

/// Disconnects the account that the person has named.
pub(crate) async fn disconnect(context: &Context, provider: &str, account: &str) -> Outcome {
    let token = context.access_token()?;
    let query = [("provider", provider), ("account", account)];
    let send = |path| {
        let request = context.wire.request(Method::POST, path, Some(&token)).query(&query);
        context.wire.send(wire::json(request, &json!({})))
    };
    let mut response = send("/oauth/disconnect").await?;
    if response.status == 404 {
        response = send("/disconnect").await?;
    }
    let success = if response.body["success"] == true { "-success" } else { "" };
    context.note("disconnect", format!("{}{success}", response.status));
    // Calendars could be refused since no account is left.
    let status = |path| context.wire.send(context.wire.request(Method::GET, path, Some(&token)));
    let mut after = status("/oauth/connection-status").await?;
    if after.status == 404 {
        after = status("/connection-status").await?;
    }
    context.note("disconnect-tokens", if after.is_success() { "valid".to_owned() } else { after.refusal() });
    Ok(())
}

/// Revokes an authorization that is made for it.
pub(crate) async fn revoke<P: Person>(context: &Context, person: &P) -> Outcome {
    let tokens = pair(&context.log_in(person, None).await?)?;
    let refresh_token = tokens.refresh.clone().ok_or("the exchange returned no refresh token")?;
    let request = context.wire.request(Method::POST, "/oauth/revoke", None);
    let response = context.wire.send(wire::json(request, &json!({ "token": refresh_token }))).await?;
    let success = if response.body["success"] == true { "-success" } else { "" };
    context.note("revoke", format!("{}{success}", response.status));
    context.note("revoke-access", if is_alive(context, &tokens).await? { "accepted" } else { "refused" });
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
    let refreshed = context.wire.token(ClientAuth::Sdk, &fields).await?;
    let observed = if refreshed.is_success() { "accepted".to_owned() } else { refreshed.oauth_refusal() };
    context.note("revoke-refresh", observed);
    Ok(())
}
