//! JSON as the service writes it: lenient parsing, raw JSON, open enums, instants.

mod clean;
mod instant;
mod lenient;
mod object;
mod open_enum;
mod raw;
mod tree;
mod union;

pub(crate) use clean::clean;
#[allow(unused_imports, reason = "for contracts with lists of instants")]
pub(crate) use instant::Instants;
#[cfg(feature = "webhooks")]
pub(crate) use instant::optional_instant;
pub(crate) use instant::{BasicTimestamp, Instant, OptionalInstant, UnixMillis, to_millis};
#[cfg(feature = "schemars")]
#[allow(unused_imports, reason = "for contracts with dates in responses")]
pub(crate) use instant::{DateSchema, InstantSchema};
pub use lenient::MalformedItem;
pub(crate) use lenient::{DecodeMismatch, ESSENTIAL, items, read, value};
#[allow(unused_imports, reason = "for contracts with members beside those that are named")]
pub(crate) use object::Typed;
#[allow(unused_imports, reason = "for contracts with defaults in bodies")]
pub(crate) use object::null_as_default;
pub(crate) use object::{Dropped, Kept, Member, Object, OrDefault, Plain, Present, Unknown};
pub(crate) use object::{members, once, present, required};
#[cfg(feature = "schemars")]
pub(crate) use open_enum::open_enum_schema;
pub(crate) use open_enum::{OpenEnum, open_enum};
pub use open_enum::{UnknownValue, UnknownValueError};
pub use raw::RawJson;
#[allow(unused_imports, reason = "for contracts with a discriminator")]
pub(crate) use union::{tagged, untagged};
