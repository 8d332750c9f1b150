//! What became of the tokens, by the sandbox's log and what was done to the processes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mobiscroll_connect_sandbox::{Operation, RecordedRequest, Sandbox};
use serde_json::Value;

use crate::processes::Blow;
use crate::worker::{INTERVAL, LEASE, PROCESS_HEADER, TIMEOUT};

/// The faults' status: only with it a request has no effect.
pub(crate) const NO_EFFECT: u16 = 503;

/// For so long a process can be busy with a refresh, if it is not stopped: with two requests that time out.
const UNDER_WAY: Duration = TIMEOUT.saturating_mul(2);

/// For so long a request can lie in a socket before the sandbox gets round to it.
const ON_THE_WAY: Duration = Duration::from_secs(2);

/// A request needs some time to arrive, and the next one may need less.
const TOLERANCE: Duration = Duration::from_millis(300);

/// The number of the process that looks after the others, which also expires tokens.
pub(crate) const INSPECTOR: usize = 999_999;

/// A process refreshes after five eighths of a token's life at the earliest.
const TOO_EARLY: f64 = 0.6;

/// A refresh token: the number of its authorization, and how often that was refreshed before.
pub(crate) type Token = (u64, u64);

/// Reads whose token it is, and which.
pub(crate) fn read(token: &str) -> (String, Token) {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    let number = |name: &str| claims["sandbox"][name].as_u64().unwrap();
    (claims["sub"].as_str().unwrap().to_owned(), (number("family"), number("generation")))
}

/// A refresh token that a process presented.
#[derive(Clone, Debug)]
struct Presentation {
    at: SystemTime,
    process: usize,
    user: String,
    token: Token,
    status: Option<u16>,
}

impl Presentation {
    fn of(request: &RecordedRequest) -> Option<Self> {
        let (user, token) = read(&request.form_field("refresh_token")?);
        let process = request.header(PROCESS_HEADER).unwrap().parse().unwrap();
        Some(Self { at: request.at, process, user, token, status: request.status })
    }
}

/// What is gathered while a storm lasts.
#[derive(Default)]
pub(crate) struct Ledger {
    presentations: BTreeMap<(SystemTime, usize, Token), Presentation>,
    /// Tokens that the store held when somebody looked.
    kept: BTreeSet<Token>,
    /// When processes said that they had saved new tokens of a user.
    finished: HashMap<(usize, String), Vec<SystemTime>>,
    /// When authorizations were given.
    given: BTreeMap<u64, SystemTime>,
}

/// Why nothing came of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cause {
    Killed,
    Unanswered,
    Stopped,
    Unknown,
}

/// A refresh that the service granted.
struct Rotation<'a> {
    presented: &'a Presentation,
    /// Why its result was never used, if it was not.
    lost: Option<Cause>,
}

/// What became of all tokens.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Refreshes that the service granted.
    pub(crate) refreshes: usize,
    /// Tokens that had to be replaced, and were presented for it.
    pub(crate) needed: usize,
    /// Of them, those presented before their time.
    pub(crate) early: usize,
    /// Refreshes whose result was never used, by what explains it.
    pub(crate) lost_by_kill: usize,
    pub(crate) lost_answers: usize,
    pub(crate) lost_by_stop: usize,
    pub(crate) lost_without_cause: usize,
    /// Authorizations that ended because a token was presented a third time after two losses that have a cause.
    pub(crate) unavoidable: usize,
    /// Authorizations that ended otherwise.
    pub(crate) avoidable: usize,
    /// Presentations of a token that came sooner after others than the rule allows.
    pub(crate) too_often: usize,
    /// How long after a kill within a refresh the next refresh of the user came.
    pub(crate) waits: Vec<Duration>,
    /// The histories of tokens with which something is wrong.
    pub(crate) histories: Vec<String>,
}

impl Verdict {
    fn count(&mut self, cause: Cause) {
        *match cause {
            Cause::Killed => &mut self.lost_by_kill,
            Cause::Unanswered => &mut self.lost_answers,
            Cause::Stopped => &mut self.lost_by_stop,
            Cause::Unknown => &mut self.lost_without_cause,
        } += 1;
    }

    fn add(&mut self, other: Self) {
        self.refreshes += other.refreshes;
        self.needed += other.needed;
        self.early += other.early;
        self.lost_by_kill += other.lost_by_kill;
        self.lost_answers += other.lost_answers;
        self.lost_by_stop += other.lost_by_stop;
        self.lost_without_cause += other.lost_without_cause;
        self.too_often += other.too_often;
        self.waits.extend(other.waits);
        self.unavoidable += other.unavoidable;
        self.avoidable += other.avoidable;
        self.histories.extend(other.histories);
    }

    fn is_wrong(&self) -> bool {
        self.early + self.lost_without_cause + self.avoidable + self.too_often > 0
    }

    /// Refreshes beyond those that were needed.
    pub(crate) fn duplicates(&self) -> usize {
        self.refreshes - self.needed
    }
}

impl Ledger {
    pub(crate) fn give(&mut self, family: u64) {
        self.given.insert(family, SystemTime::now());
    }

    pub(crate) fn finish(&mut self, process: usize, user: String, at: SystemTime) {
        self.finished.entry((process, user)).or_default().push(at);
    }

    pub(crate) fn keep(&mut self, token: Token) {
        self.kept.insert(token);
    }

    /// Reads the sandbox's log, which forgets.
    pub(crate) fn collect(&mut self, sandbox: &Sandbox) {
        for presentation in sandbox.requests_of(Operation::RefreshToken).iter().filter_map(Presentation::of) {
            let key = (presentation.at, presentation.process, presentation.token);
            self.presentations.insert(key, presentation);
        }
    }

    /// Goes through what was presented, as the service did.
    pub(crate) fn judge(&self, blows: &[Blow], ttl: Duration) -> Verdict {
        let mut verdict = Verdict::default();
        for (family, presented) in self.families() {
            let rotations = self.rotations(&presented, blows);
            let refused = presented.get(rotations.len());
            let mut found = Verdict {
                refreshes: rotations.len(),
                needed: rotations.iter().map(|rotation| rotation.presented.token).collect::<BTreeSet<_>>().len(),
                early: self.early(family, &rotations, ttl),
                too_often: too_often(&presented, blows),
                waits: waits(&rotations, &presented, blows),
                ..Verdict::default()
            };
            rotations.iter().filter_map(|rotation| rotation.lost).for_each(|cause| found.count(cause));
            if let Some(refused) = refused {
                // All that made the token too old, and of which nothing came.
                let since = &rotations[refused.token.1 as usize..];
                let explained = since.iter().all(|rotation| rotation.lost.is_some_and(|cause| cause != Cause::Unknown));
                match explained || stopped(refused, blows) {
                    true => found.unavoidable = 1,
                    false => found.avoidable = 1,
                }
            }
            if found.is_wrong() {
                found.histories.push(self.history(&rotations, refused.copied(), blows));
            }
            verdict.add(found);
        }
        verdict
    }

    /// What was presented of each authorization, in order.
    fn families(&self) -> BTreeMap<u64, Vec<&Presentation>> {
        let mut families: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for presentation in self.presentations.values().filter(|presented| presented.status != Some(NO_EFFECT)) {
            families.entry(presentation.token.0).or_default().push(presentation);
        }
        families
    }

    /// What the service answered with new tokens: everything up to a token that is two rotations old.
    fn rotations<'a>(&self, presented: &[&'a Presentation], blows: &[Blow]) -> Vec<Rotation<'a>> {
        let mut rotations = Vec::new();
        for presentation in presented {
            let (family, generation) = presentation.token;
            let result = rotations.len() as u64 + 1;
            if result > generation + 2 {
                break;
            }
            let used = presented.iter().any(|later| later.token.1 == result) || self.kept.contains(&(family, result));
            let lost = (!used).then(|| self.cause(presentation, presented, blows));
            rotations.push(Rotation { presented: presentation, lost });
        }
        rotations
    }

    /// Counts the tokens that were presented before their time.
    fn early(&self, family: u64, rotations: &[Rotation<'_>], ttl: Duration) -> usize {
        let first = rotations.iter().map(|rotation| (rotation.presented.token.1, rotation.presented));
        let first = first.rev().collect::<BTreeMap<_, _>>();
        let is_early = |(generation, presented): (&u64, &&Presentation)| {
            let issued = match *generation {
                0 => self.given[&family],
                result => rotations[result as usize - 1].presented.at,
            };
            let age = presented.at.duration_since(issued).unwrap_or_default();
            presented.process != INSPECTOR && age < ttl.mul_f64(TOO_EARLY)
        };
        first.iter().filter(|first| is_early(*first)).count()
    }

    fn cause(&self, lost: &Presentation, presented: &[&Presentation], blows: &[Blow]) -> Cause {
        let next = presented.iter().find(|later| later.at > lost.at && later.process == lost.process);
        let finished = self
            .finished
            .get(&(lost.process, lost.user.clone()))
            .is_some_and(|finished| finished.iter().any(|at| *at > lost.at && next.is_none_or(|next| *at < next.at)));
        let killed = blows
            .iter()
            .any(|blow| blow.process == lost.process && blow.until.is_none() && was_under_way(lost, blow.from, blows));
        match () {
            () if finished => Cause::Unknown,
            () if lost.status.is_none() && next.is_some() => Cause::Unanswered,
            () if killed => Cause::Killed,
            () if lost.status.is_none() => Cause::Unanswered,
            () if stopped(lost, blows) => Cause::Stopped,
            () => Cause::Unknown,
        }
    }

    /// Tells what happened to an authorization, for whoever has to find out why.
    fn history(&self, rotations: &[Rotation<'_>], refused: Option<&Presentation>, blows: &[Blow]) -> String {
        let Presentation { user, token: (family, _), .. } = rotations[0].presented;
        let given = self.given[family];
        let after = |at: SystemTime| format!("{:?}", at.duration_since(given).unwrap_or_default());
        let mut lines = BTreeMap::new();
        for Rotation { presented, lost } in rotations {
            let Presentation { at, process, token, status, .. } = presented;
            let line = format!("process {process} presented {} ({status:?}), lost: {lost:?}", token.1);
            lines.insert((*at, *process), line);
            let finished = self.finished.get(&(*process, user.clone())).into_iter().flatten();
            lines.extend(finished.map(|at| ((*at, *process), format!("process {process} was done"))));
        }
        if let Some(Presentation { at, process, token, .. }) = refused {
            lines.insert((*at, *process), format!("process {process} presented {}, refused", token.1));
        }
        let concerned: BTreeSet<_> = lines.keys().map(|(_, process)| *process).collect();
        for blow in blows.iter().filter(|blow| concerned.contains(&blow.process)) {
            let line = match blow.until {
                Some(until) => format!("process {} was stopped until {}", blow.process, after(until)),
                None => format!("process {} was killed", blow.process),
            };
            lines.insert((blow.from, blow.process), line);
        }
        let lines: String = lines.iter().map(|((at, _), line)| format!("\n      {} {line}", after(*at))).collect();
        format!("{user}, authorization {family}:{lines}")
    }

    /// Tells for how many users this log and the sandbox's own differ.
    pub(crate) fn contradictions(&self, sandbox: &Sandbox) -> usize {
        let mut presented: BTreeMap<&str, usize> = BTreeMap::new();
        for presentation in self.presentations.values().filter(|presented| presented.status != Some(NO_EFFECT)) {
            *presented.entry(&presentation.user).or_default() += 1;
        }
        presented.into_iter().filter(|(user, presented)| sandbox.refresh_log(user).len() != *presented).count()
    }
}

/// Counts the presentations of a token that came too soon after the ones before: two at once, then one per interval.
fn too_often(presented: &[&Presentation], blows: &[Blow]) -> usize {
    let mut by_token: BTreeMap<_, Vec<&Presentation>> = BTreeMap::new();
    presented.iter().for_each(|presentation| by_token.entry(presentation.token).or_default().push(presentation));
    let is_early = |window: &[&Presentation], before: usize| {
        let interval = INTERVAL.saturating_mul(1 << (before - 2).min(3));
        let after = window[1].at.duration_since(window[0].at).unwrap_or_default();
        // What a stopped process has sent arrives when it likes, and clocks round.
        let is_late = window.iter().any(|presentation| stopped(presentation, blows));
        after + TOLERANCE < interval && !is_late
    };
    let early = |times: &Vec<&Presentation>| (2..times.len()).filter(|n| is_early(&times[n - 1..=*n], *n)).count();
    by_token.values().map(early).sum()
}

/// Tells how long after each kill within a refresh another process has refreshed.
fn waits(rotations: &[Rotation<'_>], presented: &[&Presentation], blows: &[Blow]) -> Vec<Duration> {
    let lost = rotations.iter().filter(|rotation| rotation.lost == Some(Cause::Killed));
    let wait = |Rotation { presented: lost, .. }: &Rotation<'_>| {
        let kill = blows.iter().find(|blow| blow.process == lost.process && blow.until.is_none())?;
        let next = presented.iter().find(|next| next.at > kill.from && next.process != lost.process)?;
        next.at.duration_since(kill.from).ok()
    };
    lost.filter_map(wait).collect()
}

/// Tells whether the process can have been busy with the refresh at this instant.
fn was_under_way(refresh: &Presentation, then: SystemTime, blows: &[Blow]) -> bool {
    match then.duration_since(refresh.at) {
        Ok(after) => after < UNDER_WAY + stood_still(refresh.process, refresh.at, then, blows),
        // The request of a process may arrive when it is already dead.
        Err(before) => before.duration() < ON_THE_WAY,
    }
}

/// Tells whether the process stood still for so long around the refresh that its lease may have ended.
fn stopped(refresh: &Presentation, blows: &[Blow]) -> bool {
    let around = (refresh.at - LEASE, refresh.at + LEASE + TIMEOUT);
    stood_still(refresh.process, around.0, around.1, blows) > LEASE - TIMEOUT
}

fn stood_still(process: usize, from: SystemTime, until: SystemTime, blows: &[Blow]) -> Duration {
    let stops = blows.iter().filter(|blow| blow.process == process);
    let overlaps = stops.filter_map(|blow| until.min(blow.until?).duration_since(from.max(blow.from)).ok());
    overlaps.sum()
}
