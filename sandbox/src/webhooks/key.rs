use std::{fmt, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_compact::{KeyPair, Seed};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    instant,
    named::named,
    snapshot::{Reader, StateError},
};

/// Describes a key with which deliveries are or were signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookKey {
    /// The id, as in the published keys
    pub id: String,
    /// The public half, as published: `whpk_` and base64
    pub public_key: String,
    /// The place in the rotation
    pub status: KeyStatus,
    /// When it came into use
    pub activated_at: Timestamp,
    /// When it goes, or went, out of use by rotation
    pub retires_at: Option<Timestamp>,
}

/// Tells the place of a key in the rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyStatus {
    /// Signs, and is published.
    Active,
    /// Signs beside the active key, and is published, until its retirement.
    Previous,
    /// Signs no longer and is not published, because its overlap is over.
    Retired,
    /// Signs no longer and is not published, because it was revoked.
    Revoked,
}

named!(KeyStatus { Active => "active", Previous => "previous", Retired => "retired", Revoked => "revoked" });

/// All keys of a sandbox, the oldest first; the last one is the active one.
#[derive(Debug, Clone)]
pub(crate) struct Keyring {
    source: [u8; 32],
    keys: Vec<Key>,
}

#[derive(Clone)]
pub(crate) struct Key {
    id: String,
    pair: KeyPair,
    activated_at: Timestamp,
    retires_at: Option<Timestamp>,
    is_revoked: bool,
}

impl Keyring {
    /// Makes the first key; the same source gives the same keys.
    pub(crate) fn new(source: [u8; 32], now: Timestamp) -> Self {
        let mut ring = Self { source, keys: Vec::new() };
        ring.add(now);
        ring
    }

    /// Writes down which keys there are.
    pub(crate) fn save(&self) -> Value {
        let keys: Vec<Value> = self
            .keys
            .iter()
            .map(|key| {
                json!({
                    "activatedAt": instant::exact(key.activated_at),
                    "retiresAt": key.retires_at.map(instant::exact),
                    "revoked": key.is_revoked,
                })
            })
            .collect();
        json!({ "source": STANDARD.encode(self.source), "keys": keys })
    }

    /// Reads what [`save`](Self::save) wrote.
    pub(crate) fn read(keyring: Reader<'_>) -> Result<Self, StateError> {
        let mut members = keyring.clone().members()?;
        let mut ring = Self { source: members.required("source")?.bytes()?, keys: Vec::new() };
        let listed = members.required("keys")?;
        let keys = listed.list(|key| {
            let mut members = key.members()?;
            let read = (
                members.required("activatedAt")?.instant()?,
                members.optional("retiresAt", |value| value.instant())?,
                members.optional("revoked", |value| value.flag())?.unwrap_or_default(),
            );
            members.finish()?;
            Ok(read)
        })?;
        members.finish()?;
        for (activated_at, retires_at, is_revoked) in keys {
            let key = ring.key(ring.keys.len() as u64 + 1, activated_at);
            ring.keys.push(Key { retires_at, is_revoked, ..key });
        }
        match ring.keys.last() {
            Some(active) if active.retires_at.is_none() && !active.is_revoked => Ok(ring),
            _ => Err(listed.error("must end with an active key")),
        }
    }

    /// Lists every key, the newest first.
    pub(crate) fn all(&self, now: Timestamp) -> Vec<WebhookKey> {
        self.keys.iter().rev().map(|key| key.describe(now)).collect()
    }

    /// Lists the keys that are published and sign, the active one first.
    pub(crate) fn published(&self, now: Timestamp) -> Vec<WebhookKey> {
        self.signing(now).map(|key| key.describe(now)).collect()
    }

    pub(crate) fn signing(&self, now: Timestamp) -> impl Iterator<Item = &Key> {
        let signs = move |key: &&Key| matches!(key.status(now), KeyStatus::Active | KeyStatus::Previous);
        self.keys.iter().rev().filter(signs)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Makes a key that is never published.
    pub(crate) fn foreign(&self) -> Key {
        self.key(u64::MAX, Timestamp::MAX)
    }

    /// Activates a new key; the one before signs beside it for the time of the overlap.
    pub(crate) fn rotate(&mut self, overlap: Duration, now: Timestamp) -> WebhookKey {
        if let Some(active) = self.keys.last_mut() {
            active.retires_at = Some(instant::after(now, overlap));
        }
        self.add(now)
    }

    /// Ends every overlap, and tells how many there were.
    pub(crate) fn retire(&mut self, now: Timestamp) -> usize {
        let previous = self.keys.iter_mut().filter(|key| key.status(now) == KeyStatus::Previous);
        previous.map(|key| key.retires_at = Some(now)).count()
    }

    /// Ends a key at once; in the place of the active one comes a new one. Tells whether there is such a key.
    pub(crate) fn revoke(&mut self, id: &str, now: Timestamp) -> bool {
        let Some(at) = self.keys.iter().position(|key| key.id == id) else { return false };
        let was_active = self.keys[at].status(now) == KeyStatus::Active;
        self.keys[at].is_revoked = true;
        if was_active {
            self.add(now);
        }
        true
    }

    fn add(&mut self, now: Timestamp) -> WebhookKey {
        let key = self.key(self.keys.len() as u64 + 1, now);
        let described = key.describe(now);
        self.keys.push(key);
        described
    }

    fn key(&self, number: u64, activated_at: Timestamp) -> Key {
        let seed = Sha256::digest([&self.source[..], &number.to_be_bytes()].concat());
        Key {
            id: format!("sandbox-key-{number}"),
            pair: KeyPair::from_seed(Seed::new(seed.into())),
            activated_at,
            retires_at: None,
            is_revoked: false,
        }
    }
}

impl Key {
    /// Signs as one entry of the header `webhook-signature`.
    pub(crate) fn sign(&self, content: &[u8]) -> String {
        format!("v1a,{}", STANDARD.encode(*self.pair.sk.sign(content, None)))
    }

    fn status(&self, now: Timestamp) -> KeyStatus {
        match self.retires_at {
            _ if self.is_revoked => KeyStatus::Revoked,
            None => KeyStatus::Active,
            Some(end) if now < end => KeyStatus::Previous,
            Some(_) => KeyStatus::Retired,
        }
    }

    fn describe(&self, now: Timestamp) -> WebhookKey {
        WebhookKey {
            id: self.id.clone(),
            public_key: format!("whpk_{}", STANDARD.encode(*self.pair.pk)),
            status: self.status(now),
            activated_at: self.activated_at,
            retires_at: self.retires_at,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}
