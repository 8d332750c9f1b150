//! The stores that processes share.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mobiscroll_connect::sqlx::postgres::{PgPool, PgPoolOptions};
use mobiscroll_connect::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use mobiscroll_connect::sqlx::{self, AssertSqlSafe};
use mobiscroll_connect::{
    FileTokenStore, LeaseOutcome, Presented, SaveIf, SaveOutcome, Secret, SqlTokenStore, StoreFuture, StoredTokens,
    StoredUser, TokenStore,
};
use serde_json::Value;

pub(crate) const URL: &str = "MOBISCROLL_CONNECT_POSTGRES_URL";

/// Where the tokens of a storm are kept.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) store: String,
    /// A table of a PostgreSQL database, or a folder.
    pub(crate) name: String,
}

impl Place {
    /// Makes a place, unless it needs a server and there is none.
    pub(crate) async fn new(store: &str) -> Option<Self> {
        let mut name = format!("mobiscroll_connect_chaos_{:016x}", getrandom::u64().unwrap());
        if store == "postgres" {
            std::env::var(URL).ok().filter(|url| !url.is_empty())?;
        } else {
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir(&folder).unwrap();
            name = folder.to_str().unwrap().to_owned();
        }
        let place = Self { store: store.to_owned(), name };
        if let Some(store) = place.sql_store() {
            store.migrate().await.unwrap();
        }
        Some(place)
    }

    /// Opens the store, in whatever process.
    pub(crate) fn open(&self) -> Arc<dyn TokenStore> {
        match self.sql_store() {
            Some(store) => Arc::new(store),
            None => Arc::new(FileTokenStore::open(&self.name).unwrap()),
        }
    }

    fn sql_store(&self) -> Option<SqlTokenStore> {
        match self.store.as_str() {
            "postgres" => Some(SqlTokenStore::postgres(postgres()).with_table(&self.name).unwrap()),
            "sqlite" => Some(SqlTokenStore::sqlite(sqlite(&self.name))),
            "files" => None,
            unknown => panic!("no such store: {unknown}"),
        }
    }

    pub(crate) async fn remove(&self) {
        if self.store == "postgres" {
            let drop_table = AssertSqlSafe(format!("DROP TABLE {}", self.name));
            sqlx::raw_sql(drop_table).execute(&postgres()).await.unwrap();
        } else {
            std::fs::remove_dir_all(&self.name).unwrap();
        }
    }
}

fn sqlite(folder: &str) -> SqlitePool {
    let file = SqliteConnectOptions::new().filename(Path::new(folder).join("tokens.db")).create_if_missing(true);
    SqlitePoolOptions::new().max_connections(1).connect_lazy_with(file.journal_mode(SqliteJournalMode::Wal))
}

fn postgres() -> PgPool {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(4));
    pool.connect_lazy(&std::env::var(URL).unwrap()).unwrap()
}

/// A store that grants every lease and heeds no condition.
pub(crate) struct Careless(pub(crate) Arc<dyn TokenStore>);

impl TokenStore for Careless {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        self.0.load(user)
    }

    fn save<'a>(&'a self, user: &'a str, tokens: Option<&'a Secret>, _: SaveIf) -> StoreFuture<'a, SaveOutcome> {
        Box::pin(async move {
            loop {
                let version = self.0.load(user).await?.version;
                match self.0.save(user, tokens, SaveIf::Version(version)).await? {
                    SaveOutcome::Conflict => {}
                    saved => return Ok(saved),
                }
            }
        })
    }

    fn lease<'a>(&'a self, user: &'a str, _: Duration) -> StoreFuture<'a, LeaseOutcome> {
        Box::pin(async move {
            let stored = self.0.load(user).await?;
            Ok(LeaseOutcome::Granted { fence: 1, stored, presented: Presented::default() })
        })
    }

    fn extend<'a>(&'a self, _: &'a str, _: u64, _: Duration) -> StoreFuture<'a, bool> {
        Box::pin(std::future::ready(Ok(true)))
    }

    fn release<'a>(&'a self, _: &'a str, _: u64, _: u32) -> StoreFuture<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        self.0.list(after, limit)
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.0.delete(user)
    }
}

/// A store as it looks to a process whose clock is ahead by so many seconds: the instants of others are earlier.
pub(crate) struct Skewed(pub(crate) Arc<dyn TokenStore>, pub(crate) i64);

impl Skewed {
    fn seen(&self, stored: StoredTokens) -> StoredTokens {
        StoredTokens { tokens: stored.tokens.map(|text| shifted(&text, -self.1)), ..stored }
    }
}

/// Shifts when the tokens expire.
fn shifted(text: &Secret, seconds: i64) -> Secret {
    let mut record: Value = serde_json::from_str(text.expose()).unwrap();
    if let Some(expires_at) = record["expires_at"].as_str() {
        let expires_at: Timestamp = expires_at.parse().unwrap();
        record["expires_at"] = (expires_at + SignedDuration::from_secs(seconds)).to_string().into();
    }
    record.to_string().into()
}

impl TokenStore for Skewed {
    fn load<'a>(&'a self, user: &'a str) -> StoreFuture<'a, StoredTokens> {
        Box::pin(async move { Ok(self.seen(self.0.load(user).await?)) })
    }

    fn save<'a>(&'a self, user: &'a str, tokens: Option<&'a Secret>, when: SaveIf) -> StoreFuture<'a, SaveOutcome> {
        let tokens = tokens.map(|text| shifted(text, self.1));
        Box::pin(async move { self.0.save(user, tokens.as_ref(), when).await })
    }

    fn lease<'a>(&'a self, user: &'a str, ttl: Duration) -> StoreFuture<'a, LeaseOutcome> {
        Box::pin(async move {
            Ok(match self.0.lease(user, ttl).await? {
                LeaseOutcome::Granted { fence, stored, presented } => {
                    LeaseOutcome::Granted { fence, stored: self.seen(stored), presented }
                }
                held => held,
            })
        })
    }

    fn extend<'a>(&'a self, user: &'a str, fence: u64, ttl: Duration) -> StoreFuture<'a, bool> {
        self.0.extend(user, fence, ttl)
    }

    fn release<'a>(&'a self, user: &'a str, fence: u64, presented: u32) -> StoreFuture<'a, ()> {
        self.0.release(user, fence, presented)
    }

    fn list<'a>(&'a self, after: Option<&'a str>, limit: usize) -> StoreFuture<'a, Vec<StoredUser>> {
        self.0.list(after, limit)
    }

    fn delete<'a>(&'a self, user: &'a str) -> StoreFuture<'a, ()> {
        self.0.delete(user)
    }
}
