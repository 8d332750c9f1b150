//! A span for each call, with the names of OpenTelemetry's conventions for HTTP clients.
//!
//! Without the feature `tracing` nothing of it is compiled.

#[cfg(not(feature = "tracing"))]
pub(super) use off::*;
#[cfg(feature = "tracing")]
pub(super) use on::*;

#[cfg(feature = "tracing")]
mod on {
    use std::time::Duration;

    use tracing::field::Empty;
    use tracing::{Instrument, info, info_span, warn};

    use crate::error::Error;
    use crate::operation::Operation;
    use crate::transport::{Response, Transport};

    /// Puts a span around a call.
    pub(crate) async fn call(
        operation: &Operation,
        transport: &Transport,
        call: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, Error> {
        let server = transport.server();
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

    /// `failed` attempts were made so far.
    pub(crate) fn retry(operation: &Operation, error: &Error, delay: Duration, failed: u32) {
        let (delay, attempt) = (delay.as_secs_f64(), failed + 1);
        info!(operation = operation.id, %error, delay, attempt, "retrying after a delay");
    }

    pub(crate) fn budget_spent(operation: &Operation, error: &Error) {
        warn!(operation = operation.id, %error, "not retried: the retry budget is spent");
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::time::Duration;

    use crate::error::Error;
    use crate::operation::Operation;
    use crate::transport::{Response, Transport};

    pub(crate) fn call<F>(_: &Operation, _: &Transport, call: F) -> F
    where
        F: Future<Output = Result<Response, Error>>,
    {
        call
    }

    pub(crate) fn retry(_: &Operation, _: &Error, _: Duration, _: u32) {}

    pub(crate) fn budget_spent(_: &Operation, _: &Error) {}
}
