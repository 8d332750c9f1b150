//! Processes that share a store, are killed and stopped at random, and must not lose a token.
//!
//! The sandbox runs in this process, the clients in children that are started from the same program. What became of the
//! tokens is told by the sandbox's log; of the children it only counts what they say they have finished. `MOBISCROLL_CONNECT_CHAOS_SECONDS` sets how long a storm lasts,
//! `MOBISCROLL_CONNECT_CHAOS_SEED` repeats the choices of an earlier one, an argument picks storms by name.

mod evidence;
mod processes;
mod stores;
mod storm;
mod worker;

use std::panic::resume_unwind;
use std::process::ExitCode;
use std::time::Duration;

use stores::Place;
use storm::{Report, Storm};
use tokio::task::LocalSet;

const SECONDS: &str = "MOBISCROLL_CONNECT_CHAOS_SECONDS";
const SEED: &str = "MOBISCROLL_CONNECT_CHAOS_SEED";

fn main() -> ExitCode {
    if let Some(task) = worker::Task::from_env() {
        worker::run(task);
        return ExitCode::SUCCESS;
    }
    if cfg!(not(unix)) {
        println!("processes can only be stopped on Unix: nothing is run");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match runtime.block_on(run_storms()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Runs the storms that were asked for, one after the other, and tells whether all went well.
async fn run_storms() -> bool {
    let wanted: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let seed = number(SEED).unwrap_or_else(|| fastrand::u64(..));
    let mut well = true;
    for storm in storms(number(SECONDS)) {
        if wanted.iter().all(|name| storm.name.contains(name.as_str())) {
            well &= run_storm(storm, seed).await;
        }
    }
    well
}

async fn run_storm(storm: Storm, seed: u64) -> bool {
    let Storm { name, processes, users, lasts, careless, .. } = storm;
    println!("\n{name}: {processes} processes, {users} users, {lasts:?}, {SEED}={seed}");
    let Some(place) = Place::new(storm.store).await else {
        println!("{} is not set: nothing is run", stores::URL);
        return true;
    };
    // On a task of its own, so that the place is removed after a panic too.
    let local = LocalSet::new();
    let report = local.spawn_local(storm.run(place.clone(), seed));
    let report = local.run_until(report).await;
    place.remove().await;
    let report = report.unwrap_or_else(|error| resume_unwind(error.into_panic()));
    println!("{report}");
    let faults = match careless {
        true => control(&report),
        false => [report.faults(), report.lulls()].concat(),
    };
    faults.iter().for_each(|fault| println!("FAILED: {fault}"));
    faults.is_empty()
}

/// A storm over a store that does nothing of what it should has to be found out.
fn control(report: &Report) -> Vec<&'static str> {
    let found = report.faults();
    found.iter().for_each(|fault| println!("found out: {fault}"));
    match found.contains(&storm::LOST_WITHOUT_CAUSE) {
        true => Vec::new(),
        false => vec!["a store without leases and conditions passes for a good one"],
    }
}

fn storms(seconds: Option<u64>) -> Vec<Storm> {
    let storm = |name, processes, users, lasts| Storm {
        name,
        store: name,
        processes,
        users,
        lasts: Duration::from_secs(seconds.unwrap_or(lasts)),
        latency: Duration::ZERO,
        careless: false,
        clocks: false,
    };
    // Few users and a slow service, so that processes meet over the same token.
    let (lasts, latency) = (Duration::from_secs(10), Duration::from_millis(600));
    let control = Storm { name: "control", lasts, latency, careless: true, ..storm("sqlite", 4, 20, 0) };
    let clocks = Storm { name: "clocks", clocks: true, ..storm("postgres", 6, 100, 15) };
    vec![storm("postgres", 8, 200, 30), storm("files", 4, 100, 15), storm("sqlite", 4, 100, 10), clocks, control]
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {text}")))
}
