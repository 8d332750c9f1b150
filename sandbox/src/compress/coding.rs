use std::io::{self, Write};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hyper::{HeaderMap, header::ACCEPT_ENCODING};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::named::named;

/// Names a content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Coding {
    /// gzip (RFC 1952)
    Gzip,
    /// Brotli (RFC 7932)
    Brotli,
    /// Zstandard (RFC 8878)
    Zstd,
}

named!(Coding { Gzip => "gzip", Brotli => "br", Zstd => "zstd" });

impl Coding {
    /// Compresses a body.
    pub(crate) fn encode(self, body: &[u8]) -> io::Result<Bytes> {
        /// Between speed and size, as servers choose it for what is made on the fly
        const QUALITY: u32 = 5;
        /// 4 MiB
        const WINDOW_LOG: u32 = 22;
        let encoded = match self {
            Self::Gzip => {
                let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
                gzip.write_all(body)?;
                gzip.finish()?
            }
            Self::Brotli => {
                let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, QUALITY, WINDOW_LOG);
                brotli.write_all(body)?;
                brotli.into_inner()
            }
            Self::Zstd => compress_to_vec(body, CompressionLevel::Fastest),
        };
        Ok(encoded.into())
    }

    /// Tells whether a request asks for the coding (RFC 9110, section 12.5.3).
    pub(crate) fn is_accepted(self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let mut any = false;
        for one in values.flat_map(|value| value.split(',')) {
            let mut parts = one.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
            let is_wanted = weight.is_none_or(|weight| weight > 0.0);
            if name.eq_ignore_ascii_case(self.as_str()) {
                return is_wanted;
            }
            any |= name == "*" && is_wanted;
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, header::ACCEPT_ENCODING};

    use super::Coding;

    #[test]
    fn a_coding_is_asked_for_by_name_or_with_all() {
        for (values, expected) in [
            (&["gzip"][..], true),
            (&["br, GZIP;q=0.5"], true),
            (&["br", "gzip"], true),
            (&["*"], true),
            (&["br;q=1.0, *;q=0.1"], true),
            (&[], false),
            (&["identity"], false),
            (&["br, zstd"], false),
            (&["gzip;q=0, *"], false),
            (&["*;q=0"], false),
        ] {
            let values = values.iter().map(|value| (ACCEPT_ENCODING, value.parse().expect("a value")));
            let mut headers = HeaderMap::new();
            values.for_each(|(name, value)| _ = headers.append(name, value));
            assert_eq!(Coding::Gzip.is_accepted(&headers), expected, "{headers:?}");
        }
    }
}
