//! Enums that take values which this release has never heard of.

use quote::{format_ident, quote};
use syn::{Ident, Item};

use crate::codegen::contract::{OpenEnum, Variant};

pub(crate) fn items(name: &str, open: &OpenEnum) -> Result<Vec<Item>, String> {
    let ident = format_ident!("{name}");
    let names = variant_names(name, open)?;
    let wires: Vec<_> = open.variants.iter().map(|v| &v.wire).collect();
    let values = open.variants.iter().map(|v| match v.doc.as_str() {
        "" => format!(" `{}`", v.wire),
        doc => format!(" `{}`: {doc}", v.wire),
    });
    let doc = docs(&open.doc);
    let file: syn::File = syn::parse2(quote! {
        #(#doc)*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #values] #names,)*
            /// A value that this release does not know, kept as it came.
            Unknown(crate::json::UnknownValue),
        }

        impl #ident {
            /// The values that this release knows.
            pub const KNOWN: &'static [Self] = &[#(Self::#names),*];

            /// Returns the value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#names => #wires,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl crate::json::OpenEnum for #ident {
            const NAME: &'static str = #name;
            const VALUES: &'static [&'static str] = &[#(#wires),*];
        }

        impl ::std::convert::From<&str> for #ident {
            /// Reads a value as it stands on the wire.
            fn from(value: &str) -> Self {
                match value {
                    #(#wires => Self::#names,)*
                    other => Self::Unknown(crate::json::UnknownValue::new(other)),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for #ident {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::str::FromStr for #ident {
            type Err = crate::json::UnknownValueError;

            /// Reads a value that this release knows. `From<&str>` takes any.
            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                match Self::from(value) {
                    Self::Unknown(value) => Err(crate::json::UnknownValueError::new(#name, value)),
                    known => Ok(known),
                }
            }
        }

        impl ::std::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                crate::json::open_enum(deserializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for #ident {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                #name.into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                crate::json::open_enum_schema::<Self>()
            }
        }
    })
    .map_err(|e| format!("{name}: {e}"))?;
    Ok(file.items)
}

/// A description as doc comments, a line each.
pub(crate) fn docs(text: &str) -> Vec<syn::Attribute> {
    let lines = text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    lines.map(|line| syn::parse_quote!(#[doc = #line])).collect()
}

/// The Rust names of the values, each a new one.
fn variant_names(name: &str, open: &OpenEnum) -> Result<Vec<Ident>, String> {
    let mut names = vec![String::from("Unknown")];
    for variant in &open.variants {
        let rust = rust_name(variant);
        if syn::parse_str::<Ident>(&rust).is_err() || names.contains(&rust) {
            let wire = &variant.wire;
            return Err(format!("{name}: the value {wire:?} needs a Rust name of its own in x-enum-names"));
        }
        names.push(rust);
    }
    Ok(names.iter().skip(1).map(|name| format_ident!("{name}")).collect())
}

/// `free-busy` becomes `FreeBusy`, `DAILY` becomes `Daily`.
fn rust_name(variant: &Variant) -> String {
    if let Some(name) = &variant.name {
        return name.clone();
    }
    let words = variant.wire.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(|word| {
            let (first, rest) = word.split_at(1);
            let shouts = !word.chars().any(|c| c.is_ascii_lowercase());
            first.to_uppercase() + &if shouts { rest.to_lowercase() } else { rest.to_owned() }
        })
        .collect()
}
