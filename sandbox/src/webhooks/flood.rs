//! Deliveries that the sandbox never made, as an attacker would send them.

use crate::named::named;

/// A flood is no larger than this.
const LARGEST: usize = 1_000_000;

/// Chooses what is wrong with forged deliveries; each has an id and a body of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Forgery {
    /// The signature is 64 random bytes of good form. The default.
    #[default]
    RandomSignature,
    /// The signature is that of a key that was never published.
    ForeignKey,
    /// The signature is random, and the timestamp an hour old.
    Old,
    /// There are no headers of Standard Webhooks.
    Unsigned,
}

named!(Forgery {
    RandomSignature => "random_signature",
    ForeignKey => "foreign_key",
    Old => "old",
    Unsigned => "unsigned",
});

/// Forged deliveries that are to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flood {
    pub(crate) count: usize,
    pub(crate) forgery: Forgery,
}

impl Flood {
    pub(crate) fn new(count: usize, forgery: Forgery) -> Self {
        Self { count: count.min(LARGEST), forgery }
    }
}
