//! Values that appear in models: secrets, raw JSON, and what this release does not know.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::error::{Error, InputFailure};

/// A text that must not be shown: a token, an authorization code, a client secret.
///
/// `Debug` prints `[redacted]`, comparison takes the same time wherever two secrets differ, the text itself is only
/// to be had from [`expose`](Self::expose), and dropping it wipes it from memory.
///
/// ```
/// let secret = mobiscroll_connect::Secret::from("s3cr3t");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose(), "s3cr3t");
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Secret(Box<str>);

impl Secret {
    /// Returns the text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into_boxed_str())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// JSON kept as the text that arrived, and parsed only when asked for.
///
/// The providers' own records (`original`) are most of an event's bytes, and few callers look at them.
///
/// ```
/// # fn main() -> Result<(), mobiscroll_connect::Error> {
/// use mobiscroll_connect::RawJson;
///
/// let raw = RawJson::from_serialize(&[1, 2, 3])?;
/// assert_eq!(raw.get(), "[1,2,3]");
/// assert_eq!(raw.parse::<Vec<u8>>()?, [1, 2, 3]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Writes a value as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the value cannot be written as JSON, such as a map with keys that are no strings.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        let raw = serde_json::value::to_raw_value(value);
        let raw = raw.map_err(|e| InputFailure::new("the value cannot be written as JSON").source(e))?;
        Ok(Self(raw.into()))
    }

    /// Takes a text that was found to be JSON.
    #[cfg(feature = "webhooks")]
    pub(crate) fn of_json(text: &str) -> Self {
        Self(text.trim_matches([' ', '\t', '\n', '\r']).into())
    }

    /// Returns the text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// Parses the text.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the JSON is not of the wanted type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let parsed = serde_json::from_str(self.get());
        parsed.map_err(|e| InputFailure::new("the JSON is not of the wanted type").source(e).into())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(raw.into()))
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.get().len())
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for RawJson {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawJson".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}

/// A value of an open enum that this release does not know, as it stood on the wire.
///
/// It can be read and sent back.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// Returns the value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
