use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::done,
};
use crate::{
    contract::{Side, Tolerated, Violation},
    operation::Operation,
    sandbox::Sandbox,
};

/// Lists the departures from the contract: those that count, and those that are tolerated.
pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(json!({
        "violations": violations(sandbox),
        "tolerated": sandbox.tolerated().iter().map(describe_tolerated).collect::<Vec<_>>(),
    }))
}

/// Forgets them, so that the sandbox does not complain in the end.
pub(super) fn clear(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    drop(sandbox.take_violations());
    sandbox.clear_tolerated();
    Ok(done())
}

pub(super) fn violations(sandbox: &Sandbox) -> Value {
    sandbox.violations().iter().map(describe).collect()
}

fn describe(violation: &Violation) -> Value {
    json!({
        "operation": violation.operation.map(Operation::as_str),
        "method": violation.method,
        "path": violation.path,
        "side": match violation.side {
            Side::Request => "request",
            Side::Answer => "answer",
            Side::Delivery => "delivery",
        },
        "place": violation.place,
        "problem": violation.problem,
        "refused": violation.refused,
    })
}

fn describe_tolerated(tolerated: &Tolerated) -> Value {
    json!({
        "operation": tolerated.operation.as_str(),
        "place": tolerated.place,
        "departure": tolerated.departure,
    })
}
