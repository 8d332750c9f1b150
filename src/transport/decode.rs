//! Reading successful responses into their models.

use http::Method;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

use super::failure::rejected;
use super::response::{Failure, Reply, Response, Undecodable};
use crate::json::{self, Object};
use crate::operation::Scheme;

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
