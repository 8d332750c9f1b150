//! What a call results in.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::failure::rejected;
use super::secrets::Secrets;
use crate::error::Error;
use crate::json::{self, DecodeMismatch, Object};
use crate::operation::{Operation, Scheme};

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

impl Response {
    /// Reads the body strictly.
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<Reply<T>, Failure> {
        if self.is_failure() {
            let body = String::from_utf8_lossy(&self.body);
            return Err(rejected(self.operation, self.head, &body, &self.secrets).into());
        }
        // Validating the whole as UTF-8 once is faster than text by text.
        let text = str::from_utf8(&self.body).map_err(serde_json::Error::custom);
        match text.and_then(serde_json::from_str) {
            Ok(value) => Ok(self.with(value)),
            Err(error) => Err(Failure::Undecodable(Box::new(Undecodable { response: self, mismatch: error.into() }))),
        }
    }

    /// Reports whether a write failed behind its status of success.
    fn is_failure(&self) -> bool {
        #[derive(Deserialize)]
        struct Verdict {
            success: Option<Value>,
        }
        if self.operation.method == Method::GET || self.operation.auth == Scheme::Basic {
            return false;
        }
        let verdict = Verdict::deserialize(Object(&mut serde_json::Deserializer::from_slice(&self.body)));
        verdict.is_ok_and(|verdict| verdict.success.is_some_and(|success| success == false || success == "false"))
    }

    fn with<T>(self, value: T) -> Reply<T> {
        Reply { value, head: self.head, secrets: self.secrets }
    }
}

impl Undecodable {
    /// Reads the body leniently: what is malformed and dispensable is left out.
    pub(crate) fn decode_leniently<T: DeserializeOwned>(mut self: Box<Self>) -> Result<Reply<T>, Failure> {
        // What is not text is not JSON either, as the strict reading has found.
        match json::read(&String::from_utf8_lossy(&self.response.body), &json::ESSENTIAL) {
            Ok(value) => Ok(self.response.with(value)),
            Err(mismatch) => {
                self.mismatch = mismatch;
                Err(Failure::Undecodable(self))
            }
        }
    }

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

impl Failure {
    /// Falls back to lenient parsing for a response that does not match its model.
    pub(crate) fn decode_leniently<T: DeserializeOwned>(self) -> Result<Reply<T>, Self> {
        match self {
            Self::Undecodable(undecodable) => undecodable.decode_leniently(),
            failure => Err(failure),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}
