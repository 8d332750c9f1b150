//! Spans and events for the crate `tracing`, with the names of OpenTelemetry's conventions for HTTP clients.
//!
//! Without the feature `tracing` nothing is left of it.

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
#[cfg(feature = "tracing")]
pub(crate) use on::*;

#[cfg(feature = "tracing")]
mod on {
    use std::time::{Duration, Instant};

    use http::Method;
    use tracing::field::Empty;
    use tracing::{Instrument, debug, info, info_span, warn};
    use url::Url;

    use crate::call::{Failure, Operation, Reply};
    use crate::client::App;
    use crate::error::Error;
    use crate::session::AuthEvent;

    /// Puts a span around a call.
    pub(crate) async fn call<T>(
        operation: &Operation,
        app: &App,
        call: impl Future<Output = Result<Reply<T>, Failure>>,
    ) -> Result<Reply<T>, Failure> {
        let server = app.server();
        let span = info_span!(
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
        );
        let outcome = call.instrument(span.clone()).await;
        let (status, error) = match &outcome {
            Ok(reply) => (Some(reply.head.status.as_u16()), None),
            Err(Failure::Final(error)) => (error.status(), Some(error.code())),
            Err(Failure::Undecodable(odd)) => (Some(odd.head.status.as_u16()), None),
        };
        span.record("http.response.status_code", status);
        if let Some(code) = error {
            span.record("error.type", code);
            span.record("otel.status_code", "ERROR");
        }
        outcome
    }

    /// One request on its way.
    pub(crate) struct Attempt {
        method: Method,
        url: Url,
        begun: Instant,
    }

    impl Attempt {
        pub(crate) fn begin(request: &reqwest::Request) -> Self {
            let mut url = request.url().clone();
            // It holds ids of accounts and calendars.
            url.set_query(url.query().map(|_| "REDACTED"));
            Self { method: request.method().clone(), url, begun: Instant::now() }
        }

        pub(crate) fn end(self, response: &reqwest::Result<reqwest::Response>) {
            let (method, url) = (self.method.as_str(), self.url.as_str());
            let duration = self.begun.elapsed().as_secs_f64();
            match response {
                Ok(response) => debug!(
                    http.request.method = method,
                    url.full = url,
                    http.response.status_code = response.status().as_u16(),
                    network.protocol.version = ?response.version(),
                    http.client.request.duration = duration,
                    "answered"
                ),
                Err(error) => debug!(
                    http.request.method = method,
                    url.full = url,
                    error.r#type = kind(error),
                    http.client.request.duration = duration,
                    "not answered"
                ),
            }
        }
    }

    fn kind(error: &reqwest::Error) -> &'static str {
        match error {
            error if error.is_timeout() => "timeout",
            error if error.is_connect() => "connect",
            _ => "broken",
        }
    }

    pub(crate) fn repeat(operation: &Operation, error: &Error, pause: Duration) {
        info!(operation = operation.id, %error, pause = pause.as_secs_f64(), "made again after a pause");
    }

    pub(crate) fn auth_event(event: &AuthEvent) {
        match event {
            AuthEvent::Refreshed { user } => info!(enduser.id = user, "tokens refreshed"),
            AuthEvent::RefreshFailed { user, error, next_try } => {
                warn!(enduser.id = user, %error, next_try = next_try.as_secs_f64(), "refresh failed");
            }
            AuthEvent::SavePending { user, error, next_try } => {
                warn!(enduser.id = user, %error, next_try = next_try.as_secs_f64(), "new tokens are not saved yet");
            }
            AuthEvent::ReauthorizationNeeded { user, error } => {
                warn!(enduser.id = user, %error, "the user must authorize again");
            }
            AuthEvent::Missed { .. } => {}
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::time::Duration;

    use crate::call::{Failure, Operation, Reply};
    use crate::client::App;
    use crate::error::Error;
    use crate::session::AuthEvent;

    pub(crate) fn call<T, F>(_: &Operation, _: &App, call: F) -> F
    where
        F: Future<Output = Result<Reply<T>, Failure>>,
    {
        call
    }

    pub(crate) struct Attempt;

    impl Attempt {
        pub(crate) fn begin(_: &reqwest::Request) -> Self {
            Self
        }

        pub(crate) fn end(self, _: &reqwest::Result<reqwest::Response>) {}
    }

    pub(crate) fn repeat(_: &Operation, _: &Error, _: Duration) {}

    pub(crate) fn auth_event(_: &AuthEvent) {}
}
