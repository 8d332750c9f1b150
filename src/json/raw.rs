//! JSON that is stored as text.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The name by which serde_json recognizes its raw values.
pub(super) const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The name by which lenient parsing recognizes the value of a member that the model does not know.
pub(super) const UNKNOWN_MEMBER: &str = "mobiscroll_connect::UnknownMember";

/// JSON stored as the text that arrived, and parsed on demand.
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
        struct Raw;
        impl<'de> Visitor<'de> for Raw {
            type Value = RawJson;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON value")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawJson, A::Error> {
                Box::<RawValue>::deserialize(MapAccessDeserializer::new(map)).map(RawJson::from_raw)
            }
            // Other deserializers have no text to give, such as the buffers of `flatten` and of untagged enums.
            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawJson, D::Error> {
                let value = Value::deserialize(deserializer)?;
                serde_json::value::to_raw_value(&value).map(RawJson::from_raw).map_err(D::Error::custom)
            }
        }
        deserializer.deserialize_newtype_struct(RAW_VALUE, Raw)
    }
}

/// The value of a member that a model does not know.
pub(super) struct UnknownMember(pub(super) RawJson);

impl<'de> Deserialize<'de> for UnknownMember {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Inner;
        impl<'de> Visitor<'de> for Inner {
            type Value = UnknownMember;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any JSON value")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<UnknownMember, D::Error> {
                RawJson::deserialize(deserializer).map(UnknownMember)
            }
        }
        deserializer.deserialize_newtype_struct(UNKNOWN_MEMBER, Inner)
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
