//! Turns what the generated client reports into an [`Error`].
//!
//! progenitor's own error shows headers and bodies, tokens included, when it is printed. It ends here.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use jiff::Timestamp;
use serde_json::Value;

use crate::call::{Failure, Head, Operation, Scheme, Secrets, Undecodable};
use crate::error::{
    ApiFailure, BoxError, DecodeFailure, Delivery, Error, InputFailure, NetworkFailure, NetworkKind, Source,
};
use crate::lenient::Misfit;
use crate::raw::types::BlockedAccount;
use crate::raw::{self, operations};

/// How much of a failed answer's body is read, to find its members.
const READ_LIMIT: usize = 64 * 1024;

/// How much of a body an error keeps.
const KEEP_LIMIT: usize = 4 * 1024;

/// How much of a message an error shows.
const MESSAGE_LIMIT: usize = 1024;

pub(crate) async fn failure(
    operation: &'static Operation,
    error: raw::Error<()>,
    head: Option<Head>,
    secrets: Secrets,
) -> Failure {
    let error = match error {
        raw::Error::UnexpectedResponse(response) => return refused(operation, response, &secrets).await.into(),
        raw::Error::InvalidResponsePayload(body, source) => {
            let head = head.unwrap_or_default();
            let misfit = source.into();
            let undecodable = Undecodable { operation: operation.id, head, body, misfit, secrets };
            return Failure::Undecodable(Box::new(undecodable));
        }
        raw::Error::CommunicationError(error) if error.is_builder() => InputFailure::new(format!(
            "{}: the request cannot be written: a value is too long or has characters that no URL or header takes",
            operation.id
        ))
        .source(error.without_url())
        .into(),
        raw::Error::CommunicationError(error) | raw::Error::InvalidUpgrade(error) => {
            let kind = match &error {
                e if e.is_timeout() && !e.is_connect() => NetworkKind::Timeout,
                e if e.is_connect() => NetworkKind::Connect,
                _ => NetworkKind::Broken,
            };
            network(operation, kind, error)
        }
        raw::Error::ResponseBodyError(error) if is_too_long(&error) => too_long(operation, head),
        raw::Error::ResponseBodyError(error) => {
            let kind = if error.is_timeout() { NetworkKind::Timeout } else { NetworkKind::Body };
            network(operation, kind, error).with_delivery(Delivery::Answered)
        }
        raw::Error::InvalidRequest(reason) | raw::Error::Custom(reason) => {
            InputFailure::new(format!("{}: {}", operation.id, scrub(reason, &secrets))).into()
        }
        // No answer is declared as an error: each arrives as `UnexpectedResponse`, whole.
        raw::Error::ErrorResponse(response) => {
            api_error(operation, response.status(), response.headers().clone(), &Bytes::new(), &secrets)
        }
    };
    error.into()
}

pub(crate) fn decode_error(undecodable: Undecodable) -> Error {
    let Undecodable { operation, head, body, misfit: Misfit { shown, source, .. }, secrets } = undecodable;
    if operation == operations::TOKEN.id {
        return token_error(head, format!("unreadable at line {} column {}", source.line(), source.column()));
    }
    // A decode error quotes what it stumbled over.
    let quoting = source.to_string();
    let told = scrub(quoting.clone(), &secrets);
    let source: Source = if told == quoting { Arc::new(source) } else { BoxError::from(told).into() };
    let path = shown.map(|path| scrub(path, &secrets));
    let (Head { status, headers }, body) = (head, excerpt(&text(&body, &secrets), KEEP_LIMIT));
    Error::Decode(Box::new(DecodeFailure { operation, status, headers, path, body, source: Some(source) }))
}

/// A token answer that cannot be used. It holds new secrets, so nothing of it is kept.
pub(crate) fn token_error(head: Head, reason: String) -> Error {
    let (operation, source) = (operations::TOKEN.id, Some(BoxError::from(reason).into()));
    let Head { status, headers } = head;
    Error::Decode(Box::new(DecodeFailure { operation, status, headers, path: None, body: String::new(), source }))
}

/// An event write that failed behind a status of success.
pub(crate) fn rejected(operation: &'static Operation, head: Head, body: &str, secrets: &Secrets) -> Error {
    let failure = api_failure(operation, head.status, head.headers, body);
    Error::Server(Box::new(scrub_failure(failure, secrets)))
}

fn network(operation: &'static Operation, kind: NetworkKind, error: reqwest::Error) -> Error {
    // The URL of a list call holds page tokens and the users' account names.
    let source = Arc::new(error.without_url());
    NetworkFailure::error(operation.id, kind, Some(source))
}

/// Tells whether reading was given up at the limit that was set.
fn is_too_long(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn too_long(operation: &'static Operation, head: Option<Head>) -> Error {
    let Head { status, headers } = head.unwrap_or_default();
    let (operation, source) = (operation.id, Some(BoxError::from("its body is longer than `max_body` allows").into()));
    let (path, body) = (None, String::new());
    Error::Decode(Box::new(DecodeFailure { operation, status, headers, path, body, source }))
}

async fn refused(operation: &'static Operation, mut response: reqwest::Response, secrets: &Secrets) -> Error {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = BytesMut::new();
    // The status tells more than a body that breaks off, so what was read must do.
    while body.len() < READ_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk[..chunk.len().min(READ_LIMIT - body.len())]),
            Ok(None) | Err(_) => break,
        }
    }
    api_error(operation, status, headers, &body.freeze(), secrets)
}

fn api_error(
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: &Bytes,
    secrets: &Secrets,
) -> Error {
    let failure = api_failure(operation, status, headers, &String::from_utf8_lossy(body));
    let oauth = (operation.auth == Scheme::Basic).then(|| failure.error().unwrap_or_default());
    let category = match (status.as_u16(), oauth) {
        (400..=499, Some("invalid_grant" | "session_expired")) => Error::Authentication,
        (_, Some("invalid_client" | "unauthorized_client")) | (401, Some(_)) => Error::InvalidClient,
        (400 | 422, _) => Error::Validation,
        (401, None) if is_scope_denial(&failure) => Error::PermissionDenied,
        (401, None) => Error::Authentication,
        (403, _) if failure.api_code() == Some("calendar_permission_required") => Error::CalendarPermissionRequired,
        (403, _) => Error::PermissionDenied,
        (404, _) => Error::NotFound,
        (429, _) => Error::RateLimit,
        (500..=599, _) => Error::Server,
        _ => Error::Unexpected,
    };
    // What the answer means is known by now, so what it repeats can go.
    category(Box::new(scrub_failure(failure, secrets)))
}

fn scrub_failure(failure: ApiFailure, secrets: &Secrets) -> ApiFailure {
    let blot = |text: String| scrub(text, secrets);
    ApiFailure {
        message: excerpt(&blot(failure.message), MESSAGE_LIMIT),
        error: failure.error.map(blot),
        error_description: failure.error_description.map(blot),
        code: failure.code.map(blot),
        details: failure.details.map(|details| scrub_value(details, secrets)),
        accounts: failure
            .accounts
            .into_iter()
            .map(|account| BlockedAccount { account: account.account.map(blot), ..account })
            .collect(),
        body: excerpt(&blot(failure.body), KEEP_LIMIT),
        ..failure
    }
}

fn scrub_value(value: Value, secrets: &Secrets) -> Value {
    match value {
        Value::String(text) => scrub(text, secrets).into(),
        Value::Array(items) => items.into_iter().map(|item| scrub_value(item, secrets)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (scrub(name, secrets), scrub_value(value, secrets))).collect()
        }
        other => other,
    }
}

/// A 401 that no refresh cures: the token is good, and its scope does not allow writing.
fn is_scope_denial(failure: &ApiFailure) -> bool {
    failure.message == "Write access denied for current scope"
}

fn api_failure(operation: &'static Operation, status: StatusCode, headers: HeaderMap, body: &str) -> ApiFailure {
    let members: Value = serde_json::from_str(body).unwrap_or_default();
    let member = |name: &str| members[name].as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let (error, error_description) = (member("error"), member("error_description"));
    let reason = || status.canonical_reason().unwrap_or("no reason given").to_owned();
    let accounts = members["accounts"].as_array().into_iter().flatten();
    ApiFailure {
        operation: operation.id,
        status: Some(status),
        message: member("message")
            .or_else(|| error_description.clone())
            .or_else(|| error.clone())
            .unwrap_or_else(reason),
        error,
        error_description,
        code: member("code"),
        details: Some(members["details"].clone()).filter(|details| !details.is_null()),
        accounts: accounts.filter_map(|account| serde_json::from_str(&account.to_string()).ok()).collect(),
        retry_after: retry_after(&headers, Timestamp::now()),
        headers,
        body: body.to_owned(),
        delivery: Delivery::Answered,
    }
}

/// Reads `Retry-After` as seconds or as an HTTP date; a date in the past means now.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Longer than this is for ever, and still fits every clock.
        return Some(Duration::from_secs(value.parse().unwrap_or(u32::MAX).into()));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

fn text(body: &[u8], secrets: &Secrets) -> String {
    scrub(String::from_utf8_lossy(body).into_owned(), secrets)
}

/// Blots out what must not be shown, be it plain or within JSON.
fn scrub(text: String, secrets: &Secrets) -> String {
    secrets.iter().fold(text, |text, secret| {
        let json = Value::from(secret).to_string();
        let escaped = &json[1..json.len() - 1];
        text.replace(escaped, "[redacted]").replace(secret, "[redacted]")
    })
}

fn excerpt(text: &str, limit: usize) -> String {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or_default()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "2026-10-21T07:28:00Z".parse().unwrap();
        let parse = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(parse("120"), Some(Duration::from_secs(120)));
        assert_eq!(parse("Wed, 21 Oct 2026 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(parse("Wed, 21 Oct 2026 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("-5"), None);
        assert_eq!(parse("99999999999999999999999"), Some(Duration::from_secs(u32::MAX.into())));
    }
}
