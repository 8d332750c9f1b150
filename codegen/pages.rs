//! Pages: a list response with what the facade adds to it (`x-page`).

use quote::{format_ident, quote};
use syn::Item;

use crate::codegen::docs;
use crate::codegen::facts::Facts;
use crate::codegen::models::{Presence, Properties};

/// A struct for each page, with all members of its response, and how it is made of one.
pub(crate) fn items(facts: &Facts, models: &Properties) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    for (schema, page) in &facts.pages {
        let (response, page) = (format_ident!("{schema}"), format_ident!("{page}"));
        let properties = models.get(schema).ok_or_else(|| format!("{schema} is no object"))?;
        let docs = docs::docs(facts.docs.get(&(schema.clone(), String::new())).map_or("", String::as_str));
        let fields = properties.iter().map(|property| {
            let (name, docs, value) = (&property.ident, &property.docs, &property.value);
            match property.presence {
                Presence::Required | Presence::Defaulted => quote!(#(#docs)* pub #name: #value),
                _ => quote!(#(#docs)* pub #name: ::std::option::Option<#value>),
            }
        });
        let names: Vec<_> = properties.iter().map(|property| &property.ident).collect();
        let file: syn::File = syn::parse2(quote! {
            #(#docs)*
            #[derive(Clone, Debug, PartialEq)]
            #[non_exhaustive]
            pub struct #page {
                #(#fields,)*
                /// Connected accounts whose items are missing, because the user withheld the permission for them.
                pub blocked_accounts: ::std::vec::Vec<BlockedAccount>,
                /// Malformed items of this page, as they arrived.
                pub malformed: ::std::vec::Vec<crate::json::MalformedItem>,
                /// Whether the response had no body to read.
                pub(crate) is_empty: bool,
            }

            impl #page {
                /// Makes the page of a response.
                pub(crate) fn of(response: #response) -> Self {
                    Self {
                        #(#names: response.#names,)*
                        blocked_accounts: ::std::vec::Vec::new(),
                        malformed: ::std::vec::Vec::new(),
                        is_empty: false,
                    }
                }
            }
        })
        .map_err(|e| format!("{schema}: {e}"))?;
        items.extend(file.items);
    }
    Ok(items)
}
