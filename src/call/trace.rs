//! Events of a call's retries. Without the feature `tracing` nothing of it is compiled.

use std::time::Duration;

use crate::error::Error;
use crate::operation::Operation;

/// `failed` attempts were made so far.
#[cfg(feature = "tracing")]
pub(super) fn retry(operation: &Operation, error: &Error, delay: Duration, failed: u32) {
    let (error, delay, attempt) = (crate::error::Chain(error), delay.as_secs_f64(), failed + 1);
    tracing::info!(
        target: "mobiscroll_connect",
        operation = operation.id,
        %error,
        delay,
        attempt,
        "retrying after a delay"
    );
}

#[cfg(feature = "tracing")]
pub(super) fn budget_spent(operation: &Operation, error: &Error) {
    let error = crate::error::Chain(error);
    tracing::warn!(target: "mobiscroll_connect", operation = operation.id, %error, "not retried: the retry budget is spent");
}

#[cfg(feature = "tracing")]
pub(super) fn held_back(operation: &Operation, left: Duration) {
    let delay = left.as_secs_f64();
    tracing::info!(target: "mobiscroll_connect", operation = operation.id, delay, "held back by a rate limit");
}

#[cfg(not(feature = "tracing"))]
pub(super) fn held_back(_: &Operation, _: Duration) {}

#[cfg(not(feature = "tracing"))]
pub(super) fn retry(_: &Operation, _: &Error, _: Duration, _: u32) {}

#[cfg(not(feature = "tracing"))]
pub(super) fn budget_spent(_: &Operation, _: &Error) {}
