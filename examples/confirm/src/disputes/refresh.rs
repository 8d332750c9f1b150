//! The token endpoint: what an exchange and a refresh return, and what they need.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::presence;
use crate::Outcome;
use crate::context::{Context, Pair};
use crate::dispute::{Dispute, dispute};
use crate::login::pair;
use crate::wire::{self, ClientAuth, Response};

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("exchange-expires-in", "Has the exchange of a code an expires_in?", &["present", "absent"], "src/tokens/expiry.rs"),
    dispute("access-token-subject", "Does the access token name the user?", &["user-id"], "src/auth/mod.rs"),
    dispute("access-token-expiry", "Has the access token a claim exp?", &["present", "absent"], "src/tokens/expiry.rs"),
    dispute("access-token-unique", "Do the claims make access tokens of one second differ?", &["unique", "may-be-equal"], "src/tokens/lineage.rs"),
    dispute("refresh-expires-in", "Has a refresh an expires_in?", &["present", "absent"], "src/tokens/expiry.rs"),
    dispute("refresh-access-token", "Does a refresh return a new access token?", &["new", "same"], "src/session/refresh.rs"),
    dispute("refresh-rotation", "Does a refresh return a new refresh token?", &["new", "same", "none"], "src/session/refresh.rs"),
    dispute("previous-access-token", "Is the previous access token valid after a refresh?", &["valid", "same", "refused-401"], "src/call/mod.rs"),
    dispute("refresh-redirect-uri", "May a refresh have a redirect_uri?", &["accepted"], "src/session/refresh.rs"),
    dispute("refresh-no-redirect-uri", "May a refresh leave out the redirect_uri?", &[], "src/session/refresh.rs"),
    dispute("client-auth-sdk", "Does Basic with the header CLIENT_ID authenticate the application?", &["accepted"], "src/transport/token.rs"),
    dispute("client-auth-basic", "Does Basic alone authenticate the application?", &[], "src/transport/token.rs"),
    dispute("client-auth-body", "Do credentials in the body authenticate the application?", &[], "src/transport/token.rs"),
    dispute("token-body-json", "Does the token endpoint read JSON?", &[], "src/transport/token.rs"),
];

/// Notes what the exchange of the login's code has returned.
pub(crate) fn note_exchange(context: &Context, response: &Response) {
    context.note("exchange-expires-in", presence(&response.body["expires_in"]));
}

/// Notes what the claims of an access token say. They are read as hints: nobody but the service can verify them.
pub(crate) fn note_claims(context: &Context, access_token: &str) {
    let payload = access_token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let Some(claims) = payload.and_then(|payload| serde_json::from_slice::<Value>(&payload).ok()) else {
        for id in ["access-token-subject", "access-token-expiry", "access-token-unique"] {
            context.report().pass(id, "the access token is no JWT");
        }
        return;
    };
    let is_user = claims["sub"] == context.settings.user_id.as_str();
    context.note("access-token-subject", if is_user { "user-id" } else { "another" });
    context.note("access-token-expiry", presence(&claims["exp"]));
    let is_unique = !claims["jti"].is_null() || !claims["iat"].is_null();
    context.note("access-token-unique", if is_unique { "unique" } else { "may-be-equal" });
}

/// Refreshes the tokens of the run in each way that is documented.
pub(crate) async fn probe(context: &Context) -> Outcome {
    let first = context.state().tokens.clone().ok_or("nobody has logged in")?;
    let refresh_token = first.refresh.clone().ok_or("the exchange returned no refresh token")?;
    let redirect_uri = [("redirect_uri", context.wire.redirect_uri())];

    // Tokens that are issued within a second may be equal.
    sleep(Duration::from_millis(1100)).await;
    let response = refresh(context, ClientAuth::Sdk, &redirect_uri).await?;
    context.note("refresh-redirect-uri", response.outcome());
    context.note("client-auth-sdk", response.outcome());
    if response.is_success() {
        let second = pair(&response)?;
        context.note("refresh-expires-in", presence(&response.body["expires_in"]));
        let is_same = second.access == first.access;
        context.note("refresh-access-token", if is_same { "same" } else { "new" });
        let rotation = match response.body["refresh_token"].as_str() {
            None => "none",
            Some(token) if token == refresh_token => "same",
            Some(_) => "new",
        };
        context.note("refresh-rotation", rotation);
        let status = context.wire.request(Method::GET, "/calendars", Some(&first.access));
        let status = context.wire.send(status).await?;
        let previous = match status.is_success() {
            _ if is_same => "same".to_owned(),
            true => "valid".to_owned(),
            false => status.refusal(),
        };
        context.note("previous-access-token", previous);
    }

    context.note("refresh-no-redirect-uri", refresh(context, ClientAuth::Sdk, &[]).await?.outcome());
    context.note("client-auth-basic", refresh(context, ClientAuth::BasicOnly, &redirect_uri).await?.outcome());
    context.note("client-auth-body", refresh(context, ClientAuth::Body, &redirect_uri).await?.outcome());
    context.note("token-body-json", refresh_by_json(context).await?.outcome());
    Ok(())
}

/// Refreshes the tokens of the run.
async fn refresh(context: &Context, auth: ClientAuth, more: &[(&str, &str)]) -> Outcome<Response> {
    let token = refresh_token(context)?;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &token)];
    let response = context.wire.token(auth, &[&fields, more].concat()).await?;
    adopt(context, &response);
    Ok(response)
}

async fn refresh_by_json(context: &Context) -> Outcome<Response> {
    let body = json!({
        "grant_type": "refresh_token",
        "refresh_token": refresh_token(context)?,
        "redirect_uri": context.wire.redirect_uri(),
    });
    let (request, _) = context.wire.token_request(ClientAuth::Sdk);
    let response = context.wire.send(wire::json(request, &body)).await?;
    adopt(context, &response);
    Ok(response)
}

fn refresh_token(context: &Context) -> Outcome<String> {
    let tokens = context.state().tokens.clone();
    Ok(tokens.and_then(|pair| pair.refresh).ok_or("there is no refresh token")?)
}

/// Goes on with the tokens of a response; one without a refresh token leaves the old one.
fn adopt(context: &Context, response: &Response) {
    if let Ok(new) = pair(response)
        && response.is_success()
    {
        let old = context.state().tokens.clone().and_then(|pair| pair.refresh);
        context.set_tokens(Pair { refresh: new.refresh.or(old), ..new });
    }
}
