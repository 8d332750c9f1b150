//! Enums that the service may extend.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, Visitor};

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

/// The error of parsing an enum from a value that this release does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{:?} is not a known value of {name}", value.as_str())]
pub struct UnknownValueError {
    name: &'static str,
    value: UnknownValue,
}

impl UnknownValueError {
    pub(crate) fn new(name: &'static str, value: UnknownValue) -> Self {
        Self { name, value }
    }

    /// Returns the value.
    pub fn value(&self) -> &str {
        self.value.as_str()
    }
}

/// An enum whose values the server may add to.
pub(crate) trait OpenEnum: for<'a> From<&'a str> {
    const NAME: &'static str;
    #[cfg_attr(not(feature = "schemars"), expect(dead_code, reason = "read by the schema"))]
    const VALUES: &'static [&'static str];
}

pub(crate) fn open_enum<'de, T: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text<T>(PhantomData<T>);
    impl<T: OpenEnum> Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a string for {}", T::NAME)
        }
        fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
            Ok(T::from(value))
        }
    }
    deserializer.deserialize_str(Text(PhantomData))
}

#[cfg(feature = "schemars")]
pub(crate) fn open_enum_schema<T: OpenEnum>() -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "examples": T::VALUES })
}
