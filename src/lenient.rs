//! A second reading of answers that do not fit their models: what is odd, and can be done without, is left out.
//!
//! Answers come here when a strict reading has refused them, so that good ones pay nothing for it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_path_to_error::Segment;

use crate::values::RawJson;

/// An item of a list that cannot be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MalformedItem {
    /// Its place in the list, from 0, counted with the good items.
    pub index: usize,
    /// What is wrong with it, and where.
    pub reason: String,
    /// What came.
    pub raw: RawJson,
}

/// More oddities than this are no oddities.
const ODDITIES: usize = 100;

/// Members without which an answer would say something else.
pub(crate) const ESSENTIAL: [&str; 5] = ["allDay", "connections", "end", "events", "start"];

/// Where an answer does not fit its model, and why.
#[derive(Debug)]
pub(crate) struct Misfit {
    path: Vec<Segment>,
    /// The path as it prints, such as `events[17].start`, if there is one
    pub(crate) shown: Option<String>,
    pub(crate) source: serde_json::Error,
}

impl From<serde_json::Error> for Misfit {
    fn from(source: serde_json::Error) -> Self {
        Self { path: Vec::new(), shown: None, source }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.iter().try_for_each(|path| write!(f, "{path}: "))?;
        self.source.fmt(f)
    }
}

/// Reads an answer: numbers in the place of texts as texts, optional members of a wrong shape as missing, unreadable
/// entries of inner lists as not there. Members that are essential must be as they should.
pub(crate) fn read<T: DeserializeOwned>(text: &str, essential: &[&str]) -> Result<T, Misfit> {
    let first = match strictly(text) {
        Ok(value) => return Ok(value),
        Err(misfit) => misfit,
    };
    let mut mended = mend(text, &first, essential);
    for _ in 0..ODDITIES {
        let Some(text) = mended else { break };
        match strictly(&text) {
            Ok(value) => return Ok(value),
            Err(misfit) => mended = mend(&text, &misfit, essential),
        }
    }
    Err(first)
}

/// Reads a list item by item, so that a bad one does not hide the others.
pub(crate) fn items<T: DeserializeOwned>(list: Vec<RawJson>) -> (Vec<T>, Vec<MalformedItem>) {
    let mut items = Vec::with_capacity(list.len());
    let mut malformed = Vec::new();
    for (index, raw) in list.into_iter().enumerate() {
        match read(raw.get(), &ESSENTIAL) {
            Ok(item) => items.push(item),
            Err(misfit) => malformed.push(MalformedItem { index, reason: misfit.to_string(), raw }),
        }
    }
    (items, malformed)
}

fn strictly<T: DeserializeOwned>(text: &str) -> Result<T, Misfit> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path: Vec<_> = error.path().iter().cloned().collect();
        let shown = (!path.is_empty()).then(|| error.path().to_string());
        Misfit { path, shown, source: error.into_inner() }
    })?;
    json.end()?;
    Ok(value)
}

/// Rewrites an answer without the misfit, if it can do without.
fn mend(text: &str, misfit: &Misfit, essential: &[&str]) -> Option<String> {
    let is_essential = |segment: &Segment| matches!(segment, Segment::Map { key } if essential.contains(&key.as_str()));
    // The last two: each member of `connections` is as essential as the whole.
    let ends = &misfit.path[misfit.path.len().saturating_sub(2)..];
    if !misfit.source.is_data() || ends.iter().any(is_essential) {
        return None;
    }
    Some(without(text, &misfit.path)?.get().to_owned())
}

/// Rewrites a value without what is odd at the path; all else is kept as it came. `None` when nothing is left of it.
fn without(value: &str, path: &[Segment]) -> Option<Box<RawValue>> {
    match path {
        [Segment::Map { key }, rest @ ..] => {
            let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(value).ok()?;
            let member = members.remove(key)?;
            members.extend(without(member.get(), rest).map(|mended| (key.clone(), mended)));
            to_raw_value(&members).ok()
        }
        [Segment::Seq { index }, rest @ ..] => {
            let mut entries: Vec<Box<RawValue>> = serde_json::from_str(value).ok()?;
            let mended = without(entries.get(*index)?.get(), rest);
            entries.splice(index..=index, mended);
            to_raw_value(&entries).ok()
        }
        _ if value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => to_raw_value(value).ok(),
        _ => None,
    }
}
