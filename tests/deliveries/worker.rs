//! A process that receives deliveries until it is killed or its standard input ends.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mobiscroll_connect::axum::webhook_router;
use mobiscroll_connect::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use mobiscroll_connect::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use mobiscroll_connect::{
    Client, ReplayClaim, ReplayFuture, ReplayMemory, Retention, SqlReplayMemory, WebhookDelivery, WebhookReceiver,
};
use tokio::net::TcpListener;
use tokio::time::sleep;

const TASK: &str = "MOBISCROLL_CONNECT_DELIVERIES_TASK";

/// The time limit of the handler.
const LIMIT: Duration = Duration::from_millis(300);

/// The work of a child process, read from its environment variables.
#[derive(Clone)]
pub(crate) struct Task {
    /// A schema of PostgreSQL, or the folder of an SQLite database
    pub(crate) place: Place,
    pub(crate) base_url: String,
    /// Where it notes what it did
    pub(crate) log: PathBuf,
}

#[derive(Clone)]
pub(crate) enum Place {
    Postgres { url: String, schema: String },
    Sqlite(PathBuf),
}

impl Place {
    pub(crate) fn memory(&self) -> SqlReplayMemory {
        match self {
            Self::Postgres { url, schema } => {
                let options: PgConnectOptions = url.parse().unwrap();
                // The receivers are killed, and not the server.
                let options = options.options([("synchronous_commit", "off")]);
                let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(options);
                SqlReplayMemory::postgres(pool).with_table(&format!("{schema}.webhooks")).unwrap()
            }
            Self::Sqlite(folder) => {
                let options = SqliteConnectOptions::new().filename(folder.join("webhooks.db")).create_if_missing(true);
                let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal);
                let options = options.busy_timeout(Duration::from_secs(20));
                SqlReplayMemory::sqlite(SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options))
            }
        }
    }
}

impl Task {
    pub(crate) fn to_env(&self) -> (&'static str, String) {
        let place = match &self.place {
            Place::Postgres { url, schema } => format!("postgres\n{url}\n{schema}"),
            Place::Sqlite(folder) => format!("sqlite\n{}\n-", folder.display()),
        };
        (TASK, format!("{place}\n{}\n{}", self.base_url, self.log.display()))
    }

    pub(crate) fn from_env() -> Option<Self> {
        let task = std::env::var(TASK).ok()?;
        let lines: Vec<_> = task.lines().map(str::to_owned).collect();
        let [kind, at, schema, base_url, log] = lines.try_into().expect("five lines");
        let place = match &*kind {
            "postgres" => Place::Postgres { url: at, schema },
            _ => Place::Sqlite(at.into()),
        };
        Some(Self { place, base_url, log: log.into() })
    }
}

/// The log of a process: a line survives the process as soon as it is written.
#[derive(Clone)]
struct Log(Arc<Mutex<File>>);

impl Log {
    fn note(&self, what: &str, id: &str) {
        self.0.lock().unwrap().write_all(format!("{what} {id}\n").as_bytes()).unwrap();
    }
}

/// Notes which ids are kept.
struct Noted(SqlReplayMemory, Log);

impl ReplayMemory for Noted {
    fn claim<'a>(&'a self, id: &'a str, fence: u64, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        self.0.claim(id, fence, ttl)
    }

    fn keep<'a>(&'a self, id: &'a str, fence: u64, retention: Retention) -> ReplayFuture<'a, ()> {
        Box::pin(async move {
            self.0.keep(id, fence, retention).await?;
            self.1.note("kept", id);
            Ok(())
        })
    }

    fn forget<'a>(&'a self, id: &'a str, fence: u64) -> ReplayFuture<'a, ()> {
        self.0.forget(id, fence)
    }
}

pub(crate) fn run(task: Task) {
    // Panics of the handler are part of the game.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let log = Log(Arc::new(Mutex::new(OpenOptions::new().create(true).append(true).open(&task.log).unwrap())));
        let client = Client::builder("sandbox-client", "sandbox-secret", "https://app.example/oauth/callback");
        let client = client.base_url(&task.base_url).build().unwrap();
        let handler = {
            let log = log.clone();
            move |delivery: WebhookDelivery| handle(delivery, log.clone())
        };
        let receiver = WebhookReceiver::new(client, handler).handler_timeout(LIMIT);
        let receiver = receiver.replay_memory(Noted(task.place.memory(), log));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        axum::serve(listener, webhook_router(receiver)).await.unwrap();
    });
}

/// Succeeds most of the time, after a while.
fn handle(delivery: WebhookDelivery, log: Log) -> impl Future<Output = Result<(), &'static str>> + Send {
    let dice = fastrand::u32(..1000);
    log.note(
        match dice {
            0..30 => "panics-before",
            30..60 => "panics",
            60..80 => "hangs",
            80..150 => "fails",
            _ => "begins",
        },
        &delivery.id,
    );
    assert!(dice >= 30, "a panic before the future");
    async move {
        sleep(Duration::from_millis(fastrand::u64(..5))).await;
        match dice {
            30..60 => panic!("a panic inside the future"),
            60..80 => std::future::pending().await,
            80..150 => Err("not now"),
            _ => {
                log.note("succeeded", &delivery.id);
                Ok(())
            }
        }
    }
}
