//! A conformance suite for authors of a [`TokenStore`].
//!
//! [`check_token_store`] runs every rule of the trait over a store, through the trait alone:
//!
//! ```
//! use std::sync::Arc;
//!
//! use mobiscroll_connect::MemoryTokenStore;
//! use mobiscroll_connect::testing::{BrokenRules, check_token_store};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BrokenRules> {
//! let store = Arc::new(MemoryTokenStore::new());
//! check_token_store(|| async { Ok(store.clone()) }).await
//! # }
//! ```
//!
//! In your own crate, put these two lines into a `#[tokio::test]`.

mod drops;
mod lease;
mod races;
mod record;
mod trial;

use std::fmt;

use crate::error::BoxError;
use crate::tokens::TokenStore;
use trial::{Checked, Trial};

/// Runs the conformance suite over a store.
///
/// `open` opens a store. Each call must open *the same storage*: the suite uses two handles at the same time, as two
/// processes would, and reads through a third one what the others wrote. For a database, open another connection; for a
/// store in one value, clone its [`Arc`](std::sync::Arc).
///
/// The suite can run while the storage is in use, and several times at once: it writes only for users with a random id
/// that starts with `conformance-`, and leaves their records behind. It takes a few seconds.
///
/// It does not test that a save survives a loss of power, nor that a record that cannot be read is an error; for the
/// latter, use [`check_damaged_record`].
///
/// # Errors
///
/// [`BrokenRules`]: the rules that the store breaks, and what was observed instead.
///
/// # Panics
///
/// Outside of a Tokio runtime with its clock enabled. The clock must not be paused: stores have clocks of their own.
pub async fn check_token_store<S, F, Fut>(open: F) -> Result<(), BrokenRules>
where
    S: TokenStore,
    F: Fn() -> Fut,
    Fut: Future<Output = Result<S, Box<dyn std::error::Error + Send + Sync>>>,
{
    let trial = Trial::begin(&open).await?;
    let mut findings = Findings::default();
    record::check(&trial, &mut findings).await;
    lease::check(&trial, &mut findings).await;
    races::check(&trial, &mut findings).await;
    drops::check(&trial, &mut findings).await;
    let reopened = trial.user("reopened");
    findings.note("what was written is there when the store is opened again", record::reopened(reopened, &open)).await;
    findings.into_result()
}

/// Checks that a record that cannot be read is an error, and never a user without tokens.
///
/// `open` is as in [`check_token_store`]. `damage` corrupts the record of a user whose tokens have been saved: it
/// truncates a file, or overwrites a column with garbage.
///
/// # Errors
///
/// [`BrokenRules`]: the rules that the store breaks, and what was observed instead.
///
/// # Panics
///
/// As [`check_token_store`].
pub async fn check_damaged_record<S, F, Fut>(open: F, damage: impl AsyncFn(&str)) -> Result<(), BrokenRules>
where
    S: TokenStore,
    F: Fn() -> Fut,
    Fut: Future<Output = Result<S, Box<dyn std::error::Error + Send + Sync>>>,
{
    let trial = Trial::begin(&open).await?;
    let mut findings = Findings::default();
    findings.note("a record that cannot be read is an error", record::damaged(&trial, damage)).await;
    findings.into_result()
}

/// The rules that a store breaks.
///
/// `Debug` prints the same as `Display`, so that the panic of an `unwrap` in a test is readable.
#[derive(Default)]
pub struct BrokenRules(Vec<BrokenRule>);

/// A rule that a store breaks, and what was observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    rule: &'static str,
    seen: String,
}

impl BrokenRules {
    /// Iterates over the rules.
    pub fn iter(&self) -> impl Iterator<Item = &BrokenRule> {
        self.0.iter()
    }
}

impl BrokenRule {
    /// Returns the rule.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Returns what was observed instead. Tokens are redacted.
    pub fn seen(&self) -> &str {
        &self.seen
    }
}

impl fmt::Display for BrokenRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token store breaks {} of the rules:", self.0.len())?;
        self.0.iter().try_for_each(|BrokenRule { rule, seen }| write!(f, "\n- {rule}: {seen}"))
    }
}

impl fmt::Debug for BrokenRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BrokenRules {}

/// Collects broken rules. The suite continues after one, so that an author sees all of them at once.
type Findings = BrokenRules;

impl Findings {
    async fn note(&mut self, rule: &'static str, check: impl Future<Output = Checked>) {
        if let Err(seen) = check.await {
            self.0.push(BrokenRule { rule, seen });
        }
    }

    fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    fn unopened(error: BoxError) -> Self {
        Self(vec![BrokenRule { rule: "the store can be opened, and again beside itself", seen: trial::chain(&*error) }])
    }
}
