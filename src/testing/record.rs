//! The record of a user: what is read, written and deleted.

use super::Findings;
use super::trial::{Checked, Grant, LONG, Trial, User};
use crate::error::BoxError;
use crate::tokens::{SaveIf, SaveOutcome, StoredTokens, StoredUser, TokenStore};

pub(super) async fn check<S: TokenStore>(trial: &Trial<S>, findings: &mut Findings) {
    let user = |name| trial.user(name);
    findings.note("a user who is not known has no tokens and version 0", first_state(user("unknown"))).await;
    findings.note("each save and each deletion counts the version up by one", counts(user("counts"))).await;
    findings.note("a deletion leaves the counters as they are", deleted(user("deleted"))).await;
    findings.note("a save with a condition that holds is written", conditions_hold(user("holds"))).await;
    findings.note("a save for another version is a conflict and changes nothing", other_version(user("version"))).await;
    findings.note("a save under a lease that is not the newest is a conflict", stale_lease(user("fence"))).await;
    findings.note("the tokens are any text and come back as they were", texts(user("texts"))).await;
    findings.note("users with any ids have separate records", ids(trial)).await;
    findings.note("each user with a record is listed once", listed(trial)).await;
    findings.note("a user whose record is removed is unknown", removed(user("removed"))).await;
    findings.note("the empty id is a user like any other", empty_id(trial.exactly(""))).await;
}

async fn first_state(user: User<impl TokenStore>) -> Checked {
    user.has(None, 0).await?;
    user.release(1, 0).await?;
    user.has(None, 0).await?;
    user.refused(Some("a"), SaveIf::Version(1)).await?;
    user.has(None, 0).await?;
    let grant = user.granted(LONG).await?;
    if grant.fence != 1 || grant.stored != StoredTokens::default() {
        return Err(format!("the first lease has fence {} and version {}", grant.fence, grant.stored.version));
    }
    user.has(None, 0).await
}

async fn counts(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    user.saved(Some("1"), SaveIf::Version(1), 2).await?;
    user.saved(None, SaveIf::Version(2), 3).await?;
    user.saved(None, SaveIf::Version(3), 4).await?;
    let grant = user.granted(LONG).await?;
    user.release(grant.fence, 0).await?;
    user.has(None, 4).await?;
    user.elsewhere().saved(Some("5"), SaveIf::Version(4), 5).await
}

async fn deleted(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    let first = user.granted(LONG).await?;
    user.release(first.fence, 0).await?;
    user.saved(None, SaveIf::Version(1), 2).await?;
    user.refused(Some("late"), SaveIf::Version(0)).await?;
    user.refused(Some("late"), SaveIf::Version(1)).await?;
    let second = user.granted(LONG).await?;
    if second.fence <= first.fence {
        return Err(format!("lease {} came after lease {} and a deletion", second.fence, first.fence));
    }
    user.saved(Some("3"), SaveIf::Lease { version: 2, fence: second.fence }, 3).await
}

async fn conditions_hold(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    user.elsewhere().saved(Some("2"), SaveIf::Version(1), 2).await?;
    let Grant { fence, .. } = user.granted(LONG).await?;
    user.saved(Some("3"), SaveIf::Lease { version: 2, fence }, 3).await?;
    user.elsewhere().saved(Some("4"), SaveIf::Lease { version: 3, fence }, 4).await?;
    // A lease is needed for a refresh, but not to save the tokens of a new authorization.
    user.saved(Some("5"), SaveIf::Version(4), 5).await?;
    user.saved(Some("6"), SaveIf::Version(5), 6).await?;
    user.saved(None, SaveIf::Lease { version: 6, fence }, 7).await
}

async fn other_version(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    user.saved(Some("2"), SaveIf::Version(1), 2).await?;
    let Grant { fence, .. } = user.granted(LONG).await?;
    for version in [0, 1, 3, u64::MAX] {
        for text in [Some("other"), None] {
            user.refused(text, SaveIf::Version(version)).await?;
            user.refused(text, SaveIf::Lease { version, fence }).await?;
        }
    }
    user.saved(Some("3"), SaveIf::Lease { version: 2, fence }, 3).await
}

async fn stale_lease(user: User<impl TokenStore>) -> Checked {
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    let old = user.granted(LONG).await?;
    user.release(old.fence, 0).await?;
    let new = user.elsewhere().granted(LONG).await?;
    for text in [Some("late"), None] {
        user.refused(text, SaveIf::Lease { version: 1, fence: old.fence }).await?;
    }
    user.release(new.fence, 0).await?;
    user.refused(Some("late"), SaveIf::Lease { version: 1, fence: old.fence }).await?;
    user.saved(Some("2"), SaveIf::Lease { version: 1, fence: new.fence }, 2).await
}

async fn texts(user: User<impl TokenStore>) -> Checked {
    let large = "0123456789abcdef".repeat(100 * 1024 / 16);
    let texts = [
        &large,
        "",
        " ",
        " spaces around and a newline\r\n",
        r#"{"access_token":"a","refresh_token":"\u0000\ud83d\ude00"}"#,
        "e\u{301} is not \u{e9}, \u{1f600}, \u{10ffff}, \u{feff}, \u{202e}, \u{1}\u{7f}",
        r"\x00 \' \\ %s $1 ' '' -- ;",
        "null",
    ];
    for (text, version) in texts.into_iter().zip(1..) {
        let outcome = user.saved(Some(text), SaveIf::Version(version - 1), version).await;
        outcome.map_err(|seen| format!("{seen} (text {version} of {} bytes)", text.len()))?;
    }
    Ok(())
}

/// Ids that a careless store confuses with one another, or interprets.
const IDS: &[&str] = &[
    "a",
    "A",
    "a ",
    " a",
    "a.",
    "a\t",
    "a\n",
    "a/",
    "/a",
    "a\\",
    ".",
    "..",
    "../a",
    "./a",
    "a/../a",
    "%61",
    "a%00",
    "%",
    "_",
    "*",
    "?",
    "a*",
    "~",
    "-",
    "--",
    "a:b",
    "C:\\a",
    "CON",
    "nul",
    "aux.json",
    "a.json",
    "a.lock",
    "a.tmp",
    "\"a\"",
    "'a'",
    "a';--",
    "$a",
    "{a}",
    "\\u0061",
    "\\ud83d",
    "\u{fffd}",
    "\u{e9}",
    "e\u{301}",
    "\u{c9}",
    "\u{df}",
    "ss",
    "SS",
    "i",
    "I",
    "\u{131}",
    "\u{130}",
    "\u{3c3}",
    "\u{3c2}",
    "\u{ff41}",
    "\u{1f600}",
    "\u{1f601}",
    "\u{200b}a",
    "\u{202e}a",
    "\u{feff}a",
    "\u{10ffff}",
    "null",
    "0",
    "00",
    "1e1",
    "10",
];

/// Ids that not every database can store. A store may reject them, but must not confuse them with others.
fn hard_ids() -> Vec<String> {
    let long = "x".repeat(10_000);
    let mut ids = vec!["a\0".to_owned(), "a\0b".to_owned(), "\0".to_owned()];
    for length in [100, 250, 900, 2_500, 10_000] {
        ids.extend(["1", "2"].map(|last| long[..length].to_owned() + last));
    }
    ids
}

async fn ids<S: TokenStore>(trial: &Trial<S>) -> Checked {
    let mut kept = Vec::new();
    for id in IDS {
        let user = trial.user(id);
        user.saved(Some(user.id()), SaveIf::Version(0), 1).await.map_err(|seen| format!("{seen} (id {id:?})"))?;
        kept.push(user);
    }
    for id in hard_ids() {
        let user = trial.user(&id);
        match user.save(Some(user.id()), SaveIf::Version(0)).await {
            Ok(SaveOutcome::Saved { version: 1 }) => kept.push(user),
            Ok(outcome) => return Err(format!("the first save ended as {outcome:?} ({} bytes of id)", id.len())),
            Err(_) if id.contains('\0') || id.len() > 1_000 => {}
            Err(seen) => return Err(format!("{seen} ({} bytes of id)", id.len())),
        }
    }
    for user in kept {
        user.has(Some(user.id()), 1).await.map_err(|seen| format!("{seen} (id {:.200?})", user.id()))?;
    }
    Ok(())
}

/// Others may use the storage, and have users of their own.
async fn listed<S: TokenStore>(trial: &Trial<S>) -> Checked {
    let users: Vec<_> = ["a", "B", "b", "c d", "\u{e9}"].map(|name| trial.user(&format!("listed {name}"))).into();
    for user in &users {
        user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    }
    users[0].saved(None, SaveIf::Version(1), 2).await?;
    for limit in [3, 100] {
        let mut found: Vec<StoredUser> = Vec::new();
        loop {
            let page = users[0].elsewhere().list(found.last().map(|last| last.user.as_str()), limit).await?;
            if page.len() > limit {
                return Err(format!("{} users were listed, and {limit} were asked for", page.len()));
            }
            if page.is_empty() {
                break;
            }
            for user in page {
                if found.iter().any(|found| found.user == user.user) {
                    return Err(format!("a user is listed twice in pages of {limit}"));
                }
                found.push(user);
            }
        }
        for (number, user) in users.iter().enumerate() {
            match found.iter().find(|found| found.user == user.id()) {
                Some(found) if found.has_tokens == (number > 0) => {}
                Some(found) => return Err(format!("user {number} is listed with has_tokens: {}", found.has_tokens)),
                None => return Err(format!("user {number} is missing from pages of {limit}")),
            }
        }
    }
    Ok(())
}

async fn removed(user: User<impl TokenStore>) -> Checked {
    user.delete().await?;
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    let grant = user.granted(LONG).await?;
    user.release(grant.fence, 2).await?;
    user.granted(LONG).await?;
    user.elsewhere().delete().await?;
    user.has(None, 0).await?;
    let grant = user.granted(LONG).await?;
    if grant.fence != 1 || grant.presented.times != 0 {
        return Err(format!("after the removal, lease {} counts {} presentations", grant.fence, grant.presented.times));
    }
    user.saved(Some("2"), SaveIf::Lease { version: 0, fence: 1 }, 1).await
}

/// The user with the empty id may be in use, so nothing is changed.
async fn empty_id(user: User<impl TokenStore>) -> Checked {
    let before = user.load().await?;
    match user.save(Some("never"), SaveIf::Version(u64::MAX)).await? {
        SaveOutcome::Conflict => {}
        outcome => return Err(format!("a save for version {} ended as {outcome:?}", u64::MAX)),
    }
    user.release(u64::MAX, 0).await?;
    match user.load().await?.version {
        version if version >= before.version => Ok(()),
        version => Err(format!("version {version} came after {}", before.version)),
    }
}

pub(super) async fn reopened<S, F, Fut>(user: User<S>, open: &F) -> Checked
where
    S: TokenStore,
    F: Fn() -> Fut,
    Fut: Future<Output = Result<S, BoxError>>,
{
    let again = async || open().await.map_err(|error| super::trial::chain(&*error));
    user.saved(Some("1"), SaveIf::Version(0), 1).await?;
    let first = user.granted(LONG).await?;
    let later = user.through(again().await?);
    later.has(Some("1"), 1).await?;
    later.held(&first).await?;
    user.release(first.fence, 0).await?;
    let second = later.granted(LONG).await?;
    later.release(second.fence, 0).await?;
    later.saved(None, SaveIf::Version(1), 2).await?;
    let later = user.through(again().await?);
    later.has(None, 2).await?;
    let third = later.granted(LONG).await?;
    if third.fence <= second.fence || second.fence <= first.fence {
        return Err(format!("the fences were {}, {} and {}", first.fence, second.fence, third.fence));
    }
    later.saved(Some("3"), SaveIf::Lease { version: 2, fence: third.fence }, 3).await
}

pub(super) async fn damaged<S: TokenStore>(trial: &Trial<S>, damage: impl AsyncFn(&str)) -> Checked {
    let (user, other) = (trial.user("damaged"), trial.user("unharmed"));
    for user in [&user, &other] {
        user.saved(Some("the secret text"), SaveIf::Version(0), 1).await?;
    }
    damage(user.id()).await;
    for user in [user.clone(), user.elsewhere()] {
        // A database may be able to read the version alone, or to overwrite a record that it cannot read.
        let saved = user.save(Some("2"), SaveIf::Version(0)).await.map(|outcome| match outcome {
            SaveOutcome::Conflict => Err("no save".to_owned()),
            saved => Ok(format!("{saved:?}")),
        });
        let outcomes = [
            ("load", user.load().await.map(|stored| format!("{stored:?}"))),
            ("lease", user.lease(LONG).await.map(|outcome| format!("{outcome:?}"))),
            ("save for version 0", saved.unwrap_or_else(Err)),
        ];
        for (step, outcome) in outcomes {
            match outcome {
                Ok(outcome) => return Err(format!("a {step} ended as {outcome}")),
                Err(seen) if seen.contains("the secret text") => return Err(format!("a {step} shows tokens")),
                Err(_) => {}
            }
        }
    }
    other.has(Some("the secret text"), 1).await
}
