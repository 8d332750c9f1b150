//! The interface to a database: to support another one, implement [`TokenDatabase`].

use sqlx::Error;

use super::row::Row;
use crate::secret::Secret;
#[cfg(feature = "postgres")]
use crate::sql::postgres;
#[cfg(feature = "sqlite")]
use crate::sql::sqlite;
use crate::sync::BoxFuture;

/// Executes the statements of the store. Each is one atomic step.
pub(super) trait TokenDatabase: Send + Sync {
    /// Executes a statement without bind parameters.
    fn fetch(&self, sql: String) -> BoxFuture<'_, Result<Vec<Row>, Error>>;

    /// Executes a statement whose bind parameter is the tokens.
    fn fetch_with<'a>(&'a self, sql: String, tokens: Option<&'a Secret>) -> BoxFuture<'a, Result<Vec<Row>, Error>>;

    /// Creates the table, even if several processes do so at the same time.
    fn migrate<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), Error>>;
}

#[cfg(feature = "postgres")]
impl TokenDatabase for sqlx::PgPool {
    fn fetch(&self, sql: String) -> BoxFuture<'_, Result<Vec<Row>, Error>> {
        Box::pin(async move { postgres::fetch(self, sql).await?.iter().map(Row::read::<sqlx::Postgres>).collect() })
    }

    fn fetch_with<'a>(&'a self, sql: String, tokens: Option<&'a Secret>) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
        Box::pin(async move {
            postgres::fetch_with(self, sql, tokens).await?.iter().map(Row::read::<sqlx::Postgres>).collect()
        })
    }

    fn migrate<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(postgres::migrate(self, sql))
    }
}

#[cfg(feature = "sqlite")]
impl TokenDatabase for sqlx::SqlitePool {
    fn fetch(&self, sql: String) -> BoxFuture<'_, Result<Vec<Row>, Error>> {
        Box::pin(async move { sqlite::fetch(self, sql).await?.iter().map(Row::read::<sqlx::Sqlite>).collect() })
    }

    fn fetch_with<'a>(&'a self, sql: String, tokens: Option<&'a Secret>) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
        Box::pin(
            async move { sqlite::fetch_with(self, sql, tokens).await?.iter().map(Row::read::<sqlx::Sqlite>).collect() },
        )
    }

    fn migrate<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(sqlite::migrate(self, sql))
    }
}
