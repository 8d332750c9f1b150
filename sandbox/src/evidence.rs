//! What a test may find out about what clients did.

use std::time::SystemTime;

use crate::named::named;

/// Tells of a refresh token that a client presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresentedToken {
    /// The instant, by the system's clock and not by the sandbox's
    pub at: SystemTime,
    /// The family of the token: every code exchanged and every [`Sandbox::issue_tokens`](crate::Sandbox::issue_tokens) begins one
    pub family: u64,
    /// How many rotations the family has gone beyond the token: 0 for the current one, 1 for the one just retired
    pub age: u64,
    /// Whether new tokens were given for it; not if it was too old, or its grant revoked
    pub accepted: bool,
}

/// Tells of the end of all codes and tokens that a user had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokedGrant {
    /// The instant, by the system's clock and not by the sandbox's
    pub at: SystemTime,
    /// What ended them
    pub reason: RevocationReason,
}

/// Says what ended a user's codes and tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// A client asked for it at `POST /api/oauth/revoke`.
    RevokeEndpoint,
    /// A client presented a refresh token two or more rotations old.
    TokenTooOld,
    /// The test asked for it with [`Sandbox::revoke_grant`](crate::Sandbox::revoke_grant).
    Test,
}

named!(RevocationReason { RevokeEndpoint => "revoke_endpoint", TokenTooOld => "token_too_old", Test => "test" });

/// Counts what clients presented at the token endpoint; nothing is ever left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TokenCounts {
    /// Refreshes with the current token of a family
    pub refreshed_current: usize,
    /// Refreshes with the token just retired
    pub refreshed_retired: usize,
    /// Refresh tokens refused for their age, which revoked the grant
    pub refused_too_old: usize,
    /// Refresh tokens refused because their grant had been revoked before
    pub refused_revoked: usize,
    /// Refresh tokens that the sandbox never gave out; no user's, so only in the sum of all
    pub refused_unknown: usize,
    /// Codes traded for tokens
    pub codes_exchanged: usize,
    /// Codes presented again after they had been traded
    pub codes_reused: usize,
    /// Grants revoked, for whatever reason
    pub grants_revoked: usize,
}

impl TokenCounts {
    /// Counts the successful refreshes.
    #[must_use]
    pub fn refreshes(&self) -> usize {
        self.refreshed_current + self.refreshed_retired
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.refreshed_current += other.refreshed_current;
        self.refreshed_retired += other.refreshed_retired;
        self.refused_too_old += other.refused_too_old;
        self.refused_revoked += other.refused_revoked;
        self.refused_unknown += other.refused_unknown;
        self.codes_exchanged += other.codes_exchanged;
        self.codes_reused += other.codes_reused;
        self.grants_revoked += other.grants_revoked;
    }
}
