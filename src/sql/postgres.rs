//! Executes statements in PostgreSQL.
//!
//! A statement with bind parameters is sent in two messages, and the second one names the statement that the first has
//! prepared. A pooler in transaction mode, such as PgBouncer, may send the second one to another server connection,
//! which then executes what another client has prepared there. So statements are sent without bind parameters, in one
//! message that is a transaction by itself.
//!
//! The exception is the tokens, which must not be part of a statement's text, because statements are logged. They are a
//! bind parameter, and a transaction around the two messages keeps the server connection.

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{AssertSqlSafe, Error};

use crate::secret::Secret;

/// A process that is suspended or loses its network in a transaction must not block others from the row.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '5s'";

/// Serializes concurrent migrations by an advisory lock, to the end of their transaction.
pub(crate) const LOCK_MIGRATION: &str = "SELECT pg_advisory_xact_lock(7885629677596013167)";

/// The maximum number of attempts of a statement that is rolled back by a serialization failure or deadlock.
const MAX_ATTEMPTS: usize = 10;

/// Executes a statement that is a transaction by itself.
pub(crate) async fn fetch(pool: &PgPool, sql: String) -> Result<Vec<PgRow>, Error> {
    let mut attempts = 1;
    loop {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone())).fetch_all(pool).await {
            Err(error) if attempts < MAX_ATTEMPTS && is_rolled_back(&error) => attempts += 1,
            outcome => return outcome,
        }
    }
}

/// Executes a statement with one bind parameter.
pub(crate) async fn fetch_with(pool: &PgPool, sql: String, argument: Option<&Secret>) -> Result<Vec<PgRow>, Error> {
    let (pool, argument) = (pool.clone(), argument.cloned());
    // On a task of its own: if the future is dropped during BEGIN, sqlx leaves the transaction open.
    let saving = tokio::spawn(async move {
        let mut transaction = pool.begin_with(BEGIN).await?;
        let argument = argument.as_ref().map(|argument| argument.expose().as_bytes());
        let statement = sqlx::query(AssertSqlSafe(sql)).bind(argument).persistent(false);
        let rows = statement.fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(rows)
    });
    saving.await.unwrap_or(Err(Error::WorkerCrashed))
}

/// Creates tables.
#[cfg(feature = "webhooks")]
pub(crate) async fn migrate(pool: &PgPool, sql: &str) -> Result<(), Error> {
    // "IF NOT EXISTS" alone fails if two processes find at the same time that the table does not exist.
    let sql = format!("{LOCK_MIGRATION}; {sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
}

/// Reports whether an error is a serialization failure or a deadlock: both were rolled back.
fn is_rolled_back(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}
