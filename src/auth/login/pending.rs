//! What a login is remembered by.

use jiff::Timestamp;

use crate::models::Scope;
use crate::params::AuthUrl;
use crate::secret::Secret;

/// A login that was begun and not completed: what [`Auth::open_login`](crate::Auth::open_login) reads from a sealed login.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingLogin {
    pub(super) request: AuthUrl,
    pub(super) expires_at: Timestamp,
    pub(super) context: Option<String>,
}

impl PendingLogin {
    /// Returns the id of the user whom the login is for.
    pub fn user(&self) -> &str {
        &self.request.user_id
    }

    /// Returns the scope that was asked for, if one was.
    pub fn scope(&self) -> Option<&Scope> {
        self.request.scope.as_ref()
    }

    /// Returns the text that [`start_with`](crate::Request::start_with) was given.
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// Returns when the login expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    pub(super) fn state(&self) -> &str {
        self.request.state.as_ref().map_or("", Secret::expose)
    }
}
