//! Several processes over one folder of tokens, killed and stopped at random.
//!
//! The processes are this test binary once more, with a [`Task`] in its environment.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mobiscroll_connect::{
    FileStoreError, FileStoreErrorKind, FileTokenStore, LeaseOutcome, SaveIf, SaveOutcome, Secret, StoredTokens,
    TokenStore,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const ADA: &str = "ada";
const TASK: &str = "MOBISCROLL_CONNECT_FILE_TASK";
const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(500);

/// What a line of a child begins with, among those of the test harness.
const MARK: &str = "child: ";

/// A text that tells its version, and is long enough to be torn.
fn text(version: u64) -> Secret {
    format!("{version} ").repeat(4000).into()
}

fn version_in(stored: &StoredTokens) -> u64 {
    match &stored.tokens {
        None => 0,
        Some(tokens) => {
            let version = tokens.expose().split(' ').next().unwrap().parse().unwrap();
            assert!(*tokens == text(version), "the text of version {version} is torn");
            version
        }
    }
}

/// Saves the next version over the one that is there, however often others come first.
async fn save_next(store: &FileTokenStore) -> u64 {
    loop {
        let version = store.load(ADA).await.unwrap().version;
        let outcome = store.save(ADA, Some(&text(version + 1)), SaveIf::Version(version)).await.unwrap();
        if outcome == (SaveOutcome::Saved { version: version + 1 }) {
            return version + 1;
        }
    }
}

async fn lease(store: &FileTokenStore, ttl: Duration) -> Option<u64> {
    match store.lease(ADA, ttl).await.unwrap() {
        LeaseOutcome::Granted { fence, .. } => Some(fence),
        LeaseOutcome::Held { .. } => None,
    }
}

/// Waits for a lease.
async fn leased(store: &FileTokenStore, ttl: Duration) -> u64 {
    let begun = Instant::now();
    loop {
        if let Some(fence) = lease(store, ttl).await {
            return fence;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the lease was never granted");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A process that does something with the store of a folder.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(task: &str, folder: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "--nocapture", "file_crashes::child"]);
        Self::run(command, task, folder)
    }

    fn run(mut command: Command, task: &str, folder: &Path) -> Self {
        command.env(TASK, format!("{task} {}", folder.display()));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    /// What it says next. `None` when it says no more.
    fn says(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            // A line that was being written when it was killed says nothing.
            if self.output.read_line(&mut line).unwrap() == 0 || !line.ends_with('\n') {
                return None;
            }
            if let Some((_, said)) = line.trim_end().split_once(MARK) {
                return Some(said.to_owned());
            }
        }
    }

    fn number(&mut self) -> Option<u64> {
        self.says().map(|said| said.parse().unwrap())
    }

    fn go_on(&mut self) {
        self.input.write_all(b"\n").unwrap();
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn ends_well(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(what: impl std::fmt::Display) {
    println!("\n{MARK}{what}");
}

fn wait_for_parent() {
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// The other side of the tests here.
#[test]
#[ignore = "what the processes of the other tests run"]
fn child() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (task, folder) = task.split_once(' ').unwrap();
    let store = FileTokenStore::open(folder).unwrap();
    Runtime::new().unwrap().block_on(async {
        match task {
            "save" => loop {
                say(save_next(&store).await);
            },
            "refresh" => loop {
                let fence = leased(&store, LONG).await;
                let version = store.load(ADA).await.unwrap().version;
                let condition = SaveIf::Lease { version, fence };
                let outcome = store.save(ADA, Some(&text(version + 1)), condition).await.unwrap();
                assert_eq!(outcome, SaveOutcome::Saved { version: version + 1 });
                say(version + 1);
                store.release(ADA, fence, 0).await.unwrap();
            },
            "save-some" => {
                for _ in 0..SOME {
                    save_next(&store).await;
                }
                say(SOME);
            }
            "count" => count(&store, Path::new(folder)).await,
            "hold" => {
                say(leased(&store, SHORT).await);
                wait_for_parent();
            }
            "hold-and-save" => {
                let fence = leased(&store, SHORT).await;
                say(fence);
                wait_for_parent();
                let condition = SaveIf::Lease { version: 0, fence };
                say(format!("{:?}", store.save(ADA, Some(&text(99)), condition).await.unwrap()));
                store.release(ADA, fence, 0).await.unwrap();
                say("released");
            }
            "save-too-much" => save_too_much(&store).await,
            unknown => panic!("no such task: {unknown}"),
        }
    });
}

const SOME: u64 = 60;
const COUNTED: usize = 40;

/// Counts in a file, by steps that only one process at a time can do right.
async fn count(store: &FileTokenStore, folder: &Path) {
    let (counter, guard) = (folder.join("counter"), folder.join("guard"));
    for _ in 0..COUNTED {
        let fence = leased(store, LONG).await;
        fs::File::create_new(&guard).expect("somebody else has the lease, too");
        let count: usize = fs::read_to_string(&counter).unwrap_or_default().parse().unwrap_or(0);
        sleep(Duration::from_micros(fastrand_up_to(500)));
        fs::write(&counter, (count + 1).to_string()).unwrap();
        fs::remove_file(&guard).unwrap();
        store.release(ADA, fence, 0).await.unwrap();
    }
    say(COUNTED);
}

async fn save_too_much(store: &FileTokenStore) {
    let error = store.save(ADA, Some(&text(2)), SaveIf::Version(1)).await.unwrap_err();
    let error = error.downcast_ref::<FileStoreError>().unwrap();
    assert_eq!(error.kind(), &FileStoreErrorKind::Write);
    assert!(std::error::Error::source(error).is_some());
    assert_eq!(version_in(&store.load(ADA).await.unwrap()), 1);
    store.save(ADA, Some(&"small".into()), SaveIf::Version(1)).await.unwrap();
    say("saved what fits");
}

fn fastrand_up_to(limit: u64) -> u64 {
    u64::from(getrandom::u32().unwrap()) % limit
}

/// The tickets of changes that are under way, or broke off.
fn tickets(store: &FileTokenStore) -> Vec<PathBuf> {
    let entries = fs::read_dir(store.file_of(ADA).parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "new")).collect()
}

fn store() -> (TempDir, FileTokenStore, Runtime) {
    let folder = TempDir::new().unwrap();
    let store = FileTokenStore::open(folder.path()).unwrap();
    (folder, store, Runtime::new().unwrap())
}

#[test]
fn killed_while_saving_it_leaves_the_old_tokens_or_the_new_ones() {
    const KILLS: usize = 60;
    let (folder, store, runtime) = store();
    let (mut saved, mut torn) = (0, 0);
    for _ in 0..KILLS {
        let mut process = Process::start("save", folder.path());
        let first = process.number().unwrap();
        assert!(first == saved + 1 || first == saved + 2, "version {first} came after {saved}");
        saved = first;
        sleep(Duration::from_micros(fastrand_up_to(20_000)));
        process.kill();
        while let Some(version) = process.number() {
            saved = version;
        }
        torn += tickets(&store).len();
        let stored = runtime.block_on(store.load(ADA)).unwrap();
        assert_eq!(version_in(&stored), stored.version);
        assert!(stored.version == saved || stored.version == saved + 1, "{saved} was saved, {} found", stored.version);
        saved = stored.version;
    }
    assert!(torn > KILLS / 10, "only {torn} of {KILLS} kills fell into a save");
    runtime.block_on(save_next(&store));
    assert!(tickets(&store).is_empty());
}

#[test]
fn a_process_that_is_killed_makes_room_at_once() {
    const KILLS: usize = 30;
    let (folder, store, runtime) = store();
    let mut held = 0;
    for _ in 0..KILLS {
        let mut process = Process::start("refresh", folder.path());
        process.number().unwrap();
        sleep(Duration::from_micros(fastrand_up_to(20_000)));
        process.kill();
        let of_ada = store.file_of(ADA).parent().unwrap().to_owned();
        let leases = fs::read_dir(of_ada)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "lease"));
        held += usize::from(leases.count() > 0);
        // Granted for an hour, and free now.
        let fence = runtime.block_on(lease(&store, LONG)).expect("the dead hold a lease");
        let stored = runtime.block_on(store.load(ADA)).unwrap();
        assert_eq!(version_in(&stored), stored.version);
        runtime.block_on(store.release(ADA, fence, 0)).unwrap();
    }
    assert!(held > KILLS / 10, "only {held} of {KILLS} kills fell into a lease");
}

#[test]
fn a_lease_is_one_processs_at_a_time() {
    const PROCESSES: usize = 4;
    let (folder, _store, _runtime) = store();
    let processes: Vec<_> = (0..PROCESSES).map(|_| Process::start("count", folder.path())).collect();
    for mut process in processes {
        assert_eq!(process.number(), Some(COUNTED as u64));
        process.ends_well();
    }
    assert_eq!(fs::read_to_string(folder.path().join("counter")).unwrap(), (PROCESSES * COUNTED).to_string());
}

#[test]
fn saves_of_several_processes_all_count() {
    const PROCESSES: u64 = 4;
    let (folder, store, runtime) = store();
    let processes: Vec<_> = (0..PROCESSES).map(|_| Process::start("save-some", folder.path())).collect();
    for mut process in processes {
        assert_eq!(process.number(), Some(SOME));
        process.ends_well();
    }
    let stored = runtime.block_on(store.load(ADA)).unwrap();
    assert_eq!((stored.version, version_in(&stored)), (PROCESSES * SOME, PROCESSES * SOME));
}

#[test]
fn a_living_holder_keeps_others_out_for_the_time_of_its_lease_and_no_longer() {
    let (folder, store, runtime) = store();
    let mut process = Process::start("hold", folder.path());
    let first = process.number().unwrap();
    let begun = Instant::now();
    assert_eq!(runtime.block_on(lease(&store, LONG)), None);
    let second = runtime.block_on(leased(&store, LONG));
    assert!(begun.elapsed() >= SHORT, "{:?}", begun.elapsed());
    assert_eq!(second, first + 1);
    process.go_on();
    process.ends_well();
    assert_eq!(runtime.block_on(lease(&store, LONG)), None, "the end of an older holder ends nothing");
}

#[test]
fn a_stopped_holder_of_a_lease_does_no_harm_when_it_goes_on() {
    let (folder, store, runtime) = store();
    let mut process = Process::start("hold-and-save", folder.path());
    let first = process.number().unwrap();
    process.signal("-STOP");
    let second = runtime.block_on(leased(&store, LONG));
    assert_eq!(second, first + 1);
    let condition = SaveIf::Lease { version: 0, fence: second };
    let outcome = runtime.block_on(store.save(ADA, Some(&text(1)), condition)).unwrap();
    assert_eq!(outcome, SaveOutcome::Saved { version: 1 });

    process.go_on();
    process.signal("-CONT");
    assert_eq!(process.says().as_deref(), Some("Conflict"));
    assert_eq!(process.says().as_deref(), Some("released"));
    process.ends_well();
    assert_eq!(version_in(&runtime.block_on(store.load(ADA)).unwrap()), 1);
    assert_eq!(runtime.block_on(lease(&store, LONG)), None, "the newer lease is in force");
}

#[test]
fn a_process_stopped_in_the_midst_of_a_save_neither_blocks_others_nor_undoes_their_saves() {
    const STOPS: usize = 3;
    let (folder, store, runtime) = store();
    runtime.block_on(save_next(&store));
    let mut process = Process::start("save", folder.path());
    let mut saved = process.number().unwrap();
    let mut stopped_in_a_save = 0;
    let begun = Instant::now();
    while stopped_in_a_save < STOPS {
        assert!(begun.elapsed() < Duration::from_secs(60), "it was never stopped in a save");
        sleep(Duration::from_micros(fastrand_up_to(5_000)));
        process.signal("-STOP");
        if !tickets(&store).is_empty() {
            stopped_in_a_save += 1;
            let ours = runtime.block_on(async {
                let first = save_next(&store).await;
                assert_eq!(save_next(&store).await, first + 1);
                first + 1
            });
            let fence = runtime.block_on(lease(&store, LONG)).expect("nobody has a lease");
            runtime.block_on(store.release(ADA, fence, 0)).unwrap();
            process.signal("-CONT");
            // What it says was saved before it was stopped, or after ours: it never writes over them.
            while saved <= ours {
                let version = process.number().unwrap();
                assert!(version > saved && version != ours && version != ours - 1, "{version} after {saved}");
                saved = version;
            }
        } else {
            process.signal("-CONT");
        }
    }
    process.kill();
    let stored = runtime.block_on(store.load(ADA)).unwrap();
    assert_eq!(version_in(&stored), stored.version);
    assert!(stored.version >= saved);
}

/// As on a disk that is full.
#[test]
fn a_save_that_does_not_fit_leaves_the_old_tokens_and_nothing_else() {
    let (folder, store, runtime) = store();
    runtime.block_on(async {
        store.save(ADA, Some(&text(1)), SaveIf::Version(0)).await.unwrap();
    });
    let mut shell = Command::new("sh");
    let limited = "trap '' XFSZ; ulimit -f 4; exec \"$0\" --ignored --exact --nocapture file_crashes::child";
    shell.args(["-c", limited]).arg(std::env::current_exe().unwrap());
    let mut process = Process::run(shell, "save-too-much", folder.path());
    assert_eq!(process.says().as_deref(), Some("saved what fits"));
    process.ends_well();
    assert!(tickets(&store).is_empty());
    let stored = runtime.block_on(store.load(ADA)).unwrap();
    assert_eq!(stored, StoredTokens { tokens: Some("small".into()), version: 2 });
}
