//! The replay memory in the process.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use super::{ReplayClaim, ReplayFuture, ReplayMemory, Retention};
use crate::backoff::LONGEST;
use crate::sync::lock;

/// The default number of ids.
const CAPACITY: usize = 100_000;

/// Remembers the ids of deliveries in process memory.
///
/// An id of 40 characters takes about 250 bytes: 100,000 ids, the default capacity, take 25 MB. That is one day at 1.2
/// deliveries per second. Beyond the capacity, the oldest ids are forgotten first, but none as long as its delivery can
/// be replayed with the same signature: ten minutes by default. Until then the memory grows, so that no genuine
/// delivery is rejected; forged deliveries cannot fill it, because only genuine ones are stored.
#[derive(Clone)]
pub struct LocalReplayMemory {
    capacity: usize,
    ids: Arc<Mutex<Ids>>,
}

#[derive(Default)]
struct Ids {
    known: HashMap<Arc<str>, Entry>,
    /// By expiry.
    claimed: BTreeSet<(Instant, Arc<str>)>,
    kept: BTreeSet<(Instant, Arc<str>)>,
}

#[derive(Clone, Copy)]
struct Entry {
    fence: u64,
    until: Instant,
    /// When a kept id may be evicted; `None` for a claimed one.
    replayable: Option<Instant>,
}

impl LocalReplayMemory {
    /// Creates a memory for 100,000 ids.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// Creates a memory for `capacity` ids, and more while their deliveries can be replayed.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity, ids: Arc::default() }
    }

    /// Returns the number of ids.
    pub fn len(&self) -> usize {
        self.ids().known.len()
    }

    /// Reports whether there are no ids.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn ids(&self) -> MutexGuard<'_, Ids> {
        let mut ids = lock(&self.ids);
        ids.expire(Instant::now());
        ids
    }
}

impl Default for LocalReplayMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Ids {
    fn expire(&mut self, now: Instant) {
        for expiries in [&mut self.claimed, &mut self.kept] {
            while let Some((_, id)) = expiries.first().filter(|(until, _)| *until <= now) {
                self.known.remove(id);
                expiries.pop_first();
            }
        }
    }

    fn set(&mut self, id: &str, entry: Entry) {
        let id = self.remove(id).unwrap_or_else(|| id.into());
        self.known.insert(id.clone(), entry);
        let expiries = if entry.replayable.is_some() { &mut self.kept } else { &mut self.claimed };
        expiries.insert((entry.until, id));
    }

    fn remove(&mut self, id: &str) -> Option<Arc<str>> {
        let (id, entry) = self.known.remove_entry(id)?;
        let expiries = if entry.replayable.is_some() { &mut self.kept } else { &mut self.claimed };
        let key = (entry.until, id);
        expiries.remove(&key);
        Some(key.1)
    }

    /// Evicts the oldest ids beyond the capacity, but none that can be replayed.
    fn evict(&mut self, capacity: usize, now: Instant) {
        while self.known.len() > capacity
            && let Some((_, id)) = self.kept.first()
            && self.known.get(id).and_then(|entry| entry.replayable).is_some_and(|until| until <= now)
        {
            self.known.remove(id);
            self.kept.pop_first();
        }
    }
}

impl ReplayMemory for LocalReplayMemory {
    fn claim<'a>(&'a self, id: &'a str, fence: u64, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        let mut ids = self.ids();
        let claim = match ids.known.get(id) {
            Some(Entry { replayable: Some(_), .. }) => ReplayClaim::Done,
            Some(entry) if entry.fence != fence => ReplayClaim::Pending,
            _ => {
                let until = Instant::now() + ttl.min(LONGEST);
                ids.set(id, Entry { fence, until, replayable: None });
                ReplayClaim::Granted
            }
        };
        Box::pin(ready(Ok(claim)))
    }

    fn keep<'a>(&'a self, id: &'a str, fence: u64, retention: Retention) -> ReplayFuture<'a, ()> {
        let (now, mut ids) = (Instant::now(), self.ids());
        let replayable = now + retention.replayable.min(LONGEST);
        let until = replayable.max(now + retention.remember.min(LONGEST));
        ids.set(id, Entry { fence, until, replayable: Some(replayable) });
        ids.evict(self.capacity, now);
        Box::pin(ready(Ok(())))
    }

    fn forget<'a>(&'a self, id: &'a str, fence: u64) -> ReplayFuture<'a, ()> {
        let mut ids = self.ids();
        if ids.known.get(id).is_some_and(|entry| entry.replayable.is_none() && entry.fence == fence) {
            ids.remove(id);
        }
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for LocalReplayMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalReplayMemory").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
