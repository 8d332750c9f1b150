//! The replay memory in PostgreSQL, shared by several receivers.

use std::fmt;
use std::time::Duration;

use sqlx::{PgPool, Row};

use super::replay::{ReplayClaim, ReplayFuture, ReplayMemory};
use crate::error::Error;
use crate::sql::{self, POSTGRES, postgres};

const TABLE: &str = "mobiscroll_connect_webhooks";
const MIGRATION: &str = include_str!("replay_postgres.sql");

/// The maximum number of expired rows that are deleted with each kept id.
const CLEANUP_BATCH: usize = 10;

/// Remembers the ids of deliveries in a PostgreSQL database, shared by any number of processes.
///
/// Features `axum` and `postgres`.
///
/// ```no_run
/// # async fn run(client: mobiscroll_connect::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::WebhookDelivery;
/// use mobiscroll_connect::axum::{PostgresReplayMemory, WebhookReceiver};
/// use mobiscroll_connect::sqlx::PgPool;
///
/// async fn handle(delivery: WebhookDelivery) -> std::io::Result<()> {
///     println!("{} is handled by one process", delivery.id);
///     Ok(())
/// }
///
/// let memory = PostgresReplayMemory::new(PgPool::connect("postgres://app@db.example.com/app").await?);
/// memory.migrate().await?;
/// let router = WebhookReceiver::new(client).replay_memory(memory).router(handle);
/// # Ok(())
/// # }
/// ```
///
/// # The table
///
/// [`migrate`](Self::migrate) creates it. To create it with your own tools, use this statement:
///
/// ```sql
#[doc = include_str!("replay_postgres.sql")]
/// ```
///
/// Rows whose `until` has passed may be deleted at any time. Each kept id deletes up to ten of them, so that the table
/// does not grow beyond the deliveries of a few minutes. The receiver needs the rights to select, insert, update and
/// delete.
///
/// Each step is one statement without bind parameters, which is a transaction by itself, so a pooler in transaction
/// mode is supported. Times are those of the database's clock. If the database is down, the response is 503 after the
/// pool's `acquire_timeout`, and the service retries the delivery.
#[derive(Clone)]
pub struct PostgresReplayMemory {
    pool: PgPool,
    /// The quoted name of the table.
    table: String,
}

impl PostgresReplayMemory {
    /// Stores ids in the table `mobiscroll_connect_webhooks`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool, table: sql::quote(TABLE) }
    }

    /// Stores ids in another table: `name` or `schema.name`, case-sensitive.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when the name, or one of its two parts, is empty, is longer than 63 characters, starts
    /// with a digit, or has characters other than ASCII letters, digits and `_`.
    pub fn with_table(mut self, name: &str) -> Result<Self, Error> {
        self.table = sql::table(name)?;
        Ok(self)
    }

    /// Creates the table, if it does not exist. Any number of processes may call it at the same time.
    ///
    /// # Errors
    ///
    /// Any error of the database, such as an insufficient right.
    pub async fn migrate(&self) -> Result<(), sqlx::Error> {
        postgres::migrate(&self.pool, &MIGRATION.replacen(TABLE, &self.table, 1)).await
    }
}

impl ReplayMemory for PostgresReplayMemory {
    fn claim<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        let (table, now, id, end) = (&self.table, POSTGRES.now, bytes(id), end_of(ttl));
        let sql = format!(
            "WITH claimed AS (INSERT INTO {table} AS known (id, is_done, until) VALUES ({id}, false, {end}) \
             ON CONFLICT (id) DO UPDATE SET is_done = false, until = excluded.until WHERE known.until <= {now} \
             RETURNING id) \
             SELECT EXISTS (SELECT FROM claimed) AS is_claimed, (SELECT is_done FROM {table} WHERE id = {id}) AS is_done"
        );
        Box::pin(async move {
            let rows = postgres::fetch(&self.pool, sql).await?;
            let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
            // A concurrent claim is not visible yet: it has no outcome.
            let is_done = row.try_get::<Option<bool>, _>("is_done")?.unwrap_or(false);
            Ok(match row.try_get("is_claimed")? {
                true => ReplayClaim::Granted,
                false if is_done => ReplayClaim::Done,
                false => ReplayClaim::Pending,
            })
        })
    }

    fn keep<'a>(&'a self, id: &'a str, ttl: Duration) -> ReplayFuture<'a, ()> {
        let (table, now, id, end) = (&self.table, POSTGRES.now, bytes(id), end_of(ttl));
        let sql = format!(
            "WITH swept AS (DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE until <= {now} AND id <> {id} \
             ORDER BY until LIMIT {CLEANUP_BATCH} FOR UPDATE SKIP LOCKED)) \
             INSERT INTO {table} (id, is_done, until) VALUES ({id}, true, {end}) \
             ON CONFLICT (id) DO UPDATE SET is_done = true, until = excluded.until"
        );
        Box::pin(async move { Ok(postgres::fetch(&self.pool, sql).await.map(drop)?) })
    }

    fn forget<'a>(&'a self, id: &'a str) -> ReplayFuture<'a, ()> {
        let sql = format!("DELETE FROM {} WHERE id = {} AND NOT is_done", self.table, bytes(id));
        Box::pin(async move { Ok(postgres::fetch(&self.pool, sql).await.map(drop)?) })
    }
}

impl fmt::Debug for PostgresReplayMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresReplayMemory").field("table", &self.table).finish_non_exhaustive()
    }
}

fn bytes(id: &str) -> String {
    sql::bytes(&POSTGRES, id)
}

fn end_of(ttl: Duration) -> String {
    sql::end_of(&POSTGRES, ttl)
}
