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
//! In a crate of yours this is a `#[tokio::test]` with the same two lines.

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
/// `open` opens a store, and opens *the same storage* again each time it is called: the suite works with two handles at
/// once, as two processes would, and looks through a third one for what the others wrote. For a database, that is
/// another connection; for a store that lives in one value, a clone of its [`Arc`](std::sync::Arc).
///
/// The suite may run beside other users of the storage, and twice at a time: it writes only for users with a random id
/// that begins with `conformance-`, whose records it leaves behind. It takes a few seconds.
///
/// It cannot see everything. What it does not test: that a save outlives a loss of power; and that a record which cannot
/// be read is an error, for which there is [`check_damaged_record`].
///
/// # Errors
///
/// The rules that the store breaks, and what was seen instead.
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

/// Checks that a store takes a record which it cannot read for an error, and never for a user without tokens.
///
/// `open` is as in [`check_token_store`]. `damage` spoils what the storage keeps of a user, whose tokens have been saved:
/// it cuts a file short, or overwrites a column with garbage.
///
/// # Errors
///
/// The rules that the store breaks, and what was seen instead.
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
/// `Debug` prints what `Display` does, so that `unwrap` in a test can be read.
#[derive(Default)]
pub struct BrokenRules(Vec<BrokenRule>);

/// A rule that a store breaks, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    rule: &'static str,
    seen: String,
}

impl BrokenRules {
    /// Returns them one by one.
    pub fn iter(&self) -> impl Iterator<Item = &BrokenRule> {
        self.0.iter()
    }
}

impl BrokenRule {
    /// Returns the rule.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Returns what was seen instead. It shows no tokens.
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

/// Collects what breaks a rule. The suite goes on after it, so that an author sees everything at once.
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
