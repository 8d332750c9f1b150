//! The public keys that deliveries are verified with.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;

use crate::error::{Error, WebhookFailure, WebhookKind};
use crate::json;

/// The prefix of a key's text.
const PREFIX: &str = "whpk_";

/// A cap on the cost of rejecting a forgery. The service publishes two keys at most.
const MOST: usize = 16;

/// Public keys of the service, parsed once and cheap to clone.
///
/// Invalid keys are ignored: a malformed one must not disable the valid one beside it. A valid key is the canonical
/// encoding of a point on the curve that is not of small order, because anybody can sign for a key of small order. Only
/// the first 16 keys are used.
///
/// ```
/// use mobiscroll_connect::WebhookKeys;
///
/// let valid = "whpk_0r0+Z02Sv1SRb1QjsKUnil6t2oqtAyhn5HHfKgbTXFs=";
/// let keys = WebhookKeys::from_iter([valid, "whpk_broken"]);
/// assert_eq!(keys.len(), 1);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WebhookKeys(Arc<[VerifyingKey]>);

impl WebhookKeys {
    /// Parses the document that the service publishes under `/.well-known/webhook-keys`.
    ///
    /// Entries of other algorithms, and keys without the prefix `whpk_`, are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::WebhookVerification`] with [`WebhookKind::NoPublicKeys`] when it has no valid key.
    pub fn from_document(document: &[u8]) -> Result<Self, Error> {
        let document: Value = json::value(&String::from_utf8_lossy(document)).unwrap_or_default();
        let entries = document["keys"].as_array().into_iter().flatten();
        let keys = Self::collect(entries.filter_map(published));
        if keys.is_empty() { Err(WebhookFailure::error(WebhookKind::NoPublicKeys)) } else { Ok(keys) }
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Reports whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reports whether one of the signatures is by one of the keys.
    pub(super) fn verify(&self, content: &[u8], signatures: &[Signature]) -> bool {
        let fits = |key: &VerifyingKey, signature| key.verify_strict(content, signature).is_ok();
        signatures.iter().any(|signature| self.0.iter().any(|key| fits(key, signature)))
    }

    fn collect(keys: impl Iterator<Item = VerifyingKey>) -> Self {
        let mut all: Vec<VerifyingKey> = Vec::new();
        for key in keys {
            if all.len() < MOST && !all.contains(&key) {
                all.push(key);
            }
        }
        Self(all.into())
    }
}

impl<T: AsRef<str>> FromIterator<T> for WebhookKeys {
    /// Parses keys from settings: 32 bytes in base64, with or without the prefix `whpk_` and surrounding whitespace.
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        Self::collect(texts.into_iter().filter_map(|text| {
            let text = text.as_ref().trim();
            parse(text.strip_prefix(PREFIX).unwrap_or(text))
        }))
    }
}

impl fmt::Debug for WebhookKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookKeys({})", self.len())
    }
}

/// Parses an entry of the published document.
fn published(entry: &Value) -> Option<VerifyingKey> {
    let is_ed25519 = match &entry["alg"] {
        Value::Null => true,
        Value::String(alg) => alg.is_empty() || alg.eq_ignore_ascii_case("ed25519"),
        _ => false,
    };
    let key = entry["key"].as_str().filter(|_| is_ed25519)?;
    parse(key.strip_prefix(PREFIX)?.trim())
}

fn parse(text: &str) -> Option<VerifyingKey> {
    let bytes = decode::<32>(text.as_bytes())?;
    let key = VerifyingKey::from_bytes(&bytes).ok()?;
    (is_canonical(&bytes) && !key.is_weak()).then_some(key)
}

/// Reports whether the y coordinate is below the prime 2^255 - 19.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    bytes[31] & 0x7f != 0x7f || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[0] < 0xed
}

/// Decodes `N` bytes of base64, with full padding or none.
pub(super) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let engine = if text.ends_with(b"=") { STANDARD } else { STANDARD_NO_PAD };
    let length = engine.decode_slice(text, &mut bytes).ok()?;
    (length == N).then_some(bytes)
}
