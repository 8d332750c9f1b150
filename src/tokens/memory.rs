//! Tokens in memory.

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::store::{LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, TokenStore};
use crate::backoff::LONGEST;
use crate::secret::Secret;
use crate::sync::lock;

/// Stores tokens in memory: the default store of a client.
///
/// Tokens are lost with the process, so persist them with
/// [`on_tokens_refreshed`](crate::ClientBuilder::on_tokens_refreshed), or use another store.
#[derive(Default)]
pub struct MemoryTokenStore {
    records: Mutex<HashMap<Box<str>, Record>>,
}

#[derive(Default)]
struct Record {
    stored: StoredTokens,
    fence: u64,
    lease_end: Option<Instant>,
}

impl MemoryTokenStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn records(&self) -> MutexGuard<'_, HashMap<Box<str>, Record>> {
        lock(&self.records)
    }
}

impl TokenStore for MemoryTokenStore {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        let stored = self.records().get(user).map(|record| record.stored.clone()).unwrap_or_default();
        Box::pin(ready(Ok(stored)))
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        let mut records = self.records();
        let record = records.entry(user.into()).or_default();
        let holds = match condition {
            SaveIf::Always => true,
            SaveIf::Version(version) => record.stored.version == version,
            SaveIf::Lease { version, fence } => record.stored.version == version && record.fence == fence,
        };
        let outcome = if holds {
            record.stored = StoredTokens { tokens: tokens.cloned(), version: record.stored.version + 1 };
            SaveOutcome::Saved { version: record.stored.version }
        } else {
            SaveOutcome::Conflict
        };
        Box::pin(ready(Ok(outcome)))
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        let mut records = self.records();
        let record = records.entry(user.into()).or_default();
        let now = Instant::now();
        let outcome = match record.lease_end.filter(|end| *end > now) {
            Some(end) => LeaseOutcome::Held { remaining: Some(end - now) },
            None => {
                record.fence += 1;
                record.lease_end = now.checked_add(ttl.min(LONGEST));
                LeaseOutcome::Granted { fence: record.fence, stored: record.stored.clone() }
            }
        };
        Box::pin(ready(Ok(outcome)))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64) -> StoreFuture<'a, ()> {
        if let Some(record) = self.records().get_mut(user).filter(|record| record.fence == fence) {
            record.lease_end = None;
        }
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore").field("users", &self.records().len()).finish()
    }
}
