use std::{fmt::Display, str::FromStr, time::Duration};

use hyper::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::{http::Answer, request::Request};

/// What the path of every request to the admin API begins with
pub(crate) const PREFIX: &str = "/_sandbox/";

/// The fields of a request: of its JSON body, or of its query if it has no body.
///
/// A handler takes what it knows and then calls [`finish`](Self::finish), which refuses the rest. It does so before
/// it changes anything.
#[derive(Debug)]
pub(super) struct Input(Map<String, Value>);

impl Input {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    pub(super) fn of(request: &Request) -> Result<Self, Refusal> {
        if request.body.is_empty() {
            return Ok(Self(request.query_object()));
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Refusal::new("the body must be a JSON object".into())),
            Err(error) => Err(Refusal::new(format!("the body is not JSON: {error}"))),
        }
    }

    /// Takes all fields that are left.
    pub(super) fn take_all(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.0)
    }

    /// Takes a field as it is; `null` counts as a value.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Takes a field that `read` understands; `null` counts as absent.
    pub(super) fn optional<T>(
        &mut self,
        name: &str,
        expected: impl Display,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(&value).map(Some).ok_or_else(|| Refusal::field(name, expected)),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.optional(name, "must be a non-empty string", text)
    }

    /// Takes a text that may be empty, or `null` for none.
    pub(super) fn text_or_null(&mut self, name: &str) -> Result<Option<Option<String>>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text))),
            Some(_) => Err(Refusal::field(name, "must be a string or null")),
        }
    }

    pub(super) fn required_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::field(name, "is required"))
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        self.optional(name, "must be true or false", Value::as_bool)
    }

    pub(super) fn count(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        self.optional(name, "must be a whole number", count)
    }

    pub(super) fn millis(&mut self, name: &str) -> Result<Option<Duration>, Refusal> {
        Ok(self.count(name)?.map(Duration::from_millis))
    }

    /// Takes one of the names of a type.
    pub(super) fn named<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(given) = self.text(name)? else { return Ok(None) };
        given.parse().map(Some).map_err(|error| Refusal::field(name, error))
    }

    /// Refuses fields that nobody took.
    pub(super) fn finish(&self) -> Result<(), Refusal> {
        self.0.keys().next().map_or(Ok(()), |name| Err(Refusal::field(name, "is unknown")))
    }
}

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Reads a whole number, which in a query is a text.
pub(super) fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Says what is wrong with a request.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    field: Option<String>,
    message: String,
}

impl Refusal {
    fn new(message: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, field: None, message }
    }

    pub(super) fn field(name: &str, problem: impl Display) -> Self {
        Self { field: Some(name.to_owned()), ..Self::new(format!("{name}: {problem}")) }
    }

    /// Gives the field, if one is to blame, and what is wrong with it.
    pub(super) fn into_parts(self) -> (Option<String>, String) {
        let Self { field, message, .. } = self;
        let prefix = field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
        let problem = message.strip_prefix(&prefix).unwrap_or(&message).to_owned();
        (field, problem)
    }

    pub(super) fn not_found(message: String) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::new(message) }
    }

    pub(super) fn of(status: StatusCode, message: String) -> Self {
        Self { status, ..Self::new(message) }
    }

    /// Says that the system did not let something be done.
    pub(super) fn failed(message: String) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::new(message) }
    }

    pub(super) fn no_route(method: &Method, path: &str) -> Self {
        Self::not_found(format!("there is no {method} {path}; GET {PREFIX} lists what there is"))
    }
}

impl From<Refusal> for Answer {
    fn from(Refusal { status, field, message }: Refusal) -> Self {
        let mut body = json!({ "error": status.canonical_reason(), "message": message });
        if let Some(field) = field {
            body["field"] = field.into();
        }
        Self::json(status, &body)
    }
}
