//! The statements: the same for all databases, except for the dialect.
//!
//! The tokens are the only bind parameter, for the reason in [`crate::sql::postgres`].

use std::fmt::Write;
use std::time::Duration;

use crate::sql::{self, Dialect};
use crate::tokens::SaveIf;

pub(super) const TABLE: &str = "mobiscroll_connect_tokens";

/// What each statement returns, except the one that releases a lease.
const COLUMNS: [&str; 4] = ["tokens", "version", "fence", "remaining"];

/// Writes the statements for one table.
pub(super) struct Statements {
    pub(super) dialect: &'static Dialect,
    /// Creates the table, under its default name.
    schema: &'static str,
    /// The quoted name of the table.
    pub(super) table: String,
}

impl Statements {
    pub(super) fn new(dialect: &'static Dialect, schema: &'static str) -> Self {
        Self { dialect, schema, table: sql::quote(TABLE) }
    }

    pub(super) fn migrate(&self) -> String {
        self.schema.replacen(TABLE, &self.table, 1)
    }

    pub(super) fn load(&self, user: &str) -> String {
        let Self { table, .. } = self;
        format!("SELECT {} FROM {table} WHERE user_id = {}", self.answer(), self.bytes(user))
    }

    /// The tokens are the bind parameter.
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
        // A missing record counts as one that was never saved or leased.
        match version.unwrap_or(0) == 0 && fence.unwrap_or(0) == 0 {
            true => format!(
                "INSERT INTO {table} AS record (user_id, tokens, version) VALUES ({id}, $1, 1) \
                 ON CONFLICT (user_id) DO UPDATE SET {set} WHERE {holds} RETURNING {answer}"
            ),
            false => format!("UPDATE {table} AS record SET {set} WHERE user_id = {id} AND {holds} RETURNING {answer}"),
        }
    }

    /// Returns the record if the lease is granted.
    pub(super) fn lease(&self, user: &str, ttl: Duration) -> String {
        let (Self { table, dialect, .. }, id) = (self, self.bytes(user));
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
        format!("{tokens}, {version}, {fence}, {} AS {remaining}", (self.dialect.remaining)("lease_end"))
    }

    fn bytes(&self, text: &str) -> String {
        sql::bytes(self.dialect, text)
    }

    fn end_of(&self, ttl: Duration) -> String {
        sql::end_of(self.dialect, ttl)
    }
}
