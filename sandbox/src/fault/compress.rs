use super::{Fault, Garble, Large, Sending};
use crate::compress::Coding;

impl Fault {
    /// Compresses the body, for requests whose `accept-encoding` asks for the coding; others are not hit.
    pub fn compress(self, coding: Coding) -> Self {
        Self { asked_coding: Some(coding), ..self.compress_unasked(coding) }
    }

    /// Compresses the body whether the request asks for it or not.
    pub fn compress_unasked(self, coding: Coding) -> Self {
        Self { garble: Some(Garble::Compressed(coding)), ..self }
    }

    /// Responds with 200 and a small compressed body that decodes to this many spaces, a decompression bomb.
    ///
    /// A gigabyte takes 1 MB in gzip, 31 kB in zstd and 0.9 kB in Brotli. Neither it nor what it decodes to is ever
    /// held in memory.
    pub fn bomb(self, coding: Coding, decoded_bytes: u64) -> Self {
        let json = self.status(200).header("content-type", "application/json");
        Self { sending: Sending::Large(Large::Bomb(coding, decoded_bytes)), ..json }
    }
}
