//! Bodies that are larger than what is sent or held.

use std::fmt;

#[cfg(feature = "compression")]
use hyper::header::CONTENT_ENCODING;

#[cfg(feature = "compression")]
use crate::compress::{Coding, bomb};
use crate::{body::Repeated, http::Answer};

/// A body that is never held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Large {
    Spaces(u64),
    #[cfg(feature = "compression")]
    Bomb(Coding, u64),
}

impl Large {
    /// Puts it in the place of a response's body.
    pub(super) fn apply(self, answer: Answer) -> Answer {
        match self {
            Self::Spaces(bytes) => answer.with_repeated(Repeated::spaces(bytes)),
            #[cfg(feature = "compression")]
            Self::Bomb(coding, decoded) => match bomb(coding, decoded) {
                Ok(bomb) => answer.with_header(CONTENT_ENCODING, coding.as_str()).with_repeated(bomb),
                Err(_) => answer,
            },
        }
    }
}

impl fmt::Display for Large {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spaces(bytes) => write!(f, "{bytes} spaces"),
            #[cfg(feature = "compression")]
            Self::Bomb(coding, decoded) => write!(f, "{decoded} spaces in {coding}"),
        }
    }
}
