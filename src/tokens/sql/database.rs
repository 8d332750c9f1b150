//! The interface to a database: to support another one, implement [`TokenDatabase`].

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, Error, Executor, Row as _, Type};

use super::migration::Migration;
use super::row::{Listed, Row};
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

    /// Executes a statement that lists users.
    fn list(&self, sql: String) -> BoxFuture<'_, Result<Vec<Listed>, Error>>;

    /// Creates the table or brings it up to date, even if several processes do so at the same time.
    fn migrate<'a>(&'a self, migration: &'a Migration) -> BoxFuture<'a, Result<(), Error>>;
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

    fn list(&self, sql: String) -> BoxFuture<'_, Result<Vec<Listed>, Error>> {
        Box::pin(async move { postgres::fetch(self, sql).await?.iter().map(Listed::read::<sqlx::Postgres>).collect() })
    }

    fn migrate<'a>(&'a self, migration: &'a Migration) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mut transaction = self.begin().await?;
            sqlx::raw_sql(postgres::LOCK_MIGRATION).execute(&mut *transaction).await?;
            let columns = format!(
                "SELECT attname::text AS name FROM pg_attribute \
                 WHERE attrelid = to_regclass('{}') AND attnum > 0 AND NOT attisdropped",
                migration.table
            );
            apply::<sqlx::Postgres>(&mut transaction, columns, migration).await?;
            transaction.commit().await
        })
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

    fn list(&self, sql: String) -> BoxFuture<'_, Result<Vec<Listed>, Error>> {
        Box::pin(async move { sqlite::fetch(self, sql).await?.iter().map(Listed::read::<sqlx::Sqlite>).collect() })
    }

    fn migrate<'a>(&'a self, migration: &'a Migration) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mut transaction = self.begin_with("BEGIN IMMEDIATE").await?;
            apply::<sqlx::Sqlite>(&mut transaction, sqlite::columns(&migration.table), migration).await?;
            transaction.commit().await
        })
    }
}

/// Executes the statements that a table with these columns lacks, and checks what they made. `columns` selects their names.
async fn apply<DB: Database>(
    connection: &mut DB::Connection,
    columns: String,
    migration: &Migration,
) -> Result<(), Error>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'r> String: Decode<'r, DB> + Type<DB>,
    for<'r> &'r str: ColumnIndex<DB::Row>,
{
    let columns = sqlx::raw_sql(AssertSqlSafe(columns)).fetch_all(&mut *connection).await?;
    let columns: BTreeSet<String> = columns.iter().map(|row| row.try_get("name")).collect::<Result<_, _>>()?;
    for statement in migration.statements(&columns)? {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
    }
    for check in migration.checks.clone() {
        let checked = sqlx::raw_sql(AssertSqlSafe(check)).fetch_all(&mut *connection).await;
        checked.map_err(|error| migration.unfit(error))?;
    }
    Ok(())
}
