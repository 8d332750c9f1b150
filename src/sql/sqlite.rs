//! Executes statements in SQLite.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Error};

use crate::secret::Secret;

pub(crate) async fn fetch(pool: &SqlitePool, sql: String) -> Result<Vec<SqliteRow>, Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(pool).await
}

/// Executes a statement with one bind parameter.
pub(crate) async fn fetch_with(
    pool: &SqlitePool,
    sql: String,
    argument: Option<&Secret>,
) -> Result<Vec<SqliteRow>, Error> {
    let argument = argument.map(|argument| argument.expose().as_bytes().to_vec());
    // Fetch all rows: SQLite commits only at the end.
    sqlx::query(AssertSqlSafe(sql)).bind(argument).persistent(false).fetch_all(pool).await
}

/// Creates tables.
pub(crate) async fn migrate(pool: &SqlitePool, sql: &str) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.map(drop)
}
