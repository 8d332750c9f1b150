//! What the statements return.

use std::time::Duration;

use sqlx::{ColumnIndex, Database, Decode, Error, Row as _, Type};

use crate::error::BoxError;
use crate::secret::Secret;
use crate::tokens::StoredTokens;

/// A row of the table.
pub(super) struct Row {
    tokens: Option<Vec<u8>>,
    version: i64,
    fence: i64,
    /// In microseconds.
    remaining: Option<i64>,
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
        })
    }

    pub(super) fn version(&self) -> Result<u64, BoxError> {
        counter(self.version)
    }

    pub(super) fn fence(&self) -> Result<u64, BoxError> {
        counter(self.fence)
    }

    pub(super) fn remaining(&self) -> Option<Duration> {
        self.remaining.map(|remaining| Duration::from_micros(remaining.try_into().unwrap_or(0)))
    }

    pub(super) fn into_stored(self) -> Result<StoredTokens, BoxError> {
        let version = self.version()?;
        let tokens = self.tokens.map(text).transpose()?;
        Ok(StoredTokens { tokens, version })
    }
}

fn counter(value: i64) -> Result<u64, BoxError> {
    u64::try_from(value).map_err(|_| "the record is damaged: it counts below zero".into())
}

/// The error must not quote the bytes, as the error of the conversion does.
fn text(bytes: Vec<u8>) -> Result<Secret, BoxError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err("the record is damaged: its tokens are no text".into()),
    }
}
