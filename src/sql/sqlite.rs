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

/// Writes the statement that lists the columns of a table, whose quoted name may begin with that of its database.
pub(crate) fn columns(table: &str) -> String {
    let plain = table.replace('"', "");
    match plain.split_once('.') {
        Some((database, table)) => format!("SELECT name FROM pragma_table_info('{table}', '{database}')"),
        None => format!("SELECT name FROM pragma_table_info('{plain}')"),
    }
}

/// Creates tables.
#[cfg(feature = "webhooks")]
pub(crate) async fn migrate(pool: &SqlitePool, sql: &str) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.map(drop)
}
