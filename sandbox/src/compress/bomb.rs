//! Small bodies that decode to large ones.

use std::io::{self, Write};

use bytes::Bytes;
use crc32fast::Hasher;
use flate2::{Compress, Compression, FlushCompress, write::DeflateEncoder};

use super::{brotli_bomb, coding::Coding};
use crate::body::Repeated;

const SPACE: u8 = b' ';

/// Gives a body that decodes to this many spaces.
pub(crate) fn bomb(coding: Coding, decoded: u64) -> io::Result<Repeated> {
    match coding {
        Coding::Gzip => gzip(decoded),
        Coding::Brotli => Ok(brotli_bomb::spaces(decoded)),
        Coding::Zstd => Ok(zstd(decoded)),
    }
}

/// Repeats DEFLATE blocks that end in a full flush, so that none depends on the one before.
fn gzip(decoded: u64) -> io::Result<Repeated> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    const BLOCK: usize = 1024 * 1024;
    let spaces = vec![SPACE; BLOCK];
    let (times, rest) = (decoded / BLOCK as u64, (decoded % BLOCK as u64) as usize);
    let mut block = Vec::with_capacity(BLOCK / 100);
    Compress::new(Compression::best(), false).compress_vec(&spaces, &mut block, FlushCompress::Full)?;
    let mut end = DeflateEncoder::new(Vec::new(), Compression::best());
    end.write_all(&spaces[..rest])?;
    let mut end = end.finish()?;
    let mut checksum = repeated(&checksum(&spaces), times);
    checksum.combine(&self::checksum(&spaces[..rest]));
    end.extend(checksum.finalize().to_le_bytes());
    // The format has room for the length modulo 2^32.
    end.extend((decoded as u32).to_le_bytes());
    Ok(Repeated { begin: Bytes::from_static(&HEADER), block: block.into(), times, end: end.into() })
}

fn checksum(bytes: &[u8]) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher
}

/// Gives the checksum of this many equal blocks in a row.
fn repeated(block: &Hasher, mut times: u64) -> Hasher {
    let (mut all, mut power) = (Hasher::new(), block.clone());
    while times > 0 {
        if times % 2 == 1 {
            all.combine(&power);
        }
        times /= 2;
        if times > 0 {
            let same = power.clone();
            power.combine(&same);
        }
    }
    all
}

/// Repeats RLE blocks (RFC 8878, section 3.1.1.2) of the largest size.
fn zstd(decoded: u64) -> Repeated {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    /// Neither the size nor a checksum is in the header
    const DESCRIPTOR: u8 = 0;
    const BLOCK_LOG: u8 = 17;
    const BLOCK: u64 = 1 << BLOCK_LOG;
    /// The window is as large as a block
    const WINDOW: u8 = (BLOCK_LOG - 10) << 3;
    let block = |is_last: bool, bytes: u64| {
        const RLE: u32 = 1;
        let [a, b, c, _] = (u32::from(is_last) | RLE << 1 | (bytes as u32) << 3).to_le_bytes();
        Bytes::copy_from_slice(&[a, b, c, SPACE])
    };
    Repeated {
        begin: [&MAGIC[..], &[DESCRIPTOR, WINDOW]].concat().into(),
        block: block(false, BLOCK),
        times: decoded / BLOCK,
        end: block(true, decoded % BLOCK),
    }
}
