//! The cause of an error, shared by its clones.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// A cause. It is no error by itself, so that `downcast_ref` on [`source`](StdError::source) finds the cause rather than
/// this wrapper.
#[derive(Clone)]
pub(crate) struct Source(Arc<dyn StdError + Send + Sync>);

impl Source {
    pub(crate) fn new(cause: impl StdError + Send + Sync + 'static) -> Self {
        Self(Arc::new(cause))
    }
}

impl From<BoxError> for Source {
    fn from(cause: BoxError) -> Self {
        Self(cause.into())
    }
}

impl Deref for Source {
    type Target = dyn StdError + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An error with all of its causes, in one line.
#[cfg(feature = "tracing")]
pub(crate) struct Chain<'a>(pub(crate) &'a dyn StdError);

#[cfg(feature = "tracing")]
impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
