//! Events for the crate `tracing`. Without the feature `tracing` nothing of it is compiled.

use super::outcome::{WebhookOutcome, WebhookRejection};
use crate::error::BoxError;
#[cfg(feature = "tracing")]
use crate::error::Chain;

#[cfg(feature = "tracing")]
pub(super) fn rejected(rejection: &WebhookRejection) {
    tracing::warn!(
        target: "mobiscroll_connect",
        {
            http.response.status_code = rejection.status().as_u16(),
            clock_offset = rejection.clock_offset().map(|offset| offset.as_secs_f64()),
            reason = %rejection,
        },
        "webhook delivery rejected"
    );
}

#[cfg(feature = "tracing")]
pub(super) fn handled(id: &str, outcome: &WebhookOutcome) {
    let status = outcome.status().as_u16();
    match outcome {
        WebhookOutcome::Handled | WebhookOutcome::Repeated => {
            tracing::debug!(
                target: "mobiscroll_connect",
                {
                    webhook.id = id,
                    http.response.status_code = status,
                    ?outcome,
                },
                "webhook delivery received"
            );
        }
        _ => {
            tracing::warn!(
                target: "mobiscroll_connect",
                {
                    webhook.id = id,
                    http.response.status_code = status,
                    ?outcome,
                },
                "webhook delivery not handled"
            )
        }
    }
}

#[cfg(feature = "tracing")]
pub(super) fn memory_failed(error: &BoxError) {
    tracing::warn!(target: "mobiscroll_connect", error = %Chain(&**error), "the replay memory failed");
}

#[cfg(not(feature = "tracing"))]
pub(super) fn memory_failed(_: &BoxError) {}

#[cfg(not(feature = "tracing"))]
pub(super) fn rejected(_: &WebhookRejection) {}

#[cfg(not(feature = "tracing"))]
pub(super) fn handled(_: &str, _: &WebhookOutcome) {}
