//! Which pairs of tokens came from which.

use std::collections::VecDeque;
use std::fmt;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Tokens;
use crate::secret::Secret;

/// How many retired pairs are remembered.
const MAX_RETIRED: usize = 8;

/// The identity of a pair: the beginning of a hash of both tokens, the same in every process and release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PairId([u8; 16]);

impl PairId {
    pub(crate) fn of(tokens: &Tokens) -> Self {
        let mut digest = Sha256::new();
        for token in [Some(tokens.access_token()), tokens.refresh_token()] {
            let text = token.map_or("", Secret::expose);
            // With its length, so that two pairs are never one text.
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&digest.finalize()[..16]);
        Self(id)
    }

    fn parse(text: &str) -> Option<Self> {
        let number = (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok()).flatten()?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for PairId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The pairs that one authorization has had, each rotated into the next.
#[derive(Clone, Default)]
pub(crate) struct Lineage {
    /// The first pair that was seen of it
    root: PairId,
    /// Counts the rotations since
    generation: u64,
    retired: VecDeque<PairId>,
}

impl Lineage {
    pub(crate) fn new(root: PairId) -> Self {
        Self { root, ..Self::default() }
    }

    /// Returns the lineage after a pair was rotated into the next.
    pub(crate) fn rotated(&self, pair: PairId) -> Self {
        let mut next = self.clone();
        next.generation += 1;
        next.retire(pair);
        next
    }

    pub(crate) fn root(&self) -> PairId {
        self.root
    }

    pub(crate) fn retire(&mut self, pair: PairId) {
        if self.has_retired(pair) {
            return;
        }
        if self.retired.len() == MAX_RETIRED {
            self.retired.pop_front();
        }
        self.retired.push_back(pair);
    }

    /// Retires what another lineage has retired.
    pub(crate) fn retire_all(&mut self, other: &Self) {
        other.retired.iter().for_each(|pair| self.retire(*pair));
    }

    pub(crate) fn has_retired(&self, pair: PairId) -> bool {
        self.retired.contains(&pair)
    }

    /// Reports whether it is as far as another one of the same root, or farther; `None` if the roots differ.
    pub(crate) fn is_as_far_as(&self, other: &Self) -> Option<bool> {
        (self.root == other.root).then_some(self.generation >= other.generation)
    }

    /// Forgets the retired pairs: after a final refusal, credentials from outside are as good as any.
    pub(crate) fn end(&mut self) {
        self.retired.clear();
    }

    pub(super) fn to_value(&self) -> Value {
        let retired: Vec<_> = self.retired.iter().map(PairId::to_string).collect();
        json!({ "root": self.root.to_string(), "generation": self.generation, "retired": retired })
    }

    /// Reads what [`to_value`](Self::to_value) wrote. What is malformed is no lineage, and no reason to lose the tokens.
    pub(super) fn from_value(value: &Value) -> Option<Self> {
        let id = |value: &Value| PairId::parse(value.as_str()?);
        let mut lineage = Self { generation: value["generation"].as_u64()?, ..Self::new(id(&value["root"])?) };
        for pair in value["retired"].as_array()? {
            lineage.retire(id(pair)?);
        }
        Some(lineage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_told_apart_by_both_tokens() {
        let pair = |access: &str, refresh: &str| PairId::of(&Tokens::new(access).with_refresh_token(refresh));
        assert_eq!(pair("a", "r"), pair("a", "r"));
        for other in [pair("a", "s"), pair("b", "r"), pair("ar", ""), pair("", "ar"), PairId::of(&Tokens::new("a"))] {
            assert!(other != pair("a", "r"));
        }
        // Written to records, and so for ever.
        assert_eq!(pair("a", "r").to_string(), "d54ec20ca9093e9043dc2158f4c03bfe");
    }

    #[test]
    fn a_record_has_the_last_eight_retired_pairs() {
        let pair = |number: usize| Tokens::new(format!("access {number}"));
        let mut lineage = Lineage::new(PairId::of(&pair(0)));
        for number in 0..10 {
            lineage = lineage.rotated(PairId::of(&pair(number)));
        }
        let text = pair(10).to_record(&lineage);
        let (tokens, read) = Tokens::from_record(text.expose()).unwrap();
        let read = read.unwrap();
        assert_eq!((tokens, read.generation), (pair(10), 10));
        assert!((2..10).all(|number| read.has_retired(PairId::of(&pair(number)))));
        assert!(!read.has_retired(PairId::of(&pair(1))));
        assert_eq!(read.is_as_far_as(&lineage), Some(true));
        assert_eq!(Tokens::from_json(text.expose()).unwrap(), pair(10), "the lineage is not the tokens'");
    }

    #[test]
    fn a_malformed_lineage_loses_no_tokens() {
        for lineage in ["null", "7", "{}", r#"{"root":"x","generation":1,"retired":[]}"#] {
            let (tokens, read) =
                Tokens::from_record(&format!(r#"{{"access_token":"a","_lineage":{lineage}}}"#)).unwrap();
            assert_eq!((tokens, read.is_none()), (Tokens::new("a"), true), "{lineage}");
        }
    }
}
