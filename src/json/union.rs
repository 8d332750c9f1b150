//! Objects that one member tells apart.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};

use super::lenient;
use super::raw::RawJson;

/// Keeps a value as JSON, and reads the text of the member that tells its kind; it is empty when there is none.
#[allow(dead_code, reason = "for contracts with a discriminator")]
pub(crate) fn tagged<'de, D: Deserializer<'de>>(deserializer: D, tag: &str) -> Result<(String, RawJson), D::Error> {
    let value = RawJson::deserialize(deserializer)?;
    let members: BTreeMap<String, RawJson> = serde_json::from_str(value.get()).map_err(D::Error::custom)?;
    let tag = members.get(tag).and_then(|tag| serde_json::from_str(tag.get()).ok());
    Ok((tag.unwrap_or_default(), value))
}

/// Reads a value as the kind that its tag says.
#[allow(dead_code, reason = "for contracts with a discriminator")]
pub(crate) fn untagged<T: DeserializeOwned, E: Error>(value: &RawJson) -> Result<Box<T>, E> {
    lenient::read(value.get(), &[]).map(Box::new).map_err(E::custom)
}
