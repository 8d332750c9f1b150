//! The replay memory in an SQL database, shared by several receivers.

use std::fmt;
use std::time::Duration;

use sqlx::Row;

use super::{ReplayClaim, ReplayFuture, ReplayMemory, Retention};
use crate::error::{BoxError, Error};
#[cfg(feature = "postgres")]
use crate::sql::postgres;
#[cfg(feature = "sqlite")]
use crate::sql::sqlite;
use crate::sql::{self, Dialect};
use crate::sync::BoxFuture;

const TABLE: &str = "mobiscroll_connect_webhooks";

/// One in this many stored ids triggers the deletion of expired rows, up to this number.
const CLEANUP: (u8, usize) = (8, 100);

/// Remembers the ids of deliveries in a PostgreSQL or SQLite database, shared by any number of processes.
///
/// Features `webhooks` and `postgres` or `sqlite`. Use SQLite for the processes of one machine.
///
/// ```no_run
/// # #[cfg(feature = "postgres")]
/// # async fn run(client: mobiscroll_connect::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::sqlx::PgPool;
/// use mobiscroll_connect::{SqlReplayMemory, WebhookDelivery, WebhookReceiver};
///
/// async fn handle(delivery: WebhookDelivery) -> std::io::Result<()> {
///     println!("{} is handled by one process", delivery.id);
///     Ok(())
/// }
///
/// let pool = PgPool::connect("postgres://app@db.example.com/app").await?;
/// let memory = SqlReplayMemory::postgres(pool);
/// memory.migrate().await?;
/// let receiver = WebhookReceiver::new(client, handle).replay_memory(memory);
/// # Ok(())
/// # }
/// ```
///
/// # The table
///
/// [`migrate`](Self::migrate) creates it. To create it with your own tools, use this statement for PostgreSQL:
///
/// ```sql
#[doc = include_str!("postgres.sql")]
/// ```
///
/// and for SQLite:
///
/// ```sql
#[doc = include_str!("sqlite.sql")]
/// ```
///
/// It has a row for each delivery of the time for which ids are [remembered](crate::WebhookReceiver::remember): 86,400
/// rows a day at one delivery per second. Rows whose `until` has passed may be deleted at any time; one in eight stored
/// ids, at random, triggers the deletion of up to a hundred of them. The receiver needs the rights to select, insert,
/// update and delete.
///
/// Each step is one or two statements without bind parameters, so a pooler in transaction mode is supported. Times are those
/// of the database's clock. If the database is down, the response is 503 after the pool's `acquire_timeout`, and the service
/// retries the delivery.
pub struct SqlReplayMemory {
    database: Box<dyn ReplayDatabase>,
    dialect: &'static Dialect,
    schema: &'static str,
    /// Has receivers that clean at the same time not wait for each other, where rows are locked one by one.
    skip_locked: &'static str,
    /// The quoted name of the table.
    table: String,
}

/// What a statement says of an id.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Granted,
    Done,
    Claimed,
}

impl Known {
    fn read(state: i64) -> Self {
        match state {
            0 => Self::Granted,
            1 => Self::Done,
            _ => Self::Claimed,
        }
    }
}

/// Executes statements; of one that returns rows, the column `state`.
trait ReplayDatabase: Send + Sync {
    fn fetch(&self, sql: String) -> BoxFuture<'_, Result<Vec<Known>, sqlx::Error>>;

    fn migrate<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), sqlx::Error>>;
}

#[cfg(feature = "postgres")]
impl ReplayDatabase for sqlx::PgPool {
    fn fetch(&self, sql: String) -> BoxFuture<'_, Result<Vec<Known>, sqlx::Error>> {
        Box::pin(async move {
            let rows = postgres::fetch(self, sql).await?;
            rows.iter().map(|row| row.try_get::<i64, _>("state").map(Known::read)).collect()
        })
    }

    fn migrate<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(postgres::migrate(self, sql))
    }
}

#[cfg(feature = "sqlite")]
impl ReplayDatabase for sqlx::SqlitePool {
    fn fetch(&self, sql: String) -> BoxFuture<'_, Result<Vec<Known>, sqlx::Error>> {
        Box::pin(async move {
            let rows = sqlite::fetch(self, sql).await?;
            rows.iter().map(|row| row.try_get::<i64, _>("state").map(Known::read)).collect()
        })
    }

    fn migrate<'a>(&'a self, sql: &'a str) -> BoxFuture<'a, Result<(), sqlx::Error>> {
        Box::pin(sqlite::migrate(self, sql))
    }
}

impl SqlReplayMemory {
    /// Stores ids in a PostgreSQL database, in the table `mobiscroll_connect_webhooks`.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn postgres(pool: sqlx::PgPool) -> Self {
        Self::new(pool, &sql::POSTGRES, include_str!("postgres.sql"), "FOR UPDATE SKIP LOCKED")
    }

    /// Stores ids in an SQLite database, in the table `mobiscroll_connect_webhooks`.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn sqlite(pool: sqlx::SqlitePool) -> Self {
        Self::new(pool, &sql::SQLITE, include_str!("sqlite.sql"), "")
    }

    fn new(
        database: impl ReplayDatabase + 'static,
        dialect: &'static Dialect,
        schema: &'static str,
        skip_locked: &'static str,
    ) -> Self {
        Self { database: Box::new(database), dialect, schema, skip_locked, table: sql::quote(TABLE) }
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
        self.database.migrate(&self.schema.replacen(TABLE, &self.table, 1)).await
    }

    async fn run(&self, sql: String) -> Result<Vec<Known>, BoxError> {
        Ok(self.database.fetch(sql).await?)
    }

    fn bytes(&self, id: &str) -> String {
        sql::bytes(self.dialect, id)
    }

    /// Claims an id, and reports with which outcome; without a row, another claim is being made.
    fn claim_sql(&self, id: &str, fence: u64, ttl: Duration) -> String {
        let (Self { table, dialect, .. }, id, fence) = (self, self.bytes(id), signed(fence));
        let (now, end) = (dialect.now, sql::end_of(dialect, ttl));
        format!(
            "INSERT INTO {table} AS known (id, fence, is_done, until) VALUES ({id}, {fence}, false, {end}) \
             ON CONFLICT (id) DO UPDATE SET fence = excluded.fence, is_done = false, until = excluded.until \
             WHERE known.until <= {now} OR (known.fence = excluded.fence AND NOT known.is_done) \
             RETURNING CAST(0 AS bigint) AS state"
        )
    }

    fn known_sql(&self, id: &str) -> String {
        let (table, id) = (&self.table, self.bytes(id));
        format!("SELECT CAST(CASE WHEN is_done THEN 1 ELSE 2 END AS bigint) AS state FROM {table} WHERE id = {id}")
    }

    fn keep_sql(&self, id: &str, fence: u64, ttl: Duration) -> String {
        let (Self { table, dialect, .. }, id, fence) = (self, self.bytes(id), signed(fence));
        format!(
            "INSERT INTO {table} (id, fence, is_done, until) VALUES ({id}, {fence}, true, {end}) \
             ON CONFLICT (id) DO UPDATE SET fence = excluded.fence, is_done = true, until = excluded.until",
            end = sql::end_of(dialect, ttl)
        )
    }

    fn clean_sql(&self) -> String {
        let (Self { table, dialect, skip_locked, .. }, batch) = (self, CLEANUP.1);
        format!(
            "DELETE FROM {table} WHERE id IN \
             (SELECT id FROM {table} WHERE until <= {} ORDER BY until LIMIT {batch} {skip_locked})",
            dialect.now
        )
    }
}

/// The columns are signed.
fn signed(fence: u64) -> i64 {
    fence.cast_signed()
}

impl ReplayMemory for SqlReplayMemory {
    fn claim<'a>(&'a self, id: &'a str, fence: u64, ttl: Duration) -> ReplayFuture<'a, ReplayClaim> {
        Box::pin(async move {
            if !self.run(self.claim_sql(id, fence, ttl)).await?.is_empty() {
                return Ok(ReplayClaim::Granted);
            }
            let known = self.run(self.known_sql(id)).await?;
            Ok(if known.contains(&Known::Done) { ReplayClaim::Done } else { ReplayClaim::Pending })
        })
    }

    fn keep<'a>(&'a self, id: &'a str, fence: u64, retention: Retention) -> ReplayFuture<'a, ()> {
        Box::pin(async move {
            self.run(self.keep_sql(id, fence, retention.remember.max(retention.replayable))).await?;
            if fastrand::u8(..CLEANUP.0) == 0 {
                // What cannot be deleted now is deleted later.
                let _ = self.run(self.clean_sql()).await;
            }
            Ok(())
        })
    }

    fn forget<'a>(&'a self, id: &'a str, fence: u64) -> ReplayFuture<'a, ()> {
        let sql = format!(
            "DELETE FROM {} WHERE id = {} AND fence = {} AND NOT is_done",
            self.table,
            self.bytes(id),
            signed(fence)
        );
        Box::pin(async move { self.run(sql).await.map(drop) })
    }
}

impl fmt::Debug for SqlReplayMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlReplayMemory")
            .field("database", &self.dialect.name)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
