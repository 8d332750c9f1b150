//! What the contract says of responses.

use super::{document::Endpoint, raw::RawEvents, violation::Finding};
use crate::http::Answer;

/// Tells where a response violates the contract, events that tests put in left out.
pub(super) fn check(endpoint: &Endpoint, answer: &Answer, raw: &RawEvents) -> Vec<Finding> {
    let Some(reply) = endpoint.reply(answer.status) else {
        return vec![Finding::new("status", format!("{} is not declared", answer.status.as_u16()))];
    };
    let mut findings = Vec::new();
    for header in &reply.headers {
        let place = format!("header {}", header.name);
        let mut values = answer.headers.get_all(&header.name).iter().peekable();
        if header.required && values.peek().is_none() {
            findings.push(Finding::new(&place, "is required"));
        }
        for value in values {
            findings.extend(header.check(&String::from_utf8_lossy(value.as_bytes()), &place));
        }
    }
    match (&reply.body, answer.body.is_empty()) {
        (None, false) => findings.push(Finding::new("body", "is not declared")),
        (Some(_), true) => findings.push(Finding::new("body", "is missing")),
        (Some(body), false) => findings.extend(body.check(&answer.headers, &answer.body, |body| raw.leave_out(body))),
        (None, true) => {}
    }
    findings
}
