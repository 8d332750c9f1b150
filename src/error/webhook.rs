//! Webhook deliveries that are not accepted.

use jiff::SignedDuration;
use thiserror::Error as ThisError;

#[cfg(feature = "webhooks")]
use super::Error;

/// Why a webhook delivery was not accepted.
///
/// It contains nothing of the delivery.
#[derive(Clone, Debug, ThisError)]
#[error("{kind}")]
pub struct WebhookFailure {
    pub(crate) kind: WebhookKind,
    pub(crate) is_retryable: bool,
    pub(crate) clock_offset: Option<SignedDuration>,
}

#[cfg(feature = "webhooks")]
impl WebhookFailure {
    /// Creates the error of a kind, which is permanent unless the keys are missing.
    pub(crate) fn error(kind: WebhookKind) -> Error {
        Error::WebhookVerification(Box::new(Self {
            kind,
            is_retryable: kind == WebhookKind::NoPublicKeys,
            clock_offset: None,
        }))
    }

    /// Creates the error of a transient kind: the delivery may be accepted when the service retries it.
    pub(crate) fn retryable(kind: WebhookKind) -> Error {
        Error::WebhookVerification(Box::new(Self { kind, is_retryable: true, clock_offset: None }))
    }

    /// Creates the error of a timestamp that is out of tolerance.
    pub(crate) fn out_of_tolerance(clock_offset: Option<SignedDuration>) -> Error {
        let kind = WebhookKind::TimestampOutOfTolerance;
        Error::WebhookVerification(Box::new(Self { kind, is_retryable: false, clock_offset }))
    }
}

impl WebhookFailure {
    /// Returns what was wrong.
    pub fn kind(&self) -> WebhookKind {
        self.kind
    }

    /// Reports whether the same delivery may be accepted later, like [`Error::is_retryable`](crate::Error::is_retryable).
    pub fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    /// Returns how far a timestamp out of tolerance is ahead of this machine's clock; negative if it is behind. `None`
    /// also if it is out of the range of instants.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.clock_offset
    }
}

/// Kinds of [`WebhookFailure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ThisError)]
#[non_exhaustive]
pub enum WebhookKind {
    /// The body, a header, the number of signatures, or what would have to be hashed exceeds its limit.
    #[error("the webhook delivery is too large")]
    TooLarge,
    /// `webhook-id`, `webhook-timestamp` or `webhook-signature` is missing, empty, repeated, or not text.
    #[error("a header of the webhook delivery is missing or repeated")]
    MissingHeaders,
    /// The timestamp is not a number.
    #[error("the webhook delivery's timestamp is not a number")]
    InvalidTimestamp,
    /// The timestamp is outside the tolerance: a replayed delivery, or clock skew.
    #[error("the webhook delivery's timestamp is outside the tolerance")]
    TimestampOutOfTolerance,
    /// There is no usable key, perhaps because the keys could not be fetched. Retryable.
    #[error("there is no public key to verify webhook deliveries with")]
    NoPublicKeys,
    /// No signature verifies under any key.
    ///
    /// Retryable if the service may have a newer key that could not be fetched yet.
    #[error("no signature of the webhook delivery matches")]
    NoMatchingSignature,
    /// The delivery is genuine, but its body is not a JSON object.
    #[error("the webhook delivery's body is not a JSON object")]
    InvalidPayload,
}

impl WebhookKind {
    /// Returns the name that the official SDKs use, such as `no_matching_signature`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::MissingHeaders => "missing_headers",
            Self::InvalidTimestamp => "invalid_timestamp",
            Self::TimestampOutOfTolerance => "timestamp_out_of_tolerance",
            Self::NoPublicKeys => "no_public_keys",
            Self::NoMatchingSignature => "no_matching_signature",
            Self::InvalidPayload => "invalid_payload",
        }
    }
}
