//! How response models are read: from objects alone, where the derived implementation also takes an array of the members,
//! and from the bare text of their main member where the contract allows it (`x-shorthand`). Unknown members are kept where
//! it asks for that (`x-keep-unknown`).

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Ident, Item, Path, Token, parse_quote, parse2};

use crate::codegen::models::{Presence, Property, generic, is};

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

/// The field for the members that a model does not know (`x-keep-unknown`).
pub(crate) fn unknown_members() -> Field {
    parse_quote! {
        /// Members that this release does not know, as they arrived.
        #[serde(default, flatten)]
        pub unknown_members: ::std::collections::BTreeMap<::std::string::String, crate::json::RawJson>
    }
}

/// Lists the members of a model for the macro that reads them, a line each.
pub(crate) fn deserialize(
    model: &Ident,
    properties: &[Property],
    shorthand: Option<&str>,
    keeps: bool,
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
            let unknown = keeps.then(|| quote!(unknown_members));
            quote!(text #text [#(#others)* #unknown])
        }
    };
    let unknown = keeps.then(|| quote!([unknown_members]));
    parse2(quote!(crate::json::members! { #model #name #shape #unknown; #(#members)* }))
        .map_err(|e| format!("{model}: {e}"))
}

/// The type that reads the value of a property.
fn read(property: &Property) -> TokenStream {
    let value = &property.value;
    if generic(value, "Vec").is_some_and(|item| is(&item, "Timestamp")) {
        return match property.presence {
            Presence::Required => quote!(Instants<::std::vec::Vec<Instant>>),
            Presence::Optional => quote!(Instants<::std::option::Option<::std::vec::Vec<Instant>>>),
            Presence::Clearable => quote!(Present<::std::vec::Vec<::jiff::Timestamp>>),
            Presence::Defaulted => quote!(Instants<OrDefault<::std::vec::Vec<Instant>>>),
        };
    }
    match (property.presence, is(value, "Timestamp")) {
        (Presence::Required, true) => quote!(Instant),
        (_, true) => quote!(OptionalInstant),
        (Presence::Required, false) => quote!(Plain<#value>),
        (Presence::Optional, false) => quote!(Plain<::std::option::Option<#value>>),
        (Presence::Clearable, false) => quote!(Present<#value>),
        (Presence::Defaulted, false) => quote!(OrDefault<#value>),
    }
}
