//! Events of authorizations.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::trace;
use crate::error::Error;

/// A subscriber that lags behind by more events than this loses the oldest.
const CAPACITY: usize = 1024;

/// Something that happened to a user's authorization.
///
/// `user` is the id of the [handle](crate::Client::for_user), and empty for the client's own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AuthEvent {
    /// Tokens for an authorization code are saved and active: the user has authorized.
    #[non_exhaustive]
    Authorized {
        /// The user
        user: String,
    },
    /// Refreshed tokens are saved and active.
    #[non_exhaustive]
    Refreshed {
        /// The user
        user: String,
    },
    /// A refresh failed transiently. The tokens are kept.
    #[non_exhaustive]
    RefreshFailed {
        /// The user
        user: String,
        /// Why
        error: Error,
        /// The delay until the next refresh; until then, calls whose token has expired fail with this error
        next_try: Duration,
    },
    /// New tokens are active, but could not be saved.
    #[non_exhaustive]
    SavePending {
        /// The user
        user: String,
        /// Why
        error: Error,
        /// The maximum delay until saving is retried
        next_try: Duration,
    },
    /// The service has refused the refresh token, and the store has no newer one: send the user to authorize.
    #[non_exhaustive]
    ReauthorizationNeeded {
        /// The user
        user: String,
        /// Why
        error: Error,
    },
    /// New tokens are not used: other credentials were set while they were requested.
    ///
    /// A [hook that takes a `TokenRotation`](crate::TokenRotation) was called with them; other hooks were not.
    #[non_exhaustive]
    Superseded {
        /// The user
        user: String,
        /// Why the hook did not persist them, if it failed
        error: Option<Error>,
    },
    /// Credentials that were [set](crate::Client::set_credentials) are saved.
    #[non_exhaustive]
    CredentialsSet {
        /// The user
        user: String,
    },
    /// Credentials that were [set](crate::Client::set_credentials) are not used: according to the store, they were
    /// rotated away earlier, or have been replaced since. The store's credentials are active.
    #[non_exhaustive]
    CredentialsRetired {
        /// The user
        user: String,
    },
    /// Another process is refreshing the user's tokens, or died during a refresh: the call waits for its lease.
    #[non_exhaustive]
    WaitingForLease {
        /// The user
        user: String,
        /// The maximum time until the lease expires, unless it is extended; if known
        remaining: Option<Duration>,
    },
    /// This subscriber lagged behind and lost events.
    #[non_exhaustive]
    Lagged {
        /// How many
        events: u64,
    },
}

impl AuthEvent {
    /// Returns the user; `None` for [`Lagged`](Self::Lagged).
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Authorized { user }
            | Self::Refreshed { user }
            | Self::RefreshFailed { user, .. }
            | Self::SavePending { user, .. }
            | Self::ReauthorizationNeeded { user, .. }
            | Self::Superseded { user, .. }
            | Self::CredentialsSet { user }
            | Self::CredentialsRetired { user }
            | Self::WaitingForLease { user, .. } => Some(user),
            Self::Lagged { .. } => None,
        }
    }
}

/// The events of all users of a client, from [`Client::auth_events`](crate::Client::auth_events) on.
#[derive(Debug)]
pub struct AuthEvents(broadcast::Receiver<AuthEvent>);

impl AuthEvents {
    /// Waits for the next event. `None` when the client and all its clones are gone.
    ///
    /// # Cancel safety
    ///
    /// An event is not lost when the future is dropped.
    pub async fn next(&mut self) -> Option<AuthEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(events)) => Some(AuthEvent::Lagged { events }),
            Err(RecvError::Closed) => None,
        }
    }
}

/// The sending side, which costs nothing before somebody subscribes.
#[derive(Debug)]
pub(crate) struct EventSender {
    sender: OnceLock<broadcast::Sender<AuthEvent>>,
    /// Whether traces name the user.
    traces_users: bool,
}

impl EventSender {
    pub(crate) fn new(traces_users: bool) -> Self {
        Self { sender: OnceLock::new(), traces_users }
    }

    /// Sends an event, if anybody has subscribed.
    pub(crate) fn send(&self, event: impl FnOnce() -> AuthEvent) {
        let listened = self.sender.get().filter(|sender| sender.receiver_count() > 0);
        if listened.is_none() && !cfg!(feature = "tracing") {
            return;
        }
        let event = event();
        trace::auth_event(&event, self.traces_users);
        if let Some(sender) = listened {
            // The last listener may have gone since.
            let _ = sender.send(event);
        }
    }

    pub(crate) fn subscribe(&self) -> AuthEvents {
        AuthEvents(self.sender.get_or_init(|| broadcast::Sender::new(CAPACITY)).subscribe())
    }
}
