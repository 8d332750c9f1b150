//! Replay protection: the ids of accepted deliveries, so that none is handled twice.

mod local;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;

use std::time::Duration;

pub use local::LocalReplayMemory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::SqlReplayMemory;

use crate::error::BoxError;
use crate::sync::BoxFuture;

/// What the methods of a [`ReplayMemory`] return.
pub type ReplayFuture<'a, T> = BoxFuture<'a, Result<T, BoxError>>;

/// Remembers the ids of deliveries for deduplication, in this process or in a shared database.
///
/// Only the ids of genuine deliveries are stored. Each is claimed before its handler runs. Afterwards it is stored, or
/// released if the handler failed. If a process dies, its claim expires, and the service's next attempt is handled.
///
/// The crate has [`LocalReplayMemory`] and, with the feature `postgres` or `sqlite`, `SqlReplayMemory`. For another database,
/// make each method one atomic step: if an id is claimed twice at the same time, only one claim may be granted.
pub trait ReplayMemory: Send + Sync + 'static {
    /// Claims an id for this long, unless it is known already.
    ///
    /// `fence` is a random number that identifies the claim. A claim with the same fence is granted again, and extends the
    /// first one.
    ///
    /// # Errors
    ///
    /// Any error that prevents claiming. The response is then 503.
    fn claim<'a>(&'a self, id: &'a str, fence: u64, ttl: Duration) -> ReplayFuture<'a, ReplayClaim>;

    /// Keeps a claimed id: its handler has succeeded. It is kept even if the claim has expired, or another one was granted
    /// since.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing. It is retried until the claim expires.
    fn keep<'a>(&'a self, id: &'a str, fence: u64, retention: Retention) -> ReplayFuture<'a, ()>;

    /// Forgets a claimed id, if the claim is still the one with this fence and the id is not kept: its handler has failed.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing. It is retried until the claim expires.
    fn forget<'a>(&'a self, id: &'a str, fence: u64) -> ReplayFuture<'a, ()>;
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
}

/// How long an id is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "memories take it apart")]
pub struct Retention {
    /// How long its delivery can be replayed with the same signature. Until then the id must be stored.
    pub replayable: Duration,
    /// How long to store it, if there is room.
    pub remember: Duration,
}
