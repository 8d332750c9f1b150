//! Lenient parsing of responses that do not match their models: what is malformed and dispensable is left out.
//!
//! It is the fallback after a strict reading, so that well-formed responses pay nothing for it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_path_to_error::Segment;

use super::raw::RawJson;

/// An item of a list that cannot be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MalformedItem {
    /// Its position in the list, from 0, counting the readable items too.
    pub index: usize,
    /// What is wrong with it, and where.
    pub reason: String,
    /// The item as it arrived.
    pub raw: RawJson,
}

/// A response with more mismatches than this is not read.
const MAX_REPAIRS: usize = 100;

/// Members without which a response would say something else: they are never left out.
pub(crate) const ESSENTIAL: [&str; 5] = ["allDay", "connections", "end", "events", "start"];

/// Where a response does not match its model, and why.
#[derive(Debug)]
pub(crate) struct DecodeMismatch {
    path: Vec<Segment>,
    /// The path as it prints, such as `events[17].start`, if there is one
    pub(crate) shown: Option<String>,
    pub(crate) source: serde_json::Error,
}

impl From<serde_json::Error> for DecodeMismatch {
    fn from(source: serde_json::Error) -> Self {
        Self { path: Vec::new(), shown: None, source }
    }
}

impl fmt::Display for DecodeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.iter().try_for_each(|path| write!(f, "{path}: "))?;
        self.source.fmt(f)
    }
}

/// Reads a response leniently: numbers are accepted where strings are expected, optional members of a wrong type count as
/// missing, unreadable entries of inner lists are skipped. Essential members must match.
pub(crate) fn read<T: DeserializeOwned>(text: &str, essential: &[&str]) -> Result<T, DecodeMismatch> {
    let first = match strictly(text) {
        Ok(value) => return Ok(value),
        Err(mismatch) => mismatch,
    };
    let mut repaired = repair(text, &first, essential);
    for _ in 0..MAX_REPAIRS {
        let Some(text) = repaired else { break };
        match strictly(&text) {
            Ok(value) => return Ok(value),
            Err(mismatch) => repaired = repair(&text, &mismatch, essential),
        }
    }
    Err(first)
}

/// Reads a text as JSON of any kind.
pub(crate) fn value(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// Reads a list item by item, so that a malformed one does not hide the others.
pub(crate) fn items<T: DeserializeOwned>(list: Vec<RawJson>) -> (Vec<T>, Vec<MalformedItem>) {
    let mut items = Vec::with_capacity(list.len());
    let mut malformed = Vec::new();
    for (index, raw) in list.into_iter().enumerate() {
        match read(raw.get(), &ESSENTIAL) {
            Ok(item) => items.push(item),
            Err(mismatch) => malformed.push(MalformedItem { index, reason: mismatch.to_string(), raw }),
        }
    }
    (items, malformed)
}

fn strictly<T: DeserializeOwned>(text: &str) -> Result<T, DecodeMismatch> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path: Vec<_> = error.path().iter().cloned().collect();
        let shown = (!path.is_empty()).then(|| error.path().to_string());
        DecodeMismatch { path, shown, source: error.into_inner() }
    })?;
    json.end()?;
    Ok(value)
}

/// Rewrites a response without the mismatch, if that is dispensable.
fn repair(text: &str, mismatch: &DecodeMismatch, essential: &[&str]) -> Option<String> {
    let is_essential = |segment: &Segment| matches!(segment, Segment::Map { key } if essential.contains(&key.as_str()));
    // The last two: each member of `connections` is as essential as the whole.
    let ends = &mismatch.path[mismatch.path.len().saturating_sub(2)..];
    if !mismatch.source.is_data() || ends.iter().any(is_essential) {
        return None;
    }
    Some(without(text, &mismatch.path)?.get().to_owned())
}

/// Rewrites a value without the part at the path; all else is kept as it arrived. `None` when nothing is left of it.
fn without(value: &str, path: &[Segment]) -> Option<Box<RawValue>> {
    match path {
        [Segment::Map { key }, rest @ ..] => {
            let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(value).ok()?;
            let member = members.remove(key)?;
            members.extend(without(member.get(), rest).map(|repaired| (key.clone(), repaired)));
            to_raw_value(&members).ok()
        }
        [Segment::Seq { index }, rest @ ..] => {
            let mut entries: Vec<Box<RawValue>> = serde_json::from_str(value).ok()?;
            let repaired = without(entries.get(*index)?.get(), rest);
            entries.splice(index..=index, repaired);
            to_raw_value(&entries).ok()
        }
        _ if value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => to_raw_value(value).ok(),
        _ => None,
    }
}
