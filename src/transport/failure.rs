//! Turns failed exchanges into an [`Error`].
//!
//! progenitor's own error shows headers and bodies, tokens included, when it is printed. It ends here.

use std::borrow::Cow;
use std::error::Error as StdError;

use bytes::BytesMut;
use http::header::{CONTENT_ENCODING, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use jiff::Timestamp;
use tokio::time::Instant;
use url::{Position, Url};

use super::body::ErrorBody;
use super::exchange::within;
use super::http::HttpError;
use super::response::{Failure, Head, Reply, Requested, Response, Undecodable};
use super::retry_after::retry_after;
use super::secrets::Secrets;
use crate::error::{
    ApiFailure, BoxError, DecodeFailure, Error, InputFailure, NetworkFailure, NetworkKind, SendStatus, Source,
};
use crate::json::DecodeMismatch;
use crate::models::BlockedAccount;
use crate::operation::Operation;
use crate::raw::{self, operations};

/// How much of a failed response's body is read, to find its members.
const READ_LIMIT: usize = 64 * 1024;

/// How much of a body an error keeps.
const KEEP_LIMIT: usize = 4 * 1024;

/// How much of the name of a content coding an error shows.
const CODING_LIMIT: usize = 64;

/// How much of a message an error shows.
const MESSAGE_LIMIT: usize = 1024;

/// A request that could not be built.
pub(super) fn unbuilt(operation: &'static Operation, error: raw::Error<()>) -> Error {
    let failure = match error {
        raw::Error::CommunicationError(error) => InputFailure::new(
            "the request cannot be written: a value is too long or contains characters that are not allowed in a URL or header",
        )
        .source(error.without_url()),
        raw::Error::InvalidRequest(reason) => InputFailure::new(reason),
        _ => InputFailure::new("the request cannot be built"),
    };
    failure.of(operation).into()
}

/// A request without a response.
pub(super) fn unanswered(operation: &'static Operation, error: HttpError) -> Error {
    NetworkFailure::error(operation.id, error.kind, Some(error.source.into()))
}

/// A response from another URL than the one that was asked.
pub(super) fn redirected(operation: &'static Operation, asked: &Url, answered: &Url) -> Error {
    let origin = |url: &Url| url[..Position::BeforePath].to_owned();
    let (asked, answered) = (origin(asked), origin(answered));
    let wrong = format!(
        "the HTTP client followed a redirect from {asked} to {answered}, and may have sent credentials there: set \
         `redirect::Policy::none()` on it"
    );
    InputFailure::new(wrong).of(operation).configuration()
}

/// A successful response whose body did not arrive as a whole.
pub(super) fn incomplete(operation: &'static Operation, head: Head, error: HttpError) -> Error {
    if is_too_long(&*error.source) {
        return too_long(operation, head);
    }
    let kind = if error.kind == NetworkKind::Timeout { error.kind } else { NetworkKind::Body };
    NetworkFailure::error(operation.id, kind, Some(error.source.into())).with_send_status(SendStatus::Answered)
}

/// A successful response in a content coding that was not asked for, and that nobody here decodes.
pub(super) fn encoded(operation: &'static Operation, head: Head, coding: &str) -> Error {
    let reason = Some(format!("the response is {}", unknown_coding(coding)).into());
    decode_failure(DecodeFailure { reason, ..unread(operation.id, head) })
}

fn unknown_coding(coding: &str) -> String {
    format!("in the content coding {}, which was not asked for", excerpt(coding, CODING_LIMIT))
}

/// A response with another status than 2xx.
pub(super) async fn refused(
    operation: &'static Operation,
    request: Requested,
    mut response: reqwest::Response,
    secrets: &Secrets,
    ends: Option<Instant>,
) -> Error {
    let status = response.status();
    let head = Head { status, headers: response.headers().clone() };
    let coding = coding(&head.headers);
    let mut text = BytesMut::new();
    // The status tells more than a body that is incomplete, so what was read has to do.
    while text.len() < READ_LIMIT {
        match within(ends, async { response.chunk().await.map_err(HttpError::from) }).await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk[..chunk.len().min(READ_LIMIT - text.len())]),
            Ok(None) | Err(_) => break,
        }
    }
    let coding = coding.filter(|_| !text.is_empty());
    let text = if coding.is_some() { Cow::default() } else { String::from_utf8_lossy(&text) };
    let body = ErrorBody::read(&text);
    let mut failure = api_failure(operation, head, &text, &body);
    if let Some(coding) = coding {
        failure.message.push_str(&format!(", with a body {}", unknown_coding(&coding)));
    }
    let category = category(request, status, &failure, &body);
    if request == Requested::Refresh {
        failure.message.insert_str(0, "the tokens could not be refreshed: ");
    }
    // What the response means is known by now, so what it repeats can go.
    category(Box::new(redact(failure, secrets)))
}

/// A call that failed behind a status of success.
pub(crate) fn rejected(operation: &'static Operation, head: Head, body: &str, secrets: &Secrets) -> Error {
    let failure = api_failure(operation, head, body, &ErrorBody::read(body));
    Error::Server(Box::new(redact(failure, secrets)))
}

pub(super) fn decode_error(undecodable: Undecodable) -> Error {
    let is_empty = undecodable.is_empty();
    let Undecodable { response, mismatch: DecodeMismatch { shown, source, .. } } = undecodable;
    let Response { operation, head, body, secrets } = response;
    if operation.id == operations::TOKEN.id {
        return token_error(head, format!("unreadable at line {} column {}", source.line(), source.column()));
    }
    if is_empty {
        return decode_failure(DecodeFailure {
            reason: Some("the response has no body".into()),
            ..unread(operation.id, head)
        });
    }
    // A decode error quotes the value that it did not expect.
    let quoting = source.to_string();
    let redacted = secrets.redact(quoting.clone());
    let source = if redacted == quoting { Source::new(source) } else { Source::from(BoxError::from(redacted)) };
    let path = shown.map(|path| secrets.redact(path));
    let body = excerpt(&secrets.redact(String::from_utf8_lossy(&body).into_owned()), KEEP_LIMIT);
    decode_failure(DecodeFailure { path, body, source: Some(source), ..unread(operation.id, head) })
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(error) => error,
            Failure::Undecodable(undecodable) => decode_error(*undecodable),
        }
    }
}

/// Takes a success without a body, or with the word `OK`, for one without a value.
pub(crate) fn or_empty<T>(outcome: Result<Reply<T>, Failure>) -> Result<Option<Reply<T>>, Error> {
    match outcome {
        Ok(reply) => Ok(Some(reply)),
        Err(Failure::Undecodable(undecodable)) if undecodable.is_done() => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// A token response that cannot be used. It contains new secrets, so nothing of it is kept.
pub(super) fn token_error(head: Head, reason: String) -> Error {
    let source = Some(BoxError::from(reason).into());
    decode_failure(DecodeFailure { source, ..unread(operations::TOKEN.id, head) })
}

/// Returns the content coding of a body that the HTTP client has not decoded: it removes the header of one that it has.
pub(super) fn coding(headers: &HeaderMap) -> Option<String> {
    let codings = headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let codings = codings.collect::<Vec<_>>().join(", ");
    let is_plain =
        codings.split(',').map(str::trim).all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"));
    (!is_plain).then_some(codings)
}

fn too_long(operation: &'static Operation, head: Head) -> Error {
    let reason = Some("the response is longer than `max_body` allows".into());
    decode_failure(DecodeFailure { reason, ..unread(operation.id, head) })
}

fn unread(operation: &'static str, Head { status, headers }: Head) -> DecodeFailure {
    DecodeFailure { operation, status, headers, reason: None, path: None, body: String::new(), source: None }
}

fn decode_failure(failure: DecodeFailure) -> Error {
    Error::Decode(Box::new(failure))
}

/// Reports whether reading stopped at the cap on bodies.
fn is_too_long(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Makes the error of a response to a call.
type Category = fn(Box<ApiFailure>) -> Error;

fn category(request: Requested, status: StatusCode, failure: &ApiFailure, body: &ErrorBody) -> Category {
    match request {
        Requested::Operation => of_operation(status, failure, body),
        request => of_tokens(request, status, failure),
    }
}

/// The categories of an operation's own response.
fn of_operation(status: StatusCode, failure: &ApiFailure, body: &ErrorBody) -> Category {
    let scope = || body.is_scope_denial() || challenges_scope(&failure.headers);
    match status.as_u16() {
        // The request as such: a URL or headers that are too long.
        400 | 414 | 422 | 431 => Error::Validation,
        401 | 403 if scope() => Error::PermissionDenied,
        401 => Error::Authentication,
        403 if failure.api_code() == Some("calendar_permission_required") => Error::CalendarPermissionRequired,
        403 if body.is_quota() || failure.retry_after.is_some() => Error::RateLimit,
        403 if body.is_own() => Error::PermissionDenied,
        404 if body.is_own() => Error::NotFound,
        429 => Error::RateLimit,
        500..=599 => Error::Server,
        _ => Error::Unexpected,
    }
}

/// The categories of the token endpoint's responses: they say nothing about the event or calendar of a call.
fn of_tokens(request: Requested, status: StatusCode, failure: &ApiFailure) -> Category {
    match (status.as_u16(), failure.error().unwrap_or_default()) {
        (400..=499, "redirect_uri_mismatch") if request == Requested::Code => wrong_redirect_uri,
        (400..=499, "invalid_grant") if request == Requested::Code && names_redirect_uri(failure) => wrong_redirect_uri,
        (400..=499, "invalid_grant" | "session_expired") => Error::Authentication,
        (_, "invalid_client" | "unauthorized_client") => Error::InvalidClient,
        // There are no tokens yet that could have ended.
        (401, _) if request == Requested::Code => Error::InvalidClient,
        (401, _) => Error::Authentication,
        (403, _) if failure.retry_after.is_some() => Error::RateLimit,
        (429, _) => Error::RateLimit,
        (500..=599, _) => Error::Server,
        _ => Error::Unexpected,
    }
}

fn names_redirect_uri(failure: &ApiFailure) -> bool {
    let description = failure.error_description().unwrap_or_default().to_ascii_lowercase();
    ["redirect_uri", "redirect uri", "redirect url"].iter().any(|name| description.contains(name))
}

/// Authorizing again would end here again.
fn wrong_redirect_uri(failure: Box<ApiFailure>) -> Error {
    let reason = "the service does not accept the redirect URI: it must be the one that the application has registered";
    InputFailure::new(reason).of(&operations::TOKEN).source(*failure).configuration()
}

/// Reports whether the challenge of a response is about the scope (RFC 6750).
fn challenges_scope(headers: &HeaderMap) -> bool {
    let mut challenges = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    challenges.any(|challenge| challenge.contains("insufficient_scope"))
}

fn api_failure(operation: &'static Operation, head: Head, text: &str, body: &ErrorBody) -> ApiFailure {
    let Head { status, headers } = head;
    let reason = || status.canonical_reason().unwrap_or("no reason given").to_owned();
    ApiFailure {
        operation: operation.id,
        status: Some(status),
        message: body.message().unwrap_or_else(reason),
        error: body.text("error"),
        error_description: body.text("error_description"),
        code: body.code(),
        details: body.details(),
        accounts: body.accounts(),
        retry_after: retry_after(&headers, Timestamp::now()),
        headers,
        body: text.to_owned(),
        send_status: SendStatus::Answered,
    }
}

fn redact(failure: ApiFailure, secrets: &Secrets) -> ApiFailure {
    let redact = |text: String| secrets.redact(text);
    ApiFailure {
        message: excerpt(&redact(failure.message), MESSAGE_LIMIT),
        error: failure.error.map(redact),
        error_description: failure.error_description.map(redact),
        code: failure.code.map(redact),
        details: failure.details.map(|details| secrets.redact_value(details)),
        accounts: failure
            .accounts
            .into_iter()
            .map(|account| BlockedAccount { account: account.account.map(redact), ..account })
            .collect(),
        body: excerpt(&redact(failure.body), KEEP_LIMIT),
        ..failure
    }
}

fn excerpt(text: &str, limit: usize) -> String {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or_default()].to_owned()
}
