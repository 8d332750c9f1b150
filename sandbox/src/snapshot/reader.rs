use std::fmt::Display;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::StateError;
use crate::instant;

/// A value of a state, with the path that leads to it.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    path: String,
    value: &'a Value,
}

/// The members of an object; each is taken once, and in the end none may be left.
#[derive(Debug)]
pub(crate) struct Members<'a> {
    of: Reader<'a>,
    left: Vec<&'a String>,
    object: &'a Map<String, Value>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self { path: String::new(), value }
    }

    pub(crate) fn error(&self, problem: impl Display) -> StateError {
        StateError::new(self.path.as_str(), problem)
    }

    /// Reports a problem of a member.
    pub(crate) fn error_at(&self, name: &str, problem: impl Display) -> StateError {
        StateError::new(join(&self.path, name), problem)
    }

    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, StateError> {
        self.value.as_object().ok_or_else(|| self.error("must be an object"))
    }

    pub(crate) fn members(self) -> Result<Members<'a>, StateError> {
        let object = self.object()?;
        Ok(Members { of: self, left: object.keys().collect(), object })
    }

    /// Reads an object of which every member is of the same kind.
    pub(crate) fn entries<T>(
        &self,
        read: impl Fn(Reader<'a>) -> Result<T, StateError>,
    ) -> Result<Vec<(String, T)>, StateError> {
        let entry = |(name, value): (&'a String, &'a Value)| {
            Ok((name.clone(), read(Reader { path: join(&self.path, name), value })?))
        };
        self.object()?.iter().map(entry).collect()
    }

    pub(crate) fn list<T>(&self, read: impl Fn(Reader<'a>) -> Result<T, StateError>) -> Result<Vec<T>, StateError> {
        let items = self.value.as_array().ok_or_else(|| self.error("must be an array"))?;
        let item = |(at, value)| read(Reader { path: format!("{}[{at}]", self.path), value });
        items.iter().enumerate().map(item).collect()
    }

    pub(crate) fn text(&self) -> Result<&'a str, StateError> {
        self.value.as_str().ok_or_else(|| self.error("must be a string"))
    }

    /// Reads a text that is not empty.
    pub(crate) fn name(&self) -> Result<String, StateError> {
        let text = self.text()?;
        if text.is_empty() { Err(self.error("must not be empty")) } else { Ok(text.to_owned()) }
    }

    pub(crate) fn flag(&self) -> Result<bool, StateError> {
        self.value.as_bool().ok_or_else(|| self.error("must be true or false"))
    }

    pub(crate) fn count(&self) -> Result<u64, StateError> {
        self.value.as_u64().ok_or_else(|| self.error("must be a whole number"))
    }

    pub(crate) fn instant(&self) -> Result<Timestamp, StateError> {
        instant::parse(self.text()?).ok_or_else(|| self.error("must be an ISO 8601 date"))
    }

    /// Reads what `parse` understands.
    pub(crate) fn parsed<T, E: Display>(&self, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, StateError> {
        parse(self.text()?).map_err(|problem| self.error(problem))
    }

    /// Reads so many bytes in base64.
    pub(crate) fn bytes<const N: usize>(&self) -> Result<[u8; N], StateError> {
        let decoded = STANDARD.decode(self.text()?).ok().and_then(|bytes| bytes.try_into().ok());
        decoded.ok_or_else(|| self.error(format_args!("must be {N} bytes in base64")))
    }
}

impl<'a> Members<'a> {
    /// Reads a member unless it is missing or null.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Reader<'a>) -> Result<T, StateError>,
    ) -> Result<Option<T>, StateError> {
        self.left.retain(|left| *left != name);
        let value = self.object.get(name).filter(|value| !value.is_null());
        value.map(|value| read(Reader { path: join(&self.of.path, name), value })).transpose()
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Reader<'a>, StateError> {
        self.optional(name, Ok)?.ok_or_else(|| self.of.error_at(name, "is required"))
    }

    /// Refuses members that nobody took.
    pub(crate) fn finish(self) -> Result<(), StateError> {
        self.left.first().map_or(Ok(()), |name| Err(self.of.error_at(name, "is not a member of a state")))
    }
}

/// Adds a name to a path; one that is no plain word is quoted.
fn join(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    match (is_plain, path.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{name:?}]"),
    }
}
