//! How statements reach PostgreSQL.
//!
//! A statement with bind parameters is sent in two messages, of which the second names the statement of the first. A
//! pooler in transaction mode, such as PgBouncer, may send the second one to another server, which then executes whatever
//! somebody else has prepared there. So statements are sent without bind parameters, in one message that is a transaction
//! by itself.
//!
//! All but one: tokens should not stand in a statement's text, which ends up in logs. They are a bind parameter, and a
//! transaction around the two messages keeps the server.

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{AssertSqlSafe, Error};

use crate::secret::Secret;

/// A process that stops or loses its network in the middle must not keep others from the row.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '5s'";

/// Processes that migrate at the same time take turns by this advisory lock.
const MIGRATION: i64 = 0x6d6f_6269_7363_726f;

/// How often a statement is attempted that was rolled back in favour of another one.
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
    // On a task of its own: sqlx leaves a transaction open when its beginning is dropped.
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
pub(crate) async fn migrate(pool: &PgPool, sql: &str) -> Result<(), Error> {
    // "IF NOT EXISTS" alone fails when two processes find at once that the table does not exist.
    let sql = format!("SELECT pg_advisory_xact_lock({MIGRATION}); {sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
}

/// Recognizes a serialization failure and a deadlock: both leave nothing behind.
fn is_rolled_back(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}
