//! OAuth callbacks that do not carry a code.

use thiserror::Error as ThisError;

/// Why an OAuth callback was not accepted.
#[derive(Clone, Debug, ThisError)]
#[error("{kind}")]
pub struct AuthCallbackFailure {
    pub(crate) kind: AuthCallbackKind,
}

impl AuthCallbackFailure {
    /// Returns what was wrong.
    pub fn kind(&self) -> &AuthCallbackKind {
        &self.kind
    }
}

/// Kinds of [`AuthCallbackFailure`].
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum AuthCallbackKind {
    /// The user declined, or the service could not continue.
    #[error("authorization failed: {}", .description.as_deref().unwrap_or(.error))]
    #[non_exhaustive]
    Refused {
        /// The OAuth error code, such as `access_denied`.
        error: String,
        /// The `error_description`, if there was one.
        description: Option<String>,
    },
    /// The `state` that was sent is unknown: the cookie or session that held it is missing or has expired. Start the
    /// login again, and do not use the code.
    #[error("the state that was sent is unknown: its cookie or session is missing")]
    NothingSent,
    /// The callback has no `state`, although one was sent. Do not use its code.
    #[error("the callback has no state")]
    MissingState,
    /// The callback's `state` differs from the one that was sent: possibly a forged request (CSRF). Do not use its code.
    #[error("the callback's state does not match")]
    StateMismatch,
    /// The callback has neither a code nor an error.
    #[error("the callback carries no authorization code")]
    MissingCode,
}
