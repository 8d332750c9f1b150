//! Counters of what a client does, for a metrics library.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of what a client has done since it was created, for all users: [`Client::metrics`](crate::Client::metrics).
///
/// All of them only grow. Read them where your metrics library collects its values:
///
/// ```
/// # fn set_counter(_: &str, _: u64) {}
/// # fn run(client: mobiscroll_connect::Client) {
/// let metrics = client.metrics();
/// set_counter("connect_calls_total", metrics.calls);
/// set_counter("connect_attempts_total", metrics.attempts);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Calls of operations that ended. Requests to the token endpoint are not calls; each page of a stream is one.
    pub calls: u64,
    /// Those of them that ended with an error.
    pub failed_calls: u64,
    /// HTTP requests: retries, those to the token endpoint and those of [`raw`](crate::Client::raw) included.
    pub attempts: u64,
    /// Attempts of calls after a failed one.
    pub retries: u64,
    /// Retries that the [retry budget](crate::ClientBuilder::retry_budget) did not allow.
    pub denied_retries: u64,
    /// Refreshes that brought new tokens.
    pub refreshes: u64,
    /// Refreshes that failed. They are not attempted again before a delay.
    pub failed_refreshes: u64,
    /// Waits for the lease of another process.
    pub lease_waits: u64,
    /// How often calls were held back because of a [`Retry-After`](crate::ClientBuilder::rate_limit_scope): they waited, or
    /// failed at once.
    pub rate_limit_waits: u64,
    /// How often [connections were abandoned](crate::ClientBuilder::http_client_factory).
    pub abandoned_connections: u64,
}

/// The counters behind [`Metrics`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) calls: Counter,
    pub(crate) failed_calls: Counter,
    pub(crate) attempts: Counter,
    pub(crate) retries: Counter,
    pub(crate) denied_retries: Counter,
    pub(crate) refreshes: Counter,
    pub(crate) failed_refreshes: Counter,
    pub(crate) lease_waits: Counter,
    pub(crate) rate_limit_waits: Counter,
    pub(crate) abandoned_connections: Counter,
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Metrics {
        Metrics {
            calls: self.calls.get(),
            failed_calls: self.failed_calls.get(),
            attempts: self.attempts.get(),
            retries: self.retries.get(),
            denied_retries: self.denied_retries.get(),
            refreshes: self.refreshes.get(),
            failed_refreshes: self.failed_refreshes.get(),
            lease_waits: self.lease_waits.get(),
            rate_limit_waits: self.rate_limit_waits.get(),
            abandoned_connections: self.abandoned_connections.get(),
        }
    }
}
