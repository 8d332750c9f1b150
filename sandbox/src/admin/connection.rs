use serde_json::{Value, json};

use super::{
    input::{Input, Refusal},
    output::done,
};
use crate::{
    sandbox::Sandbox,
    wire::{ConnectionState, Freeze, TcpConnection},
};

/// Counts the TCP connections, and lists them, or the one with an `id`.
pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = input.count("id")?;
    input.finish()?;
    let counts = sandbox.tcp_connection_counts();
    let mut connections = sandbox.tcp_connections();
    connections.retain(|connection| id.is_none_or(|id| connection.id == id));
    Ok(json!({
        "opened": counts.opened,
        "open": counts.open,
        "frozen": counts.frozen,
        "dropped": counts.dropped,
        "connections": connections.iter().map(describe).collect::<Vec<_>>(),
    }))
}

pub(super) fn freeze(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = required_count(input, "id")?;
    let freeze = input.named::<Freeze>("freeze")?.ok_or_else(|| Refusal::field("freeze", "is required"))?;
    input.finish()?;
    found(id, sandbox.freeze_connection(id, freeze), "open")
}

pub(super) fn thaw(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = required_count(input, "id")?;
    input.finish()?;
    found(id, sandbox.thaw_connection(id), "that can be thawed")
}

pub(super) fn reset(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = required_count(input, "id")?;
    input.finish()?;
    found(id, sandbox.reset_connection(id), "open")
}

pub(super) fn limit(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let (id, rate) = (required_count(input, "id")?, required_count(input, "bytesPerSecond")?);
    input.finish()?;
    found(id, sandbox.limit_connection(id, rate), "open")
}

/// Swallows connection attempts, for a time or until they are accepted.
pub(super) fn swallow(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let time = input.millis("forMs")?;
    input.finish()?;
    let swallowed = time.map_or_else(|| sandbox.swallow_handshakes(), |time| sandbox.swallow_handshakes_for(time));
    swallowed.map_err(|error| Refusal::failed(format!("handshakes are not swallowed: {error}")))?;
    Ok(done())
}

pub(super) fn accept(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.accept_handshakes();
    Ok(done())
}

fn required_count(input: &mut Input, name: &str) -> Result<u64, Refusal> {
    input.count(name)?.ok_or_else(|| Refusal::field(name, "is required"))
}

fn found(id: u64, is_done: bool, what: &str) -> Result<Value, Refusal> {
    if is_done { Ok(done()) } else { Err(Refusal::not_found(format!("there is no connection {id} {what}"))) }
}

fn describe(connection: &TcpConnection) -> Value {
    let freeze = if let ConnectionState::Frozen(freeze) = connection.state { Some(freeze.as_str()) } else { None };
    json!({
        "id": connection.id,
        "protocol": if connection.is_http2 { "HTTP/2" } else { "HTTP/1.1" },
        "requests": connection.requests,
        "state": connection.state.as_str(),
        "freeze": freeze,
    })
}
