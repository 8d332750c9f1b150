//! Schemas that one member tells apart: `oneOf` with a discriminator.

use quote::{format_ident, quote};
use serde_json::Value;
use syn::Item;

use crate::codegen::ident::pascal_case;
use crate::codegen::{docs, ident, walk};

pub(crate) struct Union {
    doc: String,
    /// The member whose value names the variant.
    tag: String,
    /// Each value of the tag, with the name of the model that it stands for.
    variants: Vec<(String, String)>,
}

impl Union {
    /// Reads a union, whose mapping [`resolve`](super::resolve) has completed.
    pub(crate) fn read(schema: &Value) -> Option<Self> {
        let tag = schema["discriminator"]["propertyName"].as_str()?;
        let is_union = ["oneOf", "anyOf"].iter().any(|keyword| schema[*keyword].is_array());
        let variants = walk::members(&schema["discriminator"]["mapping"])
            .filter_map(|(value, model)| Some((value.to_owned(), model.as_str()?.to_owned())));
        is_union.then(|| Self {
            doc: schema["description"].as_str().unwrap_or_default().trim().to_owned(),
            tag: tag.to_owned(),
            variants: variants.collect(),
        })
    }
}

/// The variant of a value: it has the name of the model if the value gives none, such as a number.
pub(crate) fn variant(value: &str, model: &str) -> String {
    let name = pascal_case(value);
    if ident::is_usable(&name) { name } else { pascal_case(model) }
}

pub(crate) fn items(name: &str, union: &Union) -> Result<Vec<Item>, String> {
    let (ident, tag) = (format_ident!("{name}"), &union.tag);
    let docs = docs::docs(&union.doc);
    let (mut names, mut models, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (value, model) in &union.variants {
        names.push(format_ident!("{}", variant(value, model)));
        models.push(format_ident!("{model}"));
        values.push(value);
    }
    // A model that has two values is made into the first.
    let first = |i: &usize| models[..*i].iter().all(|other| *other != models[*i]);
    let made: Vec<_> = (0..models.len()).filter(first).map(|i| (&models[i], &names[i])).collect();
    let from = made.iter().map(|(model, name)| {
        quote!(impl ::std::convert::From<#model> for #ident {
            fn from(value: #model) -> Self {
                Self::#name(::std::boxed::Box::new(value))
            }
        })
    });
    let kinds = made.iter().map(|(model, _)| model);
    let says = values.iter().map(|value| docs::docs(&format!("`{tag}` is `{value}`.")));
    let file: syn::File = syn::parse2(quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#(#says)* #names(::std::boxed::Box<#models>),)*
            /// A kind that this release does not know, as it arrived.
            Unknown(crate::json::RawJson),
        }

        #(#from)*

        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    #(Self::#names(value) => value.serialize(serializer),)*
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let (tag, value) = crate::json::tagged(deserializer, #tag)?;
                match tag.as_str() {
                    #(#values => crate::json::untagged(&value).map(Self::#names),)*
                    _ => Ok(Self::Unknown(value)),
                }
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for #ident {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                #name.into()
            }
            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "anyOf": [#(generator.subschema_for::<#kinds>(),)* { "type": "object" }] })
            }
        }
    })
    .map_err(|e| format!("{name}: {e}"))?;
    Ok(file.items)
}
