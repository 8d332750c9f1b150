use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::{done, millis},
};
use crate::{
    journal::{JournalEntry, JournalProblem},
    operation::Operation,
    sandbox::Sandbox,
};

/// Lists what was not understood, and the same as a text to print.
pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    let journal = sandbox.journal();
    Ok(json!({
        "entries": journal.entries.iter().map(describe).collect::<Vec<_>>(),
        "omitted": journal.omitted,
        "report": journal.to_string(),
    }))
}

pub(super) fn clear(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.clear_journal();
    Ok(done())
}

fn describe(entry: &JournalEntry) -> Value {
    let problem = |one: &JournalProblem| {
        let JournalProblem { place, problem, nearest } = one;
        json!({ "place": place, "problem": problem, "nearest": nearest })
    };
    json!({
        "atMs": millis(entry.at),
        "times": entry.times,
        "operation": entry.operation.map(Operation::as_str),
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "problems": entry.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}
