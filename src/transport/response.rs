//! What a call results in.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::secrets::Secrets;
use crate::error::Error;
use crate::json::DecodeMismatch;
use crate::operation::Operation;

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requested {
    /// Tokens for an authorization code
    Code,
    /// Tokens for a refresh token
    Refresh,
    Operation,
}

/// Status and headers of a response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// A response with status 2xx.
pub(crate) struct Response {
    pub(crate) operation: &'static Operation,
    pub(crate) head: Head,
    pub(crate) body: Bytes,
    pub(crate) secrets: Secrets,
}

/// A response whose body was read.
pub(crate) struct Reply<T> {
    pub(crate) value: T,
    pub(crate) head: Head,
    pub(crate) secrets: Secrets,
}

/// Why a call has no value.
pub(crate) enum Failure {
    Final(Error),
    /// A 2xx response that does not match the model. Its whole body is kept for a fallback.
    Undecodable(Box<Undecodable>),
}

pub(crate) struct Undecodable {
    pub(crate) response: Response,
    pub(crate) mismatch: DecodeMismatch,
}

impl Undecodable {
    /// Reports whether the body has no value.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.text(), b"" | b"null")
    }

    /// Reports whether the body says in a word that a write was done.
    fn is_ok(&self) -> bool {
        let word = self.text().strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(self.text());
        word.eq_ignore_ascii_case(b"ok")
    }

    /// Reports whether a write was done without a value to read.
    pub(crate) fn is_done(&self) -> bool {
        self.is_empty() || self.is_ok()
    }

    /// Reports whether the body is a JSON array.
    pub(crate) fn is_list(&self) -> bool {
        self.text().starts_with(b"[")
    }

    fn text(&self) -> &[u8] {
        let body = self.response.body.trim_ascii();
        body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}
