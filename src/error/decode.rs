//! Successful responses that cannot be read.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, StatusCode};
use thiserror::Error as ThisError;

use super::{Error, Source};

/// A response with status 2xx that does not match the contract, or is inconsistent.
#[derive(Clone, ThisError)]
#[error("{operation}: {}", self.problem())]
pub struct DecodeFailure {
    pub(crate) operation: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// What is wrong, if it is not the JSON.
    pub(crate) reason: Option<Cow<'static, str>>,
    pub(crate) path: Option<String>,
    pub(crate) body: String,
    #[source]
    pub(crate) source: Option<Source>,
}

impl DecodeFailure {
    /// Makes the error of a response that can be read, and makes no sense.
    pub(crate) fn error(operation: &'static str, reason: &'static str) -> Error {
        Error::Decode(Box::new(Self {
            operation,
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            reason: Some(reason.into()),
            path: None,
            body: String::new(),
            source: None,
        }))
    }

    fn problem(&self) -> String {
        match (&self.reason, &self.path) {
            (Some(reason), _) => reason.clone().into_owned(),
            (None, Some(path)) => format!("the response cannot be read at {path}"),
            (None, None) => "the response cannot be read".to_owned(),
        }
    }

    /// Returns the operation's id in the contract, such as `list_events`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns where in the response the model does not match, such as `subscription.channelId`. `None` if the response
    /// is not JSON.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Returns the start of the body, at most 4 KiB, with the secrets of the call redacted. The body of a token
    /// response is not stored.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeFailure")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("reason", &self.reason)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
