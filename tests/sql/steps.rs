//! The steps of a store: whole or not at all, in turn, and only once they are certain.

use std::future::{Future, poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use mobiscroll_connect::sqlx::{self, Row};
use mobiscroll_connect::{LeaseOutcome, SaveIf, SaveOutcome, SqlTokenStore, StoreFuture, StoredTokens, TokenStore};
use tokio::time::timeout;

use crate::database::{Postgres, Sqlite};
use crate::pooler::{SERVERS, pooler};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_save_that_postgres_cannot_commit_is_an_error() {
    Postgres::test(|postgres| async move {
        let (store, table, schema) = (postgres.store().await, postgres.table(), &postgres.schema);
        postgres
            .execute(&format!(
                "CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION 'too late'; END $$; \
                 CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON {table} \
                 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()"
            ))
            .await;
        is_not_committed(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_save_that_sqlite_cannot_commit_is_an_error() {
    let sqlite = Sqlite::new();
    let store = sqlite.store().await;
    sqlite
        .execute(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
             CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED); \
             CREATE TRIGGER orphan AFTER INSERT ON mobiscroll_connect_tokens BEGIN INSERT INTO child VALUES (1); END",
        )
        .await;
    is_not_committed(&store).await;
}

async fn is_not_committed(store: &SqlTokenStore) {
    store.save("ada", Some(&"tokens".into()), SaveIf::Version(0)).await.unwrap_err();
    store.lease("ada", MINUTE).await.unwrap_err();
    assert_eq!(store.load("ada").await.unwrap().version, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_at_once_for_a_new_user_one_gets_the_lease() {
    Postgres::test(|postgres| async move {
        postgres.store().await;
        let stores: Vec<_> = (0..8).map(|_| Arc::new(postgres.store_over(postgres.pool()))).collect();
        one_gets_the_lease(&stores).await;
    })
    .await;
    let sqlite = Sqlite::new();
    sqlite.store().await;
    let stores: Vec<_> = (0..8).map(|_| Arc::new(SqlTokenStore::sqlite(sqlite.pool()))).collect();
    one_gets_the_lease(&stores).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_isolation_level_makes_no_difference() {
    Postgres::test(|postgres| async move {
        postgres.store().await;
        let options = postgres.options.clone().options([("default_transaction_isolation", "serializable")]);
        let stores: Vec<_> =
            (0..8).map(|_| Arc::new(postgres.store_over(postgres.pool_with(options.clone())))).collect();
        one_gets_the_lease(&stores).await;
    })
    .await;
}

async fn one_gets_the_lease(stores: &[Arc<SqlTokenStore>]) {
    for round in 0..20 {
        let user = format!("user {round}");
        let leases: Vec<_> = stores
            .iter()
            .map(|store| {
                let (store, user) = (store.clone(), user.clone());
                tokio::spawn(async move { store.lease(&user, MINUTE).await.unwrap() })
            })
            .collect();
        let mut granted = 0;
        for lease in leases {
            match lease.await.unwrap() {
                LeaseOutcome::Granted { fence, .. } => granted += usize::from(fence == 1),
                LeaseOutcome::Held { remaining } => assert!(remaining.is_none_or(|remaining| remaining <= MINUTE)),
            }
        }
        assert_eq!(granted, 1, "{user}");
        let saves: Vec<_> = stores
            .iter()
            .map(|store| {
                let (store, user) = (store.clone(), user.clone());
                let condition = SaveIf::Lease { version: 0, fence: 1 };
                tokio::spawn(async move { store.save(&user, Some(&"tokens".into()), condition).await.unwrap() })
            })
            .collect();
        let mut outcomes = Vec::new();
        for save in saves {
            outcomes.push(save.await.unwrap());
        }
        outcomes.retain(|outcome| *outcome != SaveOutcome::Conflict);
        assert_eq!(outcomes, [SaveOutcome::Saved { version: 1 }], "{user}");
    }
}

#[tokio::test]
async fn numbers_that_no_column_holds_match_no_record() {
    Postgres::test(|postgres| async move { no_record_matches(postgres.store().await).await }).await;
    let sqlite = Sqlite::new();
    no_record_matches(sqlite.store().await).await;
}

async fn no_record_matches(store: SqlTokenStore) {
    for user in ["unknown", "known"] {
        for number in [u64::MAX, i64::MAX as u64, i64::MAX as u64 + 1, u64::from(u32::MAX) + 1] {
            for condition in [
                SaveIf::Version(number),
                SaveIf::Lease { version: number, fence: 1 },
                SaveIf::Lease { version: 0, fence: number },
            ] {
                let saved = store.save(user, Some(&"tokens".into()), condition).await.unwrap();
                assert_eq!(saved, SaveOutcome::Conflict, "{user} {condition:?}");
            }
            store.release(user, number, 0).await.unwrap();
        }
        let lease = store.lease("known", Duration::MAX).await.unwrap();
        assert_eq!(matches!(lease, LeaseOutcome::Granted { .. }), user == "unknown", "{lease:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_dropped_happens_whole_or_not_at_all() {
    Postgres::test(|postgres| async move {
        postgres.store().await;
        // Every answer takes its time, so that drops hit every stage of a step.
        let pooler = pooler(&postgres, Duration::from_millis(2)).await;
        let pool = postgres.pool_with(postgres.options.clone().host("127.0.0.1").port(pooler.port));
        let check = || async {
            // A transaction that is left open would take along what comes next.
            let sql = "SELECT now() = statement_timestamp()";
            for _ in 0..SERVERS {
                assert!(sqlx::raw_sql(sql).fetch_one(&pool).await.unwrap().get::<bool, _>(0));
            }
        };
        steps_are_whole(&postgres.store_over(pool.clone()), check).await;
    })
    .await;
    let sqlite = Sqlite::new();
    steps_are_whole(&sqlite.store().await, || ready(())).await;
}

async fn steps_are_whole<F: Future<Output = ()>>(store: &SqlTokenStore, check: impl Fn() -> F) {
    let (mut before, mut dropped) = (StoredTokens::default(), 0);
    for round in 0..60 {
        let tokens = format!("tokens {round}").into();
        let is_saved = finishes(round, store.save("ada", Some(&tokens), SaveIf::Version(before.version))).await;
        check().await;
        let is_leased = finishes(round, store.lease("ada", Duration::ZERO)).await;
        check().await;
        dropped += usize::from(!is_saved) + usize::from(!is_leased);
        let stored = store.load("ada").await.unwrap();
        assert_eq!(stored.tokens == before.tokens, stored.version == before.version, "both or none");
        before = stored;
    }
    let LeaseOutcome::Granted { fence, .. } = store.lease("ada", Duration::ZERO).await.unwrap() else {
        panic!("all leases have ended");
    };
    assert!(dropped > 0 && before.version > 0 && fence > 1, "{dropped} dropped, {before:?}, {fence}");
    assert!(before.version <= 60 && fence <= 61);
}

/// Drops a step, in even rounds after so many polls, in odd ones after a while; tells whether it came to its end before.
async fn finishes<T>(round: u64, mut step: StoreFuture<'_, T>) -> bool {
    let mut polls = if round.is_multiple_of(2) { 1 + round / 2 % 4 } else { u64::MAX };
    let polled = poll_fn(|context| {
        polls -= 1;
        match step.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polls == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    });
    timeout(Duration::from_millis(round % 20), polled).await.unwrap_or(false)
}
