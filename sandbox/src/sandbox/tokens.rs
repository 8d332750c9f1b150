//! Codes and tokens: giving them, ageing them, and what became of them.

use super::Sandbox;
use crate::{
    evidence::{PresentedToken, RevocationReason, RevokedGrant, TokenCounts},
    provider::Provider,
    scope::Scope,
    state::IssuedTokens,
};

impl Sandbox {
    /// Gives an authorization code, as if the user had consented to reading and writing at every provider.
    #[must_use]
    pub fn authorize(&self, user_id: &str) -> String {
        self.authorize_with(user_id, Scope::ReadWrite)
    }

    /// Gives an authorization code for tokens of this scope.
    #[must_use]
    pub fn authorize_with(&self, user_id: &str, scope: Scope) -> String {
        self.app.service().authorize(user_id, scope, &Provider::ALL)
    }

    /// Gives tokens for reading and writing, as if a code had been exchanged.
    #[must_use]
    pub fn issue_tokens(&self, user_id: &str) -> IssuedTokens {
        self.issue_tokens_with(user_id, Scope::ReadWrite)
    }

    /// Gives tokens of this scope, as if a code had been exchanged.
    #[must_use]
    pub fn issue_tokens_with(&self, user_id: &str, scope: Scope) -> IssuedTokens {
        let mut service = self.app.service();
        service.connect(user_id, &Provider::ALL);
        let (now, service) = (service.now(), &mut *service);
        service.tokens.begin(user_id, scope, &service.settings, now)
    }

    /// Expires every access token issued so far.
    pub fn expire_access_tokens(&self) {
        self.app.service().tokens.expire_access(None);
    }

    /// Expires the user's access tokens issued so far.
    pub fn expire_access_token(&self, user_id: &str) {
        self.app.service().tokens.expire_access(Some(user_id));
    }

    /// Revokes all codes and tokens of the user.
    pub fn revoke_grant(&self, user_id: &str) {
        let mut service = self.app.service();
        let now = service.now();
        service.tokens.revoke_user(user_id, RevocationReason::Test, now);
    }

    /// Counts the user's successful refreshes.
    #[must_use]
    pub fn refreshes(&self, user_id: &str) -> usize {
        self.token_counts(user_id).refreshes()
    }

    /// Counts what clients presented for the user at the token endpoint.
    #[must_use]
    pub fn token_counts(&self, user_id: &str) -> TokenCounts {
        self.app.service().tokens.counts(user_id)
    }

    /// Counts what clients presented at the token endpoint, for all users together.
    #[must_use]
    pub fn total_token_counts(&self) -> TokenCounts {
        self.app.service().tokens.total_counts()
    }

    /// Lists the user's refresh tokens that clients presented, oldest first; of very many only the last 1,000.
    #[must_use]
    pub fn refresh_log(&self, user_id: &str) -> Vec<PresentedToken> {
        self.app.service().tokens.presented(user_id)
    }

    /// Lists how often, and why, the user's grant ended, oldest first; of very many only the last 1,000.
    #[must_use]
    pub fn grants_revoked(&self, user_id: &str) -> Vec<RevokedGrant> {
        self.app.service().tokens.revoked(user_id)
    }
}
