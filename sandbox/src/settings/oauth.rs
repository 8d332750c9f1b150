//! The forms of token responses that are known or documented.

use crate::named::named;

/// Decides whether access tokens that are issued in the same second can be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AccessTokenDialect {
    /// Each has the claims `jti` and `iat`, so no two are equal. The default.
    #[default]
    Unique,
    /// None has a `jti` or an `iat`, as the service documents them: two of one user that expire in the same second
    /// are equal.
    Bare,
}

/// Decides which access token a refresh returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RefreshDialect {
    /// A new one. The default.
    #[default]
    NewAccessToken,
    /// The current one while it is valid, with the remaining lifetime as `expires_in`. The refresh token is new.
    SameAccessToken,
}

/// Decides which token responses have `expires_in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExpiresInDialect {
    /// Always. The default.
    #[default]
    Present,
    /// Only when a code is exchanged.
    AbsentInRefreshes,
    /// Never.
    Absent,
}

/// Chooses the response to an invalid refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RefreshRefusal {
    /// 400 with the OAuth code `invalid_grant`. The default.
    #[default]
    InvalidGrant,
    /// 401 with `error` and `message` as from any other operation, and no OAuth code.
    Unauthorized,
}

/// Decides whether exchanging a code needs the redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RedirectUriRule {
    /// It does. The default.
    #[default]
    Required,
    /// It may be left out, as in the token request of the vendor's REST guide: a JSON body without `redirect_uri`. One
    /// that is there must be right.
    Optional,
}

named!(AccessTokenDialect { Unique => "unique", Bare => "bare" });
named!(RefreshDialect { NewAccessToken => "new-access-token", SameAccessToken => "same-access-token" });
named!(ExpiresInDialect { Present => "present", AbsentInRefreshes => "absent-in-refreshes", Absent => "absent" });
named!(RefreshRefusal { InvalidGrant => "invalid-grant", Unauthorized => "unauthorized" });
named!(RedirectUriRule { Required => "required", Optional => "optional" });

/// What the builder decides of the token endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OAuthSettings {
    pub(crate) access_token: AccessTokenDialect,
    pub(crate) refresh: RefreshDialect,
    pub(crate) expires_in: ExpiresInDialect,
    pub(crate) refusal: RefreshRefusal,
    pub(crate) redirect_uri: RedirectUriRule,
}
