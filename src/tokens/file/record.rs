//! A user's record as JSON.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::error::{FileStoreError, FileStoreErrorKind};
use super::lease::Lease;
use crate::secret::Secret;
use crate::tokens::{SaveIf, StoredTokens};

/// The version of the file format, incremented when older releases cannot read it.
const FORMAT: u64 = 1;

/// Counters start at 0 and never reach this.
const HIGHEST: u64 = u64::MAX / 2;

/// The record of a user.
pub(super) struct Record {
    user: Box<str>,
    pub(super) stored: StoredTokens,
    pub(super) fence: u64,
    /// The newest lease, held or not
    pub(super) lease: Option<Lease>,
    /// Unknown members
    rest: Map<String, Value>,
    /// Whether there was a file
    pub(super) found: bool,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    user: &'a str,
    version: u64,
    fence: u64,
    lease: Option<&'a Lease>,
    tokens: Option<&'a str>,
    #[serde(flatten)]
    rest: &'a Map<String, Value>,
}

impl Record {
    /// Creates the initial record.
    pub(super) fn new(user: &str) -> Self {
        let (stored, rest) = (StoredTokens::default(), Map::new());
        Self { user: user.into(), stored, fence: 0, lease: None, rest, found: false }
    }

    pub(super) fn parse(bytes: &[u8], user: &str, path: &Path) -> Result<Self, FileStoreError> {
        let damaged = |why: &str| FileStoreError::damaged(path, why);
        if bytes.is_empty() {
            return Err(damaged("it is empty"));
        }
        // The parser's own message may quote the text.
        let mut rest: Map<String, Value> = serde_json::from_slice(bytes)
            .map_err(|e| damaged(&format!("not a JSON object, at line {} column {}", e.line(), e.column())))?;
        let format = rest.remove("format").and_then(|format| format.as_u64());
        match format.ok_or_else(|| damaged("the format is missing"))? {
            FORMAT => {}
            newer if newer > FORMAT => {
                return Err(FileStoreError::of(FileStoreErrorKind::Newer { format: newer }, path));
            }
            _ => return Err(damaged("the format is unknown")),
        }
        if rest.remove("user").is_none_or(|other| other != user) {
            return Err(damaged("it belongs to another user"));
        }
        let mut counter = |name| {
            let count = rest.remove(name).and_then(|count| count.as_u64()).filter(|count| *count <= HIGHEST);
            count.ok_or_else(|| damaged("a counter is missing or invalid"))
        };
        let (version, fence) = (counter("version")?, counter("fence")?);
        let tokens = match rest.remove("tokens") {
            Some(Value::String(text)) => Some(Secret::from(text)),
            Some(Value::Null) => None,
            _ => return Err(damaged("the tokens are missing or not a string")),
        };
        let lease = match rest.remove("lease") {
            Some(Value::Null) => None,
            Some(lease) => Some(Lease::parse(&lease).ok_or_else(|| damaged("the lease is invalid"))?),
            None => return Err(damaged("the lease is missing")),
        };
        Ok(Self { user: user.into(), stored: StoredTokens { tokens, version }, fence, lease, rest, found: true })
    }

    pub(super) fn to_bytes(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let written = Written {
            format: FORMAT,
            user: &self.user,
            version: self.stored.version,
            fence: self.fence,
            lease: self.lease.as_ref(),
            tokens: self.stored.tokens.as_ref().map(Secret::expose),
            rest: &self.rest,
        };
        // The length is counted first: a buffer that grows leaves copies of the tokens in memory.
        let mut length = Length(1);
        serde_json::to_writer(&mut length, &written)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
        serde_json::to_writer(&mut *bytes, &written)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(super) fn allows(&self, condition: SaveIf) -> bool {
        match condition {
            SaveIf::Always => true,
            SaveIf::Version(version) => self.stored.version == version,
            SaveIf::Lease { version, fence } => self.stored.version == version && self.fence == fence,
        }
    }
}

/// Counts the bytes that are written.
struct Length(usize);

impl std::io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
