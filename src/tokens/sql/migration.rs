//! Creates the table, or brings it up to date.

use std::collections::BTreeSet;

use sqlx::Error;

/// The columns that every release has had.
const FIRST: [&str; 5] = ["user_id", "tokens", "version", "fence", "lease_end"];

/// What a migration consists of.
pub(super) struct Migration {
    /// The quoted name of the table.
    pub(super) table: String,
    pub(super) create: String,
    /// Statements that fail over another table than this crate's.
    pub(super) checks: [String; 2],
    /// The types of columns that hold an instant and a number.
    pub(super) instant: &'static str,
    pub(super) integer: &'static str,
}

impl Migration {
    /// Returns the statements that a table with these columns needs; none are there if there is no table.
    pub(super) fn statements(&self, columns: &BTreeSet<String>) -> Result<Vec<String>, Error> {
        if columns.is_empty() {
            return Ok(vec![self.create.clone()]);
        }
        if let Some(missing) = FIRST.iter().find(|column| !columns.contains(**column)) {
            return Err(self.foreign(&format!("it has no column {missing}")));
        }
        let Self { table, instant, integer, .. } = self;
        let added = [("presented", format!("{integer} NOT NULL DEFAULT 0")), ("presented_at", (*instant).to_owned())];
        let added = added.into_iter().filter(|(column, _)| !columns.contains(*column));
        Ok(added.map(|(column, kind)| format!("ALTER TABLE {table} ADD COLUMN {column} {kind}")).collect())
    }

    /// Turns the error of a check into one that says what it means.
    pub(super) fn unfit(&self, error: Error) -> Error {
        match error {
            Error::Database(error) => self.foreign(error.message()),
            other => other,
        }
    }

    /// The error for a table that somebody else made.
    fn foreign(&self, why: &str) -> Error {
        Error::Configuration(format!("the table {} is not a token table: {why}", self.table).into())
    }
}
