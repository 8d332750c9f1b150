//! The lease: granted to one holder, released by it or expired.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::Findings;
use super::trial::{Checked, EARLY, Grant, LATE, LONG, SHORT, Trial, User, same};
use crate::tokens::{SaveIf, StoredTokens, TokenStore};

pub(super) async fn check<S: TokenStore>(trial: &Trial<S>, findings: &mut Findings) {
    let user = |name| trial.user(name);
    findings.note("an active lease is granted to nobody else", held(user("held"))).await;
    findings.note("a lease ends when it is released", released(user("released"))).await;
    findings.note("a release that is not of the newest lease does nothing", stale_release(user("stale"))).await;
    findings.note("a lease ends by itself, and not before its time", expired(user("expired"))).await;
    findings.note("a lease may be for any length of time", lengths(user("lengths"))).await;
    findings.note("each lease has the next higher fence", fences(user("fences"))).await;
    findings.note("a save leaves the lease as it is", saves_under(user("under"))).await;
    findings.note("a lease that has ended still saves, if it is the newest", late_save(user("late"))).await;
    findings.note("a lease brings the record of the moment", brings_record(user("brings"))).await;
    findings.note("a lease that is extended lasts longer", extended(user("extended"))).await;
    findings.note("only the newest lease is extended, and only before its release", not_extended(user("over"))).await;
    findings.note("presentations are counted until the next save", presentations(user("presented"))).await;
    findings.note("a lease that was not released counts one presentation", unreleased(user("unreleased"))).await;
}

async fn held(user: User<impl TokenStore>) -> Checked {
    let grant = user.granted(LONG).await?;
    user.held(&grant).await?;
    user.held(&grant).await
}

async fn released(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(LONG).await?;
    user.release(first.fence, 0).await?;
    let second = user.elsewhere().granted(LONG).await?;
    // Through the handle that did not acquire it, as after a restart.
    user.release(second.fence, 0).await?;
    let third = user.granted(LONG).await?;
    user.release(third.fence, 0).await?;
    user.release(third.fence, 0).await?;
    user.granted(LONG).await.map(drop)
}

async fn stale_release(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(LONG).await?;
    user.release(first.fence, 0).await?;
    let second = user.granted(LONG).await?;
    for fence in [0, first.fence, second.fence + 1, u64::MAX] {
        user.release(fence, 0).await?;
        user.elsewhere().release(fence, 0).await?;
        user.held(&second).await.map_err(|seen| format!("{seen}, after a release of {fence}"))?;
    }
    Ok(())
}

async fn expired(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(SHORT).await?;
    let second = user.elsewhere().next_after(&first).await?;
    user.held(&second).await?;
    user.release(first.fence, 0).await?;
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
        user.release(grant.fence, 0).await?;
    }
    for ttl in [Duration::ZERO, Duration::from_nanos(1)] {
        let grant = user.granted(ttl).await.map_err(|seen| format!("{seen} (a lease for {ttl:?})"))?;
        let next = user.next_after(&grant).await?;
        user.release(next.fence, 0).await?;
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
        user.release(grant.fence, 0).await?;
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
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    user.held(&grant).await?;
    user.saved(Some("2"), SaveIf::Lease { version: 1, fence }, 2).await?;
    user.held(&grant).await?;
    user.saved(None, SaveIf::Version(2), 3).await?;
    user.held(&grant).await?;
    user.release(fence, 0).await?;
    user.has(None, 3).await?;
    match user.granted(LONG).await?.fence {
        next if next == fence + 1 => Ok(()),
        next => Err(format!("lease {next} came after lease {fence} and three saves")),
    }
}

async fn late_save(user: User<impl TokenStore>) -> Checked {
    let short = user.granted(SHORT).await?;
    sleep(SHORT * 2).await;
    user.saved(Some("1"), SaveIf::Lease { version: 0, fence: short.fence }, 1).await?;
    let next = user.next_after(&short).await?;
    user.release(next.fence, 0).await?;
    user.saved(Some("2"), SaveIf::Lease { version: 1, fence: next.fence }, 2).await?;
    user.refused(Some("3"), SaveIf::Lease { version: 2, fence: short.fence }).await
}

async fn brings_record(user: User<impl TokenStore>) -> Checked {
    for (text, version) in [(Some("1"), 1), (Some("2"), 2), (None, 3)] {
        user.saved(text, SaveIf::Version(version - 1), version).await?;
        let grant = user.elsewhere().granted(LONG).await?;
        let expected = StoredTokens { tokens: text.map(Into::into), version };
        same(&grant.stored, &expected, "in the lease")?;
        user.release(grant.fence, 0).await?;
    }
    Ok(())
}

async fn extended(user: User<impl TokenStore>) -> Checked {
    let grant = user.granted(SHORT).await?;
    if !user.extend(grant.fence, LONG).await? {
        return Err("the newest lease was not extended".into());
    }
    sleep(SHORT * 2).await;
    user.elsewhere().refused_lease().await?;
    user.refused_lease().await?;
    // From now on, not from its end on.
    user.extend(grant.fence, SHORT).await?;
    let next = user.elsewhere().next_by(Instant::now(), SHORT).await?;
    if next.fence == grant.fence + 1 { Ok(()) } else { Err(format!("lease {} came after {}", next.fence, grant.fence)) }
}

async fn not_extended(user: User<impl TokenStore>) -> Checked {
    if user.extend(1, LONG).await? {
        return Err("a lease that was never granted was extended".into());
    }
    let first = user.granted(SHORT).await?;
    let second = user.elsewhere().next_after(&first).await?;
    for fence in [first.fence, second.fence + 1] {
        if user.extend(fence, LONG).await? {
            return Err(format!("lease {fence} was extended, and the newest is {}", second.fence));
        }
    }
    user.held(&second).await?;
    user.elsewhere().release(second.fence, 0).await?;
    if user.elsewhere().extend(second.fence, LONG).await? {
        return Err("a lease was extended after its release".into());
    }
    let third = user.granted(LONG).await?;
    if third.presented.times == 1 { Ok(()) } else { Err(format!("{:?} after one lease expired", third.presented)) }
}

async fn presentations(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    for (presented, expected) in [(0, 0), (2, 0), (0, 2), (1, 2), (0, 3)] {
        let grant = user.granted(LONG).await?;
        counted(&grant, expected)?;
        user.elsewhere().release(grant.fence + 1, 7).await?;
        user.release(grant.fence, presented).await?;
        user.release(grant.fence, presented).await?;
    }
    sleep(SHORT).await;
    let grant = user.elsewhere().granted(LONG).await?;
    counted(&grant, 3)?;
    if grant.presented.since + EARLY < SHORT || grant.presented.since > SHORT + LATE {
        return Err(format!("the last presentation was {:?} ago, not {SHORT:?}", grant.presented.since));
    }
    user.refused(Some("other"), SaveIf::Version(7)).await?;
    user.elsewhere().release(grant.fence, 0).await?;
    let grant = user.granted(LONG).await?;
    counted(&grant, 3)?;
    user.saved(Some("2"), SaveIf::Lease { version: 1, fence: grant.fence }, 2).await?;
    user.release(grant.fence, 0).await?;
    counted(&user.granted(LONG).await?, 0)
}

async fn unreleased(user: User<impl TokenStore>) -> Checked {
    let first = user.granted(SHORT).await?;
    let second = user.elsewhere().next_after(&first).await?;
    counted(&second, 1)?;
    user.elsewhere().release(second.fence, 1).await?;
    let third = user.granted(SHORT).await?;
    counted(&third, 2)?;
    let fourth = user.next_after(&third).await?;
    counted(&fourth, 3)?;
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    user.release(fourth.fence, 0).await?;
    counted(&user.granted(LONG).await?, 0)
}

fn counted(grant: &Grant, expected: u32) -> Checked {
    match grant.presented.times {
        times if times == expected => Ok(()),
        times => Err(format!("lease {} counts {times} presentations instead of {expected}", grant.fence)),
    }
}
