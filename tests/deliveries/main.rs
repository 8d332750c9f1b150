//! Deliveries that are sent one to three times each, in any order, to receivers that are killed: each is handled once.
//!
//! The sandbox signs, this process sends, and the receivers are children that are started from the same program. Each notes in
//! a file which handlers succeeded and which ids were kept. `MOBISCROLL_CONNECT_DELIVERIES` sets their number (1,000 by
//! default); an argument picks a storm by name.

mod worker;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mobiscroll_connect::sqlx::{self, AssertSqlSafe, PgPool};
use mobiscroll_connect_sandbox::{Sandbox, Signing};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use worker::{Place, Task};

const NUMBER: &str = "MOBISCROLL_CONNECT_DELIVERIES";
const URL: &str = "MOBISCROLL_CONNECT_POSTGRES_URL";

/// How many requests are in flight.
const CONCURRENT: usize = 48;

fn main() -> ExitCode {
    if let Some(task) = Task::from_env() {
        worker::run(task);
        return ExitCode::SUCCESS;
    }
    let number = std::env::var(NUMBER).map_or(1_000, |number| number.parse().expect("a number"));
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let well = runtime.block_on(async {
        let mut well = true;
        if "postgres".contains(&wanted) {
            well &= over_postgres(number).await;
        }
        if "sqlite".contains(&wanted) {
            well &= storm("sqlite", Place::Sqlite(folder()), 1, number).await;
        }
        well
    });
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn over_postgres(number: usize) -> bool {
    let Some(url) = std::env::var(URL).ok().filter(|url| !url.is_empty()) else {
        println!("{URL} is not set: PostgreSQL is not tested");
        return true;
    };
    let schema = format!("mobiscroll_connect_deliveries_{:016x}", fastrand::u64(..));
    let pool = PgPool::connect(&url).await.unwrap();
    let execute = async |sql: String| sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    execute(format!("CREATE SCHEMA {schema}")).await;
    let well = storm("postgres", Place::Postgres { url: url.clone(), schema: schema.clone() }, 2, number).await;
    execute(format!("DROP SCHEMA {schema} CASCADE")).await;
    well
}

/// A folder of its own.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mobiscroll-connect-deliveries-{:016x}", fastrand::u64(..)));
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// A process that receives.
struct Receiver {
    /// Counts all processes that were ever started.
    number: usize,
    child: Child,
    address: String,
}

struct Storm {
    sandbox: Sandbox,
    place: Place,
    logs: PathBuf,
    started: AtomicUsize,
    receivers: Mutex<Vec<Receiver>>,
    killed: Mutex<HashSet<usize>>,
    /// Requests that were sent, and those whose response was not waited for.
    sent: AtomicUsize,
    lost: AtomicUsize,
}

impl Storm {
    fn start(&self) -> Receiver {
        let number = self.started.fetch_add(1, Ordering::SeqCst);
        let log = self.logs.join(format!("{number}.log"));
        let task = Task { place: self.place.clone(), base_url: self.sandbox.base_url().to_string(), log };
        let (name, value) = task.to_env();
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.env(name, value).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Receiver { number, child, address: address.trim().to_owned() }
    }

    /// Kills receivers, and starts others in their place, until the storm is over.
    async fn kill(self: Arc<Self>, over: Arc<AtomicBool>) {
        while !over.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(fastrand::u64(2000..5000))).await;
            let storm = self.clone();
            let replaced = tokio::task::spawn_blocking(move || {
                let fresh = storm.start();
                let mut receivers = storm.receivers.lock().unwrap();
                let index = fastrand::usize(..receivers.len());
                let mut victim = std::mem::replace(&mut receivers[index], fresh);
                drop(receivers);
                victim.child.kill().unwrap();
                victim.child.wait().unwrap();
                storm.killed.lock().unwrap().insert(victim.number);
            });
            replaced.await.unwrap();
        }
    }

    /// Sends one copy of a delivery until it is accepted, with a new signature for each attempt.
    async fn deliver(&self, http: &reqwest::Client, id: &str) {
        let body = r#"{"provider":"google","userId":"ada","events":[{"id":"e","title":"Team meeting"}]}"#;
        for attempt in 0_u64.. {
            let signed = self.sandbox.sign_webhook_with(body, Signing::new().id(id)).unwrap();
            let address = {
                let receivers = self.receivers.lock().unwrap();
                receivers[fastrand::usize(..receivers.len())].address.clone()
            };
            let request = http.post(format!("http://{address}/")).body(signed.body.clone());
            let request = signed.headers().iter().fold(request, |request, (name, value)| request.header(*name, *value));
            // The response of some is lost.
            let is_lost = fastrand::u8(..20) == 0;
            let patience = if is_lost { Duration::from_millis(fastrand::u64(1..15)) } else { Duration::from_secs(20) };
            self.sent.fetch_add(1, Ordering::SeqCst);
            match request.timeout(patience).send().await {
                Ok(response) if response.status() == 204 => return,
                Ok(response) => assert!([500, 503].contains(&response.status().as_u16()), "{}", response.status()),
                Err(_) => {
                    self.lost.fetch_add(usize::from(is_lost), Ordering::SeqCst);
                }
            }
            sleep(Duration::from_millis(fastrand::u64(10..100) * (attempt + 1).min(40))).await;
        }
    }
}

/// Sends the deliveries, and tells whether each was handled once.
async fn storm(name: &str, place: Place, receivers: usize, number: usize) -> bool {
    let begun = Instant::now();
    place.memory().migrate().await.unwrap();
    let storm = Arc::new(Storm {
        sandbox: Sandbox::start().await.unwrap(),
        place,
        logs: folder(),
        started: AtomicUsize::new(0),
        receivers: Mutex::default(),
        killed: Mutex::default(),
        sent: AtomicUsize::new(0),
        lost: AtomicUsize::new(0),
    });
    let first: Vec<_> = (0..receivers).map(|_| storm.start()).collect();
    storm.receivers.lock().unwrap().extend(first);
    let over = Arc::new(AtomicBool::new(false));
    let killing = tokio::spawn(storm.clone().kill(over.clone()));

    let mut copies: Vec<usize> = (0..number).flat_map(|id| std::iter::repeat_n(id, fastrand::usize(1..=3))).collect();
    fastrand::shuffle(&mut copies);
    let (http, permits, left) = (reqwest::Client::new(), Arc::new(Semaphore::new(CONCURRENT)), copies.len());
    let left = Arc::new(AtomicUsize::new(left));
    let mut sending = Vec::new();
    for id in copies {
        let permit = permits.clone().acquire_owned().await.unwrap();
        let (storm, http, left) = (storm.clone(), http.clone(), left.clone());
        sending.push(tokio::spawn(async move {
            // What waits for the claim of a dead process holds nobody up.
            let first =
                tokio::time::timeout(Duration::from_millis(300), storm.deliver(&http, &format!("msg_{id}"))).await;
            drop(permit);
            if first.is_err() {
                storm.deliver(&http, &format!("msg_{id}")).await;
            }
            left.fetch_sub(1, Ordering::SeqCst);
        }));
    }
    over.store(true, Ordering::SeqCst);
    killing.await.unwrap();
    for sent in sending {
        sent.await.unwrap();
    }
    let mut receivers = std::mem::take(&mut *storm.receivers.lock().unwrap());
    receivers.iter_mut().for_each(|receiver| drop(receiver.child.stdin.take()));
    receivers.iter_mut().for_each(|receiver| drop(receiver.child.wait()));

    let killed = std::mem::take(&mut *storm.killed.lock().unwrap());
    let evidence = Evidence::read(&storm.logs, number, &killed);
    let (sent, lost, kills) = (&storm.sent, &storm.lost, killed.len());
    println!(
        "\n{name}: {number} deliveries, {} requests, {} responses lost, {kills} processes killed, {:.0?}",
        sent.load(Ordering::SeqCst),
        lost.load(Ordering::SeqCst),
        begun.elapsed()
    );
    println!("  handlers: {:?}", evidence.notes);
    println!("  deliveries handled once: {}", evidence.once);
    println!("  handled again after a process died between success and keeping: {}", evidence.excused);
    println!("  handled again without that excuse: {:?}; never handled: {:?}", evidence.twice, evidence.never);
    std::fs::remove_dir_all(&storm.logs).unwrap();
    if let Place::Sqlite(folder) = &storm.place {
        std::fs::remove_dir_all(folder).unwrap();
    }
    evidence.twice.is_empty() && evidence.never.is_empty() && evidence.once + evidence.excused == number && kills > 0
}

/// What the logs of all processes say.
#[derive(Default)]
struct Evidence {
    /// What handlers did, and how often.
    notes: BTreeMap<String, usize>,
    once: usize,
    excused: usize,
    twice: Vec<String>,
    never: Vec<String>,
}

impl Evidence {
    fn read(logs: &Path, number: usize, killed: &HashSet<usize>) -> Self {
        let mut evidence = Self::default();
        // The successes of each id, and how many of them its process kept, or lived to keep.
        let mut successes: HashMap<String, (usize, usize)> = HashMap::new();
        for log in std::fs::read_dir(logs).unwrap() {
            let path = log.unwrap().path();
            let is_killed = killed.contains(&path.file_stem().unwrap().to_str().unwrap().parse().unwrap());
            let text = std::fs::read_to_string(path).unwrap();
            let mut kept: HashMap<&str, usize> = HashMap::new();
            let mut succeeded: HashMap<&str, usize> = HashMap::new();
            for (what, id) in text.lines().filter_map(|line| line.split_once(' ')) {
                *evidence.notes.entry(what.to_owned()).or_default() += 1;
                match what {
                    "kept" => *kept.entry(id).or_default() += 1,
                    "succeeded" => *succeeded.entry(id).or_default() += 1,
                    _ => {}
                }
            }
            for (id, times) in succeeded {
                let of_id = successes.entry(id.to_owned()).or_default();
                of_id.0 += times;
                of_id.1 += if is_killed { kept.get(id).copied().unwrap_or(0).min(times) } else { times };
            }
        }
        for id in (0..number).map(|id| format!("msg_{id}")) {
            match successes.get(&id) {
                None => evidence.never.push(id),
                Some((1, _)) => evidence.once += 1,
                // All but the last one were not kept.
                Some((times, kept)) if *kept <= 1 && *times > 1 => evidence.excused += 1,
                Some(_) => evidence.twice.push(id),
            }
        }
        evidence
    }
}
