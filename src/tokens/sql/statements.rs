//! The statements, the same for both databases but for a few words.
//!
//! They have no arguments but the tokens, for the reason that [`postgres`](super::postgres) tells.

use std::fmt::Write;
use std::time::Duration;

use super::dialect::Dialect;
use crate::error::{Error, InputFailure};
use crate::tokens::store::SaveIf;

pub(super) const TABLE: &str = "mobiscroll_connect_tokens";

/// What all statements but the one that releases a lease answer.
const COLUMNS: [&str; 4] = ["tokens", "version", "fence", "remaining"];

/// The longest name that PostgreSQL does not shorten in silence.
const LONGEST_NAME: usize = 63;

/// Longer times than this do not fit every clock.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Writes the statements for one table.
pub(super) struct Statements {
    pub(super) dialect: &'static Dialect,
    /// The table's name, in quotation marks.
    pub(super) table: String,
}

impl Statements {
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        Self { dialect, table: quote(TABLE) }
    }

    pub(super) fn migrate(&self) -> String {
        self.dialect.table.replacen(TABLE, &self.table, 1)
    }

    pub(super) fn load(&self, user: &str) -> String {
        let Self { table, .. } = self;
        format!("SELECT {} FROM {table} WHERE user_id = {}", self.answer(), self.bytes(user))
    }

    /// The tokens are the argument.
    pub(super) fn save(&self, user: &str, condition: SaveIf) -> String {
        let (Self { table, .. }, id) = (self, self.bytes(user));
        let (version, fence) = match condition {
            SaveIf::Always => (None, None),
            SaveIf::Version(version) => (Some(version), None),
            SaveIf::Lease { version, fence } => (Some(version), Some(fence)),
        };
        let mut holds = String::from("true");
        for (column, value) in [("version", version), ("fence", fence)] {
            if let Some(value) = value {
                let _ = write!(holds, " AND record.{column} = {value}");
            }
        }
        let set = "tokens = $1, version = record.version + 1";
        let answer = "NULL AS tokens, version, fence, NULL AS remaining";
        // No record is as good as one that was never saved or leased.
        match version.unwrap_or(0) == 0 && fence.unwrap_or(0) == 0 {
            true => format!(
                "INSERT INTO {table} AS record (user_id, tokens, version) VALUES ({id}, $1, 1) \
                 ON CONFLICT (user_id) DO UPDATE SET {set} WHERE {holds} RETURNING {answer}"
            ),
            false => format!("UPDATE {table} AS record SET {set} WHERE user_id = {id} AND {holds} RETURNING {answer}"),
        }
    }

    /// Answers with the record if the lease is granted.
    pub(super) fn lease(&self, user: &str, ttl: Duration) -> String {
        let (Self { table, dialect }, id) = (self, self.bytes(user));
        let (now, end) = (dialect.now, self.end_of(ttl));
        format!(
            "INSERT INTO {table} AS record (user_id, fence, lease_end) VALUES ({id}, 1, {end}) \
             ON CONFLICT (user_id) DO UPDATE SET fence = record.fence + 1, lease_end = {end} \
             WHERE record.lease_end IS NULL OR record.lease_end <= {now} RETURNING {}",
            self.answer()
        )
    }

    pub(super) fn release(&self, user: &str, fence: u64) -> String {
        let Self { table, .. } = self;
        format!("UPDATE {table} SET lease_end = NULL WHERE user_id = {} AND fence = {fence}", self.bytes(user))
    }

    fn answer(&self) -> String {
        let [tokens, version, fence, remaining] = COLUMNS;
        format!("{tokens}, {version}, {fence}, {} AS {remaining}", self.dialect.remaining)
    }

    fn bytes(&self, text: &str) -> String {
        bytes(self.dialect, text)
    }

    fn end_of(&self, ttl: Duration) -> String {
        end_of(self.dialect, ttl)
    }
}

/// Writes a text as bytes. Digits only: whatever it is, it stays a value.
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

/// Writes the instant that is so far ahead by the database's clock.
pub(crate) fn end_of(dialect: &Dialect, ttl: Duration) -> String {
    let Dialect { now, microsecond, .. } = dialect;
    format!("{now} + {} * {microsecond}", ttl.min(LONGEST).as_micros())
}

/// Reads the name of a table, `name` or `schema.name`, and puts it in quotation marks.
pub(crate) fn table(name: &str) -> Result<String, Error> {
    let fits = |part: &str| {
        part.len() <= LONGEST_NAME
            && part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    };
    if name.split('.').count() > 2 || !name.split('.').all(fits) {
        return Err(InputFailure::new(format!("{name:?} cannot be the name of a table")).configuration());
    }
    Ok(quote(name))
}

/// Puts a name that was checked in quotation marks.
pub(crate) fn quote(name: &str) -> String {
    let parts: Vec<_> = name.split('.').map(|part| format!("\"{part}\"")).collect();
    parts.join(".")
}
