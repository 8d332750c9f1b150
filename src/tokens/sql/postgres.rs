//! How statements reach PostgreSQL.
//!
//! A statement with arguments goes out in two messages, of which the second names the statement of the first. A pooler
//! that hands a server over between transactions, such as PgBouncer, may send the second one to another server, which
//! then runs whatever somebody else has prepared there. So all statements go out whole, without arguments, in one message
//! which is a transaction by itself.
//!
//! All but one: tokens should not stand in a statement's text, which ends up in logs. They are an argument, and a
//! transaction around the two messages holds on to the server.

use sqlx::postgres::{PgPool, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Error};

use super::answer::Answer;
use crate::values::Secret;

/// A process that stops or loses its network in the middle must not keep others from the row.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '5s'";

/// Processes that migrate at once take turns by this number.
const MIGRATION: i64 = 0x6d6f_6269_7363_726f;

/// How often a statement is tried that was rolled back in favour of another one.
const TRIES: usize = 10;

/// Carries a statement out that is a transaction by itself.
pub(crate) async fn fetch(pool: &PgPool, sql: String) -> Result<Vec<PgRow>, Error> {
    let mut tried = 1;
    loop {
        match sqlx::raw_sql(AssertSqlSafe(sql.clone())).fetch_all(pool).await {
            Err(error) if tried < TRIES && is_rolled_back(&error) => tried += 1,
            outcome => return outcome,
        }
    }
}

pub(super) async fn run(pool: &PgPool, sql: String) -> Result<Vec<Answer>, Error> {
    let rows = fetch(pool, sql).await?;
    rows.iter().map(Answer::read::<Postgres>).collect()
}

pub(super) async fn run_with(pool: &PgPool, sql: String, tokens: Option<&Secret>) -> Result<Vec<Answer>, Error> {
    let (pool, tokens) = (pool.clone(), tokens.cloned());
    // On a task of its own: sqlx leaves a transaction open when its beginning is dropped.
    let saving = tokio::spawn(async move {
        let mut transaction = pool.begin_with(BEGIN).await?;
        let tokens = tokens.as_ref().map(|tokens| tokens.expose().as_bytes());
        let statement = sqlx::query(AssertSqlSafe(sql)).bind(tokens).persistent(false);
        let rows = statement.fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        rows.iter().map(Answer::read::<Postgres>).collect()
    });
    saving.await.unwrap_or(Err(Error::WorkerCrashed))
}

/// Makes tables.
pub(crate) async fn migrate(pool: &PgPool, sql: &str) -> Result<(), Error> {
    // "IF NOT EXISTS" alone fails when two processes find at once that the table does not exist.
    let sql = format!("SELECT pg_advisory_xact_lock({MIGRATION}); {sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(drop)
}

/// Tells a serialization failure and a deadlock: both leave nothing behind.
fn is_rolled_back(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}
