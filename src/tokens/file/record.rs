//! A user's record as a text.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::error::{FileStoreError, FileStoreErrorKind};
use super::lease::Lease;
use crate::secret::Secret;
use crate::tokens::{SaveIf, StoredTokens};

/// Counts the changes of the file's format that an older release cannot read.
const FORMAT: u64 = 1;

/// Counters begin at 0 and never come so far.
const HIGHEST: u64 = u64::MAX / 2;

/// What is kept of a user.
pub(super) struct Record {
    user: Box<str>,
    pub(super) stored: StoredTokens,
    pub(super) fence: u64,
    /// The newest lease, be it in force or not
    pub(super) lease: Option<Lease>,
    /// Members that this release does not know
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
    /// The first state.
    pub(super) fn new(user: &str) -> Self {
        let (stored, rest) = (StoredTokens::default(), Map::new());
        Self { user: user.into(), stored, fence: 0, lease: None, rest, found: false }
    }

    pub(super) fn parse(bytes: &[u8], user: &str, path: &Path) -> Result<Self, FileStoreError> {
        let damaged = |why: &str| FileStoreError::damaged(path, why);
        if bytes.is_empty() {
            return Err(damaged("it is empty"));
        }
        // The parser's own words may quote the text.
        let mut rest: Map<String, Value> = serde_json::from_slice(bytes)
            .map_err(|e| damaged(&format!("no JSON object, at line {} column {}", e.line(), e.column())))?;
        let format = rest.remove("format").and_then(|format| format.as_u64());
        match format.ok_or_else(|| damaged("it names no format"))? {
            FORMAT => {}
            newer if newer > FORMAT => {
                return Err(FileStoreError::of(FileStoreErrorKind::Newer { format: newer }, path));
            }
            _ => return Err(damaged("there is no such format")),
        }
        if rest.remove("user").is_none_or(|other| other != user) {
            return Err(damaged("it is not this user's"));
        }
        let mut counter = |name| {
            let count = rest.remove(name).and_then(|count| count.as_u64()).filter(|count| *count <= HIGHEST);
            count.ok_or_else(|| damaged("a counter is missing or unusable"))
        };
        let (version, fence) = (counter("version")?, counter("fence")?);
        let tokens = match rest.remove("tokens") {
            Some(Value::String(text)) => Some(Secret::from(text)),
            Some(Value::Null) => None,
            _ => return Err(damaged("the tokens are missing or no text")),
        };
        let lease = match rest.remove("lease") {
            Some(Value::Null) => None,
            Some(lease) => Some(Lease::parse(&lease).ok_or_else(|| damaged("the lease is unusable"))?),
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
        // Counted first: a buffer that grows leaves copies behind.
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

/// Counts what is written.
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
