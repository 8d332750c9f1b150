//! What the forms of the page do.

use std::time::Duration;

use crate::{fault::Fault, operation::Operation, provider::Provider, sandbox::Sandbox, state::SyncState};

/// Does what the field `action` names, and says what was done; an error says what was wrong.
pub(super) fn act<'a>(sandbox: &Sandbox, field: &impl Fn(&str) -> Option<&'a str>) -> Result<&'static str, String> {
    let required = |name: &str| {
        let value = field(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| format!("{name} is required"))
    };
    match required("action")? {
        "reset" => {
            sandbox.reset();
            Ok("The sandbox was reset.")
        }
        "advance" => {
            sandbox.advance(Duration::from_secs(number(required("seconds")?)?));
            Ok("The clock was moved ahead.")
        }
        "freeze" => {
            sandbox.freeze_time();
            Ok("The clock stands still.")
        }
        "unfreeze" => {
            sandbox.unfreeze_time();
            Ok("The clock runs.")
        }
        "add-user" => {
            drop(sandbox.accounts(required("user")?));
            Ok("The user was added.")
        }
        "expire-tokens" => {
            sandbox.expire_access_token(required("user")?);
            Ok("The user's access tokens expired.")
        }
        "revoke-grant" => {
            sandbox.revoke_grant(required("user")?);
            Ok("The user's tokens were revoked.")
        }
        "permission" => {
            let (user, provider, account) = (required("user")?, provider(required("provider")?)?, required("account")?);
            sandbox.set_calendar_permission(user, provider, account, required("granted")? == "true");
            Ok("The calendar permission was changed.")
        }
        "sync-state" => {
            let (user, provider, account) = (required("user")?, provider(required("provider")?)?, required("account")?);
            let state = required("state")?.parse::<SyncState>().map_err(|error| format!("state: {error}"))?;
            sandbox.set_sync_state(user, provider, account, state);
            Ok("The sync state was changed.")
        }
        "remove-event" => {
            if sandbox.remove_event(required("user")?, required("id")?) {
                Ok("The event was removed.")
            } else {
                Err("There is no such event.".into())
            }
        }
        "inject" => {
            let fault = match required("operation")? {
                "any" => Fault::on_any(),
                name => Fault::on(name.parse::<Operation>().map_err(|error| format!("operation: {error}"))?),
            };
            let status = u16::try_from(number(required("status")?)?).ok().filter(|status| (200..600).contains(status));
            let status = status.ok_or("status must be a number from 200 to 599")?;
            let times = usize::try_from(number(required("times")?)?).unwrap_or(usize::MAX);
            sandbox.inject(fault.status(status).times(times));
            Ok("The fault was injected.")
        }
        "remove-fault" => {
            let id = number(required("id")?)?;
            sandbox.faults().iter().filter(|fault| fault.id() == id).for_each(|fault| fault.remove());
            Ok("The fault was removed.")
        }
        "clear-faults" => {
            sandbox.clear_faults();
            Ok("All faults were removed.")
        }
        "clear-journal" => {
            sandbox.clear_journal();
            Ok("The journal was cleared.")
        }
        "clear-requests" => {
            sandbox.clear_requests();
            Ok("The requests were cleared.")
        }
        "rotate-key" => {
            drop(sandbox.rotate_webhook_key());
            Ok("The webhook key was rotated.")
        }
        other => Err(format!("there is no action {other}")),
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("{text} is not a whole number"))
}

fn provider(name: &str) -> Result<Provider, String> {
    Provider::parse(name).ok_or_else(|| format!("there is no provider {name}"))
}
