//! Spoiling bodies inside of a response that is good HTTP.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};
use hyper::header::CONTENT_ENCODING;
#[cfg(feature = "compression")]
use hyper::header::VARY;

#[cfg(feature = "compression")]
use crate::compress::Coding;
use crate::http::Answer;

/// What becomes of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Garble {
    /// The first half alone
    Half,
    /// The body as it is, called gzip
    NotGzip,
    /// Good gzip that ends too early
    CutGzip,
    /// The body in a content coding
    #[cfg(feature = "compression")]
    Compressed(Coding),
}

impl Garble {
    /// Gives what becomes of a response.
    pub(super) fn apply(self, answer: Answer) -> Answer {
        let body = answer.body().clone();
        match self {
            Self::Half => {
                let half = body.slice(..body.len() / 2);
                answer.with_body(half)
            }
            // Without a byte there is nothing that could be wrong.
            Self::NotGzip if body.is_empty() => gzip(answer.with_body(Bytes::from_static(b"not gzip"))),
            Self::NotGzip => gzip(answer),
            Self::CutGzip => gzip(answer.with_body(cut_gzip(&body))),
            #[cfg(feature = "compression")]
            Self::Compressed(coding) => match coding.encode(&body) {
                Ok(encoded) if !body.is_empty() => answer
                    .with_header(CONTENT_ENCODING, coding.as_str())
                    .with_header(VARY, "accept-encoding")
                    .with_body(encoded),
                _ => answer,
            },
        }
    }
}

fn gzip(answer: Answer) -> Answer {
    answer.with_header(CONTENT_ENCODING, "gzip")
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
        match self {
            Self::Half => f.write_str("half of the body"),
            Self::NotGzip => f.write_str("not gzip"),
            Self::CutGzip => f.write_str("gzip that ends too early"),
            #[cfg(feature = "compression")]
            Self::Compressed(coding) => write!(f, "in {coding}"),
        }
    }
}
