//! The conformance suite for stores, over everything that an SQL store is run on.

use std::time::Duration;

use mobiscroll_connect::SqlTokenStore;
use mobiscroll_connect::sqlx::sqlite::{SqliteJournalMode, SqlitePool};
use mobiscroll_connect::testing::{check_damaged_record, check_token_store};

use crate::database::{Postgres, Sqlite};
use crate::pooler::pooler;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    Postgres::test(|postgres| async move {
        check_token_store(|| async { Ok(postgres.store().await) }).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms_at_a_strict_isolation_level() {
    Postgres::test(|postgres| async move {
        postgres.store().await;
        let options = postgres.options.clone().options([("default_transaction_isolation", "serializable")]);
        let open = || async { Ok(postgres.store_over(postgres.pool_with(options.clone()))) };
        check_token_store(open).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms_behind_a_pooler() {
    Postgres::test(|postgres| async move {
        postgres.store().await;
        let pooler = pooler(&postgres, Duration::ZERO).await;
        let options = postgres.options.clone().host("127.0.0.1").port(pooler.port);
        let open = || async { Ok(postgres.store_over(postgres.pool_with(options.clone()))) };
        check_token_store(open).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    for mode in [SqliteJournalMode::Wal, SqliteJournalMode::Delete] {
        let sqlite = Sqlite::new();
        sqlite.store().await;
        let options = sqlite.file().journal_mode(mode);
        let open = || async { Ok(SqlTokenStore::sqlite(SqlitePool::connect_with(options.clone()).await?)) };
        check_token_store(open).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms_in_memory() {
    let pool = SqlitePool::connect("sqlite::memory:").await.unwrap();
    SqlTokenStore::sqlite(pool.clone()).migrate().await.unwrap();
    check_token_store(|| async { Ok(SqlTokenStore::sqlite(pool.clone())) }).await.unwrap();
}

#[tokio::test]
async fn damaged_tokens_are_an_error() {
    Postgres::test(|postgres| async move {
        let damage = async |user: &str| {
            let (table, user) = (postgres.table(), hex(user));
            let sql = format!("UPDATE {table} SET tokens = '\\xff' WHERE user_id = decode('{user}', 'hex')");
            postgres.execute(&sql).await;
        };
        check_damaged_record(|| async { Ok(postgres.store().await) }, damage).await.unwrap();
    })
    .await;
    let sqlite = Sqlite::new();
    let damage = async |user: &str| {
        let user = hex(user);
        let sql = format!("UPDATE mobiscroll_connect_tokens SET tokens = x'ff' WHERE user_id = x'{user}'");
        sqlite.execute(&sql).await;
    };
    check_damaged_record(|| async { Ok(sqlite.store().await) }, damage).await.unwrap();
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
