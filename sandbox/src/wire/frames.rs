//! As much of HTTP/2 framing (RFC 9113, section 4) as it takes to see streams begin and to add a frame.

/// What the client sends before its first frame.
const PREFACE: usize = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();
const HEADER: usize = 9;
const HEADERS: u8 = 1;
const GOAWAY: u8 = 7;

/// Follows the frames of one direction.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// What is left of the preface or of a payload
    payload: usize,
    header: [u8; HEADER],
    read: usize,
}

impl Frames {
    /// Follows what a client sends.
    pub(super) fn of_client() -> Self {
        Self { payload: PREFACE, ..Self::default() }
    }

    /// Takes the next bytes, and gives the type and the stream of each frame whose header ends in them.
    pub(super) fn scan(&mut self, mut bytes: &[u8], mut frame: impl FnMut(u8, u32)) {
        while !bytes.is_empty() {
            let taken = bytes.len().min(self.until_boundary().unwrap_or(HEADER));
            let (now, rest) = bytes.split_at(taken);
            bytes = rest;
            if self.payload > 0 {
                self.payload -= taken;
                continue;
            }
            self.header[self.read..self.read + taken].copy_from_slice(now);
            self.read += taken;
            if self.read == HEADER {
                let [a, b, c, kind, _flags, id @ ..] = self.header;
                (self.payload, self.read) = (u32::from_be_bytes([0, a, b, c]) as usize, 0);
                frame(kind, u32::from_be_bytes(id) & !(1 << 31));
            }
        }
    }

    /// Gives how many bytes are left of a header or payload that has begun.
    pub(super) fn until_boundary(&self) -> Option<usize> {
        match (self.payload, self.read) {
            (0, 0) => None,
            (0, read) => Some(HEADER - read),
            (payload, _) => Some(payload),
        }
    }
}

/// Notes the streams that a client opens.
#[derive(Debug)]
pub(super) struct Streams {
    frames: Frames,
    /// Opened and not yet taken, oldest first
    waiting: std::collections::VecDeque<u32>,
    highest: u32,
}

impl Default for Streams {
    fn default() -> Self {
        Self { frames: Frames::of_client(), waiting: Default::default(), highest: 0 }
    }
}

impl Streams {
    pub(super) fn scan(&mut self, bytes: &[u8]) {
        let Self { frames, waiting, highest } = self;
        frames.scan(bytes, |kind, stream| {
            // A later HEADERS frame of the same stream holds trailers.
            if kind == HEADERS && stream > *highest {
                *highest = stream;
                waiting.push_back(stream);
            }
        });
    }

    /// Takes the stream of the next request: requests are served in the order of their streams.
    pub(super) fn take(&mut self) -> Option<u32> {
        self.waiting.pop_front()
    }

    pub(super) fn highest(&self) -> u32 {
        self.highest
    }
}

/// Writes a GOAWAY frame: the last stream that may take effect, and an error code.
pub(super) fn goaway(last_stream: u32, error: u32) -> Vec<u8> {
    let mut frame = vec![0, 0, 8, GOAWAY, 0, 0, 0, 0, 0];
    frame.extend(last_stream.to_be_bytes());
    frame.extend(error.to_be_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::{Frames, Streams, goaway};

    fn frame(kind: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0, 0, payload.len() as u8, kind, 0];
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        frame
    }

    fn client() -> Vec<u8> {
        let frames = [frame(4, 0, &[0; 6]), frame(1, 1, b"head"), frame(0, 1, b"data"), frame(1, 1, b"trailers")];
        [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frames.concat(), frame(1, 5, b"")].concat()
    }

    #[test]
    fn streams_are_seen_however_the_bytes_are_cut() {
        for size in [1, 2, 7, 1000] {
            let mut streams = Streams::default();
            client().chunks(size).for_each(|bytes| streams.scan(bytes));
            assert_eq!(
                (streams.highest(), streams.take(), streams.take(), streams.take()),
                (5, Some(1), Some(5), None)
            );
        }
    }

    #[test]
    fn a_boundary_lies_between_two_frames_only() {
        let mut frames = Frames::default();
        let bytes = goaway(3, 0);
        for (number, byte) in bytes.iter().enumerate() {
            assert_eq!(frames.until_boundary().is_none(), number == 0);
            frames.scan(&[*byte], |kind, stream| assert_eq!((kind, stream), (7, 0)));
        }
        assert_eq!(frames.until_boundary(), None);
    }
}
