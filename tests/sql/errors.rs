//! What goes wrong in a database, and what an error shows of it.

use std::time::Duration;

use mobiscroll_connect::sqlx;
use mobiscroll_connect::sqlx::postgres::PgPoolOptions;
use mobiscroll_connect::sqlx::sqlite::SqlitePoolOptions;
use mobiscroll_connect::{Error, SaveIf, SqlTokenStore, StoreKind, TokenStore};

use crate::database::{Postgres, Sqlite};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

const SECRET: &str = "MARKED-SECRET";

/// How PostgreSQL shows it.
const SECRET_IN_HEX: &str = "4d41524b45442d534543524554";

/// Everything that an error shows.
fn shown(error: &BoxError) -> String {
    let mut shown = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        shown += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    shown.to_lowercase()
}

fn code(error: &BoxError) -> String {
    let error = error.downcast_ref::<sqlx::Error>().expect("an error of sqlx");
    error.as_database_error().expect("from the database").code().unwrap().into_owned()
}

async fn fail_to_save(store: &SqlTokenStore) -> BoxError {
    let error = store.save("ada", Some(&SECRET.into()), SaveIf::Version(0)).await.unwrap_err();
    let shown = shown(&error);
    assert!(!shown.contains(&SECRET.to_lowercase()) && !shown.contains(SECRET_IN_HEX), "{shown}");
    error
}

#[tokio::test]
async fn what_postgres_says_of_a_row_is_not_shown() {
    Postgres::test(|postgres| async move {
        let (store, table) = (postgres.store().await, postgres.table());
        let is_quoted = |error: &dyn std::error::Error| format!("{error:?}").contains(SECRET_IN_HEX);

        // The database does quote the row, and its own error shows it.
        postgres.execute(&format!("ALTER TABLE {table} ADD CONSTRAINT never CHECK (tokens IS NULL)")).await;
        // Backwards, since sqlx traces statements, and the trace is looked through for it.
        let backwards: String = SECRET.chars().rev().collect();
        let value = format!("convert_to(reverse('{backwards}'), 'UTF8')");
        let sql = format!("INSERT INTO {table} (user_id, tokens) VALUES ('ada', {value})");
        let quoting = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&postgres.pool()).await.unwrap_err();
        assert!(is_quoted(&quoting), "{quoting:?}");
        let error = fail_to_save(&store).await;
        assert_eq!(code(&error), "23514");
        assert!(shown(&error).contains("constraint never"), "{error}");

        for (class, expected) in [("P0001", "P0001"), ("22000", "22000"), ("ABCDE", "ABCDE")] {
            postgres
                .execute(&format!(
                    "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS never; \
                     CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                     RAISE EXCEPTION 'no to %', encode(NEW.tokens, 'hex') \
                     USING ERRCODE = '{class}', HINT = encode(NEW.tokens, 'hex'); END $$; \
                     CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION {schema}.refuse()",
                    schema = postgres.schema
                ))
                .await;
            assert_eq!(code(&fail_to_save(&store).await), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_trigger_of_sqlite_raises_is_not_shown() {
    let sqlite = Sqlite::new();
    let store = sqlite.store().await;
    sqlite
        .execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON mobiscroll_connect_tokens \
             BEGIN SELECT RAISE(ABORT, 'no to ' || CAST(NEW.tokens AS TEXT)); END",
        )
        .await;
    let error = fail_to_save(&store).await;
    assert_eq!(code(&error), "1811");
}

#[tokio::test]
async fn what_the_database_says_of_itself_is_shown() {
    Postgres::test(|postgres| async move {
        let error = fail_to_save(&postgres.store_over(postgres.pool())).await;
        assert_eq!(code(&error), "42P01");
        assert!(shown(&error).contains("does not exist"), "{error}");
    })
    .await;
    let error = fail_to_save(&SqlTokenStore::sqlite(Sqlite::new().pool())).await;
    assert!(shown(&error).contains("unable to open") || shown(&error).contains("no such table"), "{error}");
}

#[tokio::test]
async fn counters_below_zero_are_an_error() {
    Postgres::test(|postgres| async move {
        let (store, table) = (postgres.store().await, postgres.table());
        for damage in ["'{}', -1, 0", "'{}', 1, -7"] {
            let row = format!("TRUNCATE {table}; INSERT INTO {table} VALUES ('ada', {damage})");
            postgres.execute(&row).await;
            is_damaged(&store).await;
        }
    })
    .await;
    let sqlite = Sqlite::new();
    let store = sqlite.store().await;
    for damage in ["x'7b7d', -1, 0", "x'7b7d', 1, -7"] {
        let row = format!("REPLACE INTO mobiscroll_connect_tokens VALUES (x'616461', {damage}, NULL, 0, NULL)");
        sqlite.execute(&row).await;
        is_damaged(&store).await;
    }
}

async fn is_damaged(store: &SqlTokenStore) {
    let loaded = store.load("ada").await;
    let leased = store.lease("ada", Duration::ZERO).await;
    assert!(loaded.is_err() || leased.is_err(), "{loaded:?} {leased:?}");
}

#[tokio::test]
async fn a_pool_without_a_connection_to_give_is_an_error() {
    let sqlite = Sqlite::new();
    sqlite.store().await;
    let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(50));
    let pool = pool.connect_lazy_with(sqlite.file());
    let taken = pool.acquire().await.unwrap();
    let store = SqlTokenStore::sqlite(pool);
    for error in errors_of_all_steps(&store).await {
        assert!(matches!(error.downcast_ref(), Some(sqlx::Error::PoolTimedOut)), "{error}");
    }
    drop(taken);
    store.load("ada").await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_down_is_an_error() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let pool = PgPoolOptions::new().acquire_timeout(Duration::from_millis(100));
    let pool = pool.connect_lazy(&format!("postgres://nobody:{SECRET}@127.0.0.1:{unused}/none")).unwrap();
    let store = SqlTokenStore::postgres(pool);
    for error in errors_of_all_steps(&store).await {
        assert!(error.is::<sqlx::Error>() && !shown(&error).contains(&SECRET.to_lowercase()), "{error:?}");
    }
    let Err(Error::TokenStore(failure)) = store.migrate().await else { panic!("the database is down") };
    assert_eq!(failure.kind(), StoreKind::Migrate);
    assert!(!format!("{store:?}").contains(SECRET));
}

async fn errors_of_all_steps(store: &SqlTokenStore) -> Vec<BoxError> {
    vec![
        store.load("ada").await.unwrap_err(),
        store.save("ada", Some(&SECRET.into()), SaveIf::Version(0)).await.unwrap_err(),
        store.save("ada", None, SaveIf::Version(3)).await.unwrap_err(),
        store.lease("ada", Duration::from_secs(60)).await.unwrap_err(),
        store.release("ada", 1, 0).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn an_id_that_no_index_takes_is_an_error() {
    Postgres::test(|postgres| async move {
        let store = postgres.store().await;
        let id = |bytes| -> String { std::iter::repeat_with(fastrand::alphanumeric).take(bytes).collect() };
        store.save(&id(2_600), Some(&SECRET.into()), SaveIf::Version(0)).await.unwrap();
        let error = store.save(&id(10_000), Some(&SECRET.into()), SaveIf::Version(0)).await.unwrap_err();
        assert!(shown(&error).contains("index row"), "{error}");
    })
    .await;
}
