//! The statements: the same for all databases, except for the dialect.
//!
//! The tokens are the only bind parameter, for the reason in [`crate::sql::postgres`].

use std::fmt::Write;
use std::time::Duration;

use super::migration::Migration;
use crate::sql::{self, Dialect};
use crate::tokens::SaveIf;

pub(super) const TABLE: &str = "mobiscroll_connect_tokens";

/// What the statements about one record return.
const COLUMNS: [&str; 6] = ["tokens", "version", "fence", "remaining", "presented", "since"];

/// The longest list that is asked for: the number has to fit into any database.
const MAX_LIST: usize = 1_000_000;

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

    pub(super) fn migration(&self) -> Migration {
        Migration {
            table: self.table.clone(),
            create: self.schema.replacen(TABLE, &self.table, 1),
            // Explained, not executed: they have the columns, their types and the key.
            checks: [self.load(""), self.lease("", Duration::ZERO)].map(|statement| format!("EXPLAIN {statement}")),
            instant: self.dialect.instant,
            integer: self.dialect.integer,
        }
    }

    pub(super) fn load(&self, user: &str) -> String {
        let Self { table, .. } = self;
        format!("SELECT {} FROM {table} WHERE user_id = {}", self.answer(), self.bytes(user))
    }

    /// The tokens are the bind parameter.
    pub(super) fn save(&self, user: &str, condition: SaveIf) -> String {
        let (Self { table, .. }, id) = (self, self.bytes(user));
        let (version, fence) = match condition {
            SaveIf::Version(version) => (version, None),
            SaveIf::Lease { version, fence } => (version, Some(fence)),
        };
        let mut holds = format!("record.version = {version}");
        if let Some(fence) = fence {
            let _ = write!(holds, " AND record.fence = {fence}");
        }
        let set = "tokens = $1, version = record.version + 1, presented = 0, presented_at = NULL";
        let answer = "NULL AS tokens, version, fence, NULL AS remaining, presented, NULL AS since";
        // A missing record counts as one that was never saved or leased.
        match version == 0 && fence.unwrap_or(0) == 0 {
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
             ON CONFLICT (user_id) DO UPDATE SET fence = record.fence + 1, lease_end = {end}, \
             presented = record.presented + CASE WHEN record.lease_end IS NULL THEN 0 ELSE 1 END, \
             presented_at = coalesce(record.lease_end, record.presented_at) \
             WHERE record.lease_end IS NULL OR record.lease_end <= {now} RETURNING {}",
            self.answer()
        )
    }

    /// Returns the record if the lease is held.
    pub(super) fn extend(&self, user: &str, fence: u64, ttl: Duration) -> String {
        let (Self { table, .. }, end) = (self, self.end_of(ttl));
        format!("UPDATE {table} SET lease_end = {end} WHERE {} RETURNING {}", self.open(user, fence), self.answer())
    }

    pub(super) fn release(&self, user: &str, fence: u64, presented: u32) -> String {
        let Self { table, dialect, .. } = self;
        let mut set = String::from("lease_end = NULL");
        if presented > 0 {
            let _ = write!(set, ", presented = presented + {presented}, presented_at = {}", dialect.now);
        }
        format!("UPDATE {table} SET {set} WHERE {}", self.open(user, fence))
    }

    pub(super) fn list(&self, after: Option<&str>, limit: usize) -> String {
        let Self { table, .. } = self;
        let after = after.map(|after| format!("WHERE user_id > {} ", self.bytes(after))).unwrap_or_default();
        let has_tokens =
            format!("CAST(CASE WHEN tokens IS NULL THEN 0 ELSE 1 END AS {}) AS has_tokens", self.dialect.integer);
        let limit = limit.min(MAX_LIST);
        format!("SELECT user_id, {has_tokens} FROM {table} {after}ORDER BY user_id LIMIT {limit}")
    }

    pub(super) fn delete(&self, user: &str) -> String {
        format!("DELETE FROM {} WHERE user_id = {}", self.table, self.bytes(user))
    }

    /// The condition for the lease that is the newest and was not released.
    fn open(&self, user: &str, fence: u64) -> String {
        format!("user_id = {} AND fence = {fence} AND lease_end IS NOT NULL", self.bytes(user))
    }

    fn answer(&self) -> String {
        let [tokens, version, fence, remaining, presented, since] = COLUMNS;
        let until = self.dialect.remaining;
        format!(
            "{tokens}, {version}, {fence}, {} AS {remaining}, {presented}, -({}) AS {since}",
            until("lease_end"),
            until("presented_at")
        )
    }

    fn bytes(&self, text: &str) -> String {
        sql::bytes(self.dialect, text)
    }

    fn end_of(&self, ttl: Duration) -> String {
        sql::end_of(self.dialect, ttl)
    }
}
