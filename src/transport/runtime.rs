//! The Tokio runtime.

use tokio::runtime::Handle;

use crate::error::{Error, InputFailure};

/// Returns the Tokio runtime on which connections and refreshes live.
pub(crate) fn runtime() -> Result<Handle, Error> {
    Handle::try_current().map_err(|e| InputFailure::new("a call was made outside of a Tokio runtime").source(e).into())
}
