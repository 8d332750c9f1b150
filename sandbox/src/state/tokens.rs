use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::{instant, jwt, scope::Scope, settings::ReuseRule};

const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Holds what a successful authorization gives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedTokens {
    /// The access token, a JWT
    pub access_token: String,
    /// The refresh token, a JWT without expiry
    pub refresh_token: String,
    /// The life of the access token in seconds
    pub expires_in: u64,
}

/// The codes and tokens of the one application that a sandbox knows.
#[derive(Debug)]
pub(crate) struct Tokens {
    client_id: String,
    key: [u8; 64],
    codes: HashMap<String, Code>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    /// How far each family has come; a family begins with a code.
    generations: HashMap<Uuid, u64>,
    rotations: HashMap<String, usize>,
}

#[derive(Debug)]
struct Code {
    user: String,
    scope: Scope,
    expires_at: Timestamp,
    session_ends: Timestamp,
}

/// Whom an access token speaks for.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) user: String,
    pub(crate) scope: Scope,
    expires_at: Timestamp,
}

#[derive(Debug, Clone)]
struct Refresh {
    user: String,
    scope: Scope,
    family: Uuid,
    generation: u64,
}

/// The reason why a token or a code is of no use.
#[derive(Debug)]
pub(crate) struct InvalidGrant(pub(crate) &'static str);

impl Tokens {
    pub(crate) fn new(client_id: String) -> Self {
        let mut key = [0; 64];
        for part in key.chunks_exact_mut(16) {
            part.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        Self {
            client_id,
            key,
            codes: HashMap::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            generations: HashMap::new(),
            rotations: HashMap::new(),
        }
    }

    pub(crate) fn issue_code(&mut self, user: &str, scope: Scope, session_ends: Timestamp, now: Timestamp) -> String {
        let code = Uuid::new_v4().simple().to_string();
        let expires_at = instant::shift(now, CODE_LIFETIME);
        self.codes.insert(code.clone(), Code { user: user.to_owned(), scope, expires_at, session_ends });
        code
    }

    /// Tells whether a code is still good, but its browser session is over.
    pub(crate) fn outlived_session(&self, code: &str, now: Timestamp) -> bool {
        self.codes.get(code).is_some_and(|code| code.session_ends <= now && now < code.expires_at)
    }

    /// Trades a code for the first tokens of a new family.
    pub(crate) fn exchange(&mut self, code: &str, ttl: Duration, now: Timestamp) -> Result<IssuedTokens, InvalidGrant> {
        let Code { user, scope, expires_at, .. } =
            self.codes.remove(code).ok_or(InvalidGrant("The code is unknown or was used before"))?;
        if expires_at <= now {
            return Err(InvalidGrant("The code has expired"));
        }
        Ok(self.begin(&user, scope, ttl, now))
    }

    /// Issues the first tokens of a new family.
    pub(crate) fn begin(&mut self, user: &str, scope: Scope, ttl: Duration, now: Timestamp) -> IssuedTokens {
        let first = Refresh { user: user.to_owned(), scope, family: Uuid::new_v4(), generation: 0 };
        self.issue(first, ttl, now)
    }

    /// Trades a refresh token for the next tokens of its family; too old a token ends the user's grant.
    pub(crate) fn rotate(
        &mut self,
        token: &str,
        rule: ReuseRule,
        ttl: Duration,
        now: Timestamp,
    ) -> Result<IssuedTokens, InvalidGrant> {
        let old = self.refresh.get(token).cloned().ok_or(InvalidGrant("The refresh token is unknown or revoked"))?;
        let newest = self.generations.get(&old.family).copied().unwrap_or(old.generation);
        if newest - old.generation >= 2 {
            self.revoke_user(&old.user);
            return Err(InvalidGrant("The refresh token is too old; the authorization was revoked"));
        }
        let generation = match rule {
            ReuseRule::SideBySide => old.generation + 1,
            ReuseRule::EveryRefreshCounts => newest + 1,
        };
        *self.rotations.entry(old.user.clone()).or_default() += 1;
        Ok(self.issue(Refresh { generation, ..old }, ttl, now))
    }

    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Option<Access> {
        self.access.get(token).filter(|access| access.expires_at > now).cloned()
    }

    /// Revokes everything of the user whom an access or refresh token belongs to.
    pub(crate) fn revoke(&mut self, token: &str) {
        let access = self.access.get(token).map(|access| access.user.clone());
        if let Some(user) = access.or_else(|| self.refresh.get(token).map(|refresh| refresh.user.clone())) {
            self.revoke_user(&user);
        }
    }

    pub(crate) fn revoke_user(&mut self, user: &str) {
        self.codes.retain(|_, code| code.user != user);
        self.access.retain(|_, access| access.user != user);
        self.refresh.retain(|_, refresh| refresh.user != user);
    }

    /// Expires the access tokens issued so far, of one user or of all.
    pub(crate) fn expire_access(&mut self, user: Option<&str>) {
        // Kept rather than dropped, because an expired token still identifies its user when it is revoked.
        for access in self.access.values_mut().filter(|access| user.is_none_or(|user| user == access.user)) {
            access.expires_at = Timestamp::MIN;
        }
    }

    pub(crate) fn rotations(&self, user: &str) -> usize {
        self.rotations.get(user).copied().unwrap_or_default()
    }

    fn issue(&mut self, refresh: Refresh, ttl: Duration, now: Timestamp) -> IssuedTokens {
        let expires_in = ttl.as_secs();
        let lifetime = SignedDuration::try_from(Duration::from_secs(expires_in)).unwrap_or(SignedDuration::MAX);
        let expires_at = instant::shift(now, lifetime);
        let Refresh { user, scope, family, generation } = refresh.clone();

        // Without the `jti`, two tokens of the same second would be one.
        let access_token = jwt::sign(
            &self.key,
            &json!({
                "sub": user,
                "aud": self.client_id,
                "projectId": self.client_id,
                "iat": now.as_second(),
                "exp": expires_at.as_second(),
                "jti": Uuid::new_v4().to_string(),
            }),
        );
        let refresh_token = jwt::sign(
            &self.key,
            &json!({
                "sub": user,
                "aud": self.client_id,
                "projectId": self.client_id,
                "type": "refresh",
                "jti": Uuid::new_v4().to_string(),
            }),
        );
        self.access.insert(access_token.clone(), Access { user, scope, expires_at });
        self.refresh.insert(refresh_token.clone(), refresh);
        let newest = self.generations.entry(family).or_default();
        *newest = generation.max(*newest);
        IssuedTokens { access_token, refresh_token, expires_in }
    }
}
