//! JSON that is kept as text.

use std::fmt;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

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
    pub(crate) fn from_raw(raw: Box<RawValue>) -> Self {
        Self(raw.into())
    }

    /// Takes a text that was found to be JSON.
    #[cfg(feature = "webhooks")]
    pub(crate) fn from_valid(text: &str) -> Self {
        Self(text.trim_matches([' ', '\t', '\n', '\r']).into())
    }

    /// Returns the text.
    pub fn get(&self) -> &str {
        &self.0
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
