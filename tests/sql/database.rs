//! Databases that last as long as a test.

use std::future::Future;
use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use mobiscroll_connect::SqlTokenStore;
use mobiscroll_connect::sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use mobiscroll_connect::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use mobiscroll_connect::sqlx::{self, AssertSqlSafe};
use tokio::task::LocalSet;

use crate::watch;

const URL: &str = "MOBISCROLL_CONNECT_POSTGRES_URL";

/// A schema of its own on the PostgreSQL server.
pub(crate) struct Postgres {
    pub(crate) options: PgConnectOptions,
    pub(crate) schema: String,
}

impl Postgres {
    /// Runs a test in a new schema, which is dropped however it ends. Without a server nothing is run.
    pub(crate) async fn test<F>(test: impl FnOnce(Arc<Self>) -> F)
    where
        F: Future<Output = ()> + 'static,
    {
        static TOLD: Once = Once::new();
        watch::begin();
        let Some(url) = std::env::var(URL).ok().filter(|url| !url.is_empty()) else {
            TOLD.call_once(|| {
                // What the macros print is heard only when a test fails.
                let mut stderr = std::io::stderr();
                writeln!(stderr, "{URL} is not set: PostgreSQL is not tested").unwrap();
            });
            return;
        };
        let schema = format!("mobiscroll_connect_test_{:016x}", getrandom::u64().unwrap());
        let postgres = Arc::new(Self { options: url.parse().unwrap(), schema });
        postgres.execute(&format!("CREATE SCHEMA {}", postgres.schema)).await;
        let local = LocalSet::new();
        let testing = local.spawn_local(test(postgres.clone()));
        let outcome = local.run_until(testing).await;
        postgres.execute(&format!("DROP SCHEMA {} CASCADE", postgres.schema)).await;
        outcome.unwrap_or_else(|error| resume_unwind(error.into_panic()));
    }

    /// A pool of one connection, which is enough for everything.
    pub(crate) fn pool(&self) -> PgPool {
        self.pool_with(self.options.clone())
    }

    pub(crate) fn pool_with(&self, options: PgConnectOptions) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(20));
        pool.connect_lazy_with(options)
    }

    /// A store over a pool, in this schema.
    pub(crate) fn store_over(&self, pool: PgPool) -> SqlTokenStore {
        SqlTokenStore::postgres(pool).with_table(&self.table()).unwrap()
    }

    /// A store whose table is there.
    pub(crate) async fn store(&self) -> SqlTokenStore {
        let store = self.store_over(self.pool());
        store.migrate().await.unwrap();
        store
    }

    pub(crate) fn table(&self) -> String {
        format!("{}.tokens", self.schema)
    }

    /// Runs statements as a user of the database does.
    pub(crate) async fn execute(&self, sql: &str) {
        let pool = self.pool();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&pool).await.unwrap();
        pool.close().await;
    }
}

/// An SQLite database in a folder of its own.
pub(crate) struct Sqlite(PathBuf);

impl Sqlite {
    pub(crate) fn new() -> Self {
        watch::begin();
        let folder = format!("mobiscroll-connect-test-{:016x}", getrandom::u64().unwrap());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new().filename(self.path().join("tokens.db")).create_if_missing(true)
    }

    pub(crate) fn pool(&self) -> SqlitePool {
        SqlitePool::connect_lazy_with(self.file().journal_mode(SqliteJournalMode::Wal))
    }

    pub(crate) async fn store(&self) -> SqlTokenStore {
        let store = SqlTokenStore::sqlite(self.pool());
        store.migrate().await.unwrap();
        store
    }

    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.pool()).await.unwrap();
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // What is left lies in the folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
