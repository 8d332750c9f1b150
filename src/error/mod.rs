//! What can go wrong, categorised by the action that it calls for.

mod api;
mod callback;
mod decode;
mod input;
mod line;
mod network;
mod raw_json;
mod source;
mod store;
mod webhook;

use std::time::Duration;

use http::{HeaderMap, StatusCode};

use crate::operation::Operation;

pub use api::ApiFailure;
pub use callback::{AuthCallbackFailure, AuthCallbackKind};
pub use decode::DecodeFailure;
pub use input::InputFailure;
pub use network::{NetworkFailure, NetworkKind, SendStatus};
#[cfg(feature = "tracing")]
pub(crate) use source::Chain;
pub(crate) use source::{BoxError, Source};
pub use store::{StoreFailure, StoreKind};
pub use webhook::{WebhookFailure, WebhookKind};

/// Headers in which servers and proxies return a request id.
const REQUEST_IDS: [&str; 4] = ["x-request-id", "x-correlation-id", "request-id", "cf-ray"];

/// Why a call failed.
///
/// Each variant calls for a different action of the caller. The categories and [`code`](Self::code)s are those of the
/// official SDKs; use the predicates where a category is too fine.
///
/// `Display` prints one layer and leaves the cause to [`source`](std::error::Error::source), so print the chain:
///
/// ```
/// # fn print(error: mobiscroll_connect::Error) {
/// let mut layer: Option<&dyn std::error::Error> = Some(&error);
/// while let Some(error) = layer {
///     eprintln!("{error}");
///     layer = error.source();
/// }
/// # }
/// ```
///
/// No variant shows a token, an authorization code or the client secret, neither in `Display` nor in `Debug`.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The user's authorization has ended, or was never given.
    ///
    /// Either the call was unauthenticated, or the refresh token was refused. This is permanent: log the user
    /// in again, by [`Auth::begin_login`](crate::Auth::begin_login).
    #[error("{}", .0.describe("not authorized"))]
    Authentication(Box<ApiFailure>),

    /// Other credentials were set while the call was in flight. The call was not repeated with them, because they may
    /// be another user's.
    ///
    /// The user need not authorize again. A retry uses the new credentials, so check whose they are.
    #[error("{}", .0.describe("credentials changed"))]
    CredentialsChanged(Box<ApiFailure>),

    /// The service does not accept the client id and secret.
    ///
    /// Users' authorizations are not affected: correct the settings of the [`Client`](crate::Client).
    #[error("{}", .0.describe("client id or secret refused"))]
    InvalidClient(Box<ApiFailure>),

    /// The user is authorized, but the scope does not cover this call.
    ///
    /// To widen it, log the user in again, by [`Auth::begin_login`](crate::Auth::begin_login) with a wider
    /// [`Scope`](crate::Scope).
    #[error("{}", .0.describe("permission denied"))]
    PermissionDenied(Box<ApiFailure>),

    /// The user connected [accounts](ApiFailure::accounts), but withheld the permission for their calendars.
    ///
    /// Ask the user to connect the accounts again and to grant the permission.
    #[error("{}", .0.describe("calendar permission required"))]
    CalendarPermissionRequired(Box<ApiFailure>),

    /// The service found the request invalid; see [`ApiFailure::details`].
    #[error("{}", .0.describe_fields("invalid request"))]
    Validation(Box<ApiFailure>),

    /// The event or calendar does not exist, or no longer: list again before you delete your copy.
    ///
    /// A 404 of a proxy, or of a base URL that is wrong, is [`Unexpected`](Self::Unexpected).
    #[error("{}", .0.describe("not found"))]
    NotFound(Box<ApiFailure>),

    /// The service limits the rate of requests; see [`retry_after`](Self::retry_after).
    #[error("{}", .0.describe("rate limited"))]
    RateLimit(Box<ApiFailure>),

    /// The service, or the calendar provider behind it, failed.
    #[error("{}", .0.describe("server error"))]
    Server(Box<ApiFailure>),

    /// A response with a status that the service does not document, redirects included, or a 403 or 404 that is not the
    /// API's own.
    #[error("{}", .0.describe("unexpected response"))]
    Unexpected(Box<ApiFailure>),

    /// No complete response arrived: no connection, a timeout, or a connection that broke.
    #[error(transparent)]
    Network(Box<NetworkFailure>),

    /// The service accepted the request, but its response cannot be read. A write has been done, unless the
    /// [operation](Self::operation) is `token`: then it was the refresh before the call, and the call was not made.
    #[error(transparent)]
    Decode(Box<DecodeFailure>),

    /// The [token store](crate::ClientBuilder::token_store) or the [hook](crate::ClientBuilder::on_tokens_refreshed)
    /// failed; see [`StoreFailure::kind`].
    ///
    /// If new tokens could not be saved: they are active, [`Auth::credentials`](crate::Auth::credentials) returns them,
    /// and saving is retried until it succeeds. [`Client::close`](crate::Client::close) reports whether it has.
    #[error(transparent)]
    TokenStore(Box<StoreFailure>),

    /// The OAuth callback reported an error or was invalid; see [`AuthCallbackFailure::kind`].
    #[error(transparent)]
    AuthCallback(Box<AuthCallbackFailure>),

    /// The authenticity of a webhook delivery could not be verified; see [`WebhookFailure::kind`].
    ///
    /// Respond with 503 if it [is retryable](Self::is_retryable), and with 401 otherwise, with an empty body, so that a
    /// forger learns nothing.
    #[error(transparent)]
    WebhookVerification(Box<WebhookFailure>),

    /// A setting of the [`Client`](crate::Client) is missing or unusable, or the service does not accept the redirect URI.
    #[error(transparent)]
    Configuration(Box<InputFailure>),

    /// An argument of a call is unusable; nothing was sent.
    #[error(transparent)]
    InvalidInput(Box<InputFailure>),
}

/// The failure of a variant that comes from a response. Exhaustive, so that a new variant has to be placed.
macro_rules! api_failure {
    ($error:expr) => {
        match $error {
            Error::Authentication(failure)
            | Error::CredentialsChanged(failure)
            | Error::InvalidClient(failure)
            | Error::PermissionDenied(failure)
            | Error::CalendarPermissionRequired(failure)
            | Error::Validation(failure)
            | Error::NotFound(failure)
            | Error::RateLimit(failure)
            | Error::Server(failure)
            | Error::Unexpected(failure) => Some(failure),
            Error::Network(_)
            | Error::Decode(_)
            | Error::TokenStore(_)
            | Error::AuthCallback(_)
            | Error::WebhookVerification(_)
            | Error::Configuration(_)
            | Error::InvalidInput(_) => None,
        }
    };
}

impl Error {
    /// Returns the code that the official SDKs use for this category, such as `RATE_LIMIT_ERROR`.
    pub fn code(&self) -> &str {
        match self {
            Self::Authentication(_) | Self::InvalidClient(_) | Self::PermissionDenied(_) | Self::AuthCallback(_) => {
                "AUTHENTICATION_ERROR"
            }
            Self::CalendarPermissionRequired(_) => "CALENDAR_PERMISSION_REQUIRED",
            Self::Validation(_) | Self::InvalidInput(_) => "VALIDATION_ERROR",
            Self::NotFound(_) => "NOT_FOUND_ERROR",
            Self::RateLimit(_) => "RATE_LIMIT_ERROR",
            Self::Server(_) => "SERVER_ERROR",
            Self::Unexpected(failure) => failure.api_code().unwrap_or("UNKNOWN_ERROR"),
            Self::Network(_) => "NETWORK_ERROR",
            Self::TokenStore(_) => "TOKEN_STORE_ERROR",
            Self::WebhookVerification(_) => "WEBHOOK_VERIFICATION_ERROR",
            Self::CredentialsChanged(_) | Self::Decode(_) | Self::Configuration(_) => "MOBISCROLL_ERROR",
        }
    }

    /// Returns the HTTP status of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Decode(failure) => Some(failure.status.as_u16()),
            other => other.api().and_then(ApiFailure::status),
        }
    }

    /// Reports whether the failure is transient: the same call may succeed later.
    ///
    /// Whether a retry is *safe* is another question: a create that ended in a network error may have arrived; see
    /// [`send_status`](Self::send_status).
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::CredentialsChanged(_) | Self::Network(_) | Self::RateLimit(_) | Self::TokenStore(_) => true,
            Self::WebhookVerification(failure) => failure.is_retryable,
            // A refusal inside a 2xx is permanent.
            Self::Server(failure) => failure.status.is_some_and(|status| status.is_server_error()),
            Self::Unexpected(failure) => failure.status == Some(StatusCode::REQUEST_TIMEOUT),
            _ => false,
        }
    }

    /// Returns the delay before the next attempt: the service's `Retry-After`, or the rest of the backoff while
    /// refreshes fail.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Network(failure) => failure.retry_after,
            other => other.api()?.retry_after(),
        }
    }

    /// Returns the response headers, if there was a response.
    pub fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Self::Decode(failure) => Some(&failure.headers),
            other => other.api().filter(|failure| failure.status.is_some()).map(ApiFailure::headers),
        }
    }

    /// Returns the request id that the service or a proxy put into the response headers, for its operators.
    pub fn request_id(&self) -> Option<&str> {
        request_id(self.headers()?)
    }

    /// Returns what is known about the call's request: whether it was sent, and whether there was a response.
    ///
    /// If the tokens could not be refreshed, this is about the call that needed them, not about the refresh.
    pub fn send_status(&self) -> SendStatus {
        match self {
            Self::Network(failure) => failure.send_status,
            Self::Decode(_) => SendStatus::Answered,
            Self::TokenStore(failure) => failure.send_status,
            // A response has shown that a setting is wrong.
            Self::Configuration(failure) if failure.operation.is_some() => SendStatus::Answered,
            other => other.api().map_or(SendStatus::NotSent, |failure| failure.send_status),
        }
    }

    /// Reports whether the user must authorize again.
    pub fn needs_reauthorization(&self) -> bool {
        matches!(self, Self::Authentication(_) | Self::CalendarPermissionRequired(_))
    }

    /// Reports whether the call was unauthenticated or forbidden: a 401 or 403 of any kind.
    pub fn is_auth(&self) -> bool {
        matches!(
            self,
            Self::Authentication(_)
                | Self::InvalidClient(_)
                | Self::PermissionDenied(_)
                | Self::CalendarPermissionRequired(_)
        )
    }

    /// Returns the operation's id in the contract, such as `create_event`, if a call failed.
    pub fn operation(&self) -> Option<&'static str> {
        match self {
            Self::Network(failure) => Some(failure.operation),
            Self::Decode(failure) => Some(failure.operation),
            Self::InvalidInput(failure) | Self::Configuration(failure) => failure.operation,
            other => other.api().map(ApiFailure::operation),
        }
    }

    /// Returns the service's response, for the categories that come from one.
    pub fn api(&self) -> Option<&ApiFailure> {
        api_failure!(self).map(|failure| &**failure)
    }
}

impl Error {
    pub(crate) fn store(kind: StoreKind, source: impl Into<BoxError>) -> Self {
        let send_status = SendStatus::NotSent;
        Self::TokenStore(Box::new(StoreFailure { kind, send_status, source: source.into().into() }))
    }

    /// Turns a failure of a step before the save into a failure to save.
    pub(crate) fn into_unsaved(mut self) -> Self {
        if let Self::TokenStore(failure) = &mut self
            && failure.kind != StoreKind::Hook
        {
            failure.kind = StoreKind::Save;
        }
        self
    }

    /// Reports whether new tokens have not reached the store or the hook.
    pub(crate) fn is_unsaved(&self) -> bool {
        let Self::TokenStore(failure) = self else { return false };
        matches!(failure.kind, StoreKind::Save | StoreKind::Hook)
    }

    /// Sets the delay after which the call may succeed.
    pub(crate) fn with_retry_after(mut self, delay: Duration) -> Self {
        match &mut self {
            Self::Network(failure) => failure.retry_after = Some(delay),
            other => {
                if let Some(failure) = api_failure!(other) {
                    failure.retry_after = Some(delay);
                }
            }
        }
        self
    }

    /// Names the operation of a call that was refused before it was sent.
    pub(crate) fn of_call(mut self, operation: &Operation) -> Self {
        if let Self::InvalidInput(failure) = &mut self {
            failure.operation.get_or_insert(operation.id);
        }
        self
    }

    /// Sets the send status of the call's own request, for an error that came before it.
    pub(crate) fn with_send_status(mut self, send_status: SendStatus) -> Self {
        match &mut self {
            Self::Network(failure) => failure.send_status = send_status,
            Self::TokenStore(failure) => failure.send_status = send_status,
            other => {
                if let Some(failure) = api_failure!(other) {
                    failure.send_status = send_status;
                }
            }
        }
        self
    }
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| headers.get(*name)?.to_str().ok())
}
