//! The outcome of a request that may be a delivery.

use std::fmt;

use http::StatusCode;
use jiff::SignedDuration;

use crate::error::Error;
use crate::error::WebhookKind::TooLarge;

/// The outcome of a request to the webhook URL.
#[derive(Debug)]
#[non_exhaustive]
pub enum WebhookOutcome {
    /// The handler succeeded.
    Handled,
    /// The handler has succeeded for an earlier delivery with this id.
    Repeated,
    /// The handler failed or panicked: the service retries the delivery.
    Failed,
    /// The handler exceeded its time limit: the service retries the delivery.
    TimedOut,
    /// The handler is still running for another attempt to deliver this id.
    Pending,
    /// The replay memory could not be reached: the service retries the delivery.
    Unavailable,
    /// The request is not a genuine delivery, or this cannot be verified now.
    Rejected(WebhookRejection),
}

impl WebhookOutcome {
    /// Returns the status to respond with. The body of the response is empty.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Handled | Self::Repeated => StatusCode::NO_CONTENT,
            Self::Failed | Self::TimedOut => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Pending | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Rejected(rejection) => rejection.status,
        }
    }
}

/// Why a request was rejected, for operators: send the sender only the status.
///
/// It distinguishes clock skew from forgery: with clock skew there is a [`clock_offset`](Self::clock_offset). If a
/// pinned key is wrong, every delivery is rejected, and the error's [kind](crate::WebhookFailure::kind) is
/// [`NoMatchingSignature`](crate::WebhookKind::NoMatchingSignature).
#[derive(Debug)]
pub struct WebhookRejection {
    status: StatusCode,
    error: Option<Error>,
}

impl WebhookRejection {
    /// Rejects a request whose body was not received.
    pub(super) fn of(status: StatusCode) -> Self {
        Self { status, error: None }
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error; `None` if the body was not received.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Returns how far the delivery's timestamp is ahead of this machine's clock, if that is why it was rejected; negative
    /// if it is behind.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        match &self.error {
            Some(Error::WebhookVerification(failure)) => failure.clock_offset(),
            _ => None,
        }
    }
}

impl From<Error> for WebhookRejection {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::WebhookVerification(failure) if failure.kind == TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::WebhookVerification(failure) if !failure.is_retryable => StatusCode::UNAUTHORIZED,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self { status, error: Some(error) }
    }
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f),
            None => f.write_str("the body of the webhook delivery was not received"),
        }
    }
}
