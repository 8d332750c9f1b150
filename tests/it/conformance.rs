//! The conformance suite for stores: it passes those that are sound, and names the rule that another breaks.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mobiscroll_connect::testing::{check_damaged_record, check_token_store};
use mobiscroll_connect::{
    LeaseOutcome, MemoryTokenStore, Presented, SaveIf, SaveOutcome, Secret, StoreFuture, StoredTokens, StoredUser,
    TokenStore,
};
use tokio::task::{JoinSet, yield_now};

#[tokio::test]
async fn the_store_in_memory_conforms() {
    let store = Arc::new(MemoryTokenStore::new());
    check_token_store(|| async { Ok(store.clone()) }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_store_in_memory_conforms_on_many_threads() {
    let store = Arc::new(MemoryTokenStore::new());
    check_token_store(|| async { Ok(store.clone()) }).await.unwrap();
}

/// A sound store conforms also when its steps take a while, and when many of them are under way.
#[tokio::test]
async fn a_sound_store_with_pauses_conforms() {
    let shared = Arc::default();
    check_token_store(async || Ok(Careless::open(&shared, Fault::None))).await.unwrap();
    check_damaged_record(async || Ok(Careless::open(&shared, Fault::None)), async |user| shared.damage(user))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_store_that_does_not_open_is_told_of_with_the_cause() {
    let broken = check_token_store(async || Err::<MemoryTokenStore, _>("no such folder".into())).await.unwrap_err();
    let text = format!("{broken:?}");
    assert!(text.contains("can be opened") && text.contains("no such folder"), "{text}");
}

#[tokio::test]
async fn each_carelessness_is_caught_and_its_rule_named() {
    let mut suites = JoinSet::new();
    for (fault, rule) in FAULTS {
        suites.spawn(async move {
            let shared = Arc::default();
            let outcome = check_token_store(|| async { Ok(Careless::open(&shared, *fault)) }).await;
            let broken = outcome.expect_err(&format!("{fault:?} was not caught"));
            let named = broken.iter().any(|broken| broken.rule() == *rule);
            assert!(named, "{fault:?} should break the rule {rule:?}, but {broken}");
            *rule
        });
    }
    let rules: BTreeSet<_> = suites.join_all().await.into_iter().collect();
    assert!(rules.len() >= 20, "the faults cover {} rules", rules.len());
}

#[tokio::test]
async fn damage_that_is_taken_for_no_tokens_is_caught() {
    let shared = Arc::default();
    let open = async || Ok(Careless::open(&shared, Fault::DamageIsNothing));
    let broken = check_damaged_record(open, async |user| shared.damage(user)).await.unwrap_err();
    assert_eq!(broken.iter().next().unwrap().rule(), "a record that cannot be read is an error");
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    DamageIsNothing,
    UnknownIsError,
    LoadCounts,
    VersionByTwo,
    OldVersionReturned,
    DeleteRemoves,
    DeleteIgnored,
    VersionIgnored,
    ConflictIsError,
    ConflictWrites,
    FenceIgnored,
    LeaseMustBeInForce,
    TextsTrimmed,
    TextsCut,
    TextsLatin,
    IdsFolded,
    IdsTrimmed,
    IdsCut,
    EmptyIdRefused,
    Cached,
    FenceForgottenOnOpen,
    LeaseNotExclusive,
    LeaseOfTheHandle,
    LeaseForEver,
    LeaseTooShort,
    RemainingWrong,
    LongLeaseOverflows,
    ReleaseForgotten,
    ReleaseOfAny,
    FenceStuck,
    FenceResetByRelease,
    SaveReleases,
    GrantWithoutRecord,
    RacyLease,
    RacySave,
    SaveUndoesLease,
    TornSave,
    StuckWhenDropped,
    ReleaseStuckWhenDropped,
    LeaseNeverHolds,
    ExtendIgnored,
    ExtendFromItsEnd,
    ExtendOfAny,
    PresentedForgotten,
    PresentedOnce,
    PresentedStaysAfterSave,
    ExpiryNotCounted,
    ListForgets,
    ListRepeats,
    DeleteKeepsCounters,
}

const FAULTS: &[(Fault, &str)] = &[
    (Fault::UnknownIsError, "a user who is not known has no tokens and version 0"),
    (Fault::LoadCounts, "a user who is not known has no tokens and version 0"),
    (Fault::VersionByTwo, "each save and each deletion counts the version up by one"),
    (Fault::OldVersionReturned, "each save and each deletion counts the version up by one"),
    (Fault::DeleteIgnored, "each save and each deletion counts the version up by one"),
    (Fault::DeleteRemoves, "a deletion leaves the counters as they are"),
    (Fault::LeaseNeverHolds, "a save with a condition that holds is written"),
    (Fault::VersionIgnored, "a save for another version is a conflict and changes nothing"),
    (Fault::ConflictIsError, "a save for another version is a conflict and changes nothing"),
    (Fault::ConflictWrites, "a save for another version is a conflict and changes nothing"),
    (Fault::FenceIgnored, "a save under a lease that is not the newest is a conflict"),
    (Fault::LeaseMustBeInForce, "a lease that has ended still saves, if it is the newest"),
    (Fault::TextsTrimmed, "the tokens are any text and come back as they were"),
    (Fault::TextsCut, "the tokens are any text and come back as they were"),
    (Fault::TextsLatin, "the tokens are any text and come back as they were"),
    (Fault::IdsFolded, "users with any ids have separate records"),
    (Fault::IdsTrimmed, "users with any ids have separate records"),
    (Fault::IdsCut, "users with any ids have separate records"),
    (Fault::EmptyIdRefused, "the empty id is a user like any other"),
    (Fault::Cached, "each save and each deletion counts the version up by one"),
    (Fault::FenceForgottenOnOpen, "what was written is there when the store is opened again"),
    (Fault::LeaseNotExclusive, "an active lease is granted to nobody else"),
    (Fault::LeaseOfTheHandle, "an active lease is granted to nobody else"),
    (Fault::LeaseForEver, "a lease ends by itself, and not before its time"),
    (Fault::LeaseTooShort, "a lease ends by itself, and not before its time"),
    (Fault::RemainingWrong, "an active lease is granted to nobody else"),
    (Fault::LongLeaseOverflows, "a lease may be for any length of time"),
    (Fault::ReleaseForgotten, "a lease ends when it is released"),
    (Fault::ReleaseOfAny, "a release that is not of the newest lease does nothing"),
    (Fault::FenceStuck, "each lease has the next higher fence"),
    (Fault::FenceResetByRelease, "each lease has the next higher fence"),
    (Fault::SaveReleases, "a save leaves the lease as it is"),
    (Fault::GrantWithoutRecord, "a lease brings the record of the moment"),
    (Fault::RacyLease, "of leases asked for at the same time exactly one is granted"),
    (Fault::RacySave, "of conditional saves at the same time exactly one is written"),
    (Fault::RacySave, "saves at the same time all count"),
    (Fault::SaveUndoesLease, "a lease and a save at the same time do not undo each other"),
    (Fault::TornSave, "a record is read as a whole while it is written"),
    (Fault::TornSave, "a save that is dropped is written as a whole or not at all"),
    (Fault::StuckWhenDropped, "a lease that is dropped ends by itself"),
    (Fault::ReleaseStuckWhenDropped, "a release that is dropped ends the lease or leaves it"),
    (Fault::ExtendIgnored, "a lease that is extended lasts longer"),
    (Fault::ExtendFromItsEnd, "a lease that is extended lasts longer"),
    (Fault::ExtendOfAny, "only the newest lease is extended, and only before its release"),
    (Fault::PresentedForgotten, "presentations are counted until the next save"),
    (Fault::PresentedOnce, "presentations are counted until the next save"),
    (Fault::PresentedStaysAfterSave, "presentations are counted until the next save"),
    (Fault::ExpiryNotCounted, "a lease that was not released counts one presentation"),
    (Fault::ListForgets, "each user with a record is listed once"),
    (Fault::ListRepeats, "each user with a record is listed once"),
    (Fault::DeleteKeepsCounters, "a user whose record is removed is unknown"),
];

#[derive(Clone, Default)]
struct Record {
    stored: StoredTokens,
    fence: u64,
    lease_end: Option<Instant>,
    presented: u32,
    presented_at: Option<Instant>,
    holder: u64,
    busy: bool,
    damaged: bool,
}

#[derive(Default)]
struct Shared {
    records: Mutex<HashMap<String, Record>>,
    opened: Mutex<u64>,
}

impl Shared {
    fn damage(&self, user: &str) {
        self.records.lock().unwrap().get_mut(user).unwrap().damaged = true;
    }
}

/// A store with one fault.
struct Careless {
    shared: Arc<Shared>,
    fault: Fault,
    handle: u64,
    cache: Mutex<HashMap<String, StoredTokens>>,
}

impl Careless {
    fn open(shared: &Arc<Shared>, fault: Fault) -> Self {
        let mut opened = shared.opened.lock().unwrap();
        *opened += 1;
        if fault == Fault::FenceForgottenOnOpen {
            shared.records.lock().unwrap().values_mut().for_each(|record| record.fence = 0);
        }
        Self { shared: shared.clone(), fault, handle: *opened, cache: Mutex::default() }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn id(&self, user: &str) -> String {
        match self.fault {
            Fault::IdsFolded => user.to_lowercase(),
            Fault::IdsTrimmed => user.trim_end().to_owned(),
            Fault::IdsCut => user.chars().take(255).collect(),
            _ => user.to_owned(),
        }
    }

    fn read(&self, user: &str) -> Result<Record, String> {
        let records = self.shared.records.lock().unwrap();
        let record = records.get(&self.id(user)).cloned();
        match record {
            Some(record) if record.damaged && self.is(Fault::DamageIsNothing) => Ok(Record::default()),
            Some(record) if record.damaged => Err("the record is damaged".into()),
            Some(record) => Ok(record),
            None if self.is(Fault::UnknownIsError) => Err("no rows returned".into()),
            None => Ok(Record::default()),
        }
    }

    fn write(&self, user: &str, change: impl FnOnce(&mut Record)) {
        change(self.shared.records.lock().unwrap().entry(self.id(user)).or_default());
    }

    /// Reads, pauses if that is the fault, and writes the whole record.
    async fn change<T>(
        &self,
        user: &str,
        racy: bool,
        change: impl FnOnce(&mut Record) -> Result<T, String>,
    ) -> Result<T, String> {
        yield_now().await;
        let mut record = self.read(user)?;
        if racy {
            yield_now().await;
        }
        let done = change(&mut record)?;
        self.write(user, |kept| *kept = record);
        yield_now().await;
        Ok(done)
    }

    fn text(&self, tokens: &Secret) -> Secret {
        let text = tokens.expose();
        match self.fault {
            Fault::TextsTrimmed => text.trim().into(),
            Fault::TextsCut => text.chars().take(64 * 1024).collect::<String>().into(),
            Fault::TextsLatin => text.replace(|char| char > '\u{ff}', "?").into(),
            _ => tokens.clone(),
        }
    }

    fn holds(&self, record: &Record, condition: SaveIf) -> bool {
        let version = |version| record.stored.version == version || self.is(Fault::VersionIgnored);
        match condition {
            SaveIf::Version(wanted) => version(wanted),
            SaveIf::Lease { version: wanted, fence } => {
                let newest = record.fence == fence || self.is(Fault::FenceIgnored);
                let in_force = record.lease_end.is_some_and(|end| end > Instant::now());
                version(wanted)
                    && newest
                    && !self.is(Fault::LeaseNeverHolds)
                    && (in_force || !self.is(Fault::LeaseMustBeInForce))
            }
        }
    }

    fn save_now(&self, record: &mut Record, text: Option<Secret>, condition: SaveIf) -> Result<SaveOutcome, String> {
        if !self.holds(record, condition) {
            if self.is(Fault::ConflictWrites) {
                record.stored.tokens = text;
            }
            return if self.is(Fault::ConflictIsError) { Err("no row".into()) } else { Ok(SaveOutcome::Conflict) };
        }
        let before = record.stored.version;
        if text.is_none() && self.is(Fault::DeleteRemoves) {
            *record = Record::default();
        } else if text.is_some() || !self.is(Fault::DeleteIgnored) {
            record.stored.tokens = text;
            record.stored.version += if self.is(Fault::VersionByTwo) { 2 } else { 1 };
        }
        if self.is(Fault::SaveReleases) {
            record.lease_end = None;
        }
        if !self.is(Fault::PresentedStaysAfterSave) {
            (record.presented, record.presented_at) = (0, None);
        }
        let version = if self.is(Fault::OldVersionReturned) { before } else { record.stored.version };
        Ok(SaveOutcome::Saved { version })
    }

    fn lease_now(&self, record: &mut Record, ttl: Duration) -> LeaseOutcome {
        let now = Instant::now();
        let held = record.lease_end.filter(|end| *end > now && !self.is(Fault::LeaseNotExclusive));
        let held = held.filter(|_| !self.is(Fault::LeaseOfTheHandle) || record.holder != self.handle);
        if let Some(end) = held {
            let remaining = if self.is(Fault::RemainingWrong) { Duration::ZERO } else { end - now };
            return LeaseOutcome::Held { remaining: Some(remaining) };
        }
        if record.lease_end.is_some() && !self.is(Fault::ExpiryNotCounted) {
            record.presented += 1;
            record.presented_at = record.lease_end;
        }
        record.fence += u64::from(!self.is(Fault::FenceStuck));
        record.holder = self.handle;
        let age = Duration::from_secs(86_400 * 365 * 30);
        record.lease_end = match self.fault {
            Fault::LeaseForEver => Some(now + age),
            Fault::LeaseTooShort if ttl < age => Some(now + ttl / 2),
            Fault::LongLeaseOverflows => now.checked_add(ttl),
            _ => Some(now + ttl.min(age)),
        };
        let stored = if self.is(Fault::GrantWithoutRecord) { StoredTokens::default() } else { record.stored.clone() };
        let since = record.presented_at.map(|at| now - at).unwrap_or_default();
        LeaseOutcome::Granted { fence: record.fence, stored, presented: Presented { times: record.presented, since } }
    }

    fn refuses(&self, user: &str) -> Result<(), String> {
        if user.is_empty() && self.is(Fault::EmptyIdRefused) { Err("the id is empty".into()) } else { Ok(()) }
    }
}

impl TokenStore for Careless {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async move {
            self.refuses(user)?;
            yield_now().await;
            let mut stored = self.read(user)?.stored;
            if self.is(Fault::LoadCounts) {
                self.write(user, |record| record.stored.version += 1);
            }
            if self.is(Fault::Cached) {
                stored = self.cache.lock().unwrap().entry(user.to_owned()).or_insert(stored).clone();
            }
            Ok(stored)
        })
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        Box::pin(async move {
            self.refuses(user)?;
            let text = tokens.map(|tokens| self.text(tokens));
            if self.is(Fault::TornSave) && self.holds(&self.read(user)?, condition) {
                self.write(user, |record| record.stored.tokens.clone_from(&text));
                yield_now().await;
            }
            let racy = self.is(Fault::RacySave);
            if self.is(Fault::SaveUndoesLease) {
                let record = self.read(user)?;
                yield_now().await;
                let undone = |kept: &mut Record| (kept.fence, kept.lease_end) = (record.fence, record.lease_end);
                self.write(user, undone);
            }
            let outcome = self.change(user, racy, |record| self.save_now(record, text, condition)).await?;
            self.cache.lock().unwrap().remove(user);
            Ok(outcome)
        })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        Box::pin(async move {
            if self.is(Fault::StuckWhenDropped) {
                if self.read(user)?.busy {
                    return Ok(LeaseOutcome::Held { remaining: None });
                }
                self.write(user, |record| record.busy = true);
                yield_now().await;
            }
            let change = |record: &mut Record| {
                record.busy = false;
                Ok(self.lease_now(record, ttl))
            };
            Ok(self.change(user, self.is(Fault::RacyLease), change).await?)
        })
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let extend = |record: &mut Record| {
                let is_held = record.fence == fence && record.lease_end.is_some() || self.is(Fault::ExtendOfAny);
                if is_held && !self.is(Fault::ExtendIgnored) {
                    let from = record.lease_end.filter(|_| self.is(Fault::ExtendFromItsEnd));
                    record.lease_end = Some(from.unwrap_or_else(Instant::now) + ttl);
                }
                Ok(is_held)
            };
            Ok(self.change(user, false, extend).await?)
        })
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            if self.is(Fault::ReleaseStuckWhenDropped) && self.read(user)?.fence == fence {
                self.write(user, |record| record.fence = 0);
                yield_now().await;
                self.write(user, |record| record.fence = fence);
            }
            let release = |record: &mut Record| {
                let newest = record.fence == fence && record.lease_end.is_some() || self.is(Fault::ReleaseOfAny);
                if newest && !self.is(Fault::ReleaseForgotten) {
                    record.lease_end = None;
                    record.fence -= if self.is(Fault::FenceResetByRelease) { record.fence } else { 0 };
                    if presented > 0 && !self.is(Fault::PresentedForgotten) {
                        record.presented += if self.is(Fault::PresentedOnce) { 1 } else { presented };
                        record.presented_at = Some(Instant::now());
                    }
                }
                Ok(())
            };
            Ok(self.change(user, false, release).await?)
        })
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        Box::pin(async move {
            yield_now().await;
            let records = self.shared.records.lock().unwrap();
            let mut users: Vec<_> =
                records.iter().filter(|(user, _)| after.is_none_or(|after| user.as_str() > after)).collect();
            users.sort_by_key(|(user, _)| *user);
            let forgotten = usize::from(self.is(Fault::ListForgets));
            let stored = |(user, record): (&String, &Record)| StoredUser {
                user: user.clone(),
                has_tokens: record.stored.tokens.is_some(),
            };
            let mut users: Vec<_> = users.into_iter().skip(forgotten).take(limit).map(stored).collect();
            if self.is(Fault::ListRepeats) && users.len() < limit {
                users.extend(users.first().cloned());
            }
            Ok(users)
        })
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let delete = |record: &mut Record| {
                let fence = record.fence;
                *record = Record::default();
                if self.is(Fault::DeleteKeepsCounters) {
                    record.fence = fence;
                }
                Ok(())
            };
            Ok(self.change(user, false, delete).await?)
        })
    }
}
