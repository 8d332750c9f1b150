//! The conversions of raw JSON that can fail.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, InputFailure};
use crate::json::{RawJson, clean};

impl RawJson {
    /// Writes a value as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the value cannot be written as JSON, such as a map whose keys are not strings.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        let raw = serde_json::value::to_raw_value(value);
        let raw = raw.map_err(|e| InputFailure::new("the value cannot be written as JSON").source(e))?;
        Ok(Self::from_raw(raw))
    }

    /// Parses the text.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the JSON does not have the expected type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let parsed = serde_json::from_str(self.get()).or_else(|_| serde_json::from_str(&clean(self.get())));
        parsed.map_err(|e| InputFailure::new("the JSON does not have the expected type").source(e).into())
    }
}
