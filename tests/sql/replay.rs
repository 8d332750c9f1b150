//! The memory of webhook deliveries in PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mobiscroll_connect::axum::{PostgresReplayMemory, ReplayClaim, ReplayMemory, WebhookReceiver};
use mobiscroll_connect::sqlx::postgres::PgPool;
use mobiscroll_connect::sqlx::{self, AssertSqlSafe, Row};
use mobiscroll_connect::{Client, Error};
use mobiscroll_connect_sandbox::Sandbox;

use crate::database::Postgres;
use crate::pooler::pooler;

const MINUTE: Duration = Duration::from_secs(60);

fn memory_over(postgres: &Postgres, pool: PgPool) -> PostgresReplayMemory {
    PostgresReplayMemory::new(pool).with_table(&format!("{}.webhooks", postgres.schema)).unwrap()
}

async fn memory(postgres: &Postgres) -> PostgresReplayMemory {
    let memory = memory_over(postgres, postgres.pool());
    memory.migrate().await.unwrap();
    memory
}

async fn rows(postgres: &Postgres) -> i64 {
    let sql = format!("SELECT count(*) FROM {}.webhooks", postgres.schema);
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(&postgres.pool()).await.unwrap().get(0)
}

async fn is_remembered_until_its_time(memory: &PostgresReplayMemory, id: &str) {
    let claim = async |ttl| memory.claim(id, ttl).await.unwrap();
    assert_eq!(claim(MINUTE).await, ReplayClaim::Granted, "{id:?}");
    assert_eq!(claim(MINUTE).await, ReplayClaim::Pending);
    memory.forget(id).await.unwrap();
    // The process of this one dies.
    assert_eq!(claim(Duration::ZERO).await, ReplayClaim::Granted);
    assert_eq!(claim(MINUTE).await, ReplayClaim::Granted);
    memory.keep(id, Duration::MAX).await.unwrap();
    memory.forget(id).await.unwrap();
    assert_eq!(claim(MINUTE).await, ReplayClaim::Done);
    memory.keep(id, Duration::ZERO).await.unwrap();
    assert_eq!(claim(MINUTE).await, ReplayClaim::Granted);
    memory.keep(id, Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn any_id_is_remembered_until_its_time() {
    Postgres::test(|postgres| async move {
        let memory = memory(&postgres).await;
        for id in ["msg_1", "", "'); DROP TABLE webhooks; --", "\\x41", "ä\0", "$1"] {
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

#[tokio::test(flavor = "multi_thread")]
async fn of_many_claims_at_once_one_is_granted() {
    Postgres::test(|postgres| async move {
        memory(&postgres).await;
        let memories: Vec<_> = (0..10).map(|_| memory_over(&postgres, postgres.pool())).collect();
        for round in 0..40 {
            // Every other round on ids whose time has passed.
            let id = format!("msg_{}", round / 2);
            let ttl = if round % 2 == 0 { Duration::ZERO } else { MINUTE };
            if round % 2 == 0 {
                memories[0].claim(&id, ttl).await.unwrap();
                continue;
            }
            let claims: Vec<_> = memories
                .iter()
                .map(|memory| {
                    let (memory, id) = (memory.clone(), id.clone());
                    tokio::spawn(async move { memory.claim(&id, ttl).await.unwrap() })
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
    })
    .await;
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
                        memory.claim(&id, Duration::from_millis(1)).await.unwrap();
                        memory.keep(&id, Duration::from_millis(1)).await.unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let left = rows(&postgres).await;
        assert!(left < 50, "{left} rows of 500 are left");
    })
    .await;
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
        let receivers: Vec<_> = (0..3)
            .map(|_| WebhookReceiver::new(client.clone()).replay_memory(memory_over(&postgres, postgres.pool())))
            .collect();
        let handled = Arc::new(AtomicUsize::new(0));
        let signed = sandbox.sign_webhook("{}");
        let headers =
            signed.headers().iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let delivery = client.webhooks().verify_webhook(&signed.body, &headers).await.unwrap();
        for receiver in receivers.iter().cycle().take(9) {
            let handled = handled.clone();
            let status = receiver.once(delivery.clone(), |_| async move {
                handled.fetch_add(1, Ordering::SeqCst);
                Ok::<_, Error>(())
            });
            assert_eq!(status.await, 204);
        }
        assert_eq!(handled.load(Ordering::SeqCst), 1);

        let gone = postgres.pool_with(postgres.options.clone().host("127.0.0.1").port(1));
        let receiver = WebhookReceiver::new(client).replay_memory(memory_over(&postgres, gone));
        assert_eq!(receiver.once(delivery, |_| async { Ok::<_, Error>(()) }).await, 503);
    })
    .await;
}

#[tokio::test]
async fn names_of_tables_that_are_not_plain_are_refused() {
    let pool = PgPool::connect_lazy("postgres://127.0.0.1:1/none").unwrap();
    for name in ["", "a.b.c", "a\"b", "1a"] {
        assert!(matches!(PostgresReplayMemory::new(pool.clone()).with_table(name), Err(Error::Configuration(_))));
    }
    assert!(!format!("{:?}", PostgresReplayMemory::new(pool)).contains("127.0.0.1"));
}
