//! The verification of a delivery, without network or state.

use std::time::Duration;

use ed25519_dalek::Signature;
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};

use super::delivery::WebhookDelivery;
use super::keys::{WebhookKeys, decode};
use crate::error::{Error, WebhookFailure, WebhookKind};

const TOLERANCE: Duration = Duration::from_secs(5 * 60);
const MAX_BODY: usize = 4 * 1024 * 1024;
const MAX_HEADER: usize = 4 * 1024;
const MAX_SIGNATURES: usize = 8;
/// A body of the largest size, with two signatures and two keys: what key rotation takes.
const MAX_HASHED: usize = 4 * MAX_BODY;

/// Sets the tolerance and the limits for the verification of deliveries.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect::WebhookOptions;
///
/// let minute = Duration::from_secs(60);
/// let options = WebhookOptions::new().tolerance(minute).max_body(64 * 1024);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct WebhookOptions {
    now: Option<Timestamp>,
    pub(super) tolerance: Duration,
    pub(super) max_body: usize,
    max_header: usize,
    max_signatures: usize,
    max_hashed: usize,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self {
            now: None,
            tolerance: TOLERANCE,
            max_body: MAX_BODY,
            max_header: MAX_HEADER,
            max_signatures: MAX_SIGNATURES,
            max_hashed: MAX_HASHED,
        }
    }
}

impl WebhookOptions {
    /// Creates options with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the instant that timestamps are compared with. Default: the system clock at each verification.
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Sets the tolerance of timestamps, in either direction, in whole seconds. Default: 5 minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the maximum size of a body, in bytes. Default: 4 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets the maximum size of each of the three headers, in bytes. Default: 4 KiB.
    pub fn max_header(mut self, bytes: usize) -> Self {
        self.max_header = bytes;
        self
    }

    /// Sets the maximum number of signatures, of known and unknown versions. Default: 8.
    ///
    /// The service sends one, and two during key rotation. Each further one costs a verification per key.
    pub fn max_signatures(mut self, signatures: usize) -> Self {
        self.max_signatures = signatures;
        self
    }

    /// Sets the maximum number of bytes that a delivery may have hashed: its body once per signature and key, because Ed25519
    /// hashes the signature and the key before the body. Default: 16 MiB.
    ///
    /// That is a body of 4 MiB with two signatures and two keys, as during key rotation. A forged delivery that exhausts it
    /// costs about 25 ms of CPU time.
    pub fn max_hashed(mut self, bytes: usize) -> Self {
        self.max_hashed = bytes;
        self
    }
}

/// Verifies a delivery with given keys, and reads it.
///
/// `body` is the raw body as it arrived: parsed and serialized again, it does not verify. It uses no network;
/// [`Webhooks::verify_webhook`](crate::Webhooks::verify_webhook) is the call that fetches and caches the keys. Replays
/// within the tolerance are not detected here.
///
/// ```
/// use mobiscroll_connect::{WebhookKeys, WebhookOptions, verify_webhook_signature};
///
/// let keys = WebhookKeys::from_iter(["whpk_0r0+Z02Sv1SRb1QjsKUnil6t2oqtAyhn5HHfKgbTXFs="]);
/// let headers = http::HeaderMap::new();
/// let options = WebhookOptions::new();
/// let error = verify_webhook_signature(b"{}", &headers, &keys, &options).unwrap_err();
/// assert_eq!(error.to_string(), "a header of the webhook delivery is missing or repeated");
/// assert!(!error.is_retryable());
/// ```
///
/// # Errors
///
/// [`Error::WebhookVerification`], with the first of these that applies:
///
/// 1. [`TooLarge`](WebhookKind::TooLarge): the body is over its [limit](WebhookOptions); then a header. After the fourth:
///    too many bytes would have to be hashed.
/// 2. [`MissingHeaders`](WebhookKind::MissingHeaders): one of the three is missing, empty or repeated.
/// 3. [`InvalidTimestamp`](WebhookKind::InvalidTimestamp),
///    [`TimestampOutOfTolerance`](WebhookKind::TimestampOutOfTolerance).
/// 4. [`NoPublicKeys`](WebhookKind::NoPublicKeys): there are no keys. This one is retryable.
/// 5. [`NoMatchingSignature`](WebhookKind::NoMatchingSignature), by Ed25519's strict rules.
/// 6. [`InvalidPayload`](WebhookKind::InvalidPayload): it is genuine, but not a JSON object.
pub fn verify_webhook_signature(
    body: &[u8],
    headers: &HeaderMap,
    keys: &WebhookKeys,
    options: &WebhookOptions,
) -> Result<WebhookDelivery, Error> {
    check_size(body.len(), options)?;
    Envelope::open(headers, options)?.verify(body, keys)
}

/// The headers of a delivery, after all checks that need neither keys nor body.
pub(super) struct Envelope {
    id: String,
    timestamp: String,
    sent_at: Timestamp,
    signatures: Vec<Signature>,
    max_hashed: usize,
}

impl Envelope {
    pub(super) fn open(headers: &HeaderMap, options: &WebhookOptions) -> Result<Self, Error> {
        let [id, timestamp, entries] = ["webhook-id", "webhook-timestamp", "webhook-signature"]
            .map(|name| only(headers, name, options.max_header));
        let (id, timestamp, entries) = (id?, timestamp?, entries?);
        // Visible ASCII, spaces and tabs.
        let id = id.to_str().map_err(|_| WebhookFailure::error(WebhookKind::MissingHeaders))?;
        let timestamp = timestamp.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let timestamp = timestamp.ok_or_else(|| WebhookFailure::error(WebhookKind::InvalidTimestamp))?;
        let sent_at = sent_at(timestamp, options).map_err(WebhookFailure::out_of_tolerance)?;
        let signatures = signatures(entries.as_bytes(), options.max_signatures)?;
        let max_hashed = options.max_hashed;
        Ok(Self { id: id.to_owned(), timestamp: timestamp.to_owned(), sent_at, signatures, max_hashed })
    }

    pub(super) fn verify(&self, body: &[u8], keys: &WebhookKeys) -> Result<WebhookDelivery, Error> {
        if keys.is_empty() {
            return Err(WebhookFailure::error(WebhookKind::NoPublicKeys));
        }
        let times = self.signatures.len() * keys.len();
        if body.len().saturating_mul(times) > self.max_hashed {
            return Err(WebhookFailure::error(WebhookKind::TooLarge));
        }
        // Built only if there is a signature to check.
        let content = || [self.id.as_bytes(), b".", self.timestamp.as_bytes(), b".", body].concat();
        if self.signatures.is_empty() || !keys.verify(&content(), &self.signatures) {
            return Err(WebhookFailure::error(WebhookKind::NoMatchingSignature));
        }
        WebhookDelivery::read(self.id.clone(), self.sent_at, body)
            .ok_or_else(|| WebhookFailure::error(WebhookKind::InvalidPayload))
    }
}

pub(super) fn check_size(bytes: usize, options: &WebhookOptions) -> Result<(), Error> {
    if bytes > options.max_body { Err(WebhookFailure::error(WebhookKind::TooLarge)) } else { Ok(()) }
}

/// Reads a header that must not be repeated: another parser might use another value.
fn only<'h>(headers: &'h HeaderMap, name: &str, limit: usize) -> Result<&'h HeaderValue, Error> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) if value.len() > limit => Err(WebhookFailure::error(WebhookKind::TooLarge)),
        (Some(value), None) if !value.is_empty() => Ok(value),
        _ => Err(WebhookFailure::error(WebhookKind::MissingHeaders)),
    }
}

/// Parses digits as an instant, or returns how far out of tolerance it is.
fn sent_at(digits: &str, options: &WebhookOptions) -> Result<Timestamp, Option<SignedDuration>> {
    // A number that overflows the type is out of tolerance in any case.
    let second: i64 = digits.parse().map_err(|_| None)?;
    let now = options.now.unwrap_or_else(Timestamp::now).as_second();
    let offset = SignedDuration::from_secs(second.saturating_sub(now));
    match Timestamp::from_second(second) {
        Ok(sent_at) if second.abs_diff(now) <= options.tolerance.as_secs() => Ok(sent_at),
        Ok(_) => Err(Some(offset)),
        Err(_) => Err(None),
    }
}

/// Parses the signatures of the one known version. Others are ignored.
fn signatures(entries: &[u8], limit: usize) -> Result<Vec<Signature>, Error> {
    let entries = || entries.split(|byte| *byte == b' ');
    if entries().count() > limit {
        return Err(WebhookFailure::error(WebhookKind::TooLarge));
    }
    let bytes = entries().filter_map(|entry| decode::<64>(entry.strip_prefix(b"v1a,")?));
    Ok(bytes.map(|bytes| Signature::from_bytes(&bytes)).collect())
}
