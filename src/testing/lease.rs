//! The lease: granted to one holder, released by it or expired.

use std::time::Duration;

use super::Findings;
use super::trial::{Checked, Grant, LONG, SHORT, Trial, User, same};
use crate::tokens::{SaveIf, StoredTokens, TokenStore};

pub(super) async fn check<S: TokenStore>(trial: &Trial<S>, findings: &mut Findings) {
    let user = |name| trial.user(name);
    findings.note("a lease in force is granted to nobody else", held(user("held"))).await;
    findings.note("a lease ends when it is released", released(user("released"))).await;
    findings.note("a release that is not of the newest lease does nothing", stale_release(user("stale"))).await;
    findings.note("a lease ends by itself, and not before its time", expired(user("expired"))).await;
    findings.note("a lease may be for any length of time", lengths(user("lengths"))).await;
    findings.note("each lease has the next higher fence", fences(user("fences"))).await;
    findings.note("a save leaves the lease as it is", saves_under(user("under"))).await;
    findings.note("a lease that has ended still saves, if it is the newest", late_save(user("late"))).await;
    findings.note("a lease brings the record of the moment", brings_record(user("brings"))).await;
}

async fn held(user: User<impl TokenStore>) -> Checked {
    let grant = user.granted(LONG).await?;
    user.held(&grant).await?;
    user.held(&grant).await
}

async fn released(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(LONG).await?;
    user.release(first.fence).await?;
    let second = user.elsewhere().granted(LONG).await?;
    // Through the handle that did not acquire it, as after a restart.
    user.release(second.fence).await?;
    let third = user.granted(LONG).await?;
    user.release(third.fence).await?;
    user.release(third.fence).await?;
    user.granted(LONG).await.map(drop)
}

async fn stale_release(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(LONG).await?;
    user.release(first.fence).await?;
    let second = user.granted(LONG).await?;
    for fence in [0, first.fence, second.fence + 1, u64::MAX] {
        user.release(fence).await?;
        user.elsewhere().release(fence).await?;
        user.held(&second).await.map_err(|seen| format!("{seen}, after a release of {fence}"))?;
    }
    Ok(())
}

async fn expired(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(SHORT).await?;
    let second = user.elsewhere().next_after(&first).await?;
    user.held(&second).await?;
    user.release(first.fence).await?;
    user.held(&second).await
}

async fn lengths(user: User<impl TokenStore>) -> Checked {
    let centuries = Duration::from_secs(1_000 * 365 * 86_400);
    for ttl in
        [Duration::MAX, Duration::from_secs(u64::MAX / 1_000), centuries, Duration::from_nanos(3_600_000_000_001)]
    {
        let grant = user.granted(ttl).await.map_err(|seen| format!("{seen} (a lease for {ttl:?})"))?;
        for user in [user.clone(), user.elsewhere()] {
            user.refused_lease().await.map_err(|seen| format!("{seen} (a lease for {ttl:?})"))?;
        }
        user.release(grant.fence).await?;
    }
    for ttl in [Duration::ZERO, Duration::from_nanos(1)] {
        let grant = user.granted(ttl).await.map_err(|seen| format!("{seen} (a lease for {ttl:?})"))?;
        let next = user.next_after(&grant).await?;
        user.release(next.fence).await?;
    }
    Ok(())
}

async fn fences(user: User<impl TokenStore>) -> Checked {
    for expected in 1..=4 {
        let user = if expected % 2 == 0 { user.elsewhere() } else { user.clone() };
        let grant = user.granted(LONG).await?;
        if grant.fence != expected {
            return Err(format!("lease {expected} has fence {}", grant.fence));
        }
        user.held(&grant).await?;
        user.release(grant.fence).await?;
    }
    let short = user.granted(SHORT).await?;
    let next = user.next_after(&short).await?;
    match (short.fence, next.fence) {
        (5, 6) => Ok(()),
        fences => Err(format!("the fences before and after a lease ended by itself are {fences:?}, not 5 and 6")),
    }
}

async fn saves_under(user: User<impl TokenStore>) -> Checked {
    let grant = user.granted(LONG).await?;
    let Grant { fence, .. } = grant;
    user.saved(Some("1"), SaveIf::Always, 1).await?;
    user.held(&grant).await?;
    user.saved(Some("2"), SaveIf::Lease { version: 1, fence }, 2).await?;
    user.held(&grant).await?;
    user.saved(None, SaveIf::Version(2), 3).await?;
    user.held(&grant).await?;
    user.release(fence).await?;
    user.has(None, 3).await?;
    match user.granted(LONG).await?.fence {
        next if next == fence + 1 => Ok(()),
        next => Err(format!("lease {next} came after lease {fence} and three saves")),
    }
}

async fn late_save(user: User<impl TokenStore>) -> Checked {
    let short = user.granted(SHORT).await?;
    tokio::time::sleep(SHORT * 2).await;
    user.saved(Some("1"), SaveIf::Lease { version: 0, fence: short.fence }, 1).await?;
    let next = user.next_after(&short).await?;
    user.release(next.fence).await?;
    user.saved(Some("2"), SaveIf::Lease { version: 1, fence: next.fence }, 2).await?;
    user.refused(Some("3"), SaveIf::Lease { version: 2, fence: short.fence }).await
}

async fn brings_record(user: User<impl TokenStore>) -> Checked {
    for (text, version) in [(Some("1"), 1), (Some("2"), 2), (None, 3)] {
        user.saved(text, SaveIf::Always, version).await?;
        let grant = user.elsewhere().granted(LONG).await?;
        let expected = StoredTokens { tokens: text.map(Into::into), version };
        same(&grant.stored, &expected, "in the lease")?;
        user.release(grant.fence).await?;
    }
    Ok(())
}
