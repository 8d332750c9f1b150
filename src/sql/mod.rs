//! SQL for the crate's tables in PostgreSQL and SQLite: dialects, literals, statements, redaction.

mod dialect;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod redact;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod text;

pub(crate) use dialect::Dialect;
#[cfg(feature = "postgres")]
pub(crate) use dialect::POSTGRES;
#[cfg(feature = "sqlite")]
pub(crate) use dialect::SQLITE;
pub(crate) use redact::redact;
pub(crate) use text::{bytes, end_of, quote, table};
