//! Bodies of responses: whole, or too large to be held in memory.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Small blocks are sent together, up to about this many bytes.
const FRAME: usize = 16 * 1024;

/// A body that is mostly one block again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repeated {
    pub(crate) begin: Bytes,
    pub(crate) block: Bytes,
    pub(crate) times: u64,
    pub(crate) end: Bytes,
}

impl Repeated {
    /// Gives this many spaces.
    pub(crate) fn spaces(bytes: u64) -> Self {
        const SPACES: &[u8] = &[b' '; FRAME];
        let rest = (bytes % FRAME as u64) as usize;
        Self {
            begin: Bytes::new(),
            block: Bytes::from_static(SPACES),
            times: bytes / FRAME as u64,
            end: Bytes::from_static(&SPACES[..rest]),
        }
    }

    fn len(&self) -> u64 {
        self.begin.len() as u64 + self.block.len() as u64 * self.times + self.end.len() as u64
    }

    /// Takes the next bytes, of which there are none at the end only.
    fn take(&mut self) -> Bytes {
        if !self.begin.is_empty() {
            return std::mem::take(&mut self.begin);
        }
        if self.times == 0 || self.block.is_empty() {
            return std::mem::take(&mut self.end);
        }
        let blocks = self.times.min((FRAME / self.block.len()).max(1) as u64);
        self.times -= blocks;
        if blocks == 1 { self.block.clone() } else { self.block.repeat(blocks as usize).into() }
    }
}

/// The body of a response, as hyper sends it.
#[derive(Debug)]
pub(crate) struct Body(Repeated);

impl From<Bytes> for Body {
    fn from(begin: Bytes) -> Self {
        Self(Repeated { begin, block: Bytes::new(), times: 0, end: Bytes::new() })
    }
}

impl From<Repeated> for Body {
    fn from(repeated: Repeated) -> Self {
        Self(repeated)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = self.get_mut().0.take();
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len())
    }
}
