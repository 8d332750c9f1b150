use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::done,
};
use crate::{instant, provider::Provider, sandbox::Sandbox, settings::DateDialect, state::SyncState};

pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(json!({ "users": sandbox.users() }))
}

/// Lists the user's accounts as connection status shows them, with their provider.
pub(super) fn accounts(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    input.finish()?;
    Ok(accounts_of(sandbox, &user))
}

/// Connects an account unless it is connected, and sets its permission and its sync state if they are given.
pub(super) fn set_account(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    let names = Provider::ALL.map(Provider::as_str).join(", ");
    let provider = input
        .optional("provider", format_args!("expected {names}"), |value| Provider::parse(value.as_str()?))?
        .ok_or_else(|| Refusal::field("provider", "is required"))?;
    let account = input.required_text("account")?;
    let permission = input.flag("calendarPermission")?;
    let sync_state = input.named::<SyncState>("syncState")?;
    input.finish()?;
    sandbox.add_account(&user, provider, &account);
    if let Some(granted) = permission {
        sandbox.set_calendar_permission(&user, provider, &account, granted);
    }
    if let Some(sync_state) = sync_state {
        sandbox.set_sync_state(&user, provider, &account, sync_state);
    }
    Ok(accounts_of(sandbox, &user))
}

/// Lists the user's events as they are stored.
pub(super) fn events(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    input.finish()?;
    Ok(json!({ "events": sandbox.events(&user) }))
}

/// Puts any JSON into the user's listings.
pub(super) fn add_event(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    let event = input.take("event").ok_or_else(|| Refusal::field("event", "is required"))?;
    input.finish()?;
    sandbox.add_event(&user, event);
    Ok(done())
}

/// Changes members of an event, as the user would at the provider.
pub(super) fn change_event(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (user, id) = (input.required_text("user")?, input.required_text("id")?);
    let members =
        input.optional("members", "must be an object", |value| Some(value.clone()).filter(Value::is_object))?;
    let members = members.ok_or_else(|| Refusal::field("members", "is required"))?;
    input.finish()?;
    if sandbox.change_event(&user, &id, members) { Ok(done()) } else { Err(no_event()) }
}

/// Removes an event, as the user would at the provider.
pub(super) fn remove_event(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (user, id) = (input.required_text("user")?, input.required_text("id")?);
    input.finish()?;
    if sandbox.remove_event(&user, &id) { Ok(done()) } else { Err(no_event()) }
}

/// Lists the user's webhook subscriptions.
pub(super) fn channels(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let user = input.required_text("user")?;
    input.finish()?;
    let channels: Vec<Value> = sandbox
        .webhook_channels(&user)
        .into_iter()
        .map(|channel| {
            json!({
                "provider": channel.provider.as_str(),
                "calendarId": channel.calendar_id,
                "channelId": channel.channel_id,
                "resourceId": channel.resource_id,
                "expiration": channel.expiration.map(instant::format),
            })
        })
        .collect();
    Ok(json!({ "channels": channels }))
}

fn no_event() -> Refusal {
    Refusal::not_found("there is no such event, or it cannot be changed like this".into())
}

fn accounts_of(sandbox: &Sandbox, user: &str) -> Value {
    let mut service = sandbox.app.service();
    let accounts: Vec<Value> = service
        .user(user)
        .accounts
        .iter()
        .map(|account| {
            let mut shown = account.to_json(DateDialect::Text);
            shown["provider"] = account.provider.as_str().into();
            shown
        })
        .collect();
    json!({ "accounts": accounts })
}
