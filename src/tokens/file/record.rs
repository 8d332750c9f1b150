//! A user's record as JSON.

use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::{FileStoreError, FileStoreErrorKind};
use super::lease::Lease;
use crate::secret::Secret;
use crate::tokens::{Presented, SaveIf, StoredTokens};

/// The version of the file format, incremented when older releases cannot read it.
const FORMAT: u64 = 1;

/// Counters start at 0 and never reach this.
const HIGHEST: u64 = u64::MAX / 2;

/// How a record with a checksum begins: the first 32 digits of the SHA-256 of the object without this member.
const CHECKSUM: &str = "{\"checksum\":\"";
const DIGITS: usize = 32;

/// The record of a user.
pub(super) struct Record {
    user: Box<str>,
    pub(super) stored: StoredTokens,
    pub(super) fence: u64,
    /// The newest lease, held or not
    pub(super) lease: Option<Lease>,
    /// How often the refresh token may have been presented without a result, and when that was counted
    presented: u32,
    presented_at: SystemTime,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    presented: Option<Value>,
    tokens: Option<&'a str>,
    #[serde(flatten)]
    rest: &'a Map<String, Value>,
}

impl Record {
    /// Creates the initial record.
    pub(super) fn new(user: &str) -> Self {
        Self {
            user: user.into(),
            stored: StoredTokens::default(),
            fence: 0,
            lease: None,
            presented: 0,
            presented_at: SystemTime::UNIX_EPOCH,
            rest: Map::new(),
            found: false,
        }
    }

    /// Reads a record, and checks that it is this user's.
    pub(super) fn parse(bytes: &[u8], user: &str, path: &Path) -> Result<Self, FileStoreError> {
        match Self::parse_any(bytes, path)? {
            record if &*record.user == user => Ok(record),
            _ => Err(FileStoreError::damaged(path, "it belongs to another user")),
        }
    }

    /// Reads the record of whatever user.
    pub(super) fn parse_any(bytes: &[u8], path: &Path) -> Result<Self, FileStoreError> {
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
        if !is_intact(bytes) {
            return Err(damaged("its checksum does not match: remove the member `checksum` after a change by hand"));
        }
        rest.remove("checksum");
        let Some(Value::String(user)) = rest.remove("user") else { return Err(damaged("the user is missing")) };
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
        let (presented, presented_at) = match rest.remove("presented") {
            None => (0, SystemTime::UNIX_EPOCH),
            Some(presented) => presentations(&presented).ok_or_else(|| damaged("the presentations are invalid"))?,
        };
        let stored = StoredTokens { tokens, version };
        Ok(Self { user: user.into(), stored, fence, lease, presented, presented_at, rest, found: true })
    }

    pub(super) fn user(&self) -> &str {
        &self.user
    }

    pub(super) fn save(&mut self, tokens: Option<&Secret>) -> u64 {
        self.stored = StoredTokens { tokens: tokens.cloned(), version: self.stored.version + 1 };
        self.presented = 0;
        self.stored.version
    }

    pub(super) fn present(&mut self, times: u32) {
        if times > 0 {
            self.presented = self.presented.saturating_add(times);
            self.presented_at = SystemTime::now();
        }
    }

    /// Returns the presentations. If the clock was set back, they count as of now.
    pub(super) fn presented(&mut self) -> Presented {
        if self.presented == 0 {
            return Presented::default();
        }
        let now = SystemTime::now();
        self.presented_at = self.presented_at.min(now);
        Presented { times: self.presented, since: now.duration_since(self.presented_at).unwrap_or_default() }
    }

    pub(super) fn to_bytes(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let at = || self.presented_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        let presented =
            (self.presented > 0).then(|| json!({ "times": self.presented, "at": u64::try_from(at()).unwrap_or(0) }));
        let written = Written {
            format: FORMAT,
            user: &self.user,
            version: self.stored.version,
            fence: self.fence,
            lease: self.lease.as_ref(),
            presented,
            tokens: self.stored.tokens.as_ref().map(Secret::expose),
            rest: &self.rest,
        };
        // The length is counted first: a buffer that grows leaves copies of the tokens in memory.
        let mut measure = Measure { length: 0, digest: Sha256::new() };
        serde_json::to_writer(&mut measure, &written)?;
        let head = format!("{CHECKSUM}{}\",", &hex(&measure.digest.finalize())[..DIGITS]);
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + measure.length));
        bytes.extend_from_slice(head.as_bytes());
        serde_json::to_writer(SkipFirst(&mut bytes, true), &written)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    pub(super) fn allows(&self, condition: SaveIf) -> bool {
        match condition {
            SaveIf::Version(version) => self.stored.version == version,
            SaveIf::Lease { version, fence } => self.stored.version == version && self.fence == fence,
        }
    }
}

/// Reports whether the checksum of a record matches, if it has one.
fn is_intact(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(CHECKSUM.as_bytes()) else { return true };
    let Some((digits, rest)) = rest.split_at_checked(DIGITS) else { return false };
    let Some(members) = rest.strip_prefix(b"\",") else { return false };
    let members = members.strip_suffix(b"\n").unwrap_or(members);
    let digest = Sha256::new().chain_update(b"{").chain_update(members).finalize();
    hex(&digest).as_bytes()[..DIGITS] == *digits
}

fn presentations(value: &Value) -> Option<(u32, SystemTime)> {
    let times = value["times"].as_u64()?.try_into().ok()?;
    Some((times, SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(value["at"].as_u64()?))?))
}

/// Counts the bytes that are written, and digests them.
struct Measure {
    length: usize,
    digest: Sha256,
}

impl std::io::Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.length += bytes.len();
        self.digest.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes all but the first byte, for which the checksum stands.
struct SkipFirst<'a>(&'a mut Vec<u8>, bool);

impl std::io::Write for SkipFirst<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let skipped = usize::from(std::mem::take(&mut self.1) && !bytes.is_empty());
        self.0.extend_from_slice(&bytes[skipped..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
