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
#[cfg(feature = "schemars")]
pub(crate) use instant::InstantSchema;
#[allow(unused_imports, reason = "for contracts with lists of instants")]
pub(crate) use instant::Instants;
#[cfg(feature = "webhooks")]
pub(crate) use instant::optional_instant;
pub(crate) use instant::{BasicTimestamp, Instant, OptionalInstant, UnixMillis, to_millis};
pub use lenient::MalformedItem;
pub(crate) use lenient::{DecodeMismatch, ESSENTIAL, items, read, value};
pub(crate) use object::{Dropped, Kept, Member, Object, OrDefault, Plain, Present, Unknown};
pub(crate) use object::{members, null_as_default, once, present, required};
#[cfg(feature = "schemars")]
pub(crate) use open_enum::open_enum_schema;
pub(crate) use open_enum::{OpenEnum, open_enum};
pub use open_enum::{UnknownValue, UnknownValueError};
pub use raw::RawJson;
#[allow(unused_imports, reason = "for contracts with a discriminator")]
pub(crate) use union::{tagged, untagged};
