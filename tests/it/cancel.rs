//! Callers that give up at every point of a call that refreshes, and the tokens that survive them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use mobiscroll_connect::{Client, SaveIf, TokenStore, Tokens};
use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed};
use tokio::runtime::{Builder, Runtime};

use crate::flaky::FlakyStore;
use crate::support::{builder, tokens};

/// How many drop points a sweep spreads over one call.
const POINTS: usize = 60;

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An engine under test: whatever refreshes for a user within a call, and saves to the store.
trait Engine: Send + Sync + 'static {
    fn call(&self, user: &str) -> Call;
    /// Waits for what goes on without the caller.
    fn rest(&self) -> Call;
}

impl Engine for Client {
    fn call(&self, user: &str) -> Call {
        let client = self.for_user(user);
        Box::pin(async move { drop(client.calendars().list().await) })
    }

    fn rest(&self) -> Call {
        let client = self.clone();
        Box::pin(async move { client.close().await.unwrap() })
    }
}

/// What the sweep is there to catch: an engine that refreshes within the future of its caller.
struct Naive {
    http: reqwest::Client,
    sandbox: Arc<Sandbox>,
    store: Arc<FlakyStore>,
}

impl Engine for Naive {
    fn call(&self, user: &str) -> Call {
        let (http, sandbox, store, user) =
            (self.http.clone(), self.sandbox.clone(), self.store.clone(), user.to_owned());
        Box::pin(async move {
            let old = store.tokens(&user).await.unwrap();
            let list = |tokens: Tokens| {
                let url = format!("{}/calendars", sandbox.base_url());
                http.get(url).bearer_auth(tokens.access_token().expose()).send()
            };
            if list(old.clone()).await.is_ok_and(|answer| answer.status() == 401) {
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "refresh_token")
                    .append_pair("refresh_token", old.refresh_token().unwrap().expose())
                    .finish();
                let request = http
                    .post(format!("{}/oauth/token", sandbox.base_url()))
                    .basic_auth(sandbox.client_id(), Some(sandbox.client_secret()))
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form);
                let Ok(answer) = request.send().await else { return };
                let Ok(new) = answer.text().await else { return };
                tokio::time::sleep(Duration::from_millis(1)).await;
                store.put_text(&user, &new).await;
                let _ = list(Tokens::from_json(&new).unwrap()).await;
            }
        })
    }

    fn rest(&self) -> Call {
        Box::pin(async {})
    }
}

/// Lets a future run until it was polled so often, or until so many turns of the runtime have passed.
struct DropAfter {
    call: Option<Call>,
    left: usize,
    /// Whether turns count, in which the future itself may have nothing to do.
    by_turns: bool,
    used: Arc<AtomicUsize>,
}

impl Future for DropAfter {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.left == 0 {
            self.call = None;
            return Poll::Ready(());
        }
        self.left -= 1;
        self.used.fetch_add(1, Ordering::SeqCst);
        if self.by_turns {
            cx.waker().wake_by_ref();
        }
        match &mut self.call {
            Some(call) => call.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}

#[derive(Default)]
struct Sweep {
    points: usize,
    /// Callers that went before anything was refreshed, while it was, and after it was saved
    before: usize,
    within: usize,
    after: usize,
    lost: usize,
}

struct Stage {
    sandbox: Arc<Sandbox>,
    store: Arc<dyn TokenStore>,
    http: reqwest::Client,
    engine: Arc<dyn Engine>,
    users: usize,
}

impl Stage {
    /// Drops a call at a point, and tells how many polls or turns it took.
    async fn drop_at(&mut self, sweep: &mut Sweep, left: usize, by_turns: bool) -> usize {
        self.users += 1;
        let user = format!("user-{}", self.users);
        let old = tokens(self.sandbox.issue_tokens(&user));
        self.store.save(&user, Some(&old.to_json()), SaveIf::Version(0)).await.unwrap();
        self.sandbox.expire_access_token(&user);

        let used = Arc::new(AtomicUsize::new(0));
        let call = Some(self.engine.call(&user));
        tokio::spawn(DropAfter { call, left, by_turns, used: used.clone() }).await.unwrap();
        let refreshed = self.sandbox.refreshes(&user) > 0;
        let stored = self.store.load(&user).await.unwrap().tokens.unwrap();
        let saved = Tokens::from_json(stored.expose()).unwrap() != old;
        *match (refreshed, saved) {
            (_, true) => &mut sweep.after,
            (true, false) => &mut sweep.within,
            (false, false) => &mut sweep.before,
        } += 1;

        self.engine.rest().await;
        // A server that still works on an answer for nobody comes to its end.
        let settled = self.sandbox.refreshes(&user).max(1);
        let next = builder(&self.sandbox).http_client(self.http.clone()).token_store(self.store.clone());
        let next = next.build().unwrap();
        next.for_user(&user).calendars().list().await.unwrap();
        sweep.points += 1;
        // Whoever comes next finds the newest tokens, and has no rotation to repeat.
        sweep.lost += usize::from(self.sandbox.refreshes(&user) != settled);
        used.load(Ordering::SeqCst)
    }

    async fn sweep(&mut self, sweep: &mut Sweep) {
        let polls = self.drop_at(sweep, usize::MAX, false).await;
        for left in 0..=polls {
            self.drop_at(sweep, left, false).await;
        }
        let turns = self.drop_at(sweep, usize::MAX, true).await;
        for point in 0..POINTS {
            self.drop_at(sweep, point * turns / POINTS, true).await;
        }
    }
}

fn runtimes() -> [Runtime; 2] {
    // Every turn looks at the sockets too.
    let single = Builder::new_current_thread().enable_all().event_interval(1).build().unwrap();
    let multi = Builder::new_multi_thread().worker_threads(2).enable_all().event_interval(1).build().unwrap();
    [single, multi]
}

fn sandbox(fault: Option<Fault>) -> Arc<Sandbox> {
    let sandbox = Sandbox::builder().seed(Seed::Empty).start_blocking().unwrap();
    if let Some(fault) = fault {
        sandbox.inject(fault.always());
    }
    Arc::new(sandbox)
}

fn sweep_all(
    name: &str,
    faults: &[Option<Fault>],
    engine: impl Fn(&Arc<Sandbox>, &Arc<FlakyStore>) -> Arc<dyn Engine>,
) -> Sweep {
    let mut sweep = Sweep::default();
    for fault in faults {
        for runtime in runtimes() {
            let (sandbox, store) = (sandbox(fault.clone()), FlakyStore::new());
            let engine = engine(&sandbox, &store);
            let http = reqwest::Client::new();
            runtime.block_on(Stage { sandbox, store, http, engine, users: 0 }.sweep(&mut sweep));
        }
    }
    sweep.print(name)
}

/// Sweeps the session over a store, which is opened on the runtime that it is used on.
#[cfg(any(feature = "file", feature = "sqlite", feature = "postgres"))]
fn sweep_over(name: &str, open: impl AsyncFn() -> Arc<dyn TokenStore>) {
    let mut sweep = Sweep::default();
    for runtime in runtimes() {
        let sandbox = sandbox(None);
        runtime.block_on(async {
            let (store, http) = (open().await, reqwest::Client::new());
            let engine = Arc::new(builder(&sandbox).token_store(store.clone()).build().unwrap());
            Stage { sandbox, store, http, engine, users: 0 }.sweep(&mut sweep).await;
        });
    }
    let Sweep { before, after, lost, .. } = sweep.print(name);
    assert!(before > 0 && after > 0, "the points lie on both sides");
    assert_eq!(lost, 0, "{name}");
}

impl Sweep {
    fn print(self, name: &str) -> Self {
        let Self { points, before, within, after, lost } = &self;
        println!(
            "{name}: {points} drop points ({before} before the rotation, {within} before it was saved, {after} after), \
             {lost} lost"
        );
        self
    }
}

#[cfg(feature = "file")]
#[test]
fn no_rotation_is_lost_over_files() {
    let folder = tempfile::TempDir::new().unwrap();
    let count = AtomicUsize::new(0);
    sweep_over("files", async || {
        let folder = folder.path().join(count.fetch_add(1, Ordering::SeqCst).to_string());
        Arc::new(mobiscroll_connect::FileTokenStore::open(folder).unwrap()) as Arc<dyn TokenStore>
    });
}

#[cfg(feature = "sqlite")]
#[test]
fn no_rotation_is_lost_over_sqlite() {
    use mobiscroll_connect::SqlTokenStore;
    use mobiscroll_connect::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};

    let folder = tempfile::TempDir::new().unwrap();
    let count = AtomicUsize::new(0);
    sweep_over("SQLite", async || {
        let file = folder.path().join(format!("{}.db", count.fetch_add(1, Ordering::SeqCst)));
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_with(options.journal_mode(SqliteJournalMode::Wal)).await.unwrap();
        let store = SqlTokenStore::sqlite(pool);
        store.migrate().await.unwrap();
        Arc::new(store) as Arc<dyn TokenStore>
    });
}

#[cfg(feature = "postgres")]
#[test]
fn no_rotation_is_lost_over_postgres() {
    use mobiscroll_connect::SqlTokenStore;
    use mobiscroll_connect::sqlx::postgres::PgPool;
    use mobiscroll_connect::sqlx::{AssertSqlSafe, raw_sql};

    let Some(url) = std::env::var("MOBISCROLL_CONNECT_POSTGRES_URL").ok().filter(|url| !url.is_empty()) else {
        return println!("MOBISCROLL_CONNECT_POSTGRES_URL is not set: nothing is tested");
    };
    let table = |number: usize| format!("drop_sweep_{}_{number}", std::process::id());
    let count = AtomicUsize::new(0);
    sweep_over("PostgreSQL", async || {
        let pool = PgPool::connect(&url).await.unwrap();
        let store = SqlTokenStore::postgres(pool).with_table(&table(count.fetch_add(1, Ordering::SeqCst))).unwrap();
        store.migrate().await.unwrap();
        Arc::new(store) as Arc<dyn TokenStore>
    });
    runtimes()[0].block_on(async {
        let pool = PgPool::connect(&url).await.unwrap();
        for number in 0..count.load(Ordering::SeqCst) {
            raw_sql(AssertSqlSafe(format!("DROP TABLE {}", table(number)))).execute(&pool).await.unwrap();
        }
    });
}

/// Answers that are late, or of which half comes late.
fn faults() -> Vec<Option<Fault>> {
    let moment = Duration::from_millis(3);
    vec![
        None,
        Some(Fault::on(Operation::ListCalendars).delay(moment)),
        Some(Fault::on(Operation::ListCalendars).stall_for(moment)),
        Some(Fault::on(Operation::RefreshToken).delay(moment)),
        Some(Fault::on(Operation::RefreshToken).stall_for(moment)),
        Some(Fault::on(Operation::RefreshToken).after_commit().delay(moment)),
    ]
}

#[test]
fn a_caller_that_gives_up_at_any_point_loses_no_rotation() {
    let plain = |sandbox: &Arc<Sandbox>, store: &Arc<FlakyStore>| -> Arc<dyn Engine> {
        Arc::new(builder(sandbox).token_store(store.clone()).build().unwrap())
    };
    let with_slow_hook = |sandbox: &Arc<Sandbox>, store: &Arc<FlakyStore>| -> Arc<dyn Engine> {
        let builder = builder(sandbox).token_store(store.clone());
        let hook = |_: Tokens| tokio::time::sleep(Duration::from_millis(3));
        Arc::new(builder.on_tokens_refreshed(hook).build().unwrap())
    };
    let sweeps =
        [sweep_all("session", &faults(), plain), sweep_all("session with a hook", &faults()[..2], with_slow_hook)];
    assert!(sweeps.iter().map(|sweep| sweep.points).sum::<usize>() >= 1000);
    for Sweep { before, within, after, lost, .. } in sweeps {
        assert!(before > 0 && within > 0 && after > 0, "the points lie on both sides");
        assert_eq!(lost, 0);
    }
}

#[test]
fn the_sweep_catches_an_engine_that_refreshes_within_its_callers_future() {
    let naive = |sandbox: &Arc<Sandbox>, store: &Arc<FlakyStore>| -> Arc<dyn Engine> {
        Arc::new(Naive { http: reqwest::Client::new(), sandbox: sandbox.clone(), store: store.clone() })
    };
    assert!(sweep_all("control", &faults()[5..], naive).lost > 0);
}
