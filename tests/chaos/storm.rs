//! A storm: what is done to the processes, the service, and what is left in the end.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use jiff::Timestamp;
use mobiscroll_connect::{Error, SaveIf, SaveOutcome, TokenStore, Tokens};
use mobiscroll_connect_sandbox::{Fault, FaultHandle, Operation, ReuseRule, Sandbox, Seed};
use serde_json::json;

use crate::evidence::{self, INSPECTOR, Ledger, NO_EFFECT, Verdict};
use crate::processes::{Blow, Processes};
use crate::stores::Place;
use crate::worker::{LEASE, Line, TIMEOUT, Task, user};

/// How long access tokens live.
const TTL: Duration = Duration::from_secs(6);

/// How long they live where clocks are apart: long enough for all. They are ended by force.
const LONG_TTL: Duration = Duration::from_secs(3600);

pub(crate) const LOST_WITHOUT_CAUSE: &str = "refreshes were lost without a cause";

/// Between two looks at what is due.
const TICK: Duration = Duration::from_millis(20);

#[derive(Clone, Copy)]
pub(crate) struct Storm {
    pub(crate) name: &'static str,
    pub(crate) store: &'static str,
    pub(crate) processes: usize,
    pub(crate) users: usize,
    pub(crate) lasts: Duration,
    /// How long the service takes for a refresh at least.
    pub(crate) latency: Duration,
    /// Whether the store's leases and conditions are left out.
    pub(crate) careless: bool,
    /// Whether the clocks of the processes are apart.
    pub(crate) clocks: bool,
}

impl Storm {
    fn ttl(&self) -> Duration {
        if self.clocks { LONG_TTL } else { TTL }
    }
}

/// What a storm has left behind.
#[derive(Default)]
pub(crate) struct Report {
    verdict: Verdict,
    calls: usize,
    kills: usize,
    stops: usize,
    faults_fired: usize,
    /// By the sandbox's own count, for comparison.
    refreshes: usize,
    contradictions: usize,
    grants_revoked: usize,
    /// Users who were told to authorize again although their authorization was in force.
    false_alarms: Vec<String>,
    /// Users whose tokens did not work in the end.
    stranded: Vec<String>,
    errors: BTreeMap<String, usize>,
}

impl Storm {
    /// Runs its course over a place. `seed` decides what is done, and to whom.
    pub(crate) async fn run(self, place: Place, seed: u64) -> Report {
        let sandbox = Sandbox::builder().seed(Seed::Empty).access_token_ttl(self.ttl());
        let sandbox = sandbox.reuse_rule(ReuseRule::EveryRefreshCounts).start().await.unwrap();
        let mut run = Run {
            ledger: Ledger::default(),
            revoked: HashMap::new(),
            report: Report::default(),
            rng: Rng::with_seed(seed),
            faults: Vec::new(),
            store: place.open(),
            sandbox,
            storm: self,
        };
        for number in 0..run.storm.users {
            run.authorize(&user(number)).await;
        }
        run.rage(place).await;
        run.report
    }
}

/// A storm under way.
struct Run {
    storm: Storm,
    sandbox: Sandbox,
    store: Arc<dyn TokenStore>,
    ledger: Ledger,
    /// How many ends of their authorization users have already answered.
    revoked: HashMap<String, usize>,
    rng: Rng,
    faults: Vec<FaultHandle>,
    report: Report,
}

impl Run {
    async fn rage(&mut self, place: Place) {
        let (Storm { users, careless, clocks, lasts, latency, .. }, base_url) =
            (self.storm, self.sandbox.base_url().to_owned());
        let inspector = Task { process: INSPECTOR, users, careless, clocks, place, base_url };
        let mut processes = Processes::new(inspector.clone());
        (0..self.storm.processes).for_each(|_| processes.start());

        let mut slow: Option<FaultHandle> = None;
        let (begun, mut strike_at, mut look_at) = (Instant::now(), Duration::ZERO, Duration::ZERO);
        while begun.elapsed() < lasts {
            tokio::time::sleep(TICK).await;
            processes.go_on(Instant::now());
            if !latency.is_zero() && slow.as_ref().is_none_or(|slow| slow.remaining() == 0) {
                slow = Some(self.sandbox.inject(Fault::on(Operation::RefreshToken).after_commit().delay(latency)));
            }
            if begun.elapsed() > strike_at {
                strike_at = begun.elapsed() + Duration::from_millis(self.rng.u64(50..300));
                self.strike(&mut processes);
                if clocks {
                    (0..users / 20).for_each(|_| self.sandbox.expire_access_token(&user(self.rng.usize(..users))));
                }
            }
            if begun.elapsed() > look_at {
                look_at = begun.elapsed() + Duration::from_millis(500);
                self.look(&processes).await;
            }
        }
        self.sandbox.clear_faults();
        processes.finish(Duration::from_secs(60));
        self.look(&processes).await;
        self.use_all_tokens(&inspector).await;
        self.sum_up(&processes.blows);
    }

    fn strike(&mut self, processes: &mut Processes) {
        let (kind, victim) = (self.rng.u32(..100), self.rng.usize(..processes.len()));
        match kind {
            // Kills and stops explain so much that a careless store could hide behind them.
            ..70 if self.storm.careless => {}
            ..40 => processes.kill(victim),
            40..70 => processes.stop(victim, pause(&mut self.rng)),
            _ => self.faults.push(self.sandbox.inject(fault(&mut self.rng))),
        }
    }

    /// Writes down what has happened, and has users authorize again who have to.
    async fn look(&mut self, processes: &Processes) {
        self.ledger.collect(&self.sandbox);
        for (process, line) in processes.said() {
            match line {
                Line::Refreshed { at, user } => self.ledger.finish(process, user, at),
                Line::Failed { user, needs_reauthorization, error } => {
                    // Where tokens are ended by force, one may be that was refreshed just before.
                    let is_forced = self.storm.clocks && error.contains("list_calendars");
                    if needs_reauthorization && !is_forced && self.sandbox.grants_revoked(&user).is_empty() {
                        self.report.false_alarms.push(format!("{user}: {error}"));
                    }
                    *self.report.errors.entry(error).or_default() += 1;
                }
            }
        }
        for number in 0..self.storm.users {
            self.authorize_again(&user(number)).await;
        }
    }

    /// Gives a user new tokens, if the old ones were revoked.
    async fn authorize_again(&mut self, user: &str) -> bool {
        let ends = self.sandbox.grants_revoked(user).len();
        let answered = self.revoked.insert(user.to_owned(), ends).unwrap_or(0);
        if ends > answered {
            self.remember_kept(user).await;
            self.authorize(user).await;
        }
        ends > answered
    }

    async fn authorize(&mut self, user: &str) {
        let issued = self.sandbox.issue_tokens(user);
        let (_, (family, _)) = evidence::read(&issued.refresh_token);
        self.ledger.give(family);
        let answer = json!({
            "access_token": issued.access_token,
            "refresh_token": issued.refresh_token,
            "expires_in": issued.expires_in,
        });
        let tokens =
            Tokens::from_json(&answer.to_string()).unwrap().with_expires_at(Timestamp::now() + self.storm.ttl());
        loop {
            let version = self.store.load(user).await.unwrap().version;
            let saved = self.store.save(user, Some(&tokens.to_json()), SaveIf::Version(version)).await.unwrap();
            if saved != SaveOutcome::Conflict {
                break;
            }
        }
    }

    async fn remember_kept(&mut self, user: &str) {
        let kept = self.store.load(user).await.unwrap().tokens.expect("nobody deletes them");
        let kept = Tokens::from_json(kept.expose()).unwrap();
        self.ledger.keep(evidence::read(kept.refresh_token().unwrap().expose()).1);
    }

    /// Acts for all users once more, with their living tokens and with expired ones.
    async fn use_all_tokens(&mut self, task: &Task) {
        let client = task.client(self.store.clone());
        for number in 0..self.storm.users {
            let user = user(number);
            self.remember_kept(&user).await;
            for _ in 0..2 {
                let mut outcome = client.for_user(&user).calendars().list().await;
                if outcome.is_err() && self.authorize_again(&user).await {
                    outcome = client.for_user(&user).calendars().list().await;
                }
                // A token that was presented twice without a result has to wait.
                if let Some(left) = outcome.as_ref().err().and_then(Error::retry_after) {
                    tokio::time::sleep(left).await;
                    outcome = client.for_user(&user).calendars().list().await;
                }
                if let Err(error) = outcome {
                    self.report.stranded.push(format!("{user}: {error}"));
                }
                self.sandbox.expire_access_token(&user);
            }
            self.remember_kept(&user).await;
        }
    }

    fn sum_up(&mut self, blows: &[Blow]) {
        self.ledger.collect(&self.sandbox);
        let report = &mut self.report;
        report.verdict = self.ledger.judge(blows, if self.storm.clocks { Duration::ZERO } else { TTL });
        report.contradictions = self.ledger.contradictions(&self.sandbox);
        report.kills = blows.iter().filter(|blow| blow.until.is_none()).count();
        report.stops = blows.len() - report.kills;
        report.faults_fired = self.faults.iter().map(FaultHandle::fired).sum();
        report.calls = self.sandbox.count(Operation::ListCalendars);
        let counts = self.sandbox.total_token_counts();
        (report.refreshes, report.grants_revoked) = (counts.refreshes(), counts.grants_revoked);
    }
}

/// Most pauses are over before the lease is. Some are longer, but not so long that others refresh twice meanwhile: a
/// request that left before the pause could arrive two rotations late.
fn pause(rng: &mut Rng) -> Duration {
    let lease = LEASE.as_millis() as u64;
    Duration::from_millis(match rng.u32(..100) {
        0..90 => rng.u64(20..1500),
        _ => rng.u64(lease + 200..lease + 2000),
    })
}

/// What goes wrong with some of the next refreshes.
fn fault(rng: &mut Rng) -> Fault {
    let fault = Fault::on(Operation::RefreshToken).times(rng.usize(1..8));
    let timeout = TIMEOUT.as_millis() as u64;
    match rng.u32(..100) {
        0..60 => fault.after_commit().delay(Duration::from_millis(rng.u64(50..800))),
        60..65 => fault.times(1).after_commit().delay(Duration::from_millis(timeout + 500)),
        65..75 => fault.times(1).after_commit().disconnect(),
        75..85 => fault.times(1).after_commit().reset(),
        _ => fault.status(NO_EFFECT),
    }
}

impl Report {
    /// What went wrong with tokens.
    pub(crate) fn faults(&self) -> Vec<&'static str> {
        let Self { verdict, .. } = self;
        let accounted = verdict.unavoidable + verdict.avoidable == self.grants_revoked;
        failed([
            (verdict.refreshes == self.refreshes && self.contradictions == 0, "the logs contradict each other"),
            (verdict.avoidable == 0, "authorizations ended without need"),
            (accounted, "authorizations ended unaccounted for"),
            (verdict.lost_without_cause == 0, LOST_WITHOUT_CAUSE),
            (verdict.early == 0, "tokens were refreshed before their time"),
            (verdict.too_often == 0, "tokens were presented more often than the rule allows"),
            (self.false_alarms.is_empty(), "users were told to authorize again for nothing"),
            (self.stranded.is_empty(), "tokens do not work in the end"),
        ])
    }

    /// What has not happened, so that a storm tells little.
    pub(crate) fn lulls(&self) -> Vec<&'static str> {
        failed([
            (self.kills > 0, "no process was killed"),
            (self.stops > 0, "no process was stopped"),
            (self.faults_fired > 0, "the service had no faults"),
            (self.verdict.lost_by_kill > 0, "no refresh was interrupted by a kill"),
        ])
    }
}

fn failed<const N: usize>(demands: [(bool, &'static str); N]) -> Vec<&'static str> {
    demands.into_iter().filter(|(holds, _)| !holds).map(|(_, fault)| fault).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verdict, calls, kills, stops, faults_fired, grants_revoked, .. } = self;
        let Verdict { refreshes, needed, early, lost_by_kill, lost_answers, lost_by_stop, .. } = verdict;
        writeln!(
            f,
            "  {calls} calls, {kills} kills, {stops} stops, {faults_fired} refreshes with faults of the service"
        )?;
        writeln!(f, "  {refreshes} refreshes for {needed} tokens that had to be replaced ({early} before their time)")?;
        writeln!(
            f,
            "  {} duplicates; refreshes lost: {lost_by_kill} by a kill in flight, {lost_answers} without an answer, \
             {lost_by_stop} by a stop, {} without a cause",
            verdict.duplicates(),
            verdict.lost_without_cause
        )?;
        writeln!(
            f,
            "  {grants_revoked} grants revoked: {} after two losses in a row, {} without need; {} false alarms",
            verdict.unavoidable,
            verdict.avoidable,
            self.false_alarms.len()
        )?;
        let mut waits = verdict.waits.clone();
        waits.sort();
        if let (Some(median), Some(worst)) = (waits.get(waits.len() / 2), waits.last()) {
            writeln!(
                f,
                "  after a kill in flight, the next refresh came after {median:.1?} (median), {worst:.1?} (worst)"
            )?;
        }
        writeln!(f, "  {} presentations beyond the rule", verdict.too_often)?;
        write!(f, "  {} users stranded in the end", self.stranded.len())?;
        let list = self.false_alarms.iter().chain(&self.stranded).take(10);
        let mut list = list.chain(verdict.histories.iter().take(3));
        list.try_for_each(|line| write!(f, "\n    {line}"))?;
        self.errors.iter().try_for_each(|(error, times)| write!(f, "\n  {times} x {error}"))
    }
}
