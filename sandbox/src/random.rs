//! Everything random: ids, keys, tokens.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// A stream of random bytes that depends on its source only, so that a seed gives the same ones in every run.
///
/// Streams with names of their own do not disturb each other: the ids of one user's events do not depend on what
/// another user does in the meantime.
#[derive(Debug)]
pub(crate) struct Random {
    source: [u8; 32],
    drawn: AtomicU64,
}

impl Random {
    /// Starts the stream of a seed, or one that nobody can foresee.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        match seed {
            Some(seed) => Self::of(Sha256::digest(seed.to_be_bytes()).into()),
            None => {
                Self::of(Sha256::digest([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat()).into())
            }
        }
    }

    fn of(source: [u8; 32]) -> Self {
        Self { source, drawn: AtomicU64::new(0) }
    }

    /// Starts a stream that depends on this one's source and on the name.
    pub(crate) fn stream(&self, name: &str) -> Self {
        Self::of(Sha256::digest([&self.source[..], name.as_bytes()].concat()).into())
    }

    pub(crate) fn source(&self) -> [u8; 32] {
        self.source
    }

    /// Gives the next 32 bytes.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        let number = self.drawn.fetch_add(1, Ordering::Relaxed);
        Sha256::digest([&self.source[..], &[0], &number.to_be_bytes()].concat()).into()
    }

    /// Gives the next UUID, of version 4.
    pub(crate) fn uuid(&self) -> Uuid {
        let bytes = self.bytes();
        let (first, _) = bytes.split_first_chunk().unwrap_or((&[0; 16], &[]));
        Builder::from_random_bytes(*first).into_uuid()
    }

    /// Gives the next 64 bytes.
    pub(crate) fn key(&self) -> [u8; 64] {
        let mut key = [0; 64];
        for half in key.chunks_exact_mut(32) {
            half.copy_from_slice(&self.bytes());
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_stream_and_a_name_another() {
        let draw = |random: &Random| (0..3).map(|_| random.uuid()).collect::<Vec<_>>();
        let first = draw(&Random::new(Some(7)));
        assert_eq!(first, draw(&Random::new(Some(7))));
        assert_ne!(first, draw(&Random::new(Some(8))));
        assert_ne!(first, draw(&Random::new(Some(7)).stream("user alice")));
        assert_ne!(draw(&Random::new(None)), draw(&Random::new(None)));
        assert!(first.iter().all(|uuid| uuid.get_version_num() == 4));
    }
}
