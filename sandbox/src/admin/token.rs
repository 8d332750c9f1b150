use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::{done, millis},
};
use crate::{evidence::TokenCounts, sandbox::Sandbox};

pub(super) fn authorize(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (user, scope) = (input.required_text("user")?, input.named("scope")?.unwrap_or_default());
    input.finish()?;
    Ok(json!({ "code": sandbox.authorize_with(&user, scope) }))
}

/// Answers as the token endpoint does.
pub(super) fn issue(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (user, scope) = (input.required_text("user")?, input.named("scope")?.unwrap_or_default());
    input.finish()?;
    Ok(sandbox.issue_tokens_with(&user, scope).to_json())
}

/// Expires the access tokens of a `user`, or of all.
pub(super) fn expire(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.text("user")?;
    input.finish()?;
    match user {
        Some(user) => sandbox.expire_access_token(&user),
        None => sandbox.expire_access_tokens(),
    }
    Ok(done())
}

pub(super) fn revoke(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    input.finish()?;
    sandbox.revoke_grant(&user);
    Ok(done())
}

/// Tells what became of a user's tokens.
pub(super) fn history(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    input.finish()?;
    let presented: Vec<Value> = sandbox
        .refresh_log(&user)
        .iter()
        .map(|token| {
            json!({ "atMs": millis(token.at), "family": token.family, "age": token.age, "accepted": token.accepted })
        })
        .collect();
    let revoked: Vec<Value> = sandbox
        .grants_revoked(&user)
        .iter()
        .map(|grant| json!({ "atMs": millis(grant.at), "reason": grant.reason.as_str() }))
        .collect();
    Ok(json!({
        "refreshes": sandbox.refreshes(&user),
        "counts": counts(&sandbox.token_counts(&user)),
        "presented": presented,
        "revoked": revoked,
    }))
}

pub(super) fn counts(counts: &TokenCounts) -> Value {
    json!({
        "refreshedCurrent": counts.refreshed_current,
        "refreshedRetired": counts.refreshed_retired,
        "refusedTooOld": counts.refused_too_old,
        "refusedRevoked": counts.refused_revoked,
        "refusedUnknown": counts.refused_unknown,
        "codesExchanged": counts.codes_exchanged,
        "codesReused": counts.codes_reused,
        "grantsRevoked": counts.grants_revoked,
    })
}
