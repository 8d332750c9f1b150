//! The check of a delivery: no network, no state.

use std::time::Duration;

use ed25519_dalek::Signature;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::delivery::WebhookDelivery;
use super::keys::{WebhookKeys, decode};
use crate::error::{Error, WebhookFailure, WebhookFailureReason};

const TOLERANCE: Duration = Duration::from_secs(5 * 60);
const MAX_BODY: usize = 4 * 1024 * 1024;
const MAX_HEADER: usize = 4 * 1024;
const MAX_SIGNATURES: usize = 8;

/// How deliveries are verified.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect::WebhookOptions;
///
/// let options = WebhookOptions::new().tolerance(Duration::from_secs(60)).max_body(64 * 1024);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct WebhookOptions {
    now: Option<Timestamp>,
    pub(super) tolerance: Duration,
    pub(super) max_body: usize,
    max_header: usize,
    max_signatures: usize,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        Self {
            now: None,
            tolerance: TOLERANCE,
            max_body: MAX_BODY,
            max_header: MAX_HEADER,
            max_signatures: MAX_SIGNATURES,
        }
    }
}

impl WebhookOptions {
    /// Begins with the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time that timestamps are compared with. Default: the system's, at each check.
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Sets how far a timestamp may be from now, in either direction, in whole seconds. Default: 5 minutes.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets how many bytes a body may have. Default: 4 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets how many bytes each of the three headers may have. Default: 4 KiB.
    pub fn max_header(mut self, bytes: usize) -> Self {
        self.max_header = bytes;
        self
    }

    /// Sets how many signatures a delivery may carry, whether they are of a known version or not. Default: 8.
    ///
    /// The service sends one, and two while it changes keys. Each costs a forger nothing and you a verification for each
    /// key.
    pub fn max_signatures(mut self, signatures: usize) -> Self {
        self.max_signatures = signatures;
        self
    }
}

/// Verifies a delivery with keys at hand, and reads it.
///
/// `body` is the raw body as it arrived: parsed and written anew, it does not verify. There is no network in it; the
/// keys are up to you, and [`Webhooks::verify_webhook`](crate::Webhooks::verify_webhook) is the call that looks after them.
/// Replays within the tolerance are not recognized here.
///
/// ```
/// use mobiscroll_connect::{WebhookKeys, WebhookOptions, verify_webhook_signature};
///
/// let keys = WebhookKeys::from_iter(["whpk_0r0+Z02Sv1SRb1QjsKUnil6t2oqtAyhn5HHfKgbTXFs="]);
/// let headers = http::HeaderMap::new();
/// let error = verify_webhook_signature(&headers, b"{}", &keys, &WebhookOptions::new()).unwrap_err();
/// assert_eq!(error.to_string(), "the webhook delivery lacks a header, or repeats one");
/// assert!(!error.is_retryable());
/// ```
///
/// # Errors
///
/// [`Error::WebhookVerification`], with the first of these that applies:
///
/// 1. [`TooLarge`](WebhookFailureReason::TooLarge): the body is over its [limit](WebhookOptions); then a header.
/// 2. [`MissingHeaders`](WebhookFailureReason::MissingHeaders): one of the three is missing, empty or repeated.
/// 3. [`InvalidTimestamp`](WebhookFailureReason::InvalidTimestamp),
///    [`TimestampOutOfTolerance`](WebhookFailureReason::TimestampOutOfTolerance).
/// 4. [`NoPublicKeys`](WebhookFailureReason::NoPublicKeys): there are no keys. The one that is retryable.
/// 5. [`NoMatchingSignature`](WebhookFailureReason::NoMatchingSignature), by Ed25519's strict rules.
/// 6. [`InvalidPayload`](WebhookFailureReason::InvalidPayload): it is genuine, and no JSON object.
pub fn verify_webhook_signature(
    headers: &HeaderMap,
    body: &[u8],
    keys: &WebhookKeys,
    options: &WebhookOptions,
) -> Result<WebhookDelivery, Error> {
    check_size(body.len(), options)?;
    Envelope::open(headers, options)?.verify(body, keys)
}

/// What the headers of a delivery say, after all checks that need neither keys nor body.
pub(super) struct Envelope {
    id: String,
    timestamp: String,
    sent_at: Timestamp,
    signatures: Vec<Signature>,
}

impl Envelope {
    pub(super) fn open(headers: &HeaderMap, options: &WebhookOptions) -> Result<Self, Error> {
        let [id, timestamp, entries] = ["webhook-id", "webhook-timestamp", "webhook-signature"]
            .map(|name| only(headers, name, options.max_header));
        let (id, timestamp, entries) = (id?, timestamp?, entries?);
        // Visible ASCII, spaces and tabs.
        let id = id.to_str().map_err(|_| failure(WebhookFailureReason::MissingHeaders))?;
        let timestamp = timestamp.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let timestamp = timestamp.ok_or_else(|| failure(WebhookFailureReason::InvalidTimestamp))?;
        let sent_at = sent_at(timestamp, options);
        let sent_at = sent_at.ok_or_else(|| failure(WebhookFailureReason::TimestampOutOfTolerance))?;
        let signatures = signatures(entries.as_bytes(), options.max_signatures)?;
        Ok(Self { id: id.to_owned(), timestamp: timestamp.to_owned(), sent_at, signatures })
    }

    pub(super) fn verify(&self, body: &[u8], keys: &WebhookKeys) -> Result<WebhookDelivery, Error> {
        if keys.is_empty() {
            return Err(failure(WebhookFailureReason::NoPublicKeys));
        }
        // Without a signature there is nothing to put together for.
        let content = || [self.id.as_bytes(), b".", self.timestamp.as_bytes(), b".", body].concat();
        if self.signatures.is_empty() || !keys.verify(&content(), &self.signatures) {
            return Err(failure(WebhookFailureReason::NoMatchingSignature));
        }
        WebhookDelivery::read(self.id.clone(), self.sent_at, body)
            .ok_or_else(|| failure(WebhookFailureReason::InvalidPayload))
    }
}

/// Makes the error for a reason, which is final unless the keys are to blame.
pub(super) fn failure(reason: WebhookFailureReason) -> Error {
    let is_retryable = reason == WebhookFailureReason::NoPublicKeys;
    Error::WebhookVerification(Box::new(WebhookFailure { reason, is_retryable }))
}

/// Makes the error for a reason that may have passed when the delivery comes again.
pub(super) fn retryable(reason: WebhookFailureReason) -> Error {
    Error::WebhookVerification(Box::new(WebhookFailure { reason, is_retryable: true }))
}

pub(super) fn check_size(bytes: usize, options: &WebhookOptions) -> Result<(), Error> {
    if bytes > options.max_body { Err(failure(WebhookFailureReason::TooLarge)) } else { Ok(()) }
}

/// Reads a header that must stand there once. Two parties that read different ones could be played off.
fn only<'h>(headers: &'h HeaderMap, name: &str, limit: usize) -> Result<&'h HeaderValue, Error> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) if value.len() > limit => Err(failure(WebhookFailureReason::TooLarge)),
        (Some(value), None) if !value.is_empty() => Ok(value),
        _ => Err(failure(WebhookFailureReason::MissingHeaders)),
    }
}

/// Reads digits as an instant, if it is one that is near enough to now.
fn sent_at(digits: &str, options: &WebhookOptions) -> Option<Timestamp> {
    // More digits than the type holds are too far away in any case.
    let second: i64 = digits.parse().ok()?;
    let now = options.now.unwrap_or_else(Timestamp::now).as_second();
    let is_near = second.abs_diff(now) <= options.tolerance.as_secs();
    Timestamp::from_second(second).ok().filter(|_| is_near)
}

/// Reads the signatures of the one version that is known. Others may stand beside them.
fn signatures(entries: &[u8], limit: usize) -> Result<Vec<Signature>, Error> {
    let entries = || entries.split(|byte| *byte == b' ');
    if entries().count() > limit {
        return Err(failure(WebhookFailureReason::TooLarge));
    }
    let bytes = entries().filter_map(|entry| decode::<64>(entry.strip_prefix(b"v1a,")?));
    Ok(bytes.map(|bytes| Signature::from_bytes(&bytes)).collect())
}
