use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::millis,
};
use crate::{instant, sandbox::Sandbox, state::EventVersion};

/// Lists the versions of the user's events, or of the one with an `id`.
pub(super) fn versions(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (user, id) = (input.required_text("user")?, input.text("id")?);
    input.finish()?;
    let versions = match id {
        Some(id) => sandbox.event_history_of(&user, &id),
        None => sandbox.event_history(&user),
    };
    Ok(json!({ "versions": versions.iter().map(describe).collect::<Vec<_>>() }))
}

/// Tells what an event was `at` an instant by the sandbox's clock, or is.
pub(super) fn at(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (user, id) = (input.required_text("user")?, input.required_text("id")?);
    let at = input.optional("at", "must be an ISO 8601 date", |value| instant::parse(value.as_str()?))?;
    input.finish()?;
    let at = at.unwrap_or_else(|| sandbox.now());
    Ok(json!({ "event": sandbox.event_at(&user, &id, at) }))
}

fn describe(version: &EventVersion) -> Value {
    json!({
        "atMs": millis(version.at),
        "sandboxTime": instant::format(version.sandbox_time),
        "id": version.id,
        "seriesId": version.series_id,
        "change": version.change.as_str(),
        "reason": version.reason.as_str(),
        "event": version.event,
    })
}
