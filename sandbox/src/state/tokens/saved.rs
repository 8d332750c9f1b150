//! Tokens as a saved state holds them.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{Family, Kept, Tokens};
use crate::{
    instant,
    scope::Scope,
    snapshot::{Reader, StateError},
};

/// The tokens as they were read.
#[derive(Debug, Clone)]
pub(crate) struct SavedTokens {
    key: [u8; 64],
    families: Vec<Family>,
    last_access: u64,
    expired_access: u64,
    expired_access_of: Vec<(String, u64)>,
}

impl Tokens {
    /// Writes down which tokens there are. Codes, counts and logs are left out.
    pub(crate) fn save(&self) -> Value {
        let families: Vec<Value> = self.families.iter().map(save_family).collect();
        let expired = self.histories.iter().filter(|(_, history)| history.expired_access > 0);
        let expired: Map<String, Value> =
            expired.map(|(user, history)| (user.clone(), history.expired_access.into())).collect();
        json!({
            "key": STANDARD.encode(self.key),
            "families": families,
            "lastAccess": self.last_access,
            "expiredAccess": self.expired_access,
            "expiredAccessOf": expired,
        })
    }

    pub(crate) fn restore(&mut self, saved: SavedTokens) {
        let SavedTokens { key, families, last_access, expired_access, expired_access_of } = saved;
        (self.key, self.families) = (key, families);
        (self.last_access, self.expired_access) = (last_access, expired_access);
        for (user, last) in expired_access_of {
            self.history(&user).expired_access = last;
        }
    }
}

impl SavedTokens {
    pub(crate) fn read(tokens: Reader<'_>) -> Result<Self, StateError> {
        let mut members = tokens.members()?;
        let saved = Self {
            key: members.required("key")?.bytes()?,
            families: members.optional("families", |list| list.list(read_family))?.unwrap_or_default(),
            last_access: members.optional("lastAccess", |value| number(&value))?.unwrap_or_default(),
            expired_access: members.optional("expiredAccess", |value| number(&value))?.unwrap_or_default(),
            expired_access_of: members
                .optional("expiredAccessOf", |value| value.entries(|value| number(&value)))?
                .unwrap_or_default(),
        };
        members.finish()?;
        Ok(saved)
    }
}

fn save_family(family: &Family) -> Value {
    let mut saved = json!({
        "user": family.user,
        "scope": family.scope.as_str(),
        "generation": family.newest,
        "revoked": family.revoked,
    });
    if let Some(Kept { token, number, expires_at }) = &family.access {
        let expires_at = jiff::Timestamp::from_millisecond(*expires_at).unwrap_or(jiff::Timestamp::MAX);
        saved["access"] = json!({ "token": token, "number": number, "expiresAt": instant::format(expires_at) });
    }
    saved
}

fn read_family(family: Reader<'_>) -> Result<Family, StateError> {
    let mut members = family.members()?;
    let family = Family {
        user: members.required("user")?.name()?,
        scope: members.optional("scope", |scope| scope.parsed(str::parse::<Scope>))?.unwrap_or_default(),
        newest: members.optional("generation", |value| number(&value))?.unwrap_or_default(),
        revoked: members.optional("revoked", |value| value.flag())?.unwrap_or_default(),
        access: members.optional("access", read_access)?,
    };
    members.finish()?;
    Ok(family)
}

fn read_access(access: Reader<'_>) -> Result<Kept, StateError> {
    let mut members = access.members()?;
    let kept = Kept {
        token: members.required("token")?.name()?,
        number: number(&members.required("number")?)?,
        expires_at: members.required("expiresAt")?.instant()?.as_millisecond(),
    };
    members.finish()?;
    Ok(kept)
}

/// Reads a number that has room to grow.
fn number(value: &Reader<'_>) -> Result<u64, StateError> {
    let number = value.count()?;
    if number > u64::from(u32::MAX) { Err(value.error("is too large")) } else { Ok(number) }
}
