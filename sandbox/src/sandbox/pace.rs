//! How fast the service is, and how much it takes.

use super::Sandbox;
use crate::{latency::Latency, operation::Operation, rate_limit::RateLimit};

impl Sandbox {
    /// Lets the operations that have no latency of their own take so long to answer from now on, or no time.
    ///
    /// The request takes effect at once; only its answer is late, by the system's clock. A fault's own times are added.
    pub fn set_latency(&self, latency: Option<Latency>) {
        self.pace(None, latency);
    }

    /// Lets one operation take so long to answer from now on, or as long as the others.
    pub fn set_latency_of(&self, operation: Operation, latency: Option<Latency>) {
        self.pace(Some(operation), latency);
    }

    /// Limits the requests of all operations together from now on, or no longer.
    ///
    /// Requests that a canned fault answers do not count. Refusals are counted as answers with the status 429; see
    /// [`count_answered`](Self::count_answered).
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        self.limit(None, limit);
    }

    /// Limits the requests of one operation from now on, or no longer, beside the limit of all together.
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
