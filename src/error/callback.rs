//! OAuth callbacks that do not carry a code.

use thiserror::Error as ThisError;

use super::Error;
use super::line::one_line;

/// How many characters of a description an error shows: the user may have written it.
const DESCRIPTION_LIMIT: usize = 300;

/// Why an OAuth callback was not accepted.
#[derive(Clone, Debug, ThisError)]
#[error("{kind}")]
pub struct AuthCallbackFailure {
    pub(crate) kind: AuthCallbackKind,
}

impl AuthCallbackFailure {
    pub(crate) fn error(kind: AuthCallbackKind) -> Error {
        Error::AuthCallback(Box::new(Self { kind }))
    }

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
    #[error("authorization failed: {}", one_line(.description.as_deref().unwrap_or(.error), DESCRIPTION_LIMIT))]
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
    /// The pending login took longer than the [timeout](crate::ClientBuilder::login_timeout) of logins. Start the login again.
    #[error("the login has expired")]
    PendingExpired,
    /// The pending login was forged or damaged, or was sealed with another client secret. Start the login again.
    #[error("the pending login is forged or damaged, or was sealed with another client secret")]
    PendingInvalid,
    /// The pending login was begun by another application, or by this one under another client id. Start the login again.
    #[error("the pending login is of another client id")]
    PendingOfAnotherClient,
    /// The pending login is another user's than the one whom the client acts for: the user has changed since, or a cookie
    /// was planted. Do not use the code; start the login again for the current user.
    #[error("the pending login is another user's")]
    PendingOfAnotherUser,
    /// The tokens that the service issued for the code are another user's (`sub`). Nothing was saved.
    #[error("the tokens for the code are another user's")]
    TokensOfAnotherUser,
}
