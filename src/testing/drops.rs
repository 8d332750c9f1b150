//! Steps whose future is dropped, after each number of polls.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use super::Findings;
use super::trial::{Checked, LONG, SHORT, Trial, User, same};
use crate::tokens::{SaveIf, SaveOutcome, StoredTokens, TokenStore};

/// More polls than a step needs, unless it causes spurious wakeups.
const POLLS: usize = 200;

pub(super) async fn check<S: TokenStore>(trial: &Trial<S>, findings: &mut Findings) {
    let user = |name| trial.user(name);
    findings.note("a save that is dropped is written as a whole or not at all", saves(user("dropped-save"))).await;
    findings.note("a lease that is dropped ends by itself", leases(trial)).await;
    findings.note("a release that is dropped ends the lease or leaves it", releases(user("dropped-release"))).await;
    findings.note("a load that is dropped does nothing", loads(user("dropped-load"))).await;
}

/// Polls a step up to `polls` times, and reports whether it completed.
async fn polled(step: impl Future, polls: usize) -> bool {
    let mut step = pin!(step);
    let mut left = polls;
    poll_fn(|context| {
        if left > 0 && step.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

async fn saves(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("0"), SaveIf::Version(0), 1).await?;
    let mut before = StoredTokens { tokens: Some("0".into()), version: 1 };
    for polls in 0..POLLS {
        let text = format!("dropped after {polls} polls").into();
        let condition = SaveIf::Version(before.version);
        let ended = polled(user.store().save(user.id(), Some(&text), condition), polls).await;
        let after = StoredTokens { tokens: Some(text), version: before.version + 1 };
        let mut found = user.load().await?;
        if ended {
            return same(&found, &after, "after a save that was not dropped");
        }
        let kept = format!("kept after {polls} polls");
        let mut outcome = user.save(Some(&kept), SaveIf::Version(found.version)).await?;
        if outcome == SaveOutcome::Conflict && found == before {
            // The dropped save was still in flight.
            found = user.load().await?;
            outcome = user.save(Some(&kept), SaveIf::Version(found.version)).await?;
        }
        if found != before && found != after {
            return Err(format!("version {} is neither the old nor the new record", found.version));
        }
        let SaveOutcome::Saved { version } = outcome else { return Err("a conflict, and nobody else saved".into()) };
        user.has(Some(&kept), version).await?;
        before = StoredTokens { tokens: Some(kept.into()), version };
    }
    Err(format!("a save needs more than {POLLS} polls"))
}

async fn leases<S: TokenStore>(trial: &Trial<S>) -> Checked {
    let mut dropped = Vec::new();
    for polls in 0..POLLS {
        let user = trial.user(&format!("dropped-lease-{polls}"));
        let ended = polled(user.store().lease(user.id(), SHORT), polls).await;
        dropped.push((user, Instant::now()));
        if ended {
            break;
        }
    }
    for (user, at) in dropped {
        let next = user.next_by(at, SHORT).await?;
        if !(1..=2).contains(&next.fence) {
            return Err(format!("fence {} came after one lease that was dropped", next.fence));
        }
        user.saved(Some("1"), SaveIf::Lease { version: 0, fence: next.fence }, 1).await?;
        user.held(&next).await?;
    }
    Ok(())
}

async fn releases(user: User<impl TokenStore>) -> Checked {
    for polls in 0..POLLS {
        let grant = user.granted(LONG).await?;
        let ended = polled(user.store().release(user.id(), grant.fence, 0), polls).await;
        if ended {
            return user.granted(LONG).await.map(drop);
        }
        user.has(None, 0).await?;
        user.release(grant.fence, 0).await?;
    }
    Err(format!("a release needs more than {POLLS} polls"))
}

async fn loads(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    for polls in 0..POLLS {
        if polled(user.store().load(user.id()), polls).await {
            break;
        }
        user.has(Some("1"), 1).await?;
    }
    user.saved(Some("2"), SaveIf::Version(1), 2).await
}
