//! Enums that take values which this release has never heard of.

use quote::{format_ident, quote};
use syn::Item;

use crate::codegen::docs::docs;
use crate::codegen::facts::OpenEnum;
use crate::codegen::ident::rust_name;

pub(crate) fn items(name: &str, open: &OpenEnum) -> Result<Vec<Item>, String> {
    let ident = format_ident!("{name}");
    let names =
        open.variants.iter().map(|v| format_ident!("{}", rust_name(&v.wire, v.name.as_deref()))).collect::<Vec<_>>();
    let wires: Vec<_> = open.variants.iter().map(|v| &v.wire).collect();
    let values = open.variants.iter().map(|v| match v.doc.as_str() {
        "" => docs(&format!("`{}`", v.wire)),
        doc => docs(&format!("`{}`: {doc}", v.wire)),
    });
    let doc = docs(&open.doc);
    // A variant of that name would be meant.
    let error = match names.iter().any(|name| name == "Err") {
        true => quote!(<Self as ::std::str::FromStr>::Err),
        false => quote!(Self::Err),
    };
    let file: syn::File = syn::parse2(quote! {
        #(#doc)*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum #ident {
            #(#(#values)* #names,)*
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
            fn from_str(value: &str) -> ::std::result::Result<Self, #error> {
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
