//! The table: its name, its migration, its contents.

use mobiscroll_connect::sqlx::postgres::PgPool;
use mobiscroll_connect::sqlx::{self, Row};
use mobiscroll_connect::{Error, LeaseOutcome, SaveIf, SqlTokenStore, TokenStore};

use crate::database::{Postgres, Sqlite};

#[tokio::test]
async fn names_that_are_not_plain_are_refused() {
    let long = "a".repeat(64);
    for name in ["", ".", "a.", ".a", "a.b.c", "a b", "a\"b", "a;b", "a-b", "1a", "a.1b", "ä", "a\0", &long] {
        let store = SqlTokenStore::sqlite(Sqlite::new().pool()).with_table(name);
        assert!(matches!(store, Err(Error::Configuration(_))), "{name:?}");
    }
    for name in ["tokens", "_", "Tokens_2", "main.Tokens", "select"] {
        let sqlite = Sqlite::new();
        let store = SqlTokenStore::sqlite(sqlite.pool()).with_table(name).unwrap();
        store.migrate().await.unwrap();
        store.save("ada", Some(&"tokens".into()), SaveIf::Version(0)).await.unwrap();
        assert!(store.load("ada").await.unwrap().tokens.is_some(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_at_once_in_postgres() {
    Postgres::test(|postgres| async move {
        for table in ["one", "Two", "three"] {
            let name = format!("{}.{table}", postgres.schema);
            let store = || postgres.store_over(postgres.pool()).with_table(&name).unwrap();
            let migrations: Vec<_> = (0..12).map(|_| store()).map(|store| migrate(store, 3)).collect();
            for migration in migrations {
                migration.await.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_at_once_in_sqlite() {
    let sqlite = Sqlite::new();
    sqlite.execute("SELECT 1").await;
    let migrations: Vec<_> = (0..12).map(|_| migrate(SqlTokenStore::sqlite(sqlite.pool()), 3)).collect();
    for migration in migrations {
        migration.await.unwrap();
    }
}

fn migrate(store: SqlTokenStore, times: usize) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        for _ in 0..times {
            store.migrate().await.unwrap();
        }
    })
}

#[tokio::test]
async fn a_migration_leaves_tokens_alone() {
    Postgres::test(|postgres| async move { migration_leaves_tokens_alone(postgres.store().await).await }).await;
    let sqlite = Sqlite::new();
    migration_leaves_tokens_alone(sqlite.store().await).await;
}

async fn migration_leaves_tokens_alone(store: SqlTokenStore) {
    store.save("ada", Some(&"tokens".into()), SaveIf::Version(0)).await.unwrap();
    let before = store.load("ada").await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.load("ada").await.unwrap(), before);
}

#[tokio::test]
async fn ids_can_be_read_as_the_docs_say() {
    const ID: &str = "Ada Löwe";
    Postgres::test(|postgres| async move {
        postgres.store().await.lease(ID, std::time::Duration::ZERO).await.unwrap();
        let sql = format!("SELECT convert_from(user_id, 'UTF8') FROM {}", postgres.table());
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(&postgres.pool()).await.unwrap();
        assert_eq!(row.get::<String, _>(0), ID);
    })
    .await;
    let sqlite = Sqlite::new();
    sqlite.store().await.lease(ID, std::time::Duration::ZERO).await.unwrap();
    let sql = "SELECT CAST(user_id AS TEXT) FROM mobiscroll_connect_tokens";
    let row = sqlx::raw_sql(sql).fetch_one(&sqlite.pool()).await.unwrap();
    assert_eq!(row.get::<String, _>(0), ID);
}

#[tokio::test]
async fn a_session_keeps_nothing() {
    Postgres::test(|postgres| async move {
        postgres.store().await;
        let pool = postgres.pool();
        let store = postgres.store_over(pool.clone());
        for user in ["ada", "bob"] {
            store.lease(user, std::time::Duration::from_secs(60)).await.unwrap();
            store.save(user, Some(&"tokens".into()), SaveIf::Lease { version: 0, fence: 1 }).await.unwrap();
            store.load(user).await.unwrap();
            store.release(user, 1, 0).await.unwrap();
        }
        for view in ["pg_prepared_statements", "pg_cursors"] {
            assert_eq!(count(&pool, view).await, 0, "{view}");
        }
        let kept = "current_setting('idle_in_transaction_session_timeout') = '0' AND \
                    now() = statement_timestamp() AS clean";
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("SELECT {kept}"))).fetch_one(&pool).await.unwrap();
        assert!(row.get::<bool, _>("clean"), "no setting and no open transaction");
    })
    .await;
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.unwrap().get(0)
}

/// The tables of the first release, and one that somebody else has made.
const OLD: [(&str, &str); 2] = [
    (
        "postgres",
        "(user_id bytea PRIMARY KEY, tokens bytea, version bigint NOT NULL DEFAULT 0, \
         fence bigint NOT NULL DEFAULT 0, lease_end timestamptz)",
    ),
    (
        "sqlite",
        "(user_id BLOB NOT NULL PRIMARY KEY, tokens BLOB, version INTEGER NOT NULL DEFAULT 0, \
         fence INTEGER NOT NULL DEFAULT 0, lease_end INTEGER) STRICT",
    ),
];

#[tokio::test]
async fn a_table_of_an_older_release_is_brought_up_to_date() {
    Postgres::test(|postgres| async move {
        let table = postgres.table();
        postgres.execute(&format!("CREATE TABLE {table} {}", OLD[0].1)).await;
        postgres.execute(&format!("INSERT INTO {table} (user_id, tokens, version) VALUES ('ada', 'old', 7)")).await;
        is_brought_up_to_date(postgres.store().await).await;
    })
    .await;
    let sqlite = Sqlite::new();
    sqlite.execute(&format!("CREATE TABLE mobiscroll_connect_tokens {}", OLD[1].1)).await;
    let row = "(CAST('ada' AS BLOB), CAST('old' AS BLOB), 7)";
    let insert = format!("INSERT INTO mobiscroll_connect_tokens (user_id, tokens, version) VALUES {row}");
    sqlite.execute(&insert).await;
    is_brought_up_to_date(sqlite.store().await).await;
}

async fn is_brought_up_to_date(store: SqlTokenStore) {
    let stored = store.load("ada").await.unwrap();
    assert_eq!((stored.tokens, stored.version), (Some("old".into()), 7));
    store.migrate().await.unwrap();
    store.lease("ada", std::time::Duration::from_secs(60)).await.unwrap();
    store.release("ada", 1, 2).await.unwrap();
    let LeaseOutcome::Granted { presented, .. } = store.lease("ada", std::time::Duration::from_secs(60)).await.unwrap()
    else {
        panic!("nobody holds it");
    };
    assert_eq!(presented.times, 2);
}

#[tokio::test]
async fn a_table_of_somebody_else_is_refused_and_left_as_it_is() {
    let foreign = ["(id bigint, name text)", "(user_id text, tokens text, version text, fence text, lease_end text)"];
    for columns in foreign {
        Postgres::test(|postgres| async move {
            let table = postgres.table();
            postgres.execute(&format!("CREATE TABLE {table} {columns}")).await;
            is_refused(postgres.store_over(postgres.pool())).await;
            let sql = format!("SELECT count(*) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0");
            let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(&postgres.pool()).await.unwrap();
            assert_eq!(row.get::<i64, _>(0), columns.split(',').count() as i64);
        })
        .await;
        let sqlite = Sqlite::new();
        sqlite.execute(&format!("CREATE TABLE mobiscroll_connect_tokens {columns}")).await;
        is_refused(SqlTokenStore::sqlite(sqlite.pool())).await;
    }
}

async fn is_refused(store: SqlTokenStore) {
    let error = store.migrate().await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(matches!(error, Error::TokenStore(_)) && cause.contains("is not a token table"), "{error}: {cause}");
}
