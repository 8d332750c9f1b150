//! What can go wrong, sorted by what the caller does next.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::raw::types::BlockedAccount;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Source = Arc<dyn std::error::Error + Send + Sync>;

/// Where servers and the proxies before them put the id of a request.
const REQUEST_IDS: [&str; 4] = ["x-request-id", "x-correlation-id", "request-id", "cf-ray"];

/// Why a call failed.
///
/// Each variant is something else that the caller does next. The categories and [`code`](Self::code)s are those of
/// the official SDKs; use the predicates where a category is too fine.
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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The user's authorization has ended, or was never given.
    ///
    /// Waiting does not help: send the user to [`Auth::generate_auth_url`](crate::Auth::generate_auth_url).
    Authentication(Box<ApiFailure>),

    /// The service does not accept the client id and secret.
    ///
    /// Users' authorizations are not touched by it: correct the settings of the [`Client`](crate::Client).
    InvalidClient(Box<ApiFailure>),

    /// The authorization is in force, but does not cover this call.
    ///
    /// To widen it, send the user to [`Auth::generate_auth_url`](crate::Auth::generate_auth_url) with a wider
    /// [`Scope`](crate::Scope).
    PermissionDenied(Box<ApiFailure>),

    /// The user connected [accounts](ApiFailure::accounts), but withheld the permission for their calendars.
    ///
    /// Ask the user to connect them again and to leave the permission ticked.
    CalendarPermissionRequired(Box<ApiFailure>),

    /// The service found the request invalid; see [`ApiFailure::details`].
    Validation(Box<ApiFailure>),

    /// The event or calendar does not exist (any more): drop your copy.
    NotFound(Box<ApiFailure>),

    /// The service asks for patience; see [`retry_after`](Self::retry_after).
    RateLimit(Box<ApiFailure>),

    /// The service, or the calendar provider behind it, failed.
    Server(Box<ApiFailure>),

    /// An answer of a status that the service does not document, redirects included.
    Unexpected(Box<ApiFailure>),

    /// No complete answer arrived: no connection, a time-out, or a connection that broke.
    Network(Box<NetworkFailure>),

    /// The service accepted the call, but its answer cannot be understood. What the call was to write is written.
    Decode(Box<DecodeFailure>),

    /// The [store](crate::ClientBuilder::token_store) or the [hook](crate::ClientBuilder::on_tokens_refreshed) failed;
    /// see [`StoreFailure::operation`].
    ///
    /// If it was to save new tokens: they are in force, [`Auth::credentials`](crate::Auth::credentials) has them, and saving
    /// them is tried again until it succeeds. [`Client::close`](crate::Client::close) tells whether it has.
    TokenStore(Box<StoreFailure>),

    /// The user's way back from consent was not a success; see [`CallbackFailure::kind`].
    Callback(Box<CallbackFailure>),

    /// A webhook delivery does not prove that the service has sent it; see [`WebhookFailure::reason`].
    ///
    /// Answer 503 if it [is retryable](Self::is_retryable), and 401 otherwise, with an empty body: a forger learns nothing.
    WebhookVerification(Box<WebhookFailure>),

    /// A setting of the [`Client`](crate::Client) is missing or unusable.
    Configuration(Box<InputFailure>),

    /// A value given to a call is unusable; nothing was sent.
    InvalidInput(Box<InputFailure>),
}

impl Error {
    /// Returns the code that the official SDKs use for this category, such as `RATE_LIMIT_ERROR`.
    pub fn code(&self) -> &str {
        match self {
            Self::Authentication(_) | Self::InvalidClient(_) | Self::PermissionDenied(_) | Self::Callback(_) => {
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
            Self::Decode(_) | Self::Configuration(_) => "MOBISCROLL_ERROR",
        }
    }

    pub(crate) fn store(operation: StoreOperation, source: impl Into<BoxError>) -> Self {
        Self::TokenStore(Box::new(StoreFailure { operation, source: source.into().into() }))
    }

    /// Takes a failure on the way to saving for a failure to save.
    pub(crate) fn into_unsaved(mut self) -> Self {
        if let Self::TokenStore(failure) = &mut self
            && failure.operation != StoreOperation::Callback
        {
            failure.operation = StoreOperation::Save;
        }
        self
    }

    /// Tells whether there are new tokens that somebody has not got.
    pub(crate) fn is_unsaved(&self) -> bool {
        let Self::TokenStore(failure) = self else { return false };
        matches!(failure.operation, StoreOperation::Save | StoreOperation::Callback)
    }

    /// Returns the HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Decode(failure) => Some(failure.status.as_u16()),
            other => other.api().and_then(ApiFailure::status),
        }
    }

    /// Tells whether the same call may succeed later without anybody changing anything.
    ///
    /// Whether it is *safe* to repeat is another question: a create that ended in a network error may have arrived.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Network(_) | Self::RateLimit(_) | Self::TokenStore(_) => true,
            Self::WebhookVerification(failure) => failure.is_retryable,
            // A refusal inside a 2xx is the service's last word.
            Self::Server(failure) => failure.status.is_some_and(|status| status.is_server_error()),
            Self::Unexpected(failure) => failure.status == Some(StatusCode::REQUEST_TIMEOUT),
            _ => false,
        }
    }

    /// Returns how long the service asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after()
    }

    /// Returns the headers of the answer, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Self::Decode(failure) => Some(&failure.headers),
            other => other.api().filter(|failure| failure.status.is_some()).map(ApiFailure::headers),
        }
    }

    /// Returns the id by which the operators of the service find the request, if the answer names it.
    pub fn request_id(&self) -> Option<&str> {
        let headers = self.headers()?;
        REQUEST_IDS.iter().find_map(|name| headers.get(*name)?.to_str().ok())
    }

    /// Tells what is known of the call's request: whether it was sent, and whether it was answered.
    ///
    /// Where the tokens could not be refreshed, it is about the call that needed them, not about the refresh.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Network(failure) => failure.delivery,
            Self::Decode(_) => Delivery::Answered,
            other => other.api().map_or(Delivery::NotSent, |failure| failure.delivery),
        }
    }

    /// Says of an error on the way to a call's request what became of that request.
    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        match &mut self {
            Self::Network(failure) => failure.delivery = delivery,
            Self::Authentication(failure)
            | Self::InvalidClient(failure)
            | Self::PermissionDenied(failure)
            | Self::CalendarPermissionRequired(failure)
            | Self::Validation(failure)
            | Self::NotFound(failure)
            | Self::RateLimit(failure)
            | Self::Server(failure)
            | Self::Unexpected(failure) => failure.delivery = delivery,
            // Nothing of these is about a request.
            _ => {}
        }
        self
    }

    /// Tells whether only a new consent of the user helps.
    pub fn needs_reauthorization(&self) -> bool {
        matches!(self, Self::Authentication(_) | Self::CalendarPermissionRequired(_))
    }

    /// Tells whether the call was refused for who makes it: a 401 or 403 of any kind.
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
            other => other.api().map(ApiFailure::operation),
        }
    }

    /// Returns what the service answered, for the categories that come from an answer.
    pub fn api(&self) -> Option<&ApiFailure> {
        match self {
            Self::Authentication(failure)
            | Self::InvalidClient(failure)
            | Self::PermissionDenied(failure)
            | Self::CalendarPermissionRequired(failure)
            | Self::Validation(failure)
            | Self::NotFound(failure)
            | Self::RateLimit(failure)
            | Self::Server(failure)
            | Self::Unexpected(failure) => Some(failure),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (problem, failure) = match self {
            Self::Authentication(failure) => ("not authorized", failure),
            Self::InvalidClient(failure) => ("client id or secret refused", failure),
            Self::PermissionDenied(failure) => ("permission denied", failure),
            Self::CalendarPermissionRequired(failure) => ("calendar permission required", failure),
            Self::Validation(failure) => ("invalid request", failure),
            Self::NotFound(failure) => ("not found", failure),
            Self::RateLimit(failure) => ("rate limited", failure),
            Self::Server(failure) => ("server error", failure),
            Self::Unexpected(failure) => ("unexpected answer", failure),
            Self::Network(failure) => return write!(f, "{}: {}", failure.operation, failure.kind),
            Self::Decode(failure) => {
                write!(f, "{}: the answer cannot be read", failure.operation)?;
                return failure.path().iter().try_for_each(|path| write!(f, " at {path}"));
            }
            Self::TokenStore(failure) => return failure.operation.fmt(f),
            Self::Callback(failure) => return failure.kind.fmt(f),
            Self::WebhookVerification(failure) => return failure.reason.fmt(f),
            Self::Configuration(failure) | Self::InvalidInput(failure) => return f.write_str(&failure.message),
        };
        write!(f, "{}: {problem}", failure.operation)?;
        if let Some(status) = failure.status() {
            write!(f, " ({status})")?;
        }
        write!(f, ": {}", failure.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = match self {
            Self::Network(failure) => failure.source.as_deref(),
            Self::Decode(failure) => failure.source.as_deref(),
            Self::TokenStore(failure) => Some(&*failure.source),
            Self::Configuration(failure) | Self::InvalidInput(failure) => failure.source.as_deref(),
            _ => None,
        };
        source.map(|source| source as _)
    }
}

/// What the service answered to a call that it refused or could not carry out.
#[derive(Clone)]
pub struct ApiFailure {
    pub(crate) operation: &'static str,
    pub(crate) status: Option<StatusCode>,
    pub(crate) message: String,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) details: Option<Value>,
    pub(crate) accounts: Vec<BlockedAccount>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) delivery: Delivery,
}

impl ApiFailure {
    /// Describes a refusal that no answer stands behind.
    pub(crate) fn without_answer(operation: &'static str, message: &str) -> Box<Self> {
        Box::new(Self {
            operation,
            status: None,
            message: message.to_owned(),
            error: None,
            error_description: None,
            code: None,
            details: None,
            accounts: Vec::new(),
            headers: HeaderMap::new(),
            body: String::new(),
            retry_after: None,
            delivery: Delivery::NotSent,
        })
    }

    /// Returns the operation's id in the contract, such as `create_event`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> Option<u16> {
        self.status.map(|status| status.as_u16())
    }

    /// Returns the text that explains most: the body's `message`, `error_description` or `error`, or the reason
    /// phrase of the status.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the body's `error`: an OAuth code such as `invalid_grant` from the token endpoint, a title elsewhere.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns the body's `error_description`, which the token endpoint sends.
    pub fn error_description(&self) -> Option<&str> {
        self.error_description.as_deref()
    }

    /// Returns the body's `code`, such as `calendar_permission_required`.
    pub fn api_code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the body's `details`: for invalid requests usually a map of field names to lists of texts.
    pub fn details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// Returns the accounts that lack the calendar permission.
    pub fn accounts(&self) -> &[BlockedAccount] {
        &self.accounts
    }

    /// Returns the answer's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the start of the body, at most 4 KiB, with the secrets of the call blotted out.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns how long the service asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Debug for ApiFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiFailure")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("message", &self.message)
            .field("error", &self.error)
            .field("code", &self.code)
            .field("details", &self.details)
            .field("accounts", &self.accounts)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

/// How a call ended without a complete answer.
#[derive(Clone, Debug)]
pub struct NetworkFailure {
    pub(crate) operation: &'static str,
    pub(crate) kind: NetworkKind,
    pub(crate) delivery: Delivery,
    pub(crate) source: Option<Source>,
}

impl NetworkFailure {
    pub(crate) fn error(operation: &'static str, kind: NetworkKind, source: Option<Source>) -> Error {
        let delivery = match kind {
            NetworkKind::Connect => Delivery::NotSent,
            NetworkKind::Timeout | NetworkKind::Broken => Delivery::MaybeSent,
            NetworkKind::Body => Delivery::Answered,
        };
        Error::Network(Box::new(Self { operation, kind, delivery, source }))
    }

    /// Returns the operation's id in the contract, such as `create_event`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns where the call broke off.
    pub fn kind(&self) -> NetworkKind {
        self.kind
    }
}

/// Where a call broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkKind {
    /// No connection came about: the request has not been sent.
    Connect,
    /// The time-out passed. The request may have arrived.
    Timeout,
    /// The connection broke. The request may have arrived.
    Broken,
    /// The answer began, and its body did not come to an end.
    Body,
}

impl fmt::Display for NetworkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::Timeout => "timed out",
            Self::Broken => "the connection broke",
            Self::Body => "the answer broke off",
        })
    }
}

/// What is known of the request of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// It was surely not sent: nothing has been done.
    NotSent,
    /// It may have arrived: a write may have been done.
    MaybeSent,
    /// The service has answered it, or has begun to: by a success that cannot be read, or by a refusal.
    Answered,
}

/// An answer of status 2xx that is not what the contract says.
#[derive(Clone)]
pub struct DecodeFailure {
    pub(crate) operation: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) path: Option<String>,
    pub(crate) body: String,
    pub(crate) source: Option<Source>,
}

impl DecodeFailure {
    /// Returns the operation's id in the contract, such as `list_events`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the answer's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns where in the answer it is that the model does not fit, such as `subscription.channelId`, if the answer is
    /// JSON.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Returns the start of the body, at most 4 KiB, with the secrets of the call blotted out. Of an answer with tokens
    /// nothing is kept.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeFailure")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// The error of a store or of a hook.
#[derive(Clone, Debug)]
pub struct StoreFailure {
    pub(crate) operation: StoreOperation,
    pub(crate) source: Source,
}

impl StoreFailure {
    /// Returns what the store or the hook failed to do.
    pub fn operation(&self) -> StoreOperation {
        self.operation
    }
}

/// What a store or a hook was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreOperation {
    /// The store: tell a user's tokens.
    Load,
    /// The store: let this process refresh a user's tokens.
    Lease,
    /// The store: save new tokens.
    Save,
    /// The hook: take notice of new tokens.
    Callback,
    /// The store: make its table.
    Migrate,
}

impl fmt::Display for StoreOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "the tokens could not be loaded",
            Self::Lease => "the tokens could not be reserved for a refresh",
            Self::Save => "the refreshed tokens could not be saved",
            Self::Callback => "the callback for refreshed tokens failed",
            Self::Migrate => "the table for tokens could not be made",
        })
    }
}

/// How the user came back from consent, if not with a code.
#[derive(Clone, Debug)]
pub struct CallbackFailure {
    pub(crate) kind: CallbackKind,
}

impl CallbackFailure {
    /// Returns what was wrong.
    pub fn kind(&self) -> &CallbackKind {
        &self.kind
    }
}

/// What was wrong with the user's way back from consent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackKind {
    /// The user declined, or the service could not go on.
    #[non_exhaustive]
    Refused {
        /// The OAuth code, such as `access_denied`.
        error: String,
        /// The explanation, if there was one.
        description: Option<String>,
    },
    /// The `state` is missing or not the one that was sent out: perhaps a forged request. Do not use its code.
    StateMismatch,
    /// There is neither a code nor an error.
    MissingCode,
}

impl fmt::Display for CallbackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { error, description } => {
                write!(f, "authorization was not given: {}", description.as_deref().unwrap_or(error))
            }
            Self::StateMismatch => f.write_str("the callback's state does not match"),
            Self::MissingCode => f.write_str("the callback carries no authorization code"),
        }
    }
}

/// Why a webhook delivery was not accepted.
///
/// It holds nothing of the delivery.
#[derive(Clone, Debug)]
pub struct WebhookFailure {
    pub(crate) reason: WebhookFailureReason,
    pub(crate) is_retryable: bool,
}

impl WebhookFailure {
    /// Returns what was wrong.
    pub fn reason(&self) -> WebhookFailureReason {
        self.reason
    }

    /// Tells whether the same delivery may be accepted later, as [`Error::is_retryable`] does.
    pub fn is_retryable(&self) -> bool {
        self.is_retryable
    }
}

/// What was wrong with a webhook delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookFailureReason {
    /// The body, a header, or the number of signatures is over its limit.
    TooLarge,
    /// `webhook-id`, `webhook-timestamp` or `webhook-signature` is missing, empty, repeated, or no text.
    MissingHeaders,
    /// The timestamp is not a number.
    InvalidTimestamp,
    /// The timestamp is too far from now: an old delivery sent again, or a clock that is wrong.
    TimestampOutOfTolerance,
    /// There is no usable key to check with, perhaps because the keys could not be fetched. It is retryable.
    NoPublicKeys,
    /// No signature fits the delivery under any key.
    ///
    /// It is retryable if the service may have a newer key that could not be fetched yet.
    NoMatchingSignature,
    /// The delivery is genuine, but its body is not a JSON object.
    InvalidPayload,
}

impl WebhookFailureReason {
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

impl fmt::Display for WebhookFailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the webhook delivery is too large",
            Self::MissingHeaders => "the webhook delivery lacks a header, or repeats one",
            Self::InvalidTimestamp => "the webhook delivery's timestamp is not a number",
            Self::TimestampOutOfTolerance => "the webhook delivery's timestamp is too far from now",
            Self::NoPublicKeys => "there is no public key to verify webhook deliveries with",
            Self::NoMatchingSignature => "no signature of the webhook delivery fits it",
            Self::InvalidPayload => "the webhook delivery's body is not a JSON object",
        })
    }
}

/// A value that cannot be used.
#[derive(Clone, Debug)]
pub struct InputFailure {
    pub(crate) message: String,
    pub(crate) source: Option<Source>,
}

impl InputFailure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(crate) fn source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    pub(crate) fn configuration(self) -> Error {
        Error::Configuration(Box::new(self))
    }

    /// Returns what is wrong with it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<InputFailure> for Error {
    fn from(failure: InputFailure) -> Self {
        Self::InvalidInput(Box::new(failure))
    }
}
