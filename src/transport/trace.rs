//! An event for each attempt, with the names of OpenTelemetry's conventions for HTTP clients.
//!
//! Without the feature `tracing` nothing of it is compiled.

#[cfg(not(feature = "tracing"))]
pub(super) use off::Attempt;
#[cfg(feature = "tracing")]
pub(super) use on::Attempt;

#[cfg(feature = "tracing")]
mod on {
    use std::time::Instant;

    use http::Method;
    use tracing::debug;
    use url::Url;

    use crate::error::NetworkKind;

    /// One request in flight.
    pub(crate) struct Attempt {
        method: Method,
        url: Url,
        started: Instant,
    }

    impl Attempt {
        pub(crate) fn start(request: &reqwest::Request) -> Self {
            let mut url = request.url().clone();
            // It contains ids of accounts and calendars.
            url.set_query(url.query().map(|_| "REDACTED"));
            Self { method: request.method().clone(), url, started: Instant::now() }
        }

        pub(crate) fn end(self, response: Result<&reqwest::Response, NetworkKind>) {
            let (method, url) = (self.method.as_str(), self.url.as_str());
            let duration = self.started.elapsed().as_secs_f64();
            match response {
                Ok(response) => debug!(
                    http.request.method = method,
                    url.full = url,
                    http.response.status_code = response.status().as_u16(),
                    network.protocol.version = ?response.version(),
                    http.client.request.duration = duration,
                    "response received"
                ),
                Err(kind) => debug!(
                    http.request.method = method,
                    url.full = url,
                    error.r#type = name(kind),
                    http.client.request.duration = duration,
                    "no response"
                ),
            }
        }
    }

    fn name(kind: NetworkKind) -> &'static str {
        match kind {
            NetworkKind::Timeout => "timeout",
            NetworkKind::Connect => "connect",
            NetworkKind::Broken | NetworkKind::Body => "broken",
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use crate::error::NetworkKind;

    pub(crate) struct Attempt;

    impl Attempt {
        pub(crate) fn start(_: &reqwest::Request) -> Self {
            Self
        }

        pub(crate) fn end(self, _: Result<&reqwest::Response, NetworkKind>) {}
    }
}
