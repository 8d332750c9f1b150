//! A user's credentials, and where they are kept.

#[cfg(feature = "encryption")]
mod encrypted;
#[cfg(feature = "file")]
mod file;
mod json;
mod life;
mod memory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) mod sql;
pub(crate) mod store;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::Secret;
use crate::raw::types::TokenResponse;
#[cfg(feature = "encryption")]
pub use encrypted::{EncryptedTokenStore, EncryptionError, EncryptionKey};
#[cfg(feature = "file")]
pub use file::{FileStoreError, FileStoreErrorKind, FileTokenStore};
pub(crate) use life::Life;
pub use memory::MemoryTokenStore;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::SqlTokenStore;

/// The credentials of one user: an access token, and the refresh token that replaces it.
///
/// Each refresh retires the refresh token that was sent. Whoever keeps tokens must therefore keep the newest ones:
/// see [`ClientBuilder::token_store`](crate::ClientBuilder::token_store) and
/// [`on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed). The texts are wiped from memory when they are
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
    /// How long the access token was to live when it was issued.
    lifetime: Option<Duration>,
    scope: Option<String>,
    /// What came along in a kept text and is not known here.
    extra: Map<String, Value>,
}

impl Tokens {
    /// Makes credentials of an access token alone, which cannot be refreshed.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            token_type: "Bearer".to_owned(),
            expires_at: None,
            lifetime: None,
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
        tokens.lifetime = json::lifetime(response.expires_in.map(|seconds| seconds as f64));
        tokens.expires_at = tokens.lifetime.and_then(|lifetime| json::end_of_life(now, lifetime));
        tokens.scope = response.scope;
        tokens
    }

    /// What a refresh leaves out stays as it was.
    pub(crate) fn refreshed(&self, response: TokenResponse, now: Timestamp) -> Self {
        let token_type = response.token_type.clone().filter(|kind| !kind.is_empty());
        let mut tokens = Self::received(response, now);
        tokens.refresh_token = tokens.refresh_token.or_else(|| self.refresh_token.clone());
        tokens.scope = tokens.scope.or_else(|| self.scope.clone());
        tokens.token_type = token_type.unwrap_or_else(|| self.token_type.clone());
        tokens.extra = self.extra.clone();
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

/// Reads a token answer member by member, with whatever is of another type than it should be left out.
pub(crate) fn salvage(body: &[u8]) -> Option<TokenResponse> {
    let members: serde_json::Map<String, Value> = serde_json::from_slice(body).ok()?;
    let texts = ["access_token", "refresh_token", "token_type", "scope"];
    let mut kept: serde_json::Map<_, _> =
        members.iter().filter(|(name, value)| texts.contains(&name.as_str()) && value.is_string()).map(own).collect();
    let seconds = members.get("expires_in").and_then(|value| match value {
        Value::String(text) => text.trim().parse().ok(),
        number => number.as_f64(),
    });
    // Without it the token is used until it is refused, which is no harm.
    kept.extend(seconds.map(|seconds: f64| ("expires_in".to_owned(), Value::from(seconds as i64))));
    let response: TokenResponse = serde_json::from_str(&Value::Object(kept).to_string()).ok()?;
    Some(response).filter(|response| !response.access_token.expose().is_empty())
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oddity_beside_the_tokens_does_not_lose_them() {
        for oddity in [r#""expires_in":"3600""#, r#""expires_in":3600.5"#, r#""expires_in":3600,"scope":["read"]"#] {
            let body = format!(r#"{{"access_token":"a2","refresh_token":"r2",{oddity}}}"#);
            let response = salvage(body.as_bytes()).unwrap();
            assert_eq!(response.access_token.expose(), "a2", "{oddity}");
            assert_eq!(response.refresh_token.unwrap().expose(), "r2", "{oddity}");
            assert_eq!(response.expires_in, Some(3600), "{oddity}");
        }
        for hopeless in ["", "[]", "{}", r#"{"access_token":""}"#, r#"{"access_token":7}"#, r#"{"refresh_token":"r2"}"#]
        {
            assert!(salvage(hopeless.as_bytes()).is_none(), "{hopeless}");
        }
    }
}
