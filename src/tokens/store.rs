//! The interface of token stores.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::BoxError;
use crate::secret::Secret;
use crate::sync::BoxFuture;

/// What the methods of a [`TokenStore`] return.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, BoxError>>;

/// Persists the tokens of users, and shares them between processes.
///
/// The crate has stores in [memory](crate::MemoryTokenStore) (the default) and, behind features, in files and
/// databases, and one that encrypts the tokens in another store. To write your own, implement the rules below, and run
/// the conformance suite `testing::check_token_store` (feature `testing`) over it: it checks every rule that can be
/// checked from outside.
///
/// # The record
///
/// A store has one record for each user:
///
/// | member | initially | meaning |
/// |---|---|---|
/// | `tokens` | none | a text, opaque to the store; it is a secret |
/// | `version` | 0 | counts the saves |
/// | `fence` | 0 | counts the leases that were ever granted: the newest lease's fencing token |
/// | `lease end` | none | when the newest lease expires, by the store's own clock; none once it is released |
/// | `presented` | 0 | how often the refresh token in `tokens` may have been presented without a result |
/// | `presented at` | none | when that was counted last, by the store's own clock |
///
/// Deleting the tokens clears `tokens`, and the counters continue, so that late writes are detected. Only
/// [`delete`](Self::delete) removes a record.
///
/// A user's id is any text, also the empty one, and is compared byte by byte: case, whitespace and Unicode
/// normalization matter. A store may return an error for ids that contain NUL or are longer than 1,000 bytes. `tokens`
/// contains any characters but NUL, which cannot occur in JSON. It is the JSON of
/// [`Tokens::to_json`](crate::Tokens::to_json) with one more member, `_lineage`, which identifies the pairs that were
/// rotated into this one.
///
/// # How a refresh uses it
///
/// 1. It acquires a lease, so that no other process refreshes the same tokens.
/// 2. If the record has newer tokens, it uses those.
/// 3. Otherwise it requests new tokens from the service, as often as `presented` allows, and extends the lease meanwhile.
/// 4. It saves them by compare-and-swap: only if the version is unchanged and no newer lease was granted.
/// 5. It releases the lease, and says how often the token was presented without a result.
///
/// No connection, transaction or lock of a database is held between these steps. If a process dies, its lease expires.
///
/// # Requirements
///
/// - Each method is one atomic step, also across processes.
/// - When [`save`](Self::save) returns `Ok`, the tokens are durable.
/// - A record that cannot be read is an error, never "no tokens": the user would have to authorize again.
/// - Futures may be dropped at any point. The step has then happened as a whole, has not happened, or happens as a
///   whole soon after: the condition of a save prevents it from replacing anything newer.
/// - Errors should not show tokens.
pub trait TokenStore: Send + Sync + 'static {
    /// Reads the user's record.
    ///
    /// # Errors
    ///
    /// Any error that prevents reading. A missing record is not an error: the initial record is returned.
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens>;

    /// Writes the user's tokens, or deletes them with `None`, if the condition holds. Increments the version and resets
    /// `presented`.
    ///
    /// The lease is not affected.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing, or leaves its outcome unknown. A condition that does not hold is not an error.
    fn save<'a>(&'a self, user: &'a str, tokens: Option<&'a Secret>, condition: SaveIf)
    -> StoreFuture<'a, SaveOutcome>;

    /// Grants a lease for this long, unless one is held. Each granted lease has the next higher fence.
    ///
    /// If the lease before has expired without having been released, its holder may have presented the refresh token:
    /// `presented` counts one more, at the time when it expired or later.
    ///
    /// # Errors
    ///
    /// Any error that prevents granting it. A lease held by another process is not an error.
    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome>;

    /// Makes the lease of this fence last this long from now on, if it is the newest and was not released, and reports
    /// whether it is held.
    ///
    /// A lease that has expired is extended as well, as long as no other was granted.
    ///
    /// # Errors
    ///
    /// Any error that prevents extending it. The lease then expires as before.
    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool>;

    /// Releases the lease of this fence, if it is the newest and was not released, and adds to `presented` how often the
    /// refresh token was presented under it without a result. Otherwise does nothing.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing. The lease then expires.
    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()>;

    /// Lists up to `limit` users who have a record, starting after the id `after`, in a stable order that the store
    /// chooses. An empty list means that there are no more.
    ///
    /// # Errors
    ///
    /// Any error that prevents reading.
    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>>;

    /// Removes the user's record, with its counters and lease: the user is then unknown.
    ///
    /// # Errors
    ///
    /// Any error that prevents removing it. A missing record is not an error.
    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()>;
}

/// The record of a user in a [`TokenStore`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct StoredTokens {
    /// The tokens that were saved last; `None` if there are none or they were deleted
    pub tokens: Option<Secret>,
    /// The number of saves and deletions; 0 for an unknown user
    pub version: u64,
}

/// A user in a [list](TokenStore::list).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct StoredUser {
    /// The user's id
    pub user: String,
    /// Whether there are tokens, rather than only counters because they were deleted
    pub has_tokens: bool,
}

/// How often a refresh token may have been presented without a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct Presented {
    /// How often
    pub times: u32,
    /// How long ago it was counted last, by the store's clock; zero if never
    pub since: Duration,
}

/// The condition of a [save](TokenStore::save). None of them always holds, so that a save that was abandoned but still
/// happens replaces nothing newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store must know them all")]
pub enum SaveIf {
    /// The version is still this one.
    Version(u64),
    /// The version is still this one, and no lease with a higher fence was ever granted. The lease may have expired.
    Lease {
        /// The version at the time of the lease
        version: u64,
        /// The fence of the lease
        fence: u64,
    },
}

/// The outcome of a [save](TokenStore::save).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "stores make it")]
pub enum SaveOutcome {
    /// Written: the record now has this version.
    Saved {
        /// The version after the save
        version: u64,
    },
    /// Not written: the condition does not hold.
    Conflict,
}

/// The outcome of a request for a [lease](TokenStore::lease).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "stores make it")]
pub enum LeaseOutcome {
    /// Granted.
    Granted {
        /// The fencing token of the lease
        fence: u64,
        /// The record when the lease was granted
        stored: StoredTokens,
        /// How often its refresh token may have been presented
        presented: Presented,
    },
    /// Not granted: another lease is held.
    Held {
        /// The maximum time until it expires, if known
        remaining: Option<Duration>,
    },
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        (**self).load(user)
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        (**self).save(user, tokens, condition)
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        (**self).lease(user, ttl)
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        (**self).extend(user, fence, ttl)
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        (**self).release(user, fence, presented)
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        (**self).list(after, limit)
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        (**self).delete(user)
    }
}

impl fmt::Debug for dyn TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenStore")
    }
}
