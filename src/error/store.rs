//! Failures of token stores and of the hook.

use thiserror::Error as ThisError;

use super::{SendStatus, Source};

/// The error of a token store or of the hook.
#[derive(Clone, Debug, ThisError)]
#[error("{kind}")]
pub struct StoreFailure {
    pub(crate) kind: StoreKind,
    /// Of the call that needed the tokens.
    pub(crate) send_status: SendStatus,
    #[source]
    pub(crate) source: Source,
}

impl StoreFailure {
    /// Returns what the store or the hook failed to do.
    pub fn kind(&self) -> StoreKind {
        self.kind
    }
}

/// Kinds of [`StoreFailure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum StoreKind {
    /// The store could not load a user's tokens.
    #[error("the tokens could not be loaded")]
    Load,
    /// The store could not grant the lease for a refresh.
    #[error("the lease for refreshing the tokens could not be acquired")]
    Lease,
    /// The store could not save new tokens.
    #[error("the refreshed tokens could not be saved")]
    Save,
    /// The [hook](crate::ClientBuilder::on_tokens_refreshed) failed.
    #[error("the hook for refreshed tokens failed")]
    Hook,
    /// The store could not list the users.
    #[error("the users could not be listed")]
    List,
    /// The store could not remove a user's record.
    #[error("the user's record could not be removed")]
    Delete,
    /// The store could not create its table.
    #[error("the table for tokens could not be created")]
    Migrate,
}
