//! Events for the crate `tracing`. Without the feature `tracing` nothing of it is compiled.

use super::AuthEvent;

#[cfg(feature = "tracing")]
pub(super) fn auth_event(event: &AuthEvent) {
    use tracing::{info, warn};

    match event {
        AuthEvent::Refreshed { user } => info!(enduser.id = user, "tokens refreshed"),
        AuthEvent::RefreshFailed { user, error, next_try } => {
            warn!(enduser.id = user, %error, next_try = next_try.as_secs_f64(), "refresh failed");
        }
        AuthEvent::SavePending { user, error, next_try } => {
            warn!(enduser.id = user, %error, next_try = next_try.as_secs_f64(), "new tokens are not saved yet");
        }
        AuthEvent::ReauthorizationNeeded { user, error } => {
            warn!(enduser.id = user, %error, "the user must authorize again");
        }
        AuthEvent::Superseded { user, error: Some(error) } => {
            warn!(enduser.id = user, %error, "new tokens are superseded, and lost");
        }
        AuthEvent::Superseded { user, error: None } => info!(enduser.id = user, "new tokens are superseded"),
        AuthEvent::CredentialsSet { user } => info!(enduser.id = user, "credentials set"),
        AuthEvent::CredentialsRetired { user } => {
            warn!(enduser.id = user, "credentials that were set are older than the store's");
        }
        AuthEvent::WaitingForLease { user, remaining } => {
            let remaining = remaining.map(|remaining| remaining.as_secs_f64());
            info!(enduser.id = user, remaining, "waiting for the lease of another process");
        }
        AuthEvent::Lagged { .. } => {}
    }
}

#[cfg(not(feature = "tracing"))]
pub(super) fn auth_event(_: &AuthEvent) {}
