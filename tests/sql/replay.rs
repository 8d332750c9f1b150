//! The memory of webhook deliveries in PostgreSQL and SQLite.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mobiscroll_connect::sqlx::postgres::PgPool;
use mobiscroll_connect::sqlx::{self, AssertSqlSafe, Row};
use mobiscroll_connect::{Client, Error, ReplayClaim, ReplayMemory, Retention, SqlReplayMemory, WebhookReceiver};
use mobiscroll_connect_sandbox::Sandbox;

use crate::database::{Postgres, Sqlite};
use crate::pooler::pooler;

const MINUTE: Duration = Duration::from_secs(60);

fn memory_over(postgres: &Postgres, pool: PgPool) -> SqlReplayMemory {
    SqlReplayMemory::postgres(pool).with_table(&format!("{}.webhooks", postgres.schema)).unwrap()
}

async fn memory(postgres: &Postgres) -> SqlReplayMemory {
    let memory = memory_over(postgres, postgres.pool());
    memory.migrate().await.unwrap();
    memory
}

async fn sqlite_memory(sqlite: &Sqlite) -> SqlReplayMemory {
    let memory = SqlReplayMemory::sqlite(sqlite.pool());
    memory.migrate().await.unwrap();
    memory
}

fn retention(remember: Duration) -> Retention {
    Retention { replayable: Duration::ZERO, remember }
}

async fn rows(postgres: &Postgres) -> i64 {
    let sql = format!("SELECT count(*) FROM {}.webhooks", postgres.schema);
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&postgres.pool()).await.unwrap().get(0)
}

async fn is_remembered_until_its_time(memory: &SqlReplayMemory, id: &str) {
    let claim = async |fence, ttl| memory.claim(id, fence, ttl).await.unwrap();
    assert_eq!(claim(1, MINUTE).await, ReplayClaim::Granted, "{id:?}");
    assert_eq!(claim(2, MINUTE).await, ReplayClaim::Pending);
    assert_eq!(claim(1, MINUTE).await, ReplayClaim::Granted, "the same claim again");
    memory.forget(id, 2).await.unwrap();
    assert_eq!(claim(2, MINUTE).await, ReplayClaim::Pending, "the fence of another claim forgets nothing");
    memory.forget(id, 1).await.unwrap();
    // The process of this one dies.
    assert_eq!(claim(u64::MAX, Duration::ZERO).await, ReplayClaim::Granted);
    assert_eq!(claim(3, MINUTE).await, ReplayClaim::Granted);
    memory.keep(id, u64::MAX, retention(Duration::MAX)).await.unwrap();
    memory.forget(id, 3).await.unwrap();
    assert_eq!(claim(3, MINUTE).await, ReplayClaim::Done, "a late success is kept");
    memory.keep(id, 3, retention(Duration::ZERO)).await.unwrap();
    assert_eq!(claim(4, MINUTE).await, ReplayClaim::Granted);
    memory.keep(id, 4, retention(Duration::ZERO)).await.unwrap();
}

/// Any ids.
const IDS: [&str; 6] = ["msg_1", "", "'); DROP TABLE webhooks; --", "\\x41", "ä\0", "$1"];

#[tokio::test]
async fn any_id_is_remembered_until_its_time_in_sqlite() {
    let sqlite = Sqlite::new();
    let memory = sqlite_memory(&sqlite).await;
    for id in IDS {
        is_remembered_until_its_time(&memory, id).await;
    }
}

#[tokio::test]
async fn any_id_is_remembered_until_its_time() {
    Postgres::test(|postgres| async move {
        let memory = memory(&postgres).await;
        for id in IDS {
            is_remembered_until_its_time(&memory, id).await;
        }
        let pooler = pooler(&postgres, Duration::ZERO).await;
        let options = postgres.options.clone().host("127.0.0.1").port(pooler.port);
        is_remembered_until_its_time(&memory_over(&postgres, postgres.pool_with(options)), "behind a pooler").await;
        let strict = postgres.options.clone().options([("default_transaction_isolation", "serializable")]);
        is_remembered_until_its_time(&memory_over(&postgres, postgres.pool_with(strict)), "strict").await;
    })
    .await;
}

/// Claims ids by many memories over one database at the same time.
async fn one_claim_is_granted(memories: Vec<Arc<SqlReplayMemory>>) {
    for round in 0..40 {
        // Every other round on ids whose time has passed.
        let id = format!("msg_{}", round / 2);
        if round % 2 == 0 {
            memories[0].claim(&id, 1, Duration::ZERO).await.unwrap();
            continue;
        }
        let claims: Vec<_> = memories
            .iter()
            .zip(2..)
            .map(|(memory, fence)| {
                let (memory, id) = (memory.clone(), id.clone());
                tokio::spawn(async move { memory.claim(&id, fence, MINUTE).await.unwrap() })
            })
            .collect();
        let mut granted = 0;
        for claim in claims {
            match claim.await.unwrap() {
                ReplayClaim::Granted => granted += 1,
                other => assert_eq!(other, ReplayClaim::Pending),
            }
        }
        assert_eq!(granted, 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_at_once_one_is_granted() {
    Postgres::test(|postgres| async move {
        memory(&postgres).await;
        one_claim_is_granted((0..10).map(|_| Arc::new(memory_over(&postgres, postgres.pool()))).collect()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_at_once_one_is_granted_in_sqlite() {
    let sqlite = Sqlite::new();
    sqlite_memory(&sqlite).await;
    one_claim_is_granted((0..10).map(|_| Arc::new(SqlReplayMemory::sqlite(sqlite.pool()))).collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_whose_time_has_passed_go_away() {
    Postgres::test(|postgres| async move {
        memory(&postgres).await;
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let memory = memory_over(&postgres, postgres.pool());
                tokio::spawn(async move {
                    for number in 0..250 {
                        // Some are claimed by two, and some by nobody else.
                        let id = format!("msg_{}", (writer % 2) * 1000 + number);
                        memory.claim(&id, writer, Duration::from_millis(1)).await.unwrap();
                        memory.keep(&id, writer, retention(Duration::from_millis(1))).await.unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let left = rows(&postgres).await;
        assert!(left < 100, "{left} rows of 500 are left");
    })
    .await;
}

#[tokio::test]
async fn ids_whose_time_has_passed_go_away_in_sqlite() {
    let sqlite = Sqlite::new();
    let memory = sqlite_memory(&sqlite).await;
    for number in 0..300 {
        memory.keep(&number.to_string(), 1, retention(Duration::from_millis(1))).await.unwrap();
    }
    let count = "SELECT count(*) FROM mobiscroll_connect_webhooks";
    let left: i64 = sqlx::raw_sql(count).fetch_one(&sqlite.pool()).await.unwrap().get(0);
    assert!(left < 100, "{left} rows of 300 are left");
}

#[tokio::test]
async fn a_delivery_that_one_process_handled_is_done_for_another() {
    Postgres::test(|postgres| async move {
        memory(&postgres).await;
        let sandbox = Sandbox::start().await.unwrap();
        let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
            .base_url(sandbox.base_url())
            .build()
            .unwrap();
        let handled = Arc::new(AtomicUsize::new(0));
        let receiver = |pool| {
            let handled = handled.clone();
            let handler = move |_| {
                handled.fetch_add(1, Ordering::SeqCst);
                std::future::ready(Ok::<_, Error>(()))
            };
            WebhookReceiver::new(client.clone(), handler).replay_memory(memory_over(&postgres, pool))
        };
        let receivers: Vec<_> = (0..3).map(|_| receiver(postgres.pool())).collect();
        let signed = sandbox.sign_webhook("{}");
        let headers =
            signed.headers().iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        for receiver in receivers.iter().cycle().take(9) {
            assert_eq!(receiver.receive(&headers, signed.body.clone()).await.status(), 204);
        }
        assert_eq!(handled.load(Ordering::SeqCst), 1);

        let gone = receiver(postgres.pool_with(postgres.options.clone().host("127.0.0.1").port(1)));
        assert_eq!(gone.receive(&headers, signed.body.clone()).await.status(), 503);
    })
    .await;
}

#[tokio::test]
async fn names_of_tables_that_are_not_plain_are_refused() {
    let pool = PgPool::connect_lazy("postgres://127.0.0.1:1/none").unwrap();
    for name in ["", "a.b.c", "a\"b", "1a"] {
        assert!(matches!(SqlReplayMemory::postgres(pool.clone()).with_table(name), Err(Error::Configuration(_))));
    }
    assert!(!format!("{:?}", SqlReplayMemory::postgres(pool)).contains("127.0.0.1"));
}
