//! A user's credentials.

use jiff::{SignedDuration, Timestamp};

use crate::Secret;
use crate::raw::types::TokenResponse;

/// The credentials of one user: an access token, and the refresh token that replaces it.
///
/// Each refresh retires the refresh token that was sent. Whoever keeps tokens must therefore keep the newest ones:
/// see [`ClientBuilder::on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed).
///
/// ```
/// use mobiscroll_connect::Tokens;
///
/// let tokens = Tokens::new("eyJhbGciOi...").with_refresh_token("eyJ0eXAiOi...");
/// assert_eq!(tokens.access_token().expose(), "eyJhbGciOi...");
/// assert!(!format!("{tokens:?}").contains("eyJ"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    access_token: Secret,
    refresh_token: Option<Secret>,
    token_type: String,
    expires_at: Option<Timestamp>,
    scope: Option<String>,
}

impl Tokens {
    /// Makes credentials of an access token alone, which cannot be refreshed.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            token_type: "Bearer".to_owned(),
            expires_at: None,
            scope: None,
        }
    }

    /// Adds the refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, refresh_token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(refresh_token.into());
        self
    }

    /// Adds the instant at which the access token expires.
    #[must_use]
    pub fn with_expires_at(mut self, expires_at: impl Into<Timestamp>) -> Self {
        self.expires_at = Some(expires_at.into());
        self
    }

    /// Returns the access token, a JWT that lives an hour.
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// Returns the refresh token, which lives until it is used or revoked.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// Returns the kind of the access token: `Bearer`.
    pub fn token_type(&self) -> &str {
        &self.token_type
    }

    /// Returns when the access token expires, if that is known.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns the granted scope, which the service seldom tells.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    pub(crate) fn received(response: TokenResponse, now: Timestamp) -> Self {
        let mut tokens = Self::new(response.access_token);
        tokens.refresh_token = response.refresh_token.filter(|token| !token.expose().is_empty());
        tokens.token_type = response.token_type.filter(|kind| !kind.is_empty()).unwrap_or(tokens.token_type);
        tokens.expires_at = response.expires_in.and_then(|seconds| {
            let lifetime = SignedDuration::from_secs(seconds);
            now.checked_add(lifetime).ok()
        });
        tokens.scope = response.scope;
        tokens
    }

    /// What a refresh leaves out stays as it was.
    pub(crate) fn refreshed(&self, response: TokenResponse, now: Timestamp) -> Self {
        let mut tokens = Self::received(response, now);
        tokens.refresh_token = tokens.refresh_token.or_else(|| self.refresh_token.clone());
        tokens.scope = tokens.scope.or_else(|| self.scope.clone());
        tokens
    }
}
