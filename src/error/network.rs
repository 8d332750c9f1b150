//! Calls without a complete response.

use std::time::Duration;

use thiserror::Error as ThisError;

use super::{Error, Source};

/// How a call ended without a complete response.
#[derive(Clone, Debug, ThisError)]
#[error("{operation}: {kind}")]
pub struct NetworkFailure {
    pub(crate) operation: &'static str,
    pub(crate) kind: NetworkKind,
    pub(crate) send_status: SendStatus,
    pub(crate) retry_after: Option<Duration>,
    #[source]
    pub(crate) source: Option<Source>,
}

impl NetworkFailure {
    pub(crate) fn error(operation: &'static str, kind: NetworkKind, source: Option<Source>) -> Error {
        let send_status = match kind {
            NetworkKind::Connect => SendStatus::NotSent,
            NetworkKind::Timeout | NetworkKind::Broken => SendStatus::MaybeSent,
            NetworkKind::Body => SendStatus::Answered,
        };
        Error::Network(Box::new(Self { operation, kind, send_status, retry_after: None, source }))
    }

    /// Returns the operation's id in the contract, such as `create_event`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns what failed.
    pub fn kind(&self) -> NetworkKind {
        self.kind
    }
}

/// Kinds of [`NetworkFailure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum NetworkKind {
    /// No connection was established: the request was not sent.
    #[error("no connection")]
    Connect,
    /// The timeout elapsed. The request may have arrived.
    #[error("timed out")]
    Timeout,
    /// The connection broke. The request may have arrived.
    #[error("the connection broke")]
    Broken,
    /// The response began, but its body is incomplete, or its compression is corrupt.
    #[error("the response is incomplete")]
    Body,
}

/// What is known about the request of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendStatus {
    /// Definitely not sent: nothing was done.
    NotSent,
    /// May have been sent: a write may have been done.
    MaybeSent,
    /// The service responded or began to: with a success that cannot be read, or with a refusal.
    Answered,
}
