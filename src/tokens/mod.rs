//! A user's credentials, and where they are stored.

mod claims;
#[cfg(feature = "encryption")]
mod encrypted;
mod expiry;
#[cfg(feature = "file")]
mod file;
mod json;
mod lineage;
mod memory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
mod store;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::models::TokenResponse;
use crate::secret::Secret;
#[cfg(feature = "encryption")]
pub use encrypted::{EncryptedTokenStore, EncryptionError, EncryptionKey};
pub(crate) use expiry::Expiry;
#[cfg(feature = "file")]
pub use file::{FileStoreError, FileStoreErrorKind, FileTokenStore};
pub(crate) use lineage::{Lineage, PairId};
pub use memory::MemoryTokenStore;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::SqlTokenStore;
pub use store::{LeaseOutcome, Presented, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore};

/// The credentials of one user: an access token, and the refresh token that replaces it.
///
/// Connect rotates refresh tokens: each refresh retires the refresh token that was sent. If you persist tokens yourself,
/// persist the newest ones: see [`ClientBuilder::token_store`](crate::ClientBuilder::token_store) and
/// [`on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed). The tokens are wiped from memory when they are
/// dropped.
///
/// ```
/// use mobiscroll_connect::Tokens;
///
/// let tokens = Tokens::new("eyJhbGciOi...").with_refresh_token("eyJ0eXAiOi...");
/// assert_eq!(tokens.access_token().expose(), "eyJhbGciOi...");
/// assert!(!format!("{tokens:?}").contains("eyJ"));
/// ```
#[derive(Clone, PartialEq)]
pub struct Tokens {
    access_token: Secret,
    refresh_token: Option<Secret>,
    token_type: String,
    expires_at: Option<Timestamp>,
    /// `expires_in` at issue.
    lifetime: Option<Duration>,
    /// When they were issued, where the access token's own `exp` was over by then: the service's clock is behind.
    issued_at: Option<Timestamp>,
    scope: Option<String>,
    /// Unknown members of the JSON that the tokens were read from.
    extra: Map<String, Value>,
}

impl Tokens {
    /// Creates credentials from an access token alone, which cannot be refreshed.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            token_type: "Bearer".to_owned(),
            expires_at: None,
            lifetime: None,
            issued_at: None,
            scope: None,
            extra: Map::new(),
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

    /// Returns the access token, a JWT that is valid for an hour.
    pub fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// Returns the refresh token, which is valid until it is retired by a refresh or revoked.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// Returns the token type: `Bearer`.
    pub fn token_type(&self) -> &str {
        &self.token_type
    }

    /// Returns when the access token expires, if that is known.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns the granted scope, if the service reported it.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    pub(crate) fn received(response: TokenResponse, now: Timestamp) -> Self {
        let mut tokens = Self::new(response.access_token);
        tokens.refresh_token = response.refresh_token.filter(|token| !token.expose().is_empty());
        tokens.token_type = response.token_type.filter(|kind| !kind.is_empty()).unwrap_or(tokens.token_type);
        tokens.lifetime = json::lifetime(response.expires_in.map(|seconds| seconds as f64));
        tokens.lifetime = tokens.lifetime.or_else(|| Expiry::claimed_lifetime(&tokens));
        tokens.issued_at = Some(now).filter(|_| tokens.lifetime.is_none() && Expiry::claims_the_past(&tokens, now));
        tokens.expires_at = tokens.lifetime.and_then(|lifetime| json::expires_at(now, lifetime));
        tokens.scope = response.scope;
        tokens
    }

    /// Merges the response to a refresh: what it omits stays as it was.
    pub(crate) fn refreshed(&self, response: TokenResponse, now: Timestamp) -> Self {
        let token_type = response.token_type.clone().filter(|kind| !kind.is_empty());
        let keeps_lifetime = response.expires_in.is_none();
        let mut tokens = Self::received(response, now);
        tokens.refresh_token = tokens.refresh_token.or_else(|| self.refresh_token.clone());
        tokens.scope = tokens.scope.or_else(|| self.scope.clone());
        tokens.token_type = token_type.unwrap_or_else(|| self.token_type.clone());
        tokens.extra = self.extra.clone();
        if let Some(lifetime) = self.lifetime.filter(|_| keeps_lifetime) {
            tokens.lifetime = Some(lifetime);
            tokens.expires_at = json::expires_at(now, lifetime);
        }
        tokens
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token)
            .field("token_type", &self.token_type)
            .field("expires_at", &self.expires_at)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
