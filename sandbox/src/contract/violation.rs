use std::fmt;

use crate::{operation::Operation, request::Request};

/// Says whether a request or its response violates the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// The client's request
    Request,
    /// The sandbox's answer
    Answer,
    /// The sandbox's delivery to the webhook URL
    Delivery,
}

/// Describes one departure from the API's contract.
///
/// It prints as a line such as `list_events, request, query pageSize: "many" is not of type "integer"`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The operation asked for; `None` for an unknown method or path
    pub operation: Option<Operation>,
    /// The method, such as `GET`
    pub method: String,
    /// The path, such as `/api/calendars`
    pub path: String,
    /// Who violated the contract
    pub side: Side,
    /// Where, such as `query pageSize`, `body /events/0/id`, `status` or `content type`
    pub place: String,
    /// What is wrong there
    pub problem: String,
    /// Whether the sandbox itself refused the request with a 4xx, as the contract provides for
    pub refused: bool,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            Some(operation) => write!(f, "{operation}")?,
            None => write!(f, "{} {}", self.method, self.path)?,
        }
        let side = match self.side {
            Side::Request if self.refused => "refused request",
            Side::Request => "request",
            Side::Answer => "answer",
            Side::Delivery => "delivery",
        };
        write!(f, ", {side}, {}: {}", self.place, self.problem)
    }
}

/// A departure before it is known to what traffic it belongs.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) place: String,
    pub(super) problem: String,
}

impl Finding {
    pub(super) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }

    pub(super) fn of(self, side: Side, request: &Request) -> Violation {
        Violation {
            operation: request.operation,
            method: request.method.to_string(),
            path: request.path.clone(),
            side,
            place: self.place,
            problem: self.problem,
            refused: false,
        }
    }
}
