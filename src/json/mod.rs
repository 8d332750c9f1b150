//! JSON as the service writes it: lenient parsing, raw JSON, open enums, instants.

mod clean;
mod instant;
mod lenient;
mod object;
mod open_enum;
mod raw;
mod tree;

pub(crate) use clean::clean;
#[cfg(feature = "schemars")]
pub(crate) use instant::InstantSchema;
#[allow(unused_imports, reason = "for contracts with required instants in responses")]
pub(crate) use instant::instant;
pub(crate) use instant::{BasicTimestamp, optional_instant, to_millis};
pub use lenient::MalformedItem;
pub(crate) use lenient::{DecodeMismatch, ESSENTIAL, items, read, value};
pub(crate) use object::{Object, TextOrObject, null_as_default, present, text_or_object};
pub use open_enum::UnknownValue;
#[cfg(feature = "schemars")]
pub(crate) use open_enum::open_enum_schema;
pub(crate) use open_enum::{OpenEnum, open_enum};
pub use raw::RawJson;
