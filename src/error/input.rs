//! Values that cannot be used.

use thiserror::Error as ThisError;

use super::{BoxError, Error, Source};
use crate::operation::Operation;

/// An invalid value: a setting of the client, or an argument of a call.
#[derive(Clone, Debug, ThisError)]
#[error("{}{message}", self.prefix())]
pub struct InputFailure {
    pub(crate) operation: Option<&'static str>,
    pub(crate) message: String,
    #[source]
    pub(crate) source: Option<Source>,
}

impl InputFailure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { operation: None, message: message.into(), source: None }
    }

    /// Refuses a call with an empty id: sent, it may mean another thing than the one that the caller has in mind.
    pub(crate) fn require(operation: &Operation, ids: &[(&str, Option<&str>)]) -> Result<(), Self> {
        match ids.iter().find(|(_, id)| id.is_some_and(|id| id.trim().is_empty())) {
            Some((name, _)) => Err(Self::new(format!("the {name} is empty")).of(operation)),
            None => Ok(()),
        }
    }

    /// Names the operation that was refused.
    pub(crate) fn of(mut self, operation: &Operation) -> Self {
        self.operation = Some(operation.id);
        self
    }

    pub(crate) fn source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    pub(crate) fn configuration(self) -> Error {
        Error::Configuration(Box::new(self))
    }

    fn prefix(&self) -> String {
        self.operation.map(|operation| format!("{operation}: ")).unwrap_or_default()
    }

    /// Returns the operation's id in the contract, such as `create_event`, if a call was refused.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// Returns what is wrong with it.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<InputFailure> for Error {
    fn from(failure: InputFailure) -> Self {
        Self::InvalidInput(Box::new(failure))
    }
}
