//! Events for the crate `tracing`. Without the feature `tracing` nothing of it is compiled.

use super::AuthEvent;

/// Traces an event; its user only where the application wants that.
#[cfg(feature = "tracing")]
pub(super) fn auth_event(event: &AuthEvent, with_user: bool) {
    use tracing::{info, warn};

    use crate::error::Chain;

    let user = event.user().filter(|_| with_user);
    match event {
        AuthEvent::Authorized { .. } => {
            info!(target: "mobiscroll_connect", { enduser.id = user }, "tokens received for a code")
        }
        AuthEvent::Refreshed { .. } => info!(target: "mobiscroll_connect", { enduser.id = user }, "tokens refreshed"),
        AuthEvent::RefreshFailed { error, next_try, .. } => {
            warn!(
                target: "mobiscroll_connect",
                {
                    enduser.id = user,
                    error = %Chain(error),
                    next_try = next_try.as_secs_f64(),
                },
                "refresh failed"
            );
        }
        AuthEvent::SavePending { error, next_try, .. } => {
            let next_try = next_try.as_secs_f64();
            warn!(
                target: "mobiscroll_connect",
                {
                    enduser.id = user,
                    error = %Chain(error),
                    next_try,
                },
                "new tokens are not saved yet"
            );
        }
        AuthEvent::ReauthorizationNeeded { error, .. } => {
            warn!(
                target: "mobiscroll_connect",
                {
                    enduser.id = user,
                    error = %Chain(error),
                },
                "the user must authorize again"
            );
        }
        AuthEvent::Superseded { error: Some(error), .. } => {
            warn!(
                target: "mobiscroll_connect",
                {
                    enduser.id = user,
                    error = %Chain(error),
                },
                "new tokens are superseded, and lost"
            );
        }
        AuthEvent::Superseded { error: None, .. } => {
            info!(target: "mobiscroll_connect", { enduser.id = user }, "new tokens are superseded")
        }
        AuthEvent::CredentialsSet { .. } => {
            info!(target: "mobiscroll_connect", { enduser.id = user }, "credentials set")
        }
        AuthEvent::CredentialsRetired { .. } => {
            warn!(
                target: "mobiscroll_connect",
                {
                    enduser.id = user,
                },
                "credentials that were set are older than the store's"
            );
        }
        AuthEvent::WaitingForLease { remaining, .. } => {
            let remaining = remaining.map(|remaining| remaining.as_secs_f64());
            info!(
                target: "mobiscroll_connect",
                {
                    enduser.id = user,
                    remaining,
                },
                "waiting for the lease of another process"
            );
        }
        AuthEvent::Lagged { .. } => {}
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn auth_event(_: &AuthEvent, _: bool) {}
