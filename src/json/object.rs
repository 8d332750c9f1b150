//! Models as objects: their members by name, `null` for a default.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::raw::{RawJson, UnknownMember};

/// Has a model read from an object, and from nothing else.
pub(crate) struct Object<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Object<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads `null` as the default, which stands for a missing value already.
pub(crate) fn null_as_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Tells `null` (`Some(None)`) from a missing value (`None`).
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Finds a member of a model by its name: its number in the model, or `None` for an unknown one, whose name is noted.
pub(crate) struct Member<'u, U, F>(pub(crate) F, pub(crate) &'u mut U);

impl<'de, U: Unknown, F: Fn(&str) -> Option<usize>> DeserializeSeed<'de> for Member<'_, U, F> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<U: Unknown, F: Fn(&str) -> Option<usize>> Visitor<'_> for Member<'_, U, F> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Option<usize>, E> {
        let known = (self.0)(name);
        if known.is_none() {
            self.1.note(name);
        }
        Ok(known)
    }
}

/// What becomes of members that a model does not know.
pub(crate) trait Unknown {
    /// Notes the name of the next one.
    fn note(&mut self, name: &str);

    /// Takes its value.
    fn take<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error>;
}

/// Passes over unknown members.
pub(crate) struct Dropped;

impl Unknown for Dropped {
    fn note(&mut self, _: &str) {}

    fn take<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<IgnoredAny>().map(drop)
    }
}

/// Keeps members of which the contract says the type.
#[allow(dead_code, reason = "for contracts with such members")]
pub(crate) struct Typed<T> {
    name: String,
    pub(crate) members: BTreeMap<String, T>,
}

impl<T> Default for Typed<T> {
    fn default() -> Self {
        Self { name: String::new(), members: BTreeMap::new() }
    }
}

impl<T: DeserializeOwned> Unknown for Typed<T> {
    fn note(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.members.insert(std::mem::take(&mut self.name), map.next_value()?);
        Ok(())
    }
}

/// Keeps unknown members.
#[derive(Default)]
pub(crate) struct Kept {
    name: String,
    pub(crate) members: BTreeMap<String, RawJson>,
}

impl Unknown for Kept {
    fn note(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    fn take<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        let UnknownMember(value) = map.next_value()?;
        // Of a repeated member, the last one counts.
        self.members.insert(std::mem::take(&mut self.name), value);
        Ok(())
    }
}

/// Fills the slot of a member, which must not be repeated.
pub(crate) fn once<T, E: de::Error>(slot: &mut Option<T>, value: T, name: &'static str) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(name)),
    }
}

pub(crate) fn required<T, E: de::Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(name))
}

/// A value, or its default for `null`.
pub(crate) struct OrDefault<T>(pub(crate) T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for OrDefault<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        null_as_default(deserializer).map(Self)
    }
}

/// A value as it is.
pub(crate) struct Plain<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Plain<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

/// A value, or `null`, of a member that is there.
#[allow(dead_code, reason = "for contracts whose responses have members that `null` clears")]
pub(crate) struct Present<T>(pub(crate) Option<Option<T>>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Present<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        present(deserializer).map(Self)
    }
}

/// Implements `Deserialize` for a model: from an object, which may be extended by unknown members, or also from the text of
/// its main member. A field in brackets keeps the unknown members. The derived implementation would take an array of the
/// members, too.
macro_rules! members {
    ($model:ident $name:literal object $([$unknown:ident $(: $rest:ty)?])?; $($members:tt)*) => {
        $crate::json::members!(@impl $model deserialize_map $name [$($unknown $(: $rest)?)?] { } $($members)*);
    };
    ($model:ident $name:literal text $text:ident [$($other:ident)*] $([$unknown:ident $(: $rest:ty)?])?; $($members:tt)*) => {
        $crate::json::members!(@impl $model deserialize_any $name [$($unknown $(: $rest)?)?] {
            fn visit_str<E: ::serde::de::Error>(self, text: &str) -> ::std::result::Result<Self::Value, E> {
                Ok($model { $text: text.to_owned().into(), $($other: ::std::default::Default::default(),)* })
            }
        } $($members)*);
    };
    (@impl $model:ident $call:ident $name:literal [$($unknown:ident $(: $rest:ty)?)?] { $($visit_str:item)? }
        $($number:literal $wire:literal $field:ident: $presence:ident $read:ty;)*) => {
        impl<'de> ::serde::Deserialize<'de> for $model {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                #[allow(unused_imports, reason = "each model needs some of them")]
                use $crate::json::{Instant, Instants, OptionalInstant, OrDefault, Plain, Present, Unknown as _};

                struct Members;

                impl<'de> ::serde::de::Visitor<'de> for Members {
                    type Value = $model;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str($crate::json::members!(@expected $call $name))
                    }

                    $($visit_str)?

                    fn visit_map<A: ::serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> ::std::result::Result<Self::Value, A::Error> {
                        $(let mut $field = ::std::option::Option::None;)*
                        let mut unknown = $crate::json::members!(@unknown $($unknown $(: $rest)?)?);
                        // Compiled, the comparisons are cheaper than a search in a list.
                        let find = |name: &str| match name {
                            $($wire => Some($number),)*
                            _ => None,
                        };
                        while let Some(member) = map.next_key_seed($crate::json::Member(find, &mut unknown))? {
                            match member {
                                $(Some($number) => {
                                    let value = map.next_value::<$read>()?.0;
                                    $crate::json::once(&mut $field, value, $wire)?;
                                })*
                                _ => unknown.take(&mut map)?,
                            }
                        }
                        Ok($model {
                            $($field: $crate::json::members!(@$presence $field $wire),)*
                            $($unknown: unknown.members,)?
                        })
                    }
                }

                deserializer.$call(Members)
            }
        }
    };
    (@unknown) => { $crate::json::Dropped };
    (@unknown $unknown:ident) => { $crate::json::Kept::default() };
    (@unknown $unknown:ident: $rest:ty) => { $crate::json::Typed::<$rest>::default() };
    (@expected deserialize_map $name:literal) => { concat!("struct ", $name) };
    (@expected deserialize_any $name:literal) => { concat!($name, " as an object or as a string") };
    (@required $field:ident $wire:literal) => { $crate::json::required($field, $wire)? };
    (@optional $field:ident $wire:literal) => { $field.unwrap_or_default() };
}

pub(crate) use members;
