//! Tokens in SQL databases. Those tests that need a PostgreSQL server run when `MOBISCROLL_CONNECT_POSTGRES_URL` is set.

mod conformance;
mod database;
mod errors;
mod pooler;
mod steps;
mod table;
