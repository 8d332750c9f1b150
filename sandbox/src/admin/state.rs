use serde_json::Value;

use super::{
    input::{Input, Refusal},
    output::done,
};
use crate::{sandbox::Sandbox, snapshot::State};

/// Gives the whole state, as a file would hold it.
pub(super) fn export(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    let state = sandbox.export_state().map_err(|error| Refusal::failed(error.to_string()))?;
    Ok(state.to_json())
}

/// Changes to a state, to which `reset` goes back from now on.
pub(super) fn import(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let state = State::from_json(input.take_all().into());
    let state = state.map_err(|error| Refusal::field(error.path(), error.problem()))?;
    sandbox.import_state(&state);
    Ok(done())
}

/// Lets `reset` go back to the start again.
pub(super) fn forget(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.forget_state();
    Ok(done())
}
