//! JSON as a tree that is parsed as deep as a model asks for it, and that can be pruned.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;
use serde_json::{Error, from_str};

use super::raw::{RAW_VALUE, UNKNOWN_MEMBER};

/// No model is deeper: what lies below is any JSON, which serde_json reads at once, with its limit on recursion.
const MAX_DEPTH: usize = 8;

/// A step on the way to a value.
pub(super) enum Segment {
    Member(String),
    Entry(usize),
}

/// The path to what does not match a model, and why.
pub(super) type Mismatch = (Vec<Segment>, Error);

/// A JSON value.
pub(super) struct Node<'de> {
    text: &'de str,
    parts: Option<Parts<'de>>,
    /// How many parts from the first on were found to match.
    matching: usize,
    /// Whether the members are fields of a model, which cannot be passed over.
    fields: bool,
    removed: bool,
    unknown: Unknown,
    /// Members that match whatever they are, until all else does.
    aside: Vec<(String, Node<'de>)>,
}

/// Whether the model does not know a member, and what it does with it then.
#[derive(Clone, Copy, PartialEq)]
enum Unknown {
    No,
    Ignored,
    Kept,
}

enum Parts<'de> {
    Entries(Vec<Node<'de>>),
    /// Sorted by name.
    Members(Vec<(String, Node<'de>)>),
}

/// What the parts of one reading share.
struct Reading {
    /// Whether parts that were found to match are passed over.
    pass_over: bool,
    /// The path to the mismatch, from its end.
    path: RefCell<Vec<Segment>>,
}

impl<'de> Node<'de> {
    pub(super) fn parse(text: &'de str) -> Result<Self, Error> {
        Ok(Self::new(from_str(text)?))
    }

    fn new(raw: &'de RawValue) -> Self {
        Self::of(raw.get())
    }

    fn of(text: &'de str) -> Self {
        Self { text, parts: None, matching: 0, fields: false, removed: false, unknown: Unknown::No, aside: Vec::new() }
    }

    /// Reads a model, or returns the path to what does not match it. What was found to match before can be passed over:
    /// the value is not the whole then.
    pub(super) fn read<T: DeserializeOwned>(&mut self, pass_over: bool) -> Result<T, Mismatch> {
        let reading = Reading { pass_over, path: RefCell::default() };
        let outcome = T::deserialize(Reader { node: self, reading: &reading, depth: 0 });
        outcome.map_err(|error| {
            let mut path = reading.path.into_inner();
            path.reverse();
            (path, error)
        })
    }

    /// Removes what is at a path; `false` if there is nothing.
    pub(super) fn remove(&mut self, path: &[Segment]) -> bool {
        self.at(path).is_some_and(|node| !std::mem::replace(&mut node.removed, true))
    }

    /// Gives the object at a path a member that it does not have; `false` if it has.
    pub(super) fn fill(&mut self, path: &[Segment], name: &str, text: &'de str) -> bool {
        let Some(Parts::Members(members)) = self.at(path).and_then(|node| node.parts.as_mut()) else { return false };
        let member = Node::of(text);
        match members.binary_search_by(|(member, _)| member.as_str().cmp(name)) {
            Ok(index) if members[index].1.removed => members[index].1 = member,
            Ok(_) => return false,
            Err(index) => members.insert(index, (name.to_owned(), member)),
        }
        true
    }

    /// Replaces what is at a path; `false` if it is that already.
    pub(super) fn replace(&mut self, path: &[Segment], text: &'de str) -> bool {
        let Some(node) = self.at(path).filter(|node| node.text != text) else { return false };
        *node = Self::of(text);
        true
    }

    fn at(&mut self, path: &[Segment]) -> Option<&mut Self> {
        let Some((segment, rest)) = path.split_first() else { return Some(self) };
        let part = match (&mut self.parts, segment) {
            (Some(Parts::Entries(entries)), Segment::Entry(index)) => entries.get_mut(*index),
            (Some(Parts::Members(members)), Segment::Member(name)) => {
                if self.fields {
                    let unknown = members.extract_if(.., |(_, member)| member.unknown != Unknown::No);
                    self.aside.extend(unknown.filter(|(_, member)| member.unknown == Unknown::Kept));
                }
                let found = members.binary_search_by(|(member, _)| member.cmp(name));
                found.ok().map(|index| &mut members[index].1)
            }
            _ => None,
        };
        part?.at(rest)
    }

    fn starts_with(&self, first: char) -> bool {
        self.text.starts_with(first)
    }

    fn is_container(&self) -> bool {
        self.starts_with('{') || self.starts_with('[')
    }

    fn is_number(&self) -> bool {
        self.starts_with('-') || self.text.starts_with(|first: char| first.is_ascii_digit())
    }

    fn parts(&mut self) -> Result<&mut Parts<'de>, Error> {
        let parts = match self.parts.take() {
            Some(parts) => parts,
            None if self.starts_with('[') => {
                Parts::Entries(from_str::<Vec<&RawValue>>(self.text)?.into_iter().map(Node::new).collect())
            }
            // Of a repeated member, the last one counts.
            None => {
                let members: BTreeMap<String, &RawValue> = from_str(self.text)?;
                Parts::Members(members.into_iter().map(|(name, raw)| (name, Node::new(raw))).collect())
            }
        };
        Ok(self.parts.insert(parts))
    }
}

/// A value without parts. Read by one visitor, it is compiled once instead of for each type that a model has.
enum Scalar<'de> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'de, str>),
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value without parts")
            }

            fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Unsigned(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Signed(value))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Float(value))
            }

            fn visit_str<E>(self, value: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(value.to_owned())))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(value)))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// Reads a node, as far as the model allows.
struct Reader<'t, 'de> {
    node: &'t mut Node<'de>,
    reading: &'t Reading,
    depth: usize,
}

impl<'de> Reader<'_, 'de> {
    /// Reads a value whose type the model knows: no deeper than the model is.
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_container() {
            return self.visit_parts(visitor);
        }
        match from_str(self.node.text)? {
            Scalar::Null => visitor.visit_unit(),
            Scalar::Bool(value) => visitor.visit_bool(value),
            Scalar::Unsigned(value) => visitor.visit_u64(value),
            Scalar::Signed(value) => visitor.visit_i64(value),
            Scalar::Float(value) => visitor.visit_f64(value),
            Scalar::Text(Cow::Borrowed(value)) => visitor.visit_borrowed_str(value),
            Scalar::Text(Cow::Owned(value)) => visitor.visit_string(value),
        }
    }

    fn visit_parts<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self { node, reading, depth } = self;
        let first = if reading.pass_over && !node.fields { node.matching } else { 0 };
        node.parts()?;
        let Node { parts, matching, fields, aside, .. } = node;
        if let (Some(Parts::Members(members)), false) = (&mut *parts, reading.pass_over) {
            members.append(aside);
        }
        match parts {
            Some(Parts::Entries(entries)) => {
                visitor.visit_seq(Entries { entries, next: first, matching, reading, depth })
            }
            Some(Parts::Members(members)) => {
                visitor.visit_map(Members { members, next: first, matching, fields, reading, depth })
            }
            None => visitor.visit_unit(),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_container() && self.depth >= MAX_DEPTH {
            return serde_json::Deserializer::from_str(self.node.text).deserialize_any(visitor);
        }
        self.visit(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_number() { visitor.visit_str(self.node.text) } else { self.visit(visitor) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.text == "null" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.text == "null" {
            return visitor.visit_seq(de::value::SeqDeserializer::new(std::iter::empty::<()>()));
        }
        self.visit(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.starts_with('[') {
            return Err(de::Error::invalid_type(Unexpected::Seq, &visitor));
        }
        self.visit(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == RAW_VALUE {
            return serde_json::Deserializer::from_str(self.node.text).deserialize_newtype_struct(name, visitor);
        }
        if name == UNKNOWN_MEMBER {
            self.node.unknown = Unknown::Kept;
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        serde_json::Deserializer::from_str(self.node.text).deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.node.unknown = Unknown::Ignored;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        identifier
    }
}

struct Entries<'t, 'de> {
    entries: &'t mut [Node<'de>],
    next: usize,
    matching: &'t mut usize,
    reading: &'t Reading,
    depth: usize,
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        while self.entries.get(self.next).is_some_and(|entry| entry.removed) {
            self.next += 1;
        }
        *self.matching = self.next;
        let Some(node) = self.entries.get_mut(self.next) else { return Ok(None) };
        let entry = seed.deserialize(Reader { node, reading: self.reading, depth: self.depth + 1 });
        if entry.is_err() {
            self.reading.path.borrow_mut().push(Segment::Entry(self.next));
        }
        self.next += 1;
        entry.map(Some)
    }
}

struct Members<'t, 'de> {
    members: &'t mut [(String, Node<'de>)],
    next: usize,
    matching: &'t mut usize,
    fields: &'t mut bool,
    reading: &'t Reading,
    depth: usize,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while self.members.get(self.next).is_some_and(|(_, member)| member.removed) {
            self.next += 1;
        }
        *self.matching = self.next;
        let Some((name, _)) = self.members.get(self.next) else { return Ok(None) };
        seed.deserialize(Name { name, fields: self.fields }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, node)) = self.members.get_mut(self.next) else {
            return Err(de::Error::custom("a member without a name"));
        };
        let value = seed.deserialize(Reader { node, reading: self.reading, depth: self.depth + 1 });
        if value.is_err() {
            self.reading.path.borrow_mut().push(Segment::Member(name.clone()));
        }
        self.next += 1;
        value
    }
}

/// The name of a member.
struct Name<'t> {
    name: &'t str,
    fields: &'t mut bool,
}

impl<'de> Deserializer<'de> for Name<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.name)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.fields = true;
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum ignored_any
    }
}
