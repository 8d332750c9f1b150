use bytes::Bytes;
use jiff::Timestamp;

use super::key::{Key, Keyring};
use crate::random::Random;

/// A delivery as it goes over the wire: what the three headers say, and the body that they were signed with.
///
/// A test may change any part of it and hand it to its receiver, or have it sent by
/// [`Sandbox::send_webhook`](crate::Sandbox::send_webhook).
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let sandbox = mobiscroll_connect_sandbox::Sandbox::start_blocking()?;
/// let delivery = sandbox.sign_webhook(r#"{"provider":"google"}"#);
/// assert!(delivery.signature.starts_with("v1a,"));
/// for (name, value) in delivery.headers() {
///     println!("{name}: {value}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedDelivery {
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`
    pub timestamp: String,
    /// `webhook-signature`: a signature of each key that signs, the active one's first, separated by spaces
    pub signature: String,
    /// The body
    pub body: Bytes,
}

impl SignedDelivery {
    /// Gives the three headers.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, &str); 3] {
        [("webhook-id", &self.id), ("webhook-timestamp", &self.timestamp), ("webhook-signature", &self.signature)]
    }

    pub(crate) fn to_headers(&self) -> Vec<(String, String)> {
        self.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }
}

/// Says how to sign a body: by default with a new id, at the time of the sandbox's clock, with every key that signs.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is signed until `Sandbox::sign_webhook_with`"]
pub struct Signing {
    id: Option<String>,
    timestamp: Option<String>,
    keys: Vec<String>,
    is_foreign: bool,
}

impl Signing {
    /// Signs as deliveries are.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes this for the header `webhook-id`.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Takes this for the header `webhook-timestamp`, whether it is a number or not.
    pub fn timestamp(mut self, timestamp: impl Into<String>) -> Self {
        self.timestamp = Some(timestamp.into());
        self
    }

    /// Signs with the key of this id, and with no other that is not named; it may be retired or revoked.
    pub fn key(mut self, id: impl Into<String>) -> Self {
        self.keys.push(id.into());
        self
    }

    /// Signs with a key that was never published, after those named.
    pub fn foreign_key(mut self) -> Self {
        self.is_foreign = true;
        self
    }

    /// Gives nothing if a key is unknown.
    pub(crate) fn sign(self, body: Bytes, ring: &Keyring, ids: &Random, now: Timestamp) -> Option<SignedDelivery> {
        let foreign = self.is_foreign.then(|| ring.foreign());
        let mut keys = self.keys.iter().map(|id| ring.find(id)).collect::<Option<Vec<&Key>>>()?;
        keys.extend(&foreign);
        if keys.is_empty() {
            keys.extend(ring.signing(now));
        }
        let id = self.id.unwrap_or_else(|| new_id(ids));
        let timestamp = self.timestamp.unwrap_or_else(|| now.as_second().to_string());
        Some(sign(id, timestamp, body, &keys))
    }
}

/// Signs with each of the keys.
pub(crate) fn sign(id: String, timestamp: String, body: Bytes, keys: &[&Key]) -> SignedDelivery {
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &body].concat();
    let signatures: Vec<String> = keys.iter().map(|key| key.sign(&content)).collect();
    SignedDelivery { id, timestamp, signature: signatures.join(" "), body }
}

/// Makes up a `webhook-id`.
pub(crate) fn new_id(random: &Random) -> String {
    format!("msg_{}", random.uuid())
}
