//! A process that acts for all users until its standard input ends, and says on its standard output what went wrong.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mobiscroll_connect::{AuthEvent, AuthEvents, Client, Error, TokenStore};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::stores::{Careless, Place, Skewed};

/// Tells the sandbox's log which process a request is from.
pub(crate) const PROCESS_HEADER: &str = "x-process";

pub(crate) const LEASE: Duration = Duration::from_secs(5);
pub(crate) const TIMEOUT: Duration = Duration::from_secs(2);
const SAVE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a token without a result is left alone after two presentations.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);

/// How far the clocks of processes are apart, in a storm of clocks.
pub(crate) const SKEW: i64 = 10 * 60;

/// Calls that a process has under way at a time, and the pause of each between two of them.
const CALLS: usize = 3;
const PAUSE: Duration = Duration::from_millis(100);

const TASK: &str = "MOBISCROLL_CONNECT_CHAOS_TASK";

/// What a child is told by its environment.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) process: usize,
    pub(crate) users: usize,
    pub(crate) careless: bool,
    /// Whether the clocks of the processes are apart.
    pub(crate) clocks: bool,
    pub(crate) place: Place,
    pub(crate) base_url: String,
}

impl Task {
    pub(crate) fn to_env(&self) -> (&'static str, String) {
        let Self { process, users, careless, clocks, place: Place { store, name }, base_url } = self;
        (TASK, format!("{process} {users} {careless} {clocks} {store} {name} {base_url}"))
    }

    pub(crate) fn from_env() -> Option<Self> {
        let task = std::env::var(TASK).ok()?;
        let words: Vec<_> = task.split(' ').map(str::to_owned).collect();
        let [process, users, careless, clocks, store, name, base_url] = words.try_into().expect("seven words");
        let [process, users] = [process, users].map(|number| number.parse().unwrap());
        let [careless, clocks] = [careless, clocks].map(|word| word == "true");
        Some(Self { process, users, careless, clocks, place: Place { store, name }, base_url })
    }

    pub(crate) fn client(&self, store: Arc<dyn TokenStore>) -> Client {
        let process = HeaderValue::from(self.process);
        let headers = HeaderMap::from_iter([(HeaderName::from_static(PROCESS_HEADER), process)]);
        let http = reqwest::Client::builder().default_headers(headers).build().unwrap();
        Client::builder("sandbox-client", "sandbox-secret", "https://app.example/oauth/callback")
            .base_url(&self.base_url)
            .http_client(http)
            .timeout(TIMEOUT)
            .refresh_lease(LEASE)
            .save_timeout(SAVE_TIMEOUT)
            .presentation_interval(INTERVAL)
            .token_store(store)
            .build()
            .unwrap()
    }
}

pub(crate) fn user(number: usize) -> String {
    format!("user-{number}")
}

pub(crate) fn run(task: Task) {
    // Both kinds of runtime have to stand it.
    let runtime = match task.process % 2 {
        0 => Builder::new_current_thread().enable_all().build(),
        _ => Runtime::new(),
    };
    runtime.unwrap().block_on(async move {
        let store = task.place.open();
        let client = task.client(match (task.careless, task.clocks) {
            (true, _) => Arc::new(Careless(store)),
            // Behind, right, and ahead.
            (_, true) => Arc::new(Skewed(store, SKEW * (task.process as i64 % 3 - 1))),
            _ => store,
        });
        tokio::spawn(tell_of_refreshes(client.auth_events()));
        let handles: Arc<[_]> = (0..task.users).map(|number| client.for_user(user(number))).collect();
        let ended = end_of_input();
        let calls: Vec<_> = (0..CALLS).map(|_| tokio::spawn(call_on(handles.clone(), ended.clone()))).collect();
        for call in calls {
            call.await.unwrap();
        }
        if let Err(error) = client.close().await {
            tell("nobody", &error);
        }
    });
}

async fn call_on(handles: Arc<[Client]>, ended: watch::Receiver<bool>) {
    while !*ended.borrow() {
        let handle = &handles[fastrand::usize(..handles.len())];
        if let Err(error) = handle.calendars().list().await {
            tell(handle.user(), &error);
        }
        sleep(PAUSE.mul_f64(fastrand::f64() * 2.0)).await;
    }
}

/// What a process says in a line.
pub(crate) enum Line {
    /// New tokens of a user are saved and in force.
    Refreshed {
        at: SystemTime,
        user: String,
    },
    Failed {
        user: String,
        needs_reauthorization: bool,
        error: String,
    },
}

impl Line {
    pub(crate) fn read(line: &str) -> Self {
        let words: Vec<_> = line.splitn(4, ' ').map(str::to_owned).collect();
        match &words[..] {
            [kind, user, nanos] if kind == "refreshed" => {
                Self::Refreshed { at: UNIX_EPOCH + Duration::from_nanos(nanos.parse().unwrap()), user: user.clone() }
            }
            [kind, user, alarm, error] if kind == "failed" => {
                Self::Failed { user: user.clone(), needs_reauthorization: alarm == "true", error: error.clone() }
            }
            _ => panic!("a process said: {line}"),
        }
    }
}

async fn tell_of_refreshes(mut events: AuthEvents) {
    while let Some(event) = events.next().await {
        if let AuthEvent::Refreshed { user, .. } = event {
            println!("refreshed {user} {}", UNIX_EPOCH.elapsed().unwrap().as_nanos());
        }
    }
}

/// Says what failed, with its code and its causes.
fn tell(user: &str, error: &Error) {
    let mut line = format!("failed {user} {} {} {error}", error.needs_reauthorization(), error.code());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        line += &format!(": {cause}");
        source = cause.source();
    }
    println!("{}", line.replace('\n', " "));
}

fn end_of_input() -> watch::Receiver<bool> {
    let (sender, ended) = watch::channel(false);
    std::thread::spawn(move || {
        // It never says anything; it ends when the parent is done, or gone.
        let _ = std::io::stdin().read(&mut [0]);
        sender.send_replace(true);
    });
    ended
}
