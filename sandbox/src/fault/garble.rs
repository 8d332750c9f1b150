//! Spoiling bodies inside of an answer that is good HTTP.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

/// What becomes of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Garble {
    /// The first half alone
    Half,
    /// The body as it is, called gzip
    NotGzip,
    /// Good gzip that ends too early
    CutGzip,
}

impl Garble {
    pub(crate) fn is_gzip(self) -> bool {
        matches!(self, Self::NotGzip | Self::CutGzip)
    }

    pub(crate) fn apply(self, body: Bytes) -> Bytes {
        match self {
            Self::Half => body.slice(..body.len() / 2),
            // Without a byte there is nothing that could be wrong.
            Self::NotGzip if body.is_empty() => Bytes::from_static(b"not gzip"),
            Self::NotGzip => body,
            Self::CutGzip => cut_gzip(&body),
        }
    }
}

/// Begins a gzip file (RFC 1952) whose one stored block (RFC 1951) promises the body and holds half of it.
fn cut_gzip(body: &[u8]) -> Bytes {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    const LAST_BLOCK_STORED: u8 = 1;
    let promised = u16::try_from(body.len().max(1)).unwrap_or(u16::MAX);
    let sent = body.len().min(promised.into()) / 2;
    let mut gzip = BytesMut::from(&HEADER[..]);
    gzip.put_u8(LAST_BLOCK_STORED);
    gzip.put_u16_le(promised);
    gzip.put_u16_le(!promised);
    gzip.put_slice(&body[..sent]);
    gzip.freeze()
}

impl fmt::Display for Garble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Half => "half of the body",
            Self::NotGzip => "not gzip",
            Self::CutGzip => "gzip that ends too early",
        })
    }
}
