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

/// Remembers the ids of deliveries, in this process or for several that share a database.
///
/// Only ids of deliveries that are genuine come here. Each is claimed before its handler runs; afterwards it is kept, or
/// forgotten if the handler failed. A claim of a process that died ends by itself, and the service's next try is handled.
///
/// Here are one [in this process](LocalReplayMemory) and, with the feature `postgres`, `PostgresReplayMemory`. Over another
/// database, let each method be one statement: two claims of an id at the same time must not both be granted.
pub trait ReplayMemory: Send + Sync + 'static {
    /// Claims an id for this long, unless it is known already.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from telling; the delivery is then answered with 503.
    fn claim<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ReplayClaim>;

    /// Keeps a claimed id for this long: its handler has succeeded.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from writing. The claim then ends by itself, and a repeat after that is handled again.
    fn keep<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ()>;

    /// Forgets a claimed id: its handler has failed.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from writing. The claim then ends by itself.
    fn forget<'a>(&'a self, id: &'a str) -> ReplayFuture<'a, ()>;
}

/// What became of a [claim](ReplayMemory::claim).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "memories make it")]
pub enum ReplayClaim {
    /// The id is new, and claimed now.
    Granted,
    /// The id is claimed by another handler, whose outcome is open: answered with 503.
    Pending,
    /// The id was handled: answered with 204, and not handled again.
    Done,
    /// There is no room: answered with 503.
    Full,
}

/// A [`ReplayMemory`] in this process.
///
/// It never forgets an id before its time. When it is full, new deliveries are turned away with 503 until there is room
/// again, so that the service sends them later; what was accepted stays known. Since only genuine deliveries count, no
/// forger can fill it. An id takes about 150 bytes.
#[derive(Clone)]
pub struct LocalReplayMemory {
    capacity: usize,
    ids: Arc<Mutex<Ids>>,
}

#[derive(Default)]
struct Ids {
    known: HashMap<Arc<str>, Entry>,
    /// By end; an entry whose end has changed since is passed over.
    ends: BinaryHeap<Reverse<(Instant, Arc<str>)>>,
}

#[derive(Clone, Copy)]
struct Entry {
    is_done: bool,
    until: Instant,
}

impl LocalReplayMemory {
    /// Makes a memory for 100,000 ids.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// Makes a memory for so many ids.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity, ids: Arc::default() }
    }

    /// Returns how many ids are remembered.
    pub fn len(&self) -> usize {
        self.ids().known.len()
    }

    /// Tells whether none is.
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
        // Of entries that were set anew or forgotten, the old ends lie about.
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
