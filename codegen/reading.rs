//! How response models are read: from objects alone, where the derived implementation also takes an array of the members,
//! and from the bare text of their main member where the contract allows it (`x-shorthand`). Members beside those that are
//! named are kept where it says so (`x-keep-unknown`, `additionalProperties`).

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, FieldsNamed, Ident, Item, Path, Token, Type, parse_quote, parse2};

use crate::codegen::models::{self, Presence, Property, generic, is};

/// Takes `Deserialize` out of the derived traits.
pub(crate) fn without_derive(attributes: &mut [Attribute]) -> Result<(), String> {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let derived = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
        let derived = derived.map_err(|e| e.to_string())?;
        let kept = derived.iter().filter(|path| path.segments.last().is_none_or(|last| last.ident != "Deserialize"));
        *attribute = parse_quote!(#[derive(#(#kept),*)]);
    }
    Ok(())
}

/// The field for the members beside those that the contract names.
pub(crate) struct Rest {
    pub(crate) ident: Ident,
    /// Their type, if the contract says it (`additionalProperties`).
    value: Option<Type>,
}

impl Rest {
    /// Finds the field that progenitor made for `additionalProperties`, or adds one for unknown members
    /// (`x-keep-unknown`).
    pub(crate) fn of(fields: &mut FieldsNamed, keeps: bool) -> Option<Self> {
        let is_flat = |field: &&mut Field| {
            field.attrs.iter().any(|attribute| attribute.to_token_stream().to_string().contains("flatten"))
        };
        if let Some(field) = fields.named.iter_mut().find(is_flat) {
            field.attrs = parse_quote!(#[doc = " Members that have no field of their own."] #[serde(default, flatten)]);
            let ident = field.ident.clone()?;
            return Some(Self { ident, value: models::map_value(&field.ty) });
        }
        let field: Field = parse_quote! {
            /// Members that this release does not know, as they arrived.
            #[serde(default, flatten)]
            pub unknown_members: ::std::collections::BTreeMap<::std::string::String, crate::json::RawJson>
        };
        keeps.then(|| {
            fields.named.push(field);
            Self { ident: parse_quote!(unknown_members), value: None }
        })
    }

    pub(crate) fn is(&self, field: &Field) -> bool {
        field.ident.as_ref() == Some(&self.ident)
    }

    /// Adds a member to a model that is sent.
    pub(crate) fn setter(&self) -> Option<TokenStream> {
        let (name, value) = (&self.ident, self.value.as_ref()?);
        Some(quote! {
            /// Adds a member beside those that have a setter.
            #[must_use]
            pub fn #name(mut self, name: impl ::std::convert::Into<::std::string::String>, value: #value) -> Self {
                self.#name.insert(name.into(), value);
                self
            }
        })
    }

    fn listed(&self) -> TokenStream {
        let name = &self.ident;
        match &self.value {
            Some(value) => quote!([#name: #value]),
            None => quote!([#name]),
        }
    }
}

/// Lists the members of a model for the macro that reads them, a line each.
pub(crate) fn deserialize(
    model: &Ident,
    properties: &[Property],
    shorthand: Option<&str>,
    rest: Option<&Rest>,
) -> Result<Item, String> {
    let members = properties.iter().enumerate().map(|(number, property)| {
        let (field, wire, read) = (&property.ident, &property.wire, read(property));
        let presence = match property.presence {
            Presence::Required => quote!(required),
            _ => quote!(optional),
        };
        let number = Literal::usize_unsuffixed(number);
        quote!(#number #wire #field: #presence #read;)
    });
    let name = model.to_string();
    let shape = match properties.iter().find(|property| Some(property.wire.as_str()) == shorthand) {
        None => quote!(object),
        Some(property) => {
            let text = &property.ident;
            let others = properties.iter().map(|property| &property.ident).filter(|field| *field != text);
            let rest = rest.map(|rest| &rest.ident);
            quote!(text #text [#(#others)* #rest])
        }
    };
    let rest = rest.map(Rest::listed);
    parse2(quote!(crate::json::members! { #model #name #shape #rest; #(#members)* }))
        .map_err(|e| format!("{model}: {e}"))
}

/// The type that reads the value of a property.
fn read(property: &Property) -> TokenStream {
    let value = &property.value;
    if generic(value, "Vec").is_some_and(|item| is(&item, "Timestamp")) {
        return match property.presence {
            Presence::Required => quote!(Instants<::std::vec::Vec<Instant>>),
            Presence::Optional | Presence::Nullable => {
                quote!(Instants<::std::option::Option<::std::vec::Vec<Instant>>>)
            }
            Presence::Clearable => quote!(Present<::std::vec::Vec<::jiff::Timestamp>>),
            Presence::Defaulted => quote!(Instants<OrDefault<::std::vec::Vec<Instant>>>),
        };
    }
    match (property.presence, is(value, "Timestamp")) {
        (Presence::Required, true) => quote!(Instant),
        (_, true) => quote!(OptionalInstant),
        (Presence::Required, false) => quote!(Plain<#value>),
        (Presence::Optional | Presence::Nullable, false) => quote!(Plain<::std::option::Option<#value>>),
        (Presence::Clearable, false) => quote!(Present<#value>),
        (Presence::Defaulted, false) => quote!(OrDefault<#value>),
    }
}
