//! What violates the contract, but is sent by official SDKs and taken by the service.

use std::fmt;

use serde_json::{Value, json};

use super::{request::REPEATED, violation::Finding};
use crate::{operation::Operation, request::Request};

/// Describes a departure from the API's contract that is no violation: official SDKs send it, and the service takes it.
///
/// There are three: a repeated `providers` when authorizing, `[]` as the body of a disconnect, and `conference` as an
/// object with a `url` in a new event. It prints as a line such as
/// `authorize, tolerated, query providers: is given more than once`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tolerated {
    /// The operation asked for
    pub operation: Operation,
    /// Where, such as `query providers`, `body` or `body /conference`
    pub place: String,
    /// What departs there
    pub departure: String,
}

impl fmt::Display for Tolerated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, tolerated, {}: {}", self.operation, self.place, self.departure)
    }
}

impl Tolerated {
    /// Picks out what is tolerated.
    pub(super) fn pick(findings: &mut Vec<Finding>, request: &Request) -> Vec<Self> {
        let Some(operation) = request.operation else { return Vec::new() };
        let is_tolerated = |finding: &mut Finding| {
            operation == Operation::Authorize && finding.place == "query providers" && finding.problem == REPEATED
        };
        let picked = findings.extract_if(.., is_tolerated);
        picked.map(|Finding { place, problem }| Self { operation, place, departure: problem }).collect()
    }

    /// Writes a tolerated body as the contract has it, and tells what it did.
    pub(super) fn adjust(body: &mut Value, request: &Request) -> Option<Self> {
        let operation = request.operation?;
        let (place, departure) = match operation {
            Operation::Disconnect if *body == json!([]) => {
                *body = json!({});
                ("body", "is an empty array")
            }
            Operation::CreateEvent => {
                let url = body.get("conference")?.get("url").filter(|url| url.is_string())?.clone();
                body["conference"] = url;
                ("body /conference", "is an object")
            }
            _ => return None,
        };
        Some(Self { operation, place: place.to_owned(), departure: departure.to_owned() })
    }
}
