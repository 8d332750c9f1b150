//! Concurrent steps: through two handles, on tasks of their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Findings;
use super::trial::{Checked, LONG, SHORT, Trial, User};
use crate::tokens::{LeaseOutcome, SaveIf, SaveOutcome, TokenStore};

const CONTENDERS: usize = 8;
const ROUNDS: usize = 12;

/// The number of saves during which a record is read.
const SAVES: u64 = 40;

pub(super) async fn check<S: TokenStore>(trial: &Trial<S>, findings: &mut Findings) {
    let user = |name| trial.user(name);
    findings.note("of leases asked for at the same time exactly one is granted", leases(trial)).await;
    findings.note("of conditional saves at the same time exactly one is written", conditional_saves(trial)).await;
    findings.note("saves at the same time all count", saves(user("saves"))).await;
    findings.note("a record is read as a whole while it is written", reads(user("reads"))).await;
    findings.note("a lease and a save at the same time do not undo each other", both(user("both"))).await;
}

/// Runs a step several times concurrently, half of them through the other handle.
async fn at_once<S, T, Fut>(user: &User<S>, step: impl Fn(User<S>, usize) -> Fut) -> Checked<Vec<T>>
where
    S: TokenStore,
    T: Send + 'static,
    Fut: Future<Output = Checked<T>> + Send + 'static,
{
    let start = Arc::new(Barrier::new(CONTENDERS));
    let mut tasks = JoinSet::new();
    for contender in 0..CONTENDERS {
        let user = if contender % 2 == 0 { user.clone() } else { user.elsewhere() };
        let (start, step) = (start.clone(), step(user, contender));
        tasks.spawn(async move {
            start.wait().await;
            step.await
        });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn leases<S: TokenStore>(trial: &Trial<S>) -> Checked {
    let known = trial.user("contended");
    for round in 0..ROUNDS {
        // The first lease of a user has to create the record.
        let new = trial.user(&format!("contended-{round}"));
        one_lease(&new).await?;
        let winner = one_lease(&known).await?;
        known.release(winner, 0).await?;
    }
    let short = known.granted(SHORT).await?;
    tokio::time::sleep(SHORT * 2).await;
    known.next_after(&short).await?;
    Ok(())
}

async fn one_lease<S: TokenStore>(user: &User<S>) -> Checked<u64> {
    let outcomes = at_once(user, |user, _| async move { user.lease(LONG).await }).await?;
    let granted = outcomes.iter().filter_map(|outcome| match outcome {
        LeaseOutcome::Granted { fence, .. } => Some(*fence),
        LeaseOutcome::Held { .. } => None,
    });
    match granted.collect::<Vec<_>>()[..] {
        [fence] => Ok(fence),
        ref fences => Err(format!("{CONTENDERS} asked, and the fences granted are {fences:?}")),
    }
}

async fn conditional_saves<S: TokenStore>(trial: &Trial<S>) -> Checked {
    let known = trial.user("raced");
    let fence = known.granted(LONG).await?.fence;
    for round in 0..ROUNDS {
        one_save(&trial.user(&format!("raced-{round}")), 0, SaveIf::Version(0)).await?;
        let version = 2 * round as u64;
        one_save(&known, version, SaveIf::Version(version)).await?;
        one_save(&known, version + 1, SaveIf::Lease { version: version + 1, fence }).await?;
    }
    Ok(())
}

async fn one_save<S: TokenStore>(user: &User<S>, version: u64, condition: SaveIf) -> Checked {
    let outcomes = at_once(user, |user, contender| async move {
        let text = contender.to_string();
        let outcome = user.save(Some(&text), condition).await?;
        Ok((outcome != SaveOutcome::Conflict).then_some((text, outcome)))
    });
    match &outcomes.await?.into_iter().flatten().collect::<Vec<_>>()[..] {
        [(text, SaveOutcome::Saved { version: saved })] if *saved == version + 1 => user.has(Some(text), *saved).await,
        saved => Err(format!("{CONTENDERS} saved over version {version}, and {} were written", saved.len())),
    }
}

async fn saves(user: User<impl TokenStore>) -> Checked {
    let outcomes = at_once(&user, |user, contender| async move {
        let text = contender.to_string();
        Ok((user.put(&text).await?, text))
    });
    let mut versions = BTreeSet::new();
    let mut last = None;
    for (version, text) in outcomes.await? {
        versions.insert(version);
        last = last.max(Some((version, text)));
    }
    if !versions.iter().copied().eq(1..=CONTENDERS as u64) {
        return Err(format!("{CONTENDERS} saves were given the versions {versions:?}"));
    }
    let (version, text) = last.unwrap_or_default();
    user.has(Some(&text), version).await
}

async fn reads(user: User<impl TokenStore>) -> Checked {
    let text = |version: u64| version.to_string().repeat(if version == 0 { 0 } else { 500 });
    at_once(&user, |user, contender| async move {
        if contender == 0 {
            for version in 0..SAVES {
                user.save(Some(&text(version + 1)), SaveIf::Version(version)).await?;
            }
            return Ok(());
        }
        let mut newest = 0;
        for _ in 0..SAVES * 2 {
            let stored = user.load().await?;
            if stored.tokens.as_ref().map_or("", |text| text.expose()) != text(stored.version) {
                return Err(format!("version {} came with the tokens of another", stored.version));
            }
            if stored.version < newest {
                return Err(format!("version {} was read after version {newest}", stored.version));
            }
            newest = stored.version;
            tokio::task::yield_now().await;
        }
        Ok(())
    })
    .await
    .map(drop)
}

async fn both(user: User<impl TokenStore>) -> Checked {
    for round in 1..=ROUNDS as u64 {
        let fences = at_once(&user, |user, contender| async move {
            if contender < CONTENDERS / 2 {
                user.put("text").await?;
                return Ok(None);
            }
            match user.lease(LONG).await? {
                LeaseOutcome::Granted { fence, .. } => Ok(Some(fence)),
                LeaseOutcome::Held { .. } => Ok(None),
            }
        });
        let fences: Vec<_> = fences.await?.into_iter().flatten().collect();
        if fences != [round] {
            return Err(format!("in round {round} the fences {fences:?} were granted"));
        }
        user.has(Some("text"), round * CONTENDERS as u64 / 2).await?;
        user.release(round, 0).await?;
    }
    Ok(())
}
