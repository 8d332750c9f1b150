//! Tokens and codes that were used before. This may end the authorization.

use reqwest::Method;

use crate::Outcome;
use crate::context::{Context, Pair};
use crate::dispute::{Dispute, dispute};
use crate::login::{Person, pair};
use crate::wire::{ClientAuth, Response};

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("reuse-one-behind", "What does refreshing with the previous refresh token do?", &["accepted", "refused"], "src/session/present.rs"),
    dispute("reuse-counts", "Is each refresh with the same token a rotation of its own?", &["no", "yes"], "src/session/present.rs"),
    dispute("reuse-two-behind", "What does refreshing with a token two rotations old do?", &["revokes", "refused", "accepted"], "src/session/present.rs"),
    dispute("reuse-refusal", "How is a refresh token refused that is too old?", &["400-invalid_grant", "401*"], "src/session/refresh.rs"),
    dispute("code-reuse", "How is a code refused that was used before?", &["400-invalid_grant", "404*"], "src/transport/failure.rs"),
    dispute("code-reuse-revokes", "Does using a code again revoke the tokens of the first time?", &["no", "yes"], "src/session/exchange.rs"),
];

pub(crate) async fn probe<P: Person>(context: &Context, person: &P) -> Outcome {
    refresh_tokens(context, person).await?;
    code(context, person).await
}

async fn refresh_tokens<P: Person>(context: &Context, person: &P) -> Outcome {
    let first = pair(&context.log_in(person, None).await?)?;
    let first = first.refresh.ok_or("the exchange returned no refresh token")?;
    let second = pair(&refresh(context, &first).await?.ok("refreshing")?)?;

    let again = refresh(context, &first).await?;
    let alive = is_alive(context, &second).await?;
    context.note("reuse-one-behind", effect(&again, alive));
    if !again.is_success() || !alive {
        let reason = "the previous refresh token is not accepted";
        context.report().pass("reuse-counts", reason);
        context.note("reuse-refusal", again.oauth_refusal());
        return two_behind(context, &first, &second).await;
    }

    // By now the first token has been presented twice. If each counts, it is two rotations old.
    let third = refresh(context, &first).await?;
    let alive = is_alive(context, &second).await?;
    context.note("reuse-counts", if third.is_success() && alive { "no" } else { "yes" });
    if third.is_success() && alive {
        return two_behind(context, &first, &second).await;
    }
    context.note("reuse-two-behind", effect(&third, alive));
    if !third.is_success() {
        context.note("reuse-refusal", third.oauth_refusal());
    }
    Ok(())
}

/// Presents the first token after two rotations, if the second one still works.
async fn two_behind(context: &Context, first: &str, second: &Pair) -> Outcome {
    let second = second.refresh.as_deref().ok_or("the refresh returned no refresh token")?;
    let third = refresh(context, second).await?;
    if !third.is_success() {
        context.report().pass("reuse-two-behind", "the authorization has ended before");
        return Ok(());
    }
    let third = pair(&third)?;
    let late = refresh(context, first).await?;
    context.note("reuse-two-behind", effect(&late, is_alive(context, &third).await?));
    if !late.is_success() {
        context.note("reuse-refusal", late.oauth_refusal());
    }
    Ok(())
}

async fn code<P: Person>(context: &Context, person: &P) -> Outcome {
    let code = context.code(person, None).await?;
    let tokens = pair(&context.exchange(&code, true).await?.ok("exchanging the code")?)?;
    let again = context.exchange(&code, true).await?;
    let observed = if again.is_success() { "accepted".to_owned() } else { again.oauth_refusal() };
    context.note("code-reuse", observed);
    context.note("code-reuse-revokes", if is_alive(context, &tokens).await? { "no" } else { "yes" });
    Ok(())
}

async fn refresh(context: &Context, token: &str) -> Outcome<Response> {
    let redirect_uri = context.wire.redirect_uri();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("redirect_uri", redirect_uri)];
    context.wire.token(ClientAuth::Sdk, &fields).await
}

/// Reports whether an access token is still accepted.
pub(crate) async fn is_alive(context: &Context, tokens: &Pair) -> Outcome<bool> {
    let request = context.wire.request(Method::GET, "/calendars", Some(&tokens.access));
    Ok(context.wire.send(request).await?.is_success())
}

fn effect(response: &Response, alive: bool) -> &'static str {
    match (response.is_success(), alive) {
        (_, false) => "revokes",
        (true, true) => "accepted",
        (false, true) => "refused",
    }
}
