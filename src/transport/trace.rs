//! A span for each call, and an event for each attempt, with the names of OpenTelemetry's conventions for HTTP clients.
//!
//! Without the feature `tracing` nothing of it is compiled.

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
#[cfg(feature = "tracing")]
pub(crate) use on::*;

#[cfg(feature = "tracing")]
mod on {
    use std::time::Instant;

    use http::Method;
    use tracing::field::Empty;
    use tracing::{Instrument, debug, info, info_span};
    use url::Url;

    use super::super::Transport;
    use super::super::response::Response;
    use crate::error::{Error, NetworkKind};
    use crate::operation::Operation;

    /// Puts a span around a call, with the user where the application wants that.
    pub(crate) async fn call(
        operation: &Operation,
        transport: &Transport,
        user: Option<&str>,
        call: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, Error> {
        let server = transport.server();
        let span = info_span!(
            target: "mobiscroll_connect",
            "connect.call",
            otel.name = format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = operation.method.as_str(),
            http.response.status_code = Empty,
            url.template = operation.path,
            server.address = server.host_str(),
            server.port = server.port_or_known_default(),
            error.r#type = Empty,
            enduser.id = user,
        );
        let outcome = call.instrument(span.clone()).await;
        let (status, error) = match &outcome {
            Ok(response) => (Some(response.head.status.as_u16()), None),
            Err(error) => (error.status(), Some(error.code())),
        };
        span.record("http.response.status_code", status);
        if let Some(code) = error {
            span.record("error.type", code);
            span.record("otel.status_code", "ERROR");
        }
        outcome
    }

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
                Ok(response) => {
                    debug!(
                        target: "mobiscroll_connect",
                        {
                            http.request.method = method,
                            url.full = url,
                            http.response.status_code = response.status().as_u16(),
                            network.protocol.version = ?response.version(),
                            http.client.request.duration = duration,
                        },
                        "response received"
                    )
                }
                Err(kind) => {
                    debug!(
                        target: "mobiscroll_connect",
                        {
                            http.request.method = method,
                            url.full = url,
                            error.r#type = name(kind),
                            http.client.request.duration = duration,
                        },
                        "no response"
                    )
                }
            }
        }
    }

    pub(crate) fn connections_abandoned() {
        info!(target: "mobiscroll_connect", "connections abandoned: later requests use new ones");
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
    use super::super::Transport;
    use super::super::response::Response;
    use crate::error::{Error, NetworkKind};
    use crate::operation::Operation;

    pub(crate) fn call<F>(_: &Operation, _: &Transport, _: Option<&str>, call: F) -> F
    where
        F: Future<Output = Result<Response, Error>>,
    {
        call
    }

    pub(crate) struct Attempt;

    impl Attempt {
        pub(crate) fn start(_: &reqwest::Request) -> Self {
            Self
        }

        pub(crate) fn end(self, _: Result<&reqwest::Response, NetworkKind>) {}
    }

    pub(crate) fn connections_abandoned() {}
}
