//! Which pairs of tokens came from which.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use crate::secret::Secret;
use crate::tokens::Tokens;

/// How many retired pairs are remembered.
const MAX_RETIRED: usize = 8;

/// The identity of a pair: a hash of both tokens, under keys of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PairId([u64; 2]);

impl PairId {
    pub(super) fn of(tokens: &Tokens) -> Self {
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
        let pair = (tokens.access_token().expose(), tokens.refresh_token().map(Secret::expose));
        Self([KEYS[0].hash_one(pair), KEYS[1].hash_one(pair)])
    }
}

/// The pairs that one authorization has had, each rotated into the next.
#[derive(Default)]
pub(super) struct Lineage {
    /// Counts the lineages of the session: a refresh in an earlier one must not bring its credentials back.
    pub(super) generation: u64,
    retired: VecDeque<PairId>,
}

impl Lineage {
    /// Begins the lineage of other credentials.
    pub(super) fn next(&self) -> Self {
        Self { generation: self.generation + 1, retired: VecDeque::new() }
    }

    pub(super) fn retire(&mut self, pair: PairId) {
        if self.has_retired(pair) {
            return;
        }
        if self.retired.len() == MAX_RETIRED {
            self.retired.pop_front();
        }
        self.retired.push_back(pair);
    }

    pub(super) fn retire_all(&mut self, pairs: impl IntoIterator<Item = PairId>) {
        pairs.into_iter().for_each(|pair| self.retire(pair));
    }

    pub(super) fn has_retired(&self, pair: PairId) -> bool {
        self.retired.contains(&pair)
    }

    /// Forgets the retired pairs: after a final refusal, credentials from outside are as good as any.
    pub(super) fn end(&mut self) {
        self.retired.clear();
    }
}
