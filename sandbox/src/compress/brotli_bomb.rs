use bytes::Bytes;

use crate::body::Repeated;

/// What a meta-block (RFC 7932, section 9.2) decodes to at most.
const BLOCK: u64 = 1 << 24;
/// The least that the longest copy adds to a literal
const LEAST_COPY: u64 = 2118;
/// The last meta-block, an empty one, which is a byte
const LAST: u8 = 0b11;

/// Gives a body that decodes to this many spaces.
pub(super) fn spaces(decoded: u64) -> Repeated {
    let mut begin = Bits::default();
    // A window of 64 KiB: copies reach back one byte only.
    begin.push(0, 1);
    begin.align();
    let mut end = Bits::default();
    match decoded % BLOCK {
        0 => {}
        rest if rest > LEAST_COPY => end.copied(rest),
        rest => end.stored(rest),
    }
    end.bytes.push(LAST);
    let mut block = Bits::default();
    block.copied(BLOCK);
    Repeated {
        begin: begin.bytes.into(),
        block: block.bytes.into(),
        times: decoded / BLOCK,
        end: Bytes::from(end.bytes),
    }
}

/// Bits in the order of the format: the least significant first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// How many bits of the last byte are taken; 0 when it is full
    taken: u32,
}

impl Bits {
    fn push(&mut self, value: u64, bits: u32) {
        for bit in 0..bits {
            if self.taken == 0 {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << self.taken;
            }
            self.taken = (self.taken + 1) % 8;
        }
    }

    /// Fills the last byte with an empty meta-block of metadata.
    fn align(&mut self) {
        const METADATA_OF_NO_BYTES: u64 = 0b00_0110;
        self.push(METADATA_OF_NO_BYTES, 6);
        self.taken = 0;
    }

    /// Begins a meta-block that is not the last.
    fn begin(&mut self, decoded: u64, is_stored: bool) {
        let nibbles = (4..6).find(|nibbles| decoded <= 1 << (4 * nibbles)).unwrap_or(6);
        self.push(0, 1);
        self.push(u64::from(nibbles) - 4, 2);
        self.push(decoded - 1, 4 * nibbles);
        self.push(is_stored.into(), 1);
    }

    /// Adds a meta-block of a space, and of one copy that repeats it.
    fn copied(&mut self, decoded: u64) {
        /// Inserts one literal, and copies a length of 24 more bits
        const INSERT_AND_COPY: u64 = 399;
        /// A distance of one more bit, from 1 on
        const DISTANCE: u64 = 16;
        self.begin(decoded, false);
        // One block type of each kind, no postfix, no direct distances, one context mode, one tree of each kind.
        self.push(0, 3 + 2 + 4 + 2 + 2);
        for (symbol, bits) in [(u64::from(b' '), 8), (INSERT_AND_COPY, 10), (DISTANCE, 6)] {
            // A simple prefix code of this one symbol, which then takes no bits.
            self.push(1, 2);
            self.push(0, 2);
            self.push(symbol, bits);
        }
        self.push(decoded - 1 - LEAST_COPY, 24);
        self.push(0, 1);
        self.align();
    }

    /// Adds a meta-block of spaces as they are.
    fn stored(&mut self, decoded: u64) {
        self.begin(decoded, true);
        self.taken = 0;
        self.bytes.resize(self.bytes.len() + decoded as usize, b' ');
    }
}
