//! Tokens in memory.

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::store::{LeaseOutcome, Presented, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore};
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
    presented: u32,
    presented_at: Option<Instant>,
}

impl Record {
    fn present(&mut self, times: u32, at: Instant) {
        if times > 0 {
            self.presented = self.presented.saturating_add(times);
            self.presented_at = Some(at);
        }
    }

    /// Returns the newest lease, if it has this fence and was not released.
    fn open_lease(&mut self, fence: u64) -> Option<&mut Self> {
        (self.fence == fence && self.lease_end.is_some()).then_some(self)
    }
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
            SaveIf::Version(version) => record.stored.version == version,
            SaveIf::Lease { version, fence } => record.stored.version == version && record.fence == fence,
        };
        let outcome = if holds {
            record.stored = StoredTokens { tokens: tokens.cloned(), version: record.stored.version + 1 };
            (record.presented, record.presented_at) = (0, None);
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
                if let Some(expired) = record.lease_end {
                    record.present(1, expired);
                }
                record.fence += 1;
                record.lease_end = now.checked_add(ttl.min(LONGEST));
                let since = record.presented_at.map(|at| now.saturating_duration_since(at)).unwrap_or_default();
                let presented = Presented { times: record.presented, since };
                LeaseOutcome::Granted { fence: record.fence, stored: record.stored.clone(), presented }
            }
        };
        Box::pin(ready(Ok(outcome)))
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        let mut records = self.records();
        let record = records.get_mut(user).and_then(|record| record.open_lease(fence));
        let is_held = record.is_some();
        if let Some(record) = record {
            record.lease_end = Instant::now().checked_add(ttl.min(LONGEST));
        }
        Box::pin(ready(Ok(is_held)))
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        if let Some(record) = self.records().get_mut(user).and_then(|record| record.open_lease(fence)) {
            record.lease_end = None;
            record.present(presented, Instant::now());
        }
        Box::pin(ready(Ok(())))
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        let records = self.records();
        let mut users: Vec<_> = records
            .iter()
            .filter(|(user, _)| after.is_none_or(|after| user.as_ref() > after))
            .map(|(user, record)| (user.as_ref(), record.stored.tokens.is_some()))
            .collect();
        users.sort_unstable();
        let stored = |(user, has_tokens): (&str, bool)| StoredUser { user: user.to_owned(), has_tokens };
        let users = users.into_iter().take(limit).map(stored).collect();
        Box::pin(ready(Ok(users)))
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.records().remove(user);
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore").field("users", &self.records().len()).finish()
    }
}
