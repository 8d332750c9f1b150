mod saved;

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) use self::saved::SavedTokens;
use super::{
    codes::{Codes, InvalidGrant, Redeemed, UNKNOWN_OR_USED},
    history::History,
};
use crate::{
    evidence::{PresentedToken, RevocationReason, RevokedGrant, TokenCounts},
    instant, jwt,
    random::Random,
    scope::Scope,
    settings::{AccessTokenDialect, OAuthSettings, RefreshDialect, ReuseRule, Settings},
};

const UNKNOWN_OR_REVOKED: InvalidGrant = InvalidGrant("The refresh token is unknown or revoked");

/// Holds what a successful authorization gives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedTokens {
    /// The access token, a JWT
    pub access_token: String,
    /// The refresh token, a JWT without expiry
    pub refresh_token: String,
    /// The life of the access token in seconds, rounded up
    pub expires_in: u64,
}

/// The codes and tokens of the one application that a sandbox knows.
///
/// The tokens themselves are not kept, but for the newest access token of a family where a dialect may give it out again.
/// Each carries its family and its place in it under the sandbox's signature, so
/// that memory grows with the number of authorizations and not with that of refreshes, and the age of any token can
/// be told.
#[derive(Debug)]
pub(crate) struct Tokens {
    client_id: String,
    random: Random,
    key: [u8; 64],
    codes: Codes,
    /// In the order in which they began, which also numbers them
    families: Vec<Family>,
    histories: HashMap<String, History>,
    /// Access tokens are numbered, so that those issued so far can be expired.
    last_access: u64,
    expired_access: u64,
    unknown: usize,
}

/// The line of tokens that begins with a code; each refresh adds a generation.
#[derive(Debug, Clone)]
struct Family {
    user: String,
    scope: Scope,
    newest: u64,
    revoked: bool,
    access: Option<Kept>,
}

/// The newest access token of a family.
#[derive(Debug, Clone)]
struct Kept {
    token: String,
    number: u64,
    expires_at: i64,
}

/// What a token says of itself.
#[derive(Debug)]
enum Claims {
    Access { family: usize, number: u64, expires_at: i64 },
    Refresh { family: usize, generation: u64 },
}

/// Whom an access token speaks for.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) user: String,
    pub(crate) scope: Scope,
}

impl IssuedTokens {
    /// Writes the tokens as the token endpoint answers them.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "refresh_token": self.refresh_token,
        })
    }
}

impl Tokens {
    pub(crate) fn new(client_id: String, random: Random) -> Self {
        let key = random.key();
        Self {
            client_id,
            random,
            key,
            codes: Codes::default(),
            families: Vec::new(),
            histories: HashMap::new(),
            last_access: 0,
            expired_access: 0,
            unknown: 0,
        }
    }

    pub(crate) fn issue_code(&mut self, user: &str, scope: Scope, session_ends: Timestamp, now: Timestamp) -> String {
        let text = self.random.uuid().simple().to_string();
        self.codes.issue(text, user, scope, session_ends, now)
    }

    /// Tells whether a code is still good, but its browser session is over.
    pub(crate) fn outlived_session(&self, code: &str, now: Timestamp) -> bool {
        self.codes.outlived_session(code, now)
    }

    /// Trades a code for the first tokens of a new family.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<IssuedTokens, InvalidGrant> {
        match self.codes.redeem(code, now) {
            Redeemed::Fresh(code) => {
                self.history(&code.user).counts.codes_exchanged += 1;
                Ok(self.begin(&code.user, code.scope, settings, now))
            }
            Redeemed::Again(user) => {
                self.history(&user).counts.codes_reused += 1;
                Err(UNKNOWN_OR_USED)
            }
            Redeemed::No(reason) => Err(reason),
        }
    }

    /// Issues the first tokens of a new family.
    pub(crate) fn begin(&mut self, user: &str, scope: Scope, settings: &Settings, now: Timestamp) -> IssuedTokens {
        self.families.push(Family { user: user.to_owned(), scope, newest: 0, revoked: false, access: None });
        self.issue(self.families.len() - 1, 0, settings, now)
    }

    /// Trades a refresh token for the next tokens of its family; too old a token ends the user's grant.
    pub(crate) fn rotate(
        &mut self,
        token: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<IssuedTokens, InvalidGrant> {
        let Some(Claims::Refresh { family, generation }) = self.read(token) else {
            self.unknown += 1;
            return Err(UNKNOWN_OR_REVOKED);
        };
        let Family { user, newest, revoked, .. } = self.families[family].clone();
        let age = newest - generation;
        self.history(&user).note_presented(family, age, revoked);
        if revoked {
            return Err(UNKNOWN_OR_REVOKED);
        }
        if age >= 2 {
            self.revoke_user(&user, RevocationReason::TokenTooOld, now);
            return Err(InvalidGrant("The refresh token is too old; the authorization was revoked"));
        }
        let next = match settings.reuse_rule {
            ReuseRule::SideBySide => generation + 1,
            ReuseRule::EveryRefreshCounts => newest + 1,
        };
        Ok(self.issue(family, next, settings, now))
    }

    /// Tells whom an access token speaks for, if it is still good.
    pub(crate) fn access(&self, token: &str, now: Timestamp) -> Option<Access> {
        let Some(Claims::Access { family, number, expires_at }) = self.read(token) else { return None };
        let Family { user, scope, .. } = &self.families[family];
        self.is_good(family, number, expires_at, now).then(|| Access { user: user.clone(), scope: *scope })
    }

    fn is_good(&self, family: usize, number: u64, expires_at: i64, now: Timestamp) -> bool {
        let Family { user, revoked, .. } = &self.families[family];
        let expired_by_test = self.histories.get(user).map_or(0, |history| history.expired_access);
        !revoked && number > expired_by_test.max(self.expired_access) && expires_at > now.as_millisecond()
    }

    /// Revokes everything of the user whom an access or refresh token belongs to.
    pub(crate) fn revoke(&mut self, token: &str, now: Timestamp) {
        if let Some(Claims::Access { family, .. } | Claims::Refresh { family, .. }) = self.read(token) {
            let user = self.families[family].user.clone();
            self.revoke_user(&user, RevocationReason::RevokeEndpoint, now);
        }
    }

    /// Revokes everything of the user; that there was nothing left to revoke is not noted.
    pub(crate) fn revoke_user(&mut self, user: &str, reason: RevocationReason, now: Timestamp) {
        let mut any = self.codes.revoke(user, now);
        for family in self.families.iter_mut().filter(|family| family.user == user && !family.revoked) {
            family.revoked = true;
            any = true;
        }
        if any {
            self.history(user).note_revoked(reason);
        }
    }

    /// Expires the access tokens issued so far, of one user or of all.
    pub(crate) fn expire_access(&mut self, user: Option<&str>) {
        let last = self.last_access;
        match user {
            Some(user) => self.history(user).expired_access = last,
            None => self.expired_access = last,
        }
    }

    pub(crate) fn counts(&self, user: &str) -> TokenCounts {
        self.histories.get(user).map(|history| history.counts).unwrap_or_default()
    }

    pub(crate) fn total_counts(&self) -> TokenCounts {
        let mut total = TokenCounts { refused_unknown: self.unknown, ..TokenCounts::default() };
        self.histories.values().for_each(|history| total.add(&history.counts));
        total
    }

    pub(crate) fn presented(&self, user: &str) -> Vec<PresentedToken> {
        self.histories.get(user).map(|history| history.presented.iter().copied().collect()).unwrap_or_default()
    }

    pub(crate) fn revoked(&self, user: &str) -> Vec<RevokedGrant> {
        self.histories.get(user).map(|history| history.revoked.iter().copied().collect()).unwrap_or_default()
    }

    fn history(&mut self, user: &str) -> &mut History {
        self.histories.entry(user.to_owned()).or_default()
    }

    /// Issues an access and a refresh token.
    fn issue(&mut self, family: usize, generation: u64, settings: &Settings, now: Timestamp) -> IssuedTokens {
        let newest = &mut self.families[family].newest;
        *newest = generation.max(*newest);
        let is_refresh = generation > 0;
        let ttl = settings.access_token_ttl;
        let end = instant::shift(now, SignedDuration::try_from(ttl).unwrap_or(SignedDuration::MAX)).as_millisecond();
        let again = match (settings.oauth.refresh, settings.oauth.access_token) {
            (RefreshDialect::SameAccessToken, _) if is_refresh => self.kept(family, now),
            (_, AccessTokenDialect::Bare) => self.equal(family, end, now),
            _ => None,
        };
        let (access_token, left) = match again {
            Some(Kept { token, expires_at, .. }) => {
                (token, Duration::from_millis(expires_at.abs_diff(now.as_millisecond())))
            }
            None => (self.sign_access(family, end, settings.oauth, now), ttl),
        };
        let refresh_token = self.sign_refresh(family, generation);
        let expires_in = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
        IssuedTokens { access_token, refresh_token, expires_in }
    }

    /// Gives the family's newest access token, if it is still good.
    fn kept(&self, family: usize, now: Timestamp) -> Option<Kept> {
        let kept = self.families[family].access.clone()?;
        self.is_good(family, kept.number, kept.expires_at, now).then_some(kept)
    }

    /// Finds a good access token of the same user and scope whose `exp` would be the same.
    fn equal(&self, family: usize, expires_at: i64, now: Timestamp) -> Option<Kept> {
        let Family { user, scope, .. } = &self.families[family];
        let is_alike = |other: &Family| (&other.user, other.scope) == (user, *scope);
        // Later families are younger, and only young tokens can end in the same second.
        let alike = (0..self.families.len()).rev().filter(|at| is_alike(&self.families[*at]));
        alike.filter_map(|at| self.kept(at, now)).find(|kept| to_exp(kept.expires_at) == to_exp(expires_at))
    }

    /// Signs an access token; what is not the service's own stands under the claim `sandbox`.
    fn sign_access(&mut self, family: usize, expires_at: i64, dialect: OAuthSettings, now: Timestamp) -> String {
        self.last_access += 1;
        let number = self.last_access;
        let mut claims = json!({
            "sub": self.families[family].user,
            "aud": self.client_id,
            "projectId": self.client_id,
            "exp": to_exp(expires_at),
            "sandbox": { "family": family, "number": number, "expiresAt": expires_at },
        });
        if dialect.access_token == AccessTokenDialect::Unique {
            claims["iat"] = now.as_second().into();
            claims["jti"] = self.random.uuid().to_string().into();
        }
        let token = jwt::sign(&self.key, &claims);
        let may_come_again =
            dialect.access_token == AccessTokenDialect::Bare || dialect.refresh == RefreshDialect::SameAccessToken;
        self.families[family].access = may_come_again.then(|| Kept { token: token.clone(), number, expires_at });
        token
    }

    fn sign_refresh(&self, family: usize, generation: u64) -> String {
        // Without the `jti`, two refresh tokens of the same generation would be one.
        jwt::sign(
            &self.key,
            &json!({
                "sub": self.families[family].user,
                "aud": self.client_id,
                "projectId": self.client_id,
                "type": "refresh",
                "jti": self.random.uuid().to_string(),
                "sandbox": { "family": family, "generation": generation },
            }),
        )
    }

    /// Reads a token that was signed here, so that its family is a known one.
    fn read(&self, token: &str) -> Option<Claims> {
        let claims = jwt::verify(&self.key, token)?;
        let own = &claims["sandbox"];
        let family = usize::try_from(own["family"].as_u64()?).ok().filter(|family| *family < self.families.len())?;
        if claims["type"] == "refresh" {
            return Some(Claims::Refresh { family, generation: own["generation"].as_u64()? });
        }
        Some(Claims::Access { family, number: own["number"].as_u64()?, expires_at: own["expiresAt"].as_i64()? })
    }
}

/// Gives the claim `exp`: whole seconds, rounded up.
fn to_exp(millis: i64) -> i64 {
    millis.div_euclid(1000) + i64::from(millis.rem_euclid(1000) > 0)
}
