//! Guides: how to build an application with this crate, one page for each topic.
//!
//! | page | answers |
//! |---|---|
//! | [`web_application`] | multi-tenant: one client, many users, a database; login with CSRF protection; offboarding |
//! | [`token_stores`] | which token store; refresh token rotation; single-flight refresh across processes; encryption |
//! | [`testing`] | tests with the sandbox instead of a mock: expiry, errors, webhooks, time |
//! | [`errors`] | errors to HTTP statuses; transient and permanent failures; retries; idempotency |
//! | [`webhooks`] | from the subscription to its renewal; replay protection; order |
//! | [`events`] | pagination, all-day events, time zones, recurrence, editing one instance |
//! | [`tracing`] | spans, events and metrics |
//! | [`operation`] | timeouts, pool sizes, leases, clocks, rate limits, graceful shutdown |
//! | [`vendor_sdks`] | coming from the official SDKs: names side by side, and a comparison |
//! | [`versioning`] | what a version number promises, and which breaks come from the contract |
//!
//! The examples of the pages are compiled, and those with the sandbox run, as tests of this crate.

#![cfg_attr(
    not(all(
        feature = "axum",
        feature = "encryption",
        feature = "file",
        feature = "postgres",
        feature = "testing",
        feature = "webhooks"
    )),
    allow(rustdoc::broken_intra_doc_links, reason = "the pages link to what is behind features")
)]

#[doc = include_str!("guide/web_application.md")]
#[doc(alias("multi-tenant", "login", "CSRF", "offboarding", "session"))]
pub mod web_application {}

#[doc = include_str!("guide/token_stores.md")]
#[doc(alias("Postgres", "SQLite", "refresh token rotation", "single-flight", "encryption", "database"))]
pub mod token_stores {}

#[doc = include_str!("guide/testing.md")]
#[doc(alias("test", "mock", "sandbox", "fake", "stub"))]
pub mod testing {}

#[doc = include_str!("guide/errors.md")]
#[doc(alias("HTTP status", "transient", "permanent", "idempotency", "retry"))]
pub mod errors {}

#[doc = include_str!("guide/webhooks.md")]
#[doc(alias("webhook renewal", "renewal", "deduplication", "replay protection", "push notifications"))]
pub mod webhooks {}

#[doc = include_str!("guide/events.md")]
#[doc(alias("pagination", "paging", "all-day", "recurrence", "recurring", "time zone", "timezone", "series", "RRULE"))]
pub mod events {}

#[doc = include_str!("guide/tracing.md")]
#[doc(alias("logging", "metrics", "OpenTelemetry", "observability"))]
pub mod tracing {}

#[doc = include_str!("guide/operation.md")]
#[doc(alias(
    "graceful shutdown",
    "timeout",
    "deadline",
    "rate limit",
    "backoff",
    "jitter",
    "connection pool",
    "production"
))]
pub mod operation {}

#[doc = include_str!("guide/vendor_sdks.md")]
#[doc(alias("migration", "Python", "Node", "comparison"))]
pub mod vendor_sdks {}

#[doc = include_str!("guide/versioning.md")]
#[doc(alias("semver", "semantic versioning", "MSRV", "breaking change"))]
pub mod versioning {}
