//! Shared by the checks: users of the suite's own, and steps that must succeed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::BrokenRules;
use crate::error::BoxError;
use crate::tokens::{LeaseOutcome, Presented, SaveIf, SaveOutcome, StoredTokens, StoredUser, TokenStore};

/// What was observed instead of a rule.
pub(super) type Seen = String;
pub(super) type Checked<T = ()> = Result<T, Seen>;

/// The timeout of a step.
const STEP: Duration = Duration::from_secs(30);

/// A lease that does not expire during the suite.
pub(super) const LONG: Duration = Duration::from_secs(3600);

/// A lease whose expiry the suite can wait for.
pub(super) const SHORT: Duration = Duration::from_millis(200);

/// How often somebody else may save first: more often than there are contenders.
const MAX_PUTS: usize = 100;

/// The tolerance for a store's clock: it may round down to milliseconds, and up to seconds.
pub(super) const EARLY: Duration = Duration::from_millis(2);
pub(super) const LATE: Duration = Duration::from_millis(1500);

/// One run of the suite over two handles of a store.
pub(super) struct Trial<S> {
    handles: [Arc<S>; 2],
    run: u128,
}

impl<S: TokenStore> Trial<S> {
    pub(super) async fn begin<F, Fut>(open: &F) -> Result<Self, BrokenRules>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<S, BoxError>>,
    {
        let one = open().await.map_err(BrokenRules::unopened)?;
        let two = open().await.map_err(BrokenRules::unopened)?;
        Ok(Self { handles: [one.into(), two.into()], run: fastrand::u128(..) })
    }

    /// Returns a user of the suite's own, through the first handle.
    pub(super) fn user(&self, name: &str) -> User<S> {
        self.exactly(&format!("conformance-{:032x}-{name}", self.run))
    }

    /// Returns the user with this id, which may be in use.
    pub(super) fn exactly(&self, id: &str) -> User<S> {
        User { handles: self.handles.clone(), id: id.into() }
    }
}

/// A user, through a handle of the store.
pub(super) struct User<S> {
    handles: [Arc<S>; 2],
    id: Arc<str>,
}

impl<S> Clone for User<S> {
    fn clone(&self) -> Self {
        Self { handles: self.handles.clone(), id: self.id.clone() }
    }
}

/// A lease that was granted.
pub(super) struct Grant {
    pub(super) fence: u64,
    pub(super) stored: StoredTokens,
    pub(super) presented: Presented,
    ttl: Duration,
    asked: Instant,
    answered: Instant,
}

impl<S: TokenStore> User<S> {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn store(&self) -> &S {
        &self.handles[0]
    }

    /// Returns the same user through the other handle.
    pub(super) fn elsewhere(&self) -> Self {
        let [one, two] = self.handles.clone();
        Self { handles: [two, one], id: self.id.clone() }
    }

    /// Returns the same user through a further handle.
    pub(super) fn through(&self, store: S) -> Self {
        Self { handles: [store.into(), self.handles[1].clone()], id: self.id.clone() }
    }

    pub(super) async fn load(&self) -> Checked<StoredTokens> {
        step("load", self.store().load(&self.id)).await
    }

    pub(super) async fn save(&self, text: Option<&str>, condition: SaveIf) -> Checked<SaveOutcome> {
        let text = text.map(Into::into);
        step("save", self.store().save(&self.id, text.as_ref(), condition)).await
    }

    pub(super) async fn lease(&self, ttl: Duration) -> Checked<LeaseOutcome> {
        step("lease", self.store().lease(&self.id, ttl)).await
    }

    pub(super) async fn extend(&self, fence: u64, ttl: Duration) -> Checked<bool> {
        step("extend", self.store().extend(&self.id, fence, ttl)).await
    }

    pub(super) async fn release(&self, fence: u64, presented: u32) -> Checked {
        step("release", self.store().release(&self.id, fence, presented)).await
    }

    pub(super) async fn list(&self, after: Option<&str>, limit: usize) -> Checked<Vec<StoredUser>> {
        step("list", self.store().list(after, limit)).await
    }

    pub(super) async fn delete(&self) -> Checked {
        step("delete", self.store().delete(&self.id)).await
    }

    /// Saves over whatever is there, however often somebody else does so first.
    pub(super) async fn put(&self, text: &str) -> Checked<u64> {
        for _ in 0..MAX_PUTS {
            let version = self.load().await?.version;
            if let SaveOutcome::Saved { version } = self.save(Some(text), SaveIf::Version(version)).await? {
                return Ok(version);
            }
        }
        Err(format!("{MAX_PUTS} saves over the version that was loaded just before were conflicts"))
    }

    /// Saves, and expects this version.
    pub(super) async fn saved(&self, text: Option<&str>, condition: SaveIf, expected: u64) -> Checked {
        match self.save(text, condition).await? {
            SaveOutcome::Saved { version } if version == expected => {}
            outcome => return Err(format!("a save {condition:?} ended as {outcome:?} instead of version {expected}")),
        }
        self.has(text, expected).await
    }

    /// Expects a conflict of a save, and that nothing has changed.
    pub(super) async fn refused(&self, text: Option<&str>, condition: SaveIf) -> Checked {
        let before = self.load().await?;
        match self.save(text, condition).await? {
            SaveOutcome::Conflict => {}
            outcome => return Err(format!("a save {condition:?} ended as {outcome:?} at version {}", before.version)),
        }
        same(&self.load().await?, &before, "after a conflict")
    }

    /// Expects this record, through both handles.
    pub(super) async fn has(&self, text: Option<&str>, version: u64) -> Checked {
        let expected = StoredTokens { tokens: text.map(Into::into), version };
        same(&self.load().await?, &expected, "through the handle that wrote it")?;
        same(&self.elsewhere().load().await?, &expected, "through another handle")
    }

    /// Acquires a lease, which must be granted.
    pub(super) async fn granted(&self, ttl: Duration) -> Checked<Grant> {
        let asked = Instant::now();
        match self.lease(ttl).await? {
            LeaseOutcome::Granted { fence, stored, presented } => {
                Ok(Grant { fence, stored, presented, ttl, asked, answered: Instant::now() })
            }
            LeaseOutcome::Held { remaining } => {
                Err(format!("a lease was refused, with {remaining:?} remaining, although none is held"))
            }
        }
    }

    /// Expects that this lease is held, through both handles.
    pub(super) async fn held(&self, grant: &Grant) -> Checked {
        for user in [self.elsewhere(), self.clone()] {
            let remaining = match user.lease(LONG).await? {
                LeaseOutcome::Held { remaining } => remaining,
                LeaseOutcome::Granted { fence, .. } => {
                    return Err(format!("lease {fence} was granted while lease {} was held", grant.fence));
                }
            };
            let Some(remaining) = remaining else { continue };
            let least = (grant.asked + grant.ttl).saturating_duration_since(Instant::now() + EARLY);
            if remaining < least || remaining > grant.ttl + LATE {
                return Err(format!("{remaining:?} were reported as remaining of a lease for {:?}", grant.ttl));
            }
        }
        Ok(())
    }

    /// Expects that some lease is held.
    pub(super) async fn refused_lease(&self) -> Checked {
        match self.lease(LONG).await? {
            LeaseOutcome::Held { .. } => Ok(()),
            LeaseOutcome::Granted { fence, .. } => Err(format!("lease {fence} was granted while another was held")),
        }
    }

    /// Waits for the expiry of a lease, and acquires the next.
    pub(super) async fn next_after(&self, grant: &Grant) -> Checked<Grant> {
        let next = self.next_by(grant.answered, grant.ttl).await?;
        let lived = next.answered - grant.asked;
        if lived + EARLY < grant.ttl {
            return Err(format!("a lease for {:?} was granted to another holder after {lived:?}", grant.ttl));
        }
        Ok(next)
    }

    /// Acquires a lease once another, if there is one, has expired.
    pub(super) async fn next_by(&self, granted: Instant, ttl: Duration) -> Checked<Grant> {
        loop {
            let asked = Instant::now();
            match self.lease(LONG).await? {
                LeaseOutcome::Granted { fence, stored, presented } => {
                    return Ok(Grant { fence, stored, presented, ttl: LONG, asked, answered: Instant::now() });
                }
                LeaseOutcome::Held { .. } if asked > granted + ttl + LATE => {
                    return Err(format!("a lease for {ttl:?} was still held {:?} later", asked - granted));
                }
                LeaseOutcome::Held { .. } => sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

async fn step<T>(name: &str, step: impl Future<Output = Result<T, BoxError>>) -> Checked<T> {
    match timeout(STEP, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(format!("{name} failed: {}", chain(&*error))),
        Err(_) => Err(format!("{name} did not end within {STEP:?}")),
    }
}

/// Formats an error and its causes.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let layers = std::iter::successors(Some(error), |error| error.source());
    layers.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Compares records without showing their tokens.
pub(super) fn same(found: &StoredTokens, expected: &StoredTokens, when: &str) -> Checked {
    if found == expected {
        return Ok(());
    }
    let tokens = match (&found.tokens, &expected.tokens) {
        (None, Some(_)) => "no tokens",
        (Some(_), None) => "tokens that should not be there",
        (found, expected) if found == expected => "the right tokens",
        _ => "other tokens",
    };
    Err(format!("version {} with {tokens} instead of version {} {when}", found.version, expected.version))
}
