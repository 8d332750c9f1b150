//! Lenient parsing of responses that do not match their models: what is malformed and dispensable is left out.
//!
//! It is the fallback after a strict reading, so that well-formed responses pay nothing for it. Its cost is linear in the
//! size of the body, however much of it is malformed.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;

use super::clean::clean;
use super::raw::RawJson;
use super::tree::{Mismatch, Node, Segment};

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

/// A response with more unreadable entries of inner lists than this is not read: too little would be left of it.
const MAX_DROPPED: usize = 100;

/// Members without which a response would say something else: they are never left out.
pub(crate) const ESSENTIAL: [&str; 5] = ["allDay", "connections", "end", "events", "start"];

/// Where a response does not match its model, and why.
#[derive(Debug)]
pub(crate) struct DecodeMismatch {
    /// The path as it prints, such as `events[17].start`, if there is one.
    pub(crate) shown: Option<String>,
    pub(crate) source: serde_json::Error,
}

impl From<serde_json::Error> for DecodeMismatch {
    fn from(source: serde_json::Error) -> Self {
        Self { shown: None, source }
    }
}

impl DecodeMismatch {
    fn new(path: &[Segment], source: serde_json::Error) -> Self {
        let mut shown = String::new();
        for segment in path {
            match segment {
                Segment::Member(name) if shown.is_empty() => shown.push_str(name),
                Segment::Member(name) => shown.extend([".", name]),
                Segment::Entry(index) => shown.push_str(&format!("[{index}]")),
            }
        }
        Self { shown: (!path.is_empty()).then_some(shown), source }
    }
}

impl fmt::Display for DecodeMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.iter().try_for_each(|path| write!(f, "{path}: "))?;
        self.source.fmt(f)
    }
}

/// Reads a response leniently: numbers are accepted where strings are expected, `null` where lists are, optional members of
/// a wrong type count as missing, unreadable entries of inner lists are skipped. Essential members must match.
pub(crate) fn read<T: DeserializeOwned>(text: &str, essential: &[&str]) -> Result<T, DecodeMismatch> {
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(value);
    }
    let text = clean(text);
    let mut root = Node::parse(&text)?;
    let mismatch = prune(&mut root, essential, &mut |root| root.read::<T>(true).err())?;
    root.read(false).map_err(|(path, error)| mismatch.unwrap_or_else(|| DecodeMismatch::new(&path, error)))
}

/// Repairs what does not match until all does. Returns the first mismatch.
fn prune<'de>(
    root: &mut Node<'de>,
    essential: &[&str],
    next: &mut dyn FnMut(&mut Node<'de>) -> Option<Mismatch>,
) -> Result<Option<DecodeMismatch>, DecodeMismatch> {
    let mut first = None;
    let mut dropped = 0;
    // What was found to match is passed over until all does, so that no part is read more often than it has mismatches.
    while let Some((path, error)) = next(root) {
        // Any other error is not about the model, such as that of nesting too deep.
        let dispensable = error.is_data() && !is_essential(&path, essential);
        let repaired = dispensable && (fill(root, &path, &error) || drop_part(root, &path, &mut dropped));
        let mismatch = first.take().unwrap_or_else(|| DecodeMismatch::new(&path, error));
        if !repaired {
            return Err(mismatch);
        }
        first = Some(mismatch);
    }
    Ok(first)
}

/// Reads a text as JSON of any kind. Members of an object that cannot be read, such as a number that is too large, are left
/// out.
pub(crate) fn value(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    let text = &*match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(_) => clean(text),
    };
    serde_json::from_str(text).or_else(|error| {
        let members: BTreeMap<String, RawJson> = serde_json::from_str(text).map_err(|_| error)?;
        let mut read = serde_json::Map::new();
        for (name, member) in members {
            if let Ok(value) = member.parse() {
                read.insert(name, value);
            }
        }
        Ok(serde_json::Value::Object(read))
    })
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

fn drop_part(root: &mut Node<'_>, path: &[Segment], dropped: &mut usize) -> bool {
    *dropped += usize::from(matches!(path.last(), Some(Segment::Entry(_))));
    *dropped <= MAX_DROPPED && root.remove(path)
}

/// Gives an attendee without an address an empty one, as Outlook has rooms and lists without: left out, they would be
/// missing from the list. Of an entry that cannot be read at all, nothing else is left.
fn fill(root: &mut Node<'_>, path: &[Segment], error: &serde_json::Error) -> bool {
    let [.., Segment::Member(list), Segment::Entry(_)] = path else { return false };
    let has_address = || !error.to_string().starts_with("missing field `email`");
    list == "attendees" && (!has_address() && root.fill(path, "email", "\"\"") || root.replace(path, "\"\""))
}

/// The last two segments count: each member of `connections` is as essential as the whole.
fn is_essential(path: &[Segment], essential: &[&str]) -> bool {
    let ends = &path[path.len().saturating_sub(2)..];
    path.is_empty() || ends.iter().any(|end| matches!(end, Segment::Member(name) if essential.contains(&name.as_str())))
}
