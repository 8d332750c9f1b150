use serde_json::{Map, Value, json};

use super::{
    input::{Input, Refusal},
    output::{done, millis},
    token, webhook,
};
use crate::{operation::Operation, record::RecordedRequest, sandbox::Sandbox};

/// Lists the requests, or those of one `operation`; with a `limit`, the newest of them.
pub(super) fn requests(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let operation = input.named::<Operation>("operation")?;
    let limit = input.count("limit")?.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    input.finish()?;
    let requests = operation.map_or_else(|| sandbox.requests(), |operation| sandbox.requests_of(operation));
    let newest = &requests[requests.len().saturating_sub(limit)..];
    Ok(json!({ "requests": newest.iter().map(describe).collect::<Vec<_>>() }))
}

pub(super) fn clear(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.clear_requests();
    Ok(done())
}

/// Counts requests by operation and answers by status, and what was presented at the token endpoint.
pub(super) fn counters(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    let operations: Map<String, Value> = sandbox
        .request_counts()
        .into_iter()
        .map(|(operation, counts)| {
            let answers: Map<String, Value> =
                counts.answers.iter().map(|(status, number)| (status.to_string(), json!(number))).collect();
            let name = operation.map_or("unknown", Operation::as_str);
            (name.to_owned(), json!({ "requests": counts.requests, "answers": answers }))
        })
        .collect();
    Ok(json!({
        "operations": operations,
        "tokens": token::counts(&sandbox.total_token_counts()),
        "deliveries": webhook::counts(&sandbox.delivery_counts()),
    }))
}

fn describe(request: &RecordedRequest) -> Value {
    json!({
        "atMs": millis(request.at),
        "operation": request.operation.map(Operation::as_str),
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "body": String::from_utf8_lossy(&request.body),
        "connection": request.connection,
        "status": request.status,
    })
}
