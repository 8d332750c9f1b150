//! Tokens in SQL databases. Those tests that need a PostgreSQL server run when `MOBISCROLL_CONNECT_POSTGRES_URL` is set.

mod admission;
mod conformance;
mod database;
mod errors;
mod pooler;
#[cfg(all(feature = "axum", feature = "webhooks"))]
mod replay;
mod steps;
mod table;
#[path = "../watch/mod.rs"]
mod watch;
