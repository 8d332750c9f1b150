//! Tokens in an SQL database.

mod database;
mod migration;
mod row;
mod statements;

use std::fmt;
use std::time::Duration;

use super::store::{LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore};
use crate::error::{BoxError, Error, StoreKind};
use crate::secret::Secret;
use crate::sql;
use database::TokenDatabase;
use row::{Listed, Row};
use statements::Statements;

/// Stores tokens in a PostgreSQL or SQLite database, over a connection pool of [`sqlx`](crate::sqlx).
///
/// Features `postgres` and `sqlite`. Use PostgreSQL for applications that run on several machines, SQLite for the
/// processes of one. Any number of processes may share the table: its leases keep refreshes single-flight across
/// processes.
///
/// ```no_run
/// # #[cfg(feature = "postgres")]
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::sqlx::postgres::PgPoolOptions;
/// use mobiscroll_connect::{Client, SqlTokenStore};
/// use std::time::Duration;
///
/// let pool = PgPoolOptions::new()
///     .max_connections(5)
///     .acquire_timeout(Duration::from_secs(5))
///     .connect("postgres://app@db.example.com/app")
///     .await?;
/// let store = SqlTokenStore::postgres(pool);
/// store.migrate().await?;
/// let client = Client::builder("CLIENT_ID", "CLIENT_SECRET", "https://example.com/callback")
///     .token_store(store)
///     .build()?;
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
/// Users' ids and tokens are stored as bytes, so that collations and NUL characters do not matter. To show an id, use
/// `convert_from(user_id, 'UTF8')` in PostgreSQL and `CAST(user_id AS TEXT)` in SQLite. The store needs the rights to
/// select, insert and update, and the right to delete if [`TokenStore::delete`] is called. It deletes no rows
/// otherwise: the row of a user without tokens holds the counters that detect late writes. Anybody who can read the
/// table, or a backup of it, can act for the users: see `EncryptedTokenStore`.
///
/// # Guarantees
///
/// - Each step is one atomic statement, even if a process is killed or suspended. A save is committed when it returns.
/// - Nothing is held between steps: no connection, transaction, lock, prepared statement, or setting of a database
///   session.
/// - Leases use the database's clock; the clocks of the processes do not matter. If the database's clock is set back,
///   the lease of a process that died lasts longer by that time.
/// - If the database is down, nothing is refreshed, and valid access tokens continue to be used.
///
/// The errors of steps are [`sqlx::Error`](crate::sqlx::Error)s. What a database may quote in them is redacted:
/// details, and messages about data. No statement has a token in its text.
///
/// # PostgreSQL
///
/// A pooler in transaction mode, such as PgBouncer, is supported; it need not support prepared statements. A save is a
/// short transaction, which the server aborts if its client is idle for five seconds. Leave `synchronous_commit` on:
/// without it, a save may not survive a crash of the server. An id of more than about 2,700 bytes is an error, because
/// it exceeds the limit of an index.
///
/// For TLS to the server, add sqlx to your own dependencies, in the same version and with a TLS feature such as
/// `tls-rustls-ring-native-roots`.
///
/// A pool waits for a connection up to its `acquire_timeout` (30 seconds by default), also when the database is down.
/// Set it to less than the [save timeout](crate::ClientBuilder::save_timeout).
///
/// # SQLite
///
/// Use write-ahead logging, and leave `synchronous` at `FULL`, its default: with less, a save may not survive a loss of
/// power. Concurrent writers wait for each other up to the `busy_timeout`, five seconds by default. The file must be on
/// a local disk.
///
/// ```no_run
/// # #[cfg(feature = "sqlite")]
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::SqlTokenStore;
/// use mobiscroll_connect::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
///
/// let options = SqliteConnectOptions::new()
///     .filename("tokens.db")
///     .create_if_missing(true)
///     .journal_mode(SqliteJournalMode::Wal);
/// let store = SqlTokenStore::sqlite(SqlitePool::connect_with(options).await?);
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
pub struct SqlTokenStore {
    database: Box<dyn TokenDatabase>,
    statements: Statements,
}

impl SqlTokenStore {
    /// Stores tokens in a PostgreSQL database, in the table `mobiscroll_connect_tokens`.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn postgres(pool: sqlx::PgPool) -> Self {
        Self { database: Box::new(pool), statements: Statements::new(&sql::POSTGRES, include_str!("postgres.sql")) }
    }

    /// Stores tokens in an SQLite database, in the table `mobiscroll_connect_tokens`.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn sqlite(pool: sqlx::SqlitePool) -> Self {
        Self { database: Box::new(pool), statements: Statements::new(&sql::SQLITE, include_str!("sqlite.sql")) }
    }

    /// Stores tokens in another table: `name` or `schema.name`, case-sensitive.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when the name, or one of its two parts, is empty, is longer than 63 characters, starts
    /// with a digit, or has characters other than ASCII letters, digits and `_`.
    pub fn with_table(mut self, name: &str) -> Result<Self, Error> {
        self.statements.table = sql::table(name)?;
        Ok(self)
    }

    /// Creates the table if it does not exist, and adds the columns that an older release did not have.
    ///
    /// Any number of processes may call it at the same time. If the table is up to date, nothing is changed.
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`], with the [`sqlx::Error`](crate::sqlx::Error) as its source: also when the table was made for
    /// something else, which leaves it as it is.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the table may or may not have been created: call it again.
    pub async fn migrate(&self) -> Result<(), Error> {
        let migrated = self.database.migrate(&self.statements.migration()).await;
        migrated.map_err(|error| Error::store(StoreKind::Migrate, sql::redact(error, self.statements.dialect)))
    }

    /// Executes a statement. It returns at most one row: that of the user.
    async fn run(&self, sql: String) -> Result<Option<Row>, BoxError> {
        self.last(self.database.fetch(sql).await)
    }

    fn last(&self, rows: Result<Vec<Row>, sqlx::Error>) -> Result<Option<Row>, BoxError> {
        Ok(rows.map_err(|error| sql::redact(error, self.statements.dialect))?.pop())
    }
}

impl TokenStore for SqlTokenStore {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async move {
            let record = self.run(self.statements.load(user)).await?;
            record.map_or_else(|| Ok(StoredTokens::default()), Row::into_stored)
        })
    }

    fn save<'a>(
        &'a self,
        user: &'a str,
        tokens: Option<&'a Secret>,
        condition: SaveIf,
    ) -> StoreFuture<'a, SaveOutcome> {
        Box::pin(async move {
            let rows = self.database.fetch_with(self.statements.save(user, condition), tokens).await;
            let saved = self.last(rows)?;
            let Some(saved) = saved else { return Ok(SaveOutcome::Conflict) };
            Ok(SaveOutcome::Saved { version: saved.version()? })
        })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        Box::pin(async move {
            if let Some(granted) = self.run(self.statements.lease(user, ttl)).await? {
                let (fence, presented) = (granted.fence()?, granted.presented());
                return Ok(LeaseOutcome::Granted { fence, presented, stored: granted.into_stored()? });
            }
            let held = self.run(self.statements.load(user)).await?;
            let remaining = held.as_ref().and_then(Row::remaining);
            // A damaged record is an error, even if another process holds the lease.
            held.map(Row::into_stored).transpose()?;
            Ok(LeaseOutcome::Held { remaining })
        })
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        Box::pin(async move { Ok(self.run(self.statements.extend(user, fence, ttl)).await?.is_some()) })
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.run(self.statements.release(user, fence, presented)).await.map(drop) })
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        Box::pin(async move {
            let users = self.database.list(self.statements.list(after, limit)).await;
            let users = users.map_err(|error| sql::redact(error, self.statements.dialect))?;
            users.into_iter().map(Listed::into_user).collect()
        })
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move { self.run(self.statements.delete(user)).await.map(drop) })
    }
}

impl fmt::Debug for SqlTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlTokenStore")
            .field("database", &self.statements.dialect.name)
            .field("table", &self.statements.table)
            .finish_non_exhaustive()
    }
}
