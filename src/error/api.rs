//! Responses that refuse a call.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use thiserror::Error as ThisError;

use super::SendStatus;
use super::line::one_line;
use crate::models::BlockedAccount;

/// How many characters of the message, and of the details, `Display` shows.
const DISPLAY_LIMIT: usize = 1024;

/// The response to a call that the service refused or could not carry out.
#[derive(Clone, ThisError)]
#[error("{}", self.describe("refused"))]
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
    pub(crate) send_status: SendStatus,
}

impl ApiFailure {
    /// Describes a refusal without a response.
    pub(crate) fn without_response(operation: &'static str, message: &str) -> Box<Self> {
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
            send_status: SendStatus::NotSent,
        })
    }

    /// Formats the failure under a heading.
    pub(crate) fn describe(&self, problem: &str) -> String {
        let status = self.status().map(|status| format!(" ({status})")).unwrap_or_default();
        format!("{}: {problem}{status}: {}", self.operation, one_line(&self.message, DISPLAY_LIMIT))
    }

    /// Formats the failure under a heading, with what the details say of each field.
    pub(crate) fn describe_fields(&self, problem: &str) -> String {
        let mut described = self.describe(problem);
        let fields = self.details.as_ref().map(fields).unwrap_or_default();
        // The message may have been made of them.
        if !fields.is_empty() && !self.message.contains(&fields) {
            described.push_str(": ");
            described.push_str(&one_line(&fields, DISPLAY_LIMIT));
        }
        described
    }

    /// Returns the operation's id in the contract, such as `create_event`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> Option<u16> {
        self.status.map(|status| status.as_u16())
    }

    /// Returns the most specific explanation: the body's `message`, `error_description`, `detail`, `errors` or `error`, or
    /// the reason phrase of the status. If the tokens could not be refreshed for a call, it begins with that.
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

    /// Returns the body's `details` or `errors`: usually a map of field names to lists of messages.
    pub fn details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// Returns the accounts that lack the calendar permission.
    pub fn accounts(&self) -> &[BlockedAccount] {
        &self.accounts
    }

    /// Returns the response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the start of the body, at most 4 KiB, with the secrets of the call redacted.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the delay from `Retry-After`.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

/// Puts details into words: `start: is required; end: is early`.
fn fields(details: &Value) -> String {
    let list = |values: Vec<String>, separator: &str| {
        values.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>().join(separator)
    };
    match details {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => list(entries.iter().map(entry).collect(), "; "),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| match value {
                Value::Array(entries) => format!("{name}: {}", list(entries.iter().map(entry).collect(), ", ")),
                value => format!("{name}: {}", entry(value)),
            };
            list(members.iter().map(member).collect(), "; ")
        }
        other => other.to_string(),
    }
}

/// Puts one entry of the details into words.
fn entry(value: &Value) -> String {
    let text = |names: &[&str]| names.iter().find_map(|name| value[*name].as_str());
    match (value, text(&["field", "path", "param"]), text(&["message", "msg"])) {
        (Value::String(text), ..) => text.clone(),
        (_, Some(field), Some(message)) => format!("{field}: {message}"),
        (_, None, Some(message)) => message.to_owned(),
        _ => value.to_string(),
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
