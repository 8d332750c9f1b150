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
/// | `lease end` | none | when the newest lease expires, by the store's own clock |
///
/// A record is never removed: deleting the tokens clears `tokens`, and the counters continue.
///
/// A user's id is any text, the empty one included, and is compared byte by byte: case, blanks and Unicode
/// normalization matter. A store may return an error for ids that contain NUL or are longer than 1,000 bytes. `tokens`
/// contains any characters but NUL, which cannot occur in JSON.
///
/// # How a refresh uses it
///
/// 1. It acquires a lease, so that no other process refreshes the same tokens.
/// 2. If the record has newer tokens, it uses those.
/// 3. Otherwise it requests new tokens from the service, and saves them by compare-and-swap: only if the version is
///    unchanged and no newer lease was granted.
/// 4. It releases the lease.
///
/// No connection, transaction or lock of a database is held between these steps. If a process dies, its lease expires.
///
/// # Requirements
///
/// - Each method is one atomic step, also across processes.
/// - When [`save`](Self::save) returns `Ok`, the tokens are durable.
/// - A record that cannot be read is an error, never "no tokens": the user would have to authorize again.
/// - Futures may be dropped at any point. The step has then happened as a whole or not at all.
/// - Errors should not show tokens.
pub trait TokenStore: Send + Sync + 'static {
    /// Reads the user's record.
    ///
    /// # Errors
    ///
    /// Any error that prevents reading. A missing record is not an error: the initial record is returned.
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens>;

    /// Writes the user's tokens, or deletes them with `None`, if the condition holds. Increments the version.
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
    /// # Errors
    ///
    /// Any error that prevents granting it. A lease held by another process is not an error.
    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome>;

    /// Releases the lease of this fence, if it is the newest. Otherwise does nothing.
    ///
    /// # Errors
    ///
    /// Any error that prevents writing. The lease then expires.
    fn release<'a>(&'a self, user: &'a str, fence: u64) -> StoreFuture<'a, ()>;
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

/// The condition of a [save](TokenStore::save).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store must know them all")]
pub enum SaveIf {
    /// No condition: a new authorization replaces any tokens.
    Always,
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

    fn release<'a>(&'a self, user: &'a str, fence: u64) -> StoreFuture<'a, ()> {
        (**self).release(user, fence)
    }
}

impl fmt::Debug for dyn TokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenStore")
    }
}
