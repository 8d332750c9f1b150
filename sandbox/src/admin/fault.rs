use std::time::Duration;

use serde_json::{Value, json};

use super::{
    input::{Input, Refusal, count, text},
    output::done,
};
#[cfg(feature = "compression")]
use crate::compress::Coding;
use crate::{
    fault::{Fault, FaultHandle},
    operation::Operation,
    sandbox::Sandbox,
};

/// A member of a fault's JSON: its name, what it must be, and what it adds.
type Member = (&'static str, &'static str, fn(Fault, &Value) -> Option<Fault>);

#[cfg(feature = "compression")]
const CODING: &str = "must be gzip, br or zstd";
const COUNT: &str = "must be a whole number";
const MILLIS: &str = "must be a whole number of milliseconds";
const TEXT: &str = "must be a non-empty string";
const TRUE: &str = "must be true";

/// When the fault strikes, and which response it gives.
const ANSWER: &[Member] = &[
    ("times", "must be a whole number or \"always\"", |fault, value| match value.as_str() {
        Some("always") => Some(fault.always()),
        _ => size(value).map(|times| fault.times(times)),
    }),
    ("onReuse", TRUE, |fault, value| yes(value).map(|()| fault.on_reuse())),
    ("skip", COUNT, |fault, value| size(value).map(|requests| fault.skip(requests))),
    ("afterCommit", TRUE, |fault, value| yes(value).map(|()| fault.after_commit())),
    ("delayMs", MILLIS, |fault, value| millis(value).map(|delay| fault.delay(delay))),
    ("redirect", TEXT, |fault, value| text(value).map(|to| fault.redirect(&to))),
    ("empty", TRUE, |fault, value| yes(value).map(|()| fault.empty())),
    ("html", TRUE, |fault, value| yes(value).map(|()| fault.html())),
    ("json", "must be JSON", |fault, value| Some(fault.json(value))),
    ("body", "must be a string", |fault, value| Some(fault.body(value.as_str()?.to_owned()))),
    ("headers", "must be an object of strings", headers),
    ("status", "must be a number from 200 to 599", |fault, value| {
        count(value).filter(|status| (200..600).contains(status)).map(|status| fault.status(status as u16))
    }),
];

/// What the response says.
const MISLEADING: &[Member] = &[
    ("lostEvent", TRUE, |fault, value| yes(value).map(|()| fault.lost_event())),
    ("vanishedCalendar", TEXT, |fault, value| text(value).map(|id| fault.vanished_calendar(&id))),
    ("ignoredFilter", TRUE, |fault, value| yes(value).map(|()| fault.ignored_filter())),
    ("tokenCircle", TRUE, |fault, value| yes(value).map(|()| fault.token_circle())),
    ("noAddresses", TRUE, |fault, value| yes(value).map(|()| fault.no_addresses())),
    ("unknownMembers", TRUE, |fault, value| yes(value).map(|()| fault.unknown_members())),
    ("loneSurrogate", TRUE, |fault, value| yes(value).map(|()| fault.lone_surrogate())),
    ("byteOrderMark", TRUE, |fault, value| yes(value).map(|()| fault.byte_order_mark())),
];

/// What becomes of the body: one at most.
const BODY: &[Member] = &[
    ("halfBody", TRUE, |fault, value| yes(value).map(|()| fault.half_body())),
    ("gzipGarbage", TRUE, |fault, value| yes(value).map(|()| fault.gzip_garbage())),
    ("gzipTruncated", TRUE, |fault, value| yes(value).map(|()| fault.gzip_truncated())),
    #[cfg(feature = "compression")]
    ("compress", CODING, |fault, value| coding(value).map(|coding| fault.compress(coding))),
    #[cfg(feature = "compression")]
    ("compressUnasked", CODING, |fault, value| coding(value).map(|coding| fault.compress_unasked(coding))),
];

/// How the response is sent: one at most.
const SENDING: &[Member] = &[
    ("disconnect", TRUE, |fault, value| yes(value).map(|()| fault.disconnect())),
    ("reset", TRUE, |fault, value| yes(value).map(|()| fault.reset())),
    ("noAnswer", TRUE, |fault, value| yes(value).map(|()| fault.no_answer())),
    ("truncate", TRUE, |fault, value| yes(value).map(|()| fault.truncate())),
    ("resetAfter", COUNT, |fault, value| size(value).map(|bytes| fault.reset_after(bytes))),
    ("stall", "must be true or an object with after, forMs or both", stall),
    ("contentLength", COUNT, |fault, value| count(value).map(|bytes| fault.content_length(bytes))),
    ("trickleMs", MILLIS, |fault, value| millis(value).map(|pause| fault.trickle(pause))),
    ("huge", COUNT, |fault, value| count(value).map(|bytes| fault.huge(bytes))),
    #[cfg(feature = "compression")]
    ("bomb", "must be an object with coding (gzip, br or zstd) and bytes", |fault, value| {
        Some(fault.bomb(coding(&value["coding"])?, count(&value["bytes"])?))
    }),
    ("freeze", "must be unread, ignored or unanswered", |fault, value| {
        value.as_str()?.parse().ok().map(|freeze| fault.freeze(freeze))
    }),
    ("halfClose", TRUE, |fault, value| yes(value).map(|()| fault.half_close())),
    ("stopReading", TRUE, |fault, value| yes(value).map(|()| fault.stop_reading())),
    ("resetConnection", TRUE, |fault, value| yes(value).map(|()| fault.reset_connection())),
    ("goAway", TRUE, |fault, value| yes(value).map(|()| fault.go_away())),
    ("goAwayAbruptly", TRUE, |fault, value| yes(value).map(|()| fault.go_away_abruptly())),
    ("rate", "must be a whole number of bytes a second", |fault, value| count(value).map(|bytes| fault.rate(bytes))),
];

/// Lists the faults, or the one with an `id`.
pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = input.count("id")?;
    input.finish()?;
    match id {
        None => Ok(json!({ "faults": sandbox.faults().iter().map(describe).collect::<Vec<_>>() })),
        Some(id) => find(sandbox, id).map(|fault| describe(&fault)),
    }
}

pub(super) fn inject(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let mut fault = match (input.named::<Operation>("operation")?, input.flag("onConnect")?.unwrap_or_default()) {
        (Some(_), true) => return Err(Refusal::field("onConnect", "does not go together with operation")),
        (Some(operation), false) => Fault::on(operation),
        (None, true) => Fault::on_connect(),
        (None, false) => Fault::on_any(),
    };
    for (members, alone) in [(ANSWER, false), (MISLEADING, false), (BODY, true), (SENDING, true)] {
        let mut earlier = None;
        for (name, expected, add) in members {
            let Some(value) = input.take(name) else { continue };
            fault = add(fault, &value).ok_or_else(|| Refusal::field(name, expected))?;
            if let Some(earlier) = earlier.replace(name).filter(|_| alone) {
                return Err(Refusal::field(name, format_args!("does not go together with {earlier}")));
            }
        }
    }
    input.finish()?;
    Ok(describe(&sandbox.inject(fault)))
}

/// Ends the fault with an `id`, or ends and forgets all.
pub(super) fn remove(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let id = input.count("id")?;
    input.finish()?;
    match id {
        None => sandbox.clear_faults(),
        Some(id) => find(sandbox, id)?.remove(),
    }
    Ok(done())
}

fn find(sandbox: &Sandbox, id: u64) -> Result<FaultHandle, Refusal> {
    let found = sandbox.faults().into_iter().find(|fault| fault.id() == id);
    found.ok_or_else(|| Refusal::not_found(format!("there is no fault {id}")))
}

fn describe(fault: &FaultHandle) -> Value {
    let remaining = match fault.remaining() {
        usize::MAX => json!("always"),
        remaining => json!(remaining),
    };
    json!({
        "id": fault.id(),
        "description": fault.description(),
        "fired": fault.fired(),
        "remaining": remaining,
    })
}

fn headers(fault: Fault, value: &Value) -> Option<Fault> {
    value.as_object()?.iter().try_fold(fault, |fault, (name, value)| Some(fault.header(name, value.as_str()?)))
}

fn stall(fault: Fault, value: &Value) -> Option<Fault> {
    let Some(members) = value.as_object() else { return yes(value).map(|()| fault.stall()) };
    members.iter().try_fold(fault.stall(), |fault, (name, value)| match name.as_str() {
        "after" => Some(fault.stall_after(size(value)?)),
        "forMs" => Some(fault.stall_for(millis(value)?)),
        _ => None,
    })
}

#[cfg(feature = "compression")]
fn coding(value: &Value) -> Option<Coding> {
    value.as_str()?.parse().ok()
}

fn yes(value: &Value) -> Option<()> {
    (value == true).then_some(())
}

fn size(value: &Value) -> Option<usize> {
    count(value)?.try_into().ok()
}

fn millis(value: &Value) -> Option<Duration> {
    count(value).map(Duration::from_millis)
}
