//! Replay protection: the ids of accepted deliveries, so that none is handled twice.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::backoff::LONGEST;
use crate::error::BoxError;
use crate::sync::{BoxFuture, lock};

/// What the methods of a [`ReplayMemory`] return.
pub type ReplayFuture<'a, T> = BoxFuture<'a, Result<T, BoxError>>;

/// The default number of ids.
const CAPACITY: usize = 100_000;

/// Remembers the ids of deliveries for deduplication, in this process or in a shared database.
///
/// Only the ids of genuine deliveries are stored. Each is claimed before its handler runs. Afterwards it is kept, or
/// forgotten if the handler failed. If a process dies, its claim expires, and the service's next attempt is handled.
///
/// The crate has [`LocalReplayMemory`] and, with the feature `postgres`, `PostgresReplayMemory`. For another database,
/// make each method one statement: if an id is claimed twice at the same time, only one claim may be granted.
pub trait ReplayMemory: Send + Sync + 'static {
    /// Claims an id for this long, unless it is known already.
    ///
    /// # Errors
    ///
    /// Any error that prevents claiming. The response is then 503.
    fn claim<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ReplayClaim>;

    /// Keeps a claimed id for this long: its handler has succeeded.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing. The claim then expires, and a replay after that is handled again.
    fn keep<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ()>;

    /// Forgets a claimed id: its handler has failed.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing. The claim then expires.
    fn forget<'a>(&'a self, id: &'a str) -> ReplayFuture<'a, ()>;
}

/// The outcome of a [claim](ReplayMemory::claim).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "memories make it")]
pub enum ReplayClaim {
    /// The id is new, and claimed now.
    Granted,
    /// Another handler has claimed the id and is still running: the response is 503.
    Pending,
    /// The id was handled, and is not handled again: the response is 204.
    Done,
    /// The memory is full: the response is 503.
    Full,
}

/// Remembers the ids of deliveries in process memory.
///
/// An id is never forgotten before it expires. If the memory is full, new deliveries are rejected with 503 until an id
/// expires, so that the service retries them. Only genuine deliveries count, so a forger cannot fill it. An id takes
/// about 150 bytes.
#[derive(Clone)]
pub struct LocalReplayMemory {
    capacity: usize,
    ids: Arc<Mutex<Ids>>,
}

#[derive(Default)]
struct Ids {
    known: HashMap<Arc<str>, Entry>,
    /// By expiry; an entry whose expiry has changed since is ignored.
    ends: BinaryHeap<Reverse<(Instant, Arc<str>)>>,
}

#[derive(Clone, Copy)]
struct Entry {
    is_done: bool,
    until: Instant,
}

impl LocalReplayMemory {
    /// Creates a memory for 100,000 ids.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// Creates a memory for up to `capacity` ids.
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
        while let Some(Reverse((until, _))) = self.ends.peek()
            && *until <= now
            && let Some(Reverse((until, id))) = self.ends.pop()
        {
            if self.known.get(&id).is_some_and(|entry| entry.until == until) {
                self.known.remove(&id);
            }
        }
    }

    fn set(&mut self, id: &str, is_done: bool, ttl: Duration) {
        let id: Arc<str> = id.into();
        let until = Instant::now() + ttl.min(LONGEST);
        self.known.insert(id.clone(), Entry { is_done, until });
        self.ends.push(Reverse((until, id)));
        // Entries that were replaced or forgotten leave stale expiries behind.
        if self.ends.len() > 2 * self.known.len() + 64 {
            self.ends = self.known.iter().map(|(id, entry)| Reverse((entry.until, id.clone()))).collect();
        }
    }
}

impl ReplayMemory for LocalReplayMemory {
    fn claim<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        let mut ids = self.ids();
        let claim = match ids.known.get(id) {
            Some(Entry { is_done: true, .. }) => ReplayClaim::Done,
            Some(_) => ReplayClaim::Pending,
            None if ids.known.len() >= self.capacity => ReplayClaim::Full,
            None => {
                ids.set(id, false, ttl);
                ReplayClaim::Granted
            }
        };
        Box::pin(ready(Ok(claim)))
    }

    fn keep<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ()> {
        self.ids().set(id, true, ttl);
        Box::pin(ready(Ok(())))
    }

    fn forget<'a>(&'a self, id: &'a str) -> ReplayFuture<'a, ()> {
        let mut ids = self.ids();
        if ids.known.get(id).is_some_and(|entry| !entry.is_done) {
            ids.known.remove(id);
        }
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for LocalReplayMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalReplayMemory").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}
