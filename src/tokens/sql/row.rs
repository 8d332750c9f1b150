//! What the statements return.

use std::time::Duration;

use sqlx::{ColumnIndex, Database, Decode, Error, Row as _, Type};

use crate::error::BoxError;
use crate::secret::Secret;
use crate::tokens::{Presented, StoredTokens, StoredUser};

/// A row of the table.
pub(super) struct Row {
    tokens: Option<Vec<u8>>,
    version: i64,
    fence: i64,
    /// In microseconds.
    remaining: Option<i64>,
    presented: i64,
    /// In microseconds.
    since: Option<i64>,
}

impl Row {
    pub(super) fn read<DB: Database>(row: &DB::Row) -> Result<Self, Error>
    where
        for<'a> &'a str: ColumnIndex<DB::Row>,
        for<'r> Vec<u8>: Decode<'r, DB> + Type<DB>,
        for<'r> i64: Decode<'r, DB> + Type<DB>,
        for<'r> Option<Vec<u8>>: Decode<'r, DB> + Type<DB>,
        for<'r> Option<i64>: Decode<'r, DB> + Type<DB>,
    {
        Ok(Self {
            tokens: row.try_get("tokens")?,
            version: row.try_get("version")?,
            fence: row.try_get("fence")?,
            remaining: row.try_get("remaining")?,
            presented: row.try_get("presented")?,
            since: row.try_get("since")?,
        })
    }

    pub(super) fn version(&self) -> Result<u64, BoxError> {
        counter(self.version)
    }

    pub(super) fn fence(&self) -> Result<u64, BoxError> {
        counter(self.fence)
    }

    pub(super) fn remaining(&self) -> Option<Duration> {
        self.remaining.map(microseconds)
    }

    pub(super) fn presented(&self) -> Presented {
        let times = u32::try_from(self.presented.max(0)).unwrap_or(u32::MAX);
        Presented { times, since: self.since.map(microseconds).unwrap_or_default() }
    }

    pub(super) fn into_stored(self) -> Result<StoredTokens, BoxError> {
        let version = self.version()?;
        let tokens = self.tokens.map(text).transpose()?;
        Ok(StoredTokens { tokens, version })
    }
}

/// A row of a list.
pub(super) struct Listed {
    user: Vec<u8>,
    has_tokens: i64,
}

impl Listed {
    pub(super) fn read<DB: Database>(row: &DB::Row) -> Result<Self, Error>
    where
        for<'a> &'a str: ColumnIndex<DB::Row>,
        for<'r> Vec<u8>: Decode<'r, DB> + Type<DB>,
        for<'r> i64: Decode<'r, DB> + Type<DB>,
    {
        Ok(Self { user: row.try_get("user_id")?, has_tokens: row.try_get("has_tokens")? })
    }

    pub(super) fn into_user(self) -> Result<StoredUser, BoxError> {
        let user = String::from_utf8(self.user).map_err(|_| "the record is damaged: its user's id is no text")?;
        Ok(StoredUser { user, has_tokens: self.has_tokens != 0 })
    }
}

fn microseconds(value: i64) -> Duration {
    Duration::from_micros(value.try_into().unwrap_or(0))
}

fn counter(value: i64) -> Result<u64, BoxError> {
    u64::try_from(value).map_err(|_| "the record is damaged: a counter is negative".into())
}

/// The error must not quote the bytes, as the error of the conversion does.
fn text(bytes: Vec<u8>) -> Result<Secret, BoxError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err("the record is damaged: its tokens are no text".into()),
    }
}
