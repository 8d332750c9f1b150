//! What keeps the tokens of users.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::BoxError;
use crate::secret::Secret;
use crate::sync::BoxFuture;

/// What the methods of a [`TokenStore`] return.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, BoxError>>;

/// Keeps the tokens of users, so that they outlive the process and are shared by several.
///
/// The crate has stores in [memory](crate::MemoryTokenStore) (the default) and, behind features, in files and databases;
/// and one that encrypts the tokens in another.
/// Write one for another database along these lines, and run `testing::check_token_store` (feature `testing`) over it: it
/// checks each sentence here that can be checked from outside.
///
/// # The record
///
/// A store keeps one record for each user:
///
/// | member | at first | meaning |
/// |---|---|---|
/// | `tokens` | none | a text, opaque to the store; it is a secret |
/// | `version` | 0 | counts the saves |
/// | `fence` | 0 | counts the leases that were ever granted |
/// | `lease end` | none | until when the newest lease is in force, by the store's own clock |
///
/// A record is never removed: tokens that were deleted leave `tokens` empty, and the counters go on.
///
/// A user's id is any text, the empty one included, and is compared byte by byte: case, blanks and Unicode forms count. A
/// store may refuse, with an error, ids that hold a NUL or more than 1,000 bytes. `tokens` holds any characters but NUL, of
/// which JSON has none.
///
/// # What a refresh does with it
///
/// It takes a lease, so that no other process refreshes the same tokens; looks whether the record holds newer ones;
/// asks the service; saves the answer on the condition that the lease is still the newest and the version the same;
/// and releases the lease. No connection, transaction or lock of a database is held between these steps. A process that
/// dies leaves a lease that ends by itself.
///
/// # What a store must do
///
/// Each method is one atomic step, also against other processes. A method that returns `Ok` from
/// [`save`](Self::save) has made the tokens durable. A record that cannot be read is an error, never "no tokens": whoever
/// believes that there are none sends the user through consent again. Futures may be dropped at any point; a step
/// has then happened as a whole or not at all. Errors should not show tokens.
pub trait TokenStore: Send + Sync + 'static {
    /// Reads the user's record.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from telling. That there is no record is not an error: it counts as the first state above.
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens>;

    /// Writes the user's tokens, or deletes them with `None`, if the condition holds. The version grows by one.
    ///
    /// The lease stays as it is.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from writing, or from telling whether it has. A condition that does not hold is not an
    /// error.
    fn save<'a>(&'a self, user: &'a str, tokens: Option<&'a Secret>, condition: SaveIf)
    -> StoreFuture<'a, SaveOutcome>;

    /// Grants a lease for this long, unless one is in force. A lease that is granted has the next higher fence.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from granting it. That somebody else has one is not an error.
    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome>;

    /// Ends the lease of this fence, if it is the newest. Otherwise nothing happens.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from writing. The lease then ends by itself.
    fn release<'a>(&'a self, user: &'a str, fence: u64) -> StoreFuture<'a, ()>;
}

/// What a [`TokenStore`] holds of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make it")]
pub struct StoredTokens {
    /// The text that was saved last, if it was not deleted
    pub tokens: Option<Secret>,
    /// How often it was saved or deleted; 0 for a user who is not known
    pub version: u64,
}

/// The condition of a [save](TokenStore::save).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store must know them all")]
pub enum SaveIf {
    /// None: a new authorization takes the place of whatever is there.
    Always,
    /// The version is still this one.
    Version(u64),
    /// The version is still this one, and no lease with a higher fence was ever granted. Whether the lease has ended
    /// meanwhile does not matter.
    Lease {
        /// The version at the time of the lease
        version: u64,
        /// The fence of the lease
        fence: u64,
    },
}

/// What became of a [save](TokenStore::save).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "stores make it")]
pub enum SaveOutcome {
    /// Written; the record has this version now.
    Saved {
        /// The version after the save
        version: u64,
    },
    /// Not written: the condition does not hold.
    Conflict,
}

/// What became of a wish for a [lease](TokenStore::lease).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "stores make it")]
pub enum LeaseOutcome {
    /// Granted.
    Granted {
        /// The number of the lease
        fence: u64,
        /// The record at the moment of the grant
        stored: StoredTokens,
    },
    /// Somebody else has one.
    Held {
        /// How long it will be in force at most, if that is known
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
