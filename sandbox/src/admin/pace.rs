use std::time::Duration;

use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::done,
};
use crate::{latency::Latency, operation::Operation, rate_limit::RateLimit, sandbox::Sandbox};

pub(super) fn latencies(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    let latencies: Vec<Value> = sandbox.with_settings(|settings| {
        let describe = |(operation, latency): (&Option<Operation>, &Latency)| {
            json!({
                "operation": operation.map(Operation::as_str),
                "medianMs": millis(latency.median),
                "tailMs": millis(latency.tail),
                "seed": latency.seed,
            })
        };
        settings.latencies.iter().map(describe).collect()
    });
    Ok(json!({ "latencies": latencies }))
}

/// Sets the latency of an `operation`, or of all that have none of their own.
pub(super) fn set_latency(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let operation = input.named::<Operation>("operation")?;
    let median = input.millis("medianMs")?.ok_or_else(|| Refusal::field("medianMs", "is required"))?;
    let tail = input.millis("tailMs")?.unwrap_or(median);
    let seed = input.count("seed")?.unwrap_or_default();
    input.finish()?;
    sandbox.pace(operation, Some(Latency::new(median, tail).seed(seed)));
    Ok(done())
}

/// Ends the latency of an `operation`, or all of them.
pub(super) fn clear_latency(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let operation = input.named::<Operation>("operation")?;
    input.finish()?;
    match operation {
        Some(operation) => sandbox.pace(Some(operation), None),
        None => sandbox.with_settings(|settings| settings.latencies.clear()),
    }
    Ok(done())
}

pub(super) fn limits(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    let limits: Vec<Value> = sandbox.with_settings(|settings| {
        let describe = |(operation, limit): (&Option<Operation>, &RateLimit)| {
            json!({
                "operation": operation.map(Operation::as_str),
                "requests": limit.requests,
                "perMs": millis(limit.per),
            })
        };
        settings.rate_limits.iter().map(describe).collect()
    });
    Ok(json!({ "limits": limits }))
}

/// Limits the requests of an `operation`, or of all together.
pub(super) fn set_limit(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let operation = input.named::<Operation>("operation")?;
    let requests = input.count("requests")?.ok_or_else(|| Refusal::field("requests", "is required"))?;
    let per = input.millis("perMs")?.ok_or_else(|| Refusal::field("perMs", "is required"))?;
    input.finish()?;
    sandbox.limit(operation, Some(RateLimit::new(requests, per)));
    Ok(done())
}

/// Ends the limit of an `operation`, or all of them.
pub(super) fn clear_limit(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let operation = input.named::<Operation>("operation")?;
    input.finish()?;
    match operation {
        Some(operation) => sandbox.limit(Some(operation), None),
        None => sandbox.with_settings(|settings| settings.rate_limits.clear()),
    }
    Ok(done())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
