//! How statements reach SQLite.

use sqlx::sqlite::{Sqlite, SqlitePool};
use sqlx::{AssertSqlSafe, Error};

use super::answer::Answer;
use crate::values::Secret;

pub(super) async fn run(pool: &SqlitePool, sql: String) -> Result<Vec<Answer>, Error> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(pool).await?;
    rows.iter().map(Answer::read::<Sqlite>).collect()
}

pub(super) async fn run_with(pool: &SqlitePool, sql: String, tokens: Option<&Secret>) -> Result<Vec<Answer>, Error> {
    let tokens = tokens.map(|tokens| tokens.expose().as_bytes().to_vec());
    // To the end of the answer: only then SQLite has committed.
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(tokens).persistent(false).fetch_all(pool).await?;
    rows.iter().map(Answer::read::<Sqlite>).collect()
}

pub(super) async fn migrate(pool: &SqlitePool, sql: &str) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.map(drop)
}
