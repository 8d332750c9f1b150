//! Latencies and rate limits.

use super::Sandbox;
use crate::{latency::Latency, operation::Operation, rate_limit::RateLimit};

impl Sandbox {
    /// Sets the latency of all operations that have none of their own, or removes it.
    ///
    /// The request takes effect at once; only the response is delayed, by the system's clock. The delay of a fault is
    /// added.
    pub fn set_latency(&self, latency: Option<Latency>) {
        self.pace(None, latency);
    }

    /// Sets the latency of one operation, or removes it: then that of all applies.
    pub fn set_latency_of(&self, operation: Operation, latency: Option<Latency>) {
        self.pace(Some(operation), latency);
    }

    /// Sets the rate limit of all operations together, or removes it.
    ///
    /// Requests with a canned response do not count. Refused requests are counted as responses with the status 429; see
    /// [`count_answered`](Self::count_answered).
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        self.limit(None, limit);
    }

    /// Sets the rate limit of one operation, in addition to that of all together, or removes it.
    pub fn set_rate_limit_of(&self, operation: Operation, limit: Option<RateLimit>) {
        self.limit(Some(operation), limit);
    }

    pub(crate) fn pace(&self, operation: Option<Operation>, latency: Option<Latency>) {
        let mut service = self.app.service();
        service.paces.restart();
        match latency {
            Some(latency) => drop(service.settings.latencies.insert(operation, latency)),
            None => drop(service.settings.latencies.remove(&operation)),
        }
    }

    pub(crate) fn limit(&self, operation: Option<Operation>, limit: Option<RateLimit>) {
        let mut service = self.app.service();
        service.windows.restart();
        match limit {
            Some(limit) => drop(service.settings.rate_limits.insert(operation, limit)),
            None => drop(service.settings.rate_limits.remove(&operation)),
        }
    }
}
