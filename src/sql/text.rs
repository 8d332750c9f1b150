//! Literals and names in statements.

use std::fmt::Write;
use std::time::Duration;

use super::Dialect;
use crate::backoff::LONGEST;
use crate::error::{Error, InputFailure};

/// The longest name that PostgreSQL does not truncate silently.
const LONGEST_NAME: usize = 63;

/// Writes a text as a bytes literal. It consists of digits only, so it cannot inject SQL.
pub(crate) fn bytes(dialect: &Dialect, text: &str) -> String {
    let (before, after) = dialect.bytes;
    let mut literal = String::with_capacity(before.len() + text.len() * 2 + after.len());
    literal.push_str(before);
    for byte in text.bytes() {
        let _ = write!(literal, "{byte:02x}");
    }
    literal.push_str(after);
    literal
}

/// Writes the instant that is `ttl` ahead of the database's clock.
pub(crate) fn end_of(dialect: &Dialect, ttl: Duration) -> String {
    let Dialect { now, microsecond, .. } = dialect;
    format!("{now} + {} * {microsecond}", ttl.min(LONGEST).as_micros())
}

/// Checks the name of a table, `name` or `schema.name`, and quotes it.
pub(crate) fn table(name: &str) -> Result<String, Error> {
    let fits = |part: &str| {
        part.len() <= LONGEST_NAME
            && part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    };
    if name.split('.').count() > 2 || !name.split('.').all(fits) {
        return Err(InputFailure::new(format!("{name:?} is not a valid table name")).configuration());
    }
    Ok(quote(name))
}

/// Quotes a checked name.
pub(crate) fn quote(name: &str) -> String {
    let parts: Vec<_> = name.split('.').map(|part| format!("\"{part}\"")).collect();
    parts.join(".")
}
