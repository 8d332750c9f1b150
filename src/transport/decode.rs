//! Reading successful responses into their models.

use std::borrow::Cow;
use std::fmt;

use http::Method;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::failure::rejected;
use super::response::{Failure, Reply, Response, Undecodable};
use crate::json;
use crate::operation::Scheme;

/// How long a body is that may be nothing but a failure.
const SHORT: usize = 4 * 1024;

impl Response {
    /// Reads the body strictly.
    pub(crate) fn decode<T: DeserializeOwned>(self) -> Result<Reply<T>, Failure> {
        if self.is_failure() {
            return Err(self.rejected());
        }
        // Validating the whole as UTF-8 once is faster than text by text.
        let text = str::from_utf8(&self.body).map_err(serde_json::Error::custom);
        match text.and_then(serde_json::from_str) {
            Ok(value) => Ok(self.with(value)),
            Err(_) if self.says_failure() => Err(self.rejected()),
            Err(error) => Err(Failure::Undecodable(Box::new(Undecodable { response: self, mismatch: error.into() }))),
        }
    }

    fn rejected(self) -> Failure {
        let body = String::from_utf8_lossy(&self.body);
        rejected(self.operation, self.head, &body, &self.secrets).into()
    }

    /// Reports whether a call failed behind its status of success. A read is looked at if its body is short: a list that
    /// was read is no failure.
    fn is_failure(&self) -> bool {
        let is_long_read = self.operation.method == Method::GET && self.body.len() > SHORT;
        self.operation.auth != Scheme::Basic && !is_long_read && self.says_failure()
    }

    /// Reports whether the body says that the call failed. Of repeated members, each counts.
    fn says_failure(&self) -> bool {
        struct Verdict(bool);

        impl<'de> Visitor<'de> for Verdict {
            type Value = bool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<bool, A::Error> {
                while let Some(name) = map.next_key::<Cow<'_, str>>()? {
                    match &*name {
                        "success" => {
                            let success: Value = map.next_value()?;
                            self.0 |= success == false || success == "false";
                        }
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(self.0)
            }
        }

        let body = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body).trim_ascii_start();
        body.starts_with(b"{")
            && serde_json::Deserializer::from_slice(body).deserialize_map(Verdict(false)).unwrap_or_default()
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
