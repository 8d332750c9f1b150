//! Reads progenitor's calls: the types of their parameters and of their responses.

use std::collections::BTreeMap;

use syn::visit_mut::{self, VisitMut};
use syn::{File, Item, Type, parse_quote};

use crate::codegen::models::generic;

/// What progenitor made for a call.
pub(crate) struct Builder {
    /// The types of the fields, without the results around them.
    pub(crate) fields: BTreeMap<String, Type>,
    pub(crate) response: Type,
}

pub(crate) fn builders(calls: &File) -> BTreeMap<String, Builder> {
    let module = calls.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "builder" => module.content.as_ref(),
        _ => None,
    });
    let mut builders: BTreeMap<String, Builder> = BTreeMap::new();
    for item in module.into_iter().flat_map(|(_, items)| items) {
        match item {
            Item::Struct(builder) => {
                let fields = builder.fields.iter().filter_map(|field| {
                    let value = generic(&field.ty, "Result")?;
                    Some((field.ident.as_ref()?.to_string(), outside(value)))
                });
                let builder_of = Builder { fields: fields.collect(), response: parse_quote!(()) };
                builders.insert(builder.ident.to_string(), builder_of);
            }
            Item::Impl(block) => {
                let (Type::Path(path), None) = (&*block.self_ty, &block.trait_) else { continue };
                let Some(builder) =
                    path.path.segments.last().and_then(|last| builders.get_mut(&last.ident.to_string()))
                else {
                    continue;
                };
                for item in &block.items {
                    if let syn::ImplItem::Fn(send) = item
                        && send.sig.ident == "send"
                        && let syn::ReturnType::Type(_, output) = &send.sig.output
                        && let Some(value) =
                            generic(output, "Result").and_then(|value| generic(&value, "ResponseValue"))
                    {
                        builder.response = outside(value);
                    }
                }
            }
            _ => {}
        }
    }
    builders
}

/// Names a model as it is called outside of the raw client, and of the models.
pub(crate) fn outside(mut value: Type) -> Type {
    struct Models;
    impl VisitMut for Models {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            let is_model = path.segments.len() == 1
                && path.leading_colon.is_none()
                && path.segments[0].ident.to_string().starts_with(|first: char| !first.is_lowercase());
            if is_model || path.segments.first().is_some_and(|first| first.ident == "types") {
                let name = path.segments.last().cloned();
                *path = parse_quote!(crate::models::#name);
            }
            visit_mut::visit_path_mut(self, path);
        }
    }
    Models.visit_type_mut(&mut value);
    value
}
