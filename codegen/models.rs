//! Reworks progenitor's models: responses are read leniently, requests get constructors and setters.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Field, Fields, File, GenericArgument, Ident, Item, ItemStruct, Lit, PathArguments, Type};
use syn::{parse_quote, parse2};

use crate::codegen::facts::{Facts, Request};
use crate::codegen::{docs, enums, reading, unions};

/// The properties of the models, by the models' names.
pub(crate) type Properties = BTreeMap<String, Vec<Property>>;

/// Reworks the models of progenitor's first run.
pub(crate) fn items(models: File, facts: &Facts) -> Result<(Vec<Item>, Properties), String> {
    let (mut items, mut all) = (Vec::new(), Properties::new());
    for item in module(models)? {
        match item {
            Item::Struct(model) => items.extend(rework(model, facts, &mut all)?),
            Item::Enum(mut model) => {
                model.attrs.push(schema_derive());
                items.push(Item::Enum(model));
            }
            other => items.push(other),
        }
    }
    for (name, open) in &facts.enums {
        items.extend(enums::items(name, open)?);
    }
    for (name, union) in &facts.unions {
        items.extend(unions::items(name, union)?);
    }
    let needs_errors = items
        .iter()
        .any(|item| !matches!(item, Item::Mod(_)) && item.to_token_stream().to_string().contains("ConversionError"));
    items.retain(|item| needs_errors || !matches!(item, Item::Mod(_)));
    Ok((items, all))
}

/// A model that is a list, a map or a text under a name of its own.
fn described(mut model: ItemStruct) -> Item {
    model.attrs.push(schema_derive());
    for field in &mut model.fields {
        field.attrs.extend(schema_of(&field.ty));
    }
    Item::Struct(model)
}

fn schema_derive() -> Attribute {
    parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))])
}

/// Names what describes a type of which `schemars` knows nothing, such as an instant, also within lists and maps.
fn schema_of(value: &Type) -> Option<Attribute> {
    struct Described(bool);
    impl VisitMut for Described {
        fn visit_type_mut(&mut self, value: &mut Type) {
            for (name, described) in [("Timestamp", "InstantSchema"), ("Date", "DateSchema")] {
                if is(value, name) {
                    let described = format_ident!("{described}");
                    *value = parse_quote!(crate::json::#described);
                    self.0 = true;
                }
            }
            visit_mut::visit_type_mut(self, value);
        }
    }
    let (mut described, mut found) = (value.clone(), Described(false));
    found.visit_type_mut(&mut described);
    let described = described.to_token_stream().to_string().replace(' ', "");
    found.0.then(|| parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #described))]))
}

fn module(models: File) -> Result<Vec<Item>, String> {
    let types = models.items.into_iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content,
        _ => None,
    });
    Ok(types.ok_or("progenitor made no module of types")?.1)
}

fn rework(mut model: ItemStruct, facts: &Facts, all: &mut Properties) -> Result<Vec<Item>, String> {
    let name = model.ident.to_string();
    let Fields::Named(fields) = &mut model.fields else { return Ok(vec![described(model)]) };
    let request = facts.requests.get(&name);
    let arrives = request.is_none() || facts.responses.contains(&name);

    let rest = reading::Rest::of(fields, facts.keeping.contains(&name));
    let mut properties = Vec::new();
    for field in fields.named.iter_mut().filter(|field| !rest.as_ref().is_some_and(|rest| rest.is(field))) {
        let property = Property::read(&name, field, facts)?;
        property.write(field, arrives);
        properties.push(property);
    }

    if let Some(doc) = facts.docs.get(&(name.clone(), String::new())) {
        model.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
        model.attrs.splice(0..0, docs::docs(doc));
    }
    model.attrs.push(parse_quote!(#[non_exhaustive]));
    model.attrs.push(schema_derive());
    let shorthand = facts.shorthands.get(&name);
    if arrives {
        reading::without_derive(&mut model.attrs)?;
    }

    let ident = model.ident.clone();
    let mut items = vec![Item::Struct(model)];
    if let Some(request) = request {
        items.push(builder(&ident, &properties, request, rest.as_ref())?);
    }
    if arrives {
        items.push(reading::deserialize(&ident, &properties, shorthand.map(String::as_str), rest.as_ref())?);
    }
    all.insert(name, properties);
    Ok(items)
}

/// One property of a model, as its field will be.
pub(crate) struct Property {
    pub(super) wire: String,
    pub(super) ident: Ident,
    pub(super) docs: Vec<Attribute>,
    /// The type of a value that is there.
    pub(super) value: Type,
    pub(super) presence: Presence,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Presence {
    Required,
    /// `Option<T>`.
    Optional,
    /// `Option<T>`, which is sent as `null` when there is none.
    Nullable,
    /// `Option<Option<T>>`: the inner `None` is sent as `null`.
    Clearable,
    /// `T`, with its default when missing.
    Defaulted,
}

impl Property {
    fn read(model: &str, field: &Field, facts: &Facts) -> Result<Self, String> {
        let request = facts.requests.get(model);
        let ident = field.ident.clone().ok_or("a field without a name")?;
        let (mut wire, mut defaulted) = (ident.to_string(), false);
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let read = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("default") {
                    defaulted = true;
                }
                if meta.input.peek(syn::Token![=]) {
                    let value: Expr = meta.value()?.parse()?;
                    if let (true, Expr::Lit(literal)) = (meta.path.is_ident("rename"), &value)
                        && let Lit::Str(text) = &literal.lit
                    {
                        wire = text.value();
                    }
                }
                Ok(())
            });
            read.map_err(|e| format!("{ident}: {e}"))?;
        }
        let inner = option(&field.ty);
        let presence = match (request, &inner, defaulted) {
            (Some(request), ..) if request.nullable.contains(&wire) => Presence::Nullable,
            (Some(request), ..) if request.clearable.contains(&wire) => Presence::Clearable,
            (_, Some(_), _) => Presence::Optional,
            // What is sent tells an empty list from none.
            (Some(_), None, true) => Presence::Optional,
            (None, None, true) => Presence::Defaulted,
            (_, None, false) => Presence::Required,
        };
        let place = (model.to_owned(), wire.clone());
        let mut docs = match facts.docs.get(&place) {
            Some(doc) if !doc.is_empty() => docs::docs(doc),
            // A model that the contract defines in place.
            None => field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect(),
            Some(_) => Vec::new(),
        };
        if facts.deprecated.contains(&place) {
            docs.push(parse_quote!(#[deprecated]));
        }
        Ok(Self { wire, ident, docs, value: inner.unwrap_or_else(|| field.ty.clone()), presence })
    }

    fn write(&self, field: &mut Field, arrives: bool) {
        let (wire, value) = (&self.wire, &self.value);
        field.attrs = self.docs.clone();
        if self.ident != wire.as_str() {
            field.attrs.push(parse_quote!(#[serde(rename = #wire)]));
        }
        if !arrives {
            // What is sent was valid when it was built, and stays so.
            field.vis = parse_quote!(pub(crate));
        }
        field.ty = match self.presence {
            Presence::Required | Presence::Defaulted => parse_quote!(#value),
            Presence::Optional | Presence::Nullable => parse_quote!(::std::option::Option<#value>),
            Presence::Clearable => parse_quote!(::std::option::Option<::std::option::Option<#value>>),
        };
        let skip = "::std::option::Option::is_none";
        match self.presence {
            Presence::Required | Presence::Nullable => {}
            Presence::Optional => field.attrs.push(parse_quote!(#[serde(default, skip_serializing_if = #skip)])),
            Presence::Clearable if arrives => {
                field.attrs.push(parse_quote!(#[serde(default, skip_serializing_if = #skip)]));
            }
            Presence::Clearable => field.attrs.push(parse_quote! {
                #[serde(default, deserialize_with = "crate::json::present", skip_serializing_if = #skip)]
            }),
            Presence::Defaulted if arrives => field.attrs.push(parse_quote!(#[serde(default)])),
            Presence::Defaulted => field.attrs.push(parse_quote! {
                #[serde(default, deserialize_with = "crate::json::null_as_default")]
            }),
        }
        let described: Type = match self.presence {
            Presence::Required | Presence::Defaulted => value.clone(),
            _ => parse_quote!(::std::option::Option<#value>),
        };
        field.attrs.extend(schema_of(&described));
    }

    /// The argument that takes a value, and the expression that turns it into the field's type.
    pub(super) fn argument(&self) -> (TokenStream, TokenStream) {
        argument(&self.ident, &self.taken())
    }

    /// The type of the value that is set.
    pub(super) fn taken(&self) -> Type {
        let value = &self.value;
        match self.presence {
            Presence::Nullable => parse_quote!(::std::option::Option<#value>),
            _ => value.clone(),
        }
    }

    /// Whether the constructor takes it.
    fn is_argument(&self) -> bool {
        matches!(self.presence, Presence::Required | Presence::Nullable)
    }
}

pub(super) fn argument(ident: &Ident, value: &Type) -> (TokenStream, TokenStream) {
    if let Some(inner) = option(value) {
        return match is(&inner, "Timestamp") {
            true => (quote!(#value), quote!(#ident.map(crate::json::to_millis))),
            false if is_wrapped(&inner) => {
                (quote!(::std::option::Option<::jiff::Timestamp>), quote!(#ident.map(::std::convert::Into::into)))
            }
            false => (quote!(#value), quote!(#ident)),
        };
    }
    if let Some(item) = generic(value, "Vec") {
        let argument = quote!(impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<#item>>);
        return (argument, quote!(#ident.into_iter().map(::std::convert::Into::into).collect()));
    }
    if is(value, "Timestamp") {
        return (quote!(impl ::std::convert::Into<#value>), quote!(crate::json::to_millis(#ident.into())));
    }
    if is_wrapped(value) {
        return (quote!(impl ::std::convert::Into<::jiff::Timestamp>), quote!(#ident.into().into()));
    }
    if ["String", "Secret"].iter().any(|name| is(value, name)) {
        return (quote!(impl ::std::convert::Into<#value>), quote!(#ident.into()));
    }
    (quote!(#value), quote!(#ident))
}

/// Whether it is an instant in a form of its own.
fn is_wrapped(value: &Type) -> bool {
    ["BasicTimestamp", "UnixMillis"].iter().any(|name| is(value, name))
}

/// `new` with the required properties, and a setter for each of the others.
fn builder(
    model: &Ident,
    properties: &[Property],
    request: &Request,
    rest: Option<&reading::Rest>,
) -> Result<Item, String> {
    let find = |wire: &String| {
        properties.iter().find(|p| p.wire == *wire).ok_or_else(|| format!("{model} has no property {wire}"))
    };
    let required = request.required.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    let arguments = required.iter().map(|p| {
        let (name, (argument, _)) = (&p.ident, p.argument());
        quote!(#name: #argument)
    });
    let values = properties.iter().map(|p| {
        let (name, (_, value)) = (&p.ident, p.argument());
        match p.is_argument() {
            true => quote!(#name: #value),
            false => quote!(#name: ::std::default::Default::default()),
        }
    });

    let mut setters = Vec::new();
    for property in properties.iter().filter(|p| !p.is_argument()) {
        let (name, docs, (argument, value)) = (&property.ident, &property.docs, property.argument());
        let rivals = request.exclusive.iter().filter(|group| group.contains(&property.wire)).flatten();
        let rivals = rivals.filter(|wire| **wire != property.wire).map(find).collect::<Result<Vec<_>, _>>()?;
        let rivals: Vec<_> = rivals.iter().map(|p| &p.ident).collect();
        let set = match property.presence {
            Presence::Clearable => quote!(::std::option::Option::Some(::std::option::Option::Some(#value))),
            _ => quote!(::std::option::Option::Some(#value)),
        };
        setters.push(quote! {
            #(#docs)*
            #[must_use]
            pub fn #name(mut self, #name: #argument) -> Self {
                #(self.#rivals = ::std::option::Option::None;)*
                self.#name = #set;
                self
            }
        });
        if property.presence == Presence::Clearable {
            let clear = format_ident!("clear_{}", name);
            let doc = format!(" Clears `{}`: sends `null` for it.", property.wire);
            setters.push(quote! {
                #[doc = #doc]
                #[must_use]
                pub fn #clear(mut self) -> Self {
                    self.#name = ::std::option::Option::Some(::std::option::Option::None);
                    self
                }
            });
        }
    }
    setters.extend(rest.and_then(reading::Rest::setter));
    let rest = rest.map(|rest| &rest.ident).map(|rest| quote!(#rest: ::std::default::Default::default()));
    let values = values.chain(rest);
    let doc = match required.is_empty() {
        true => " Creates an empty value.",
        false => " Creates a value from its required fields. Optional fields have setters.",
    };
    let block = quote! {
        impl #model {
            #[doc = #doc]
            #[must_use]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
            #(#setters)*
        }
    };
    parse2(block).map_err(|e| format!("{model}: {e}"))
}

fn option(ty: &Type) -> Option<Type> {
    generic(ty, "Option")
}

/// The argument of a generic type of that name.
pub(super) fn generic(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner.clone()),
        _ => None,
    }
}

/// The type of the values of a map.
pub(super) fn map_value(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    match arguments.args.last()? {
        GenericArgument::Type(value) => Some(value.clone()),
        _ => None,
    }
}

pub(super) fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == name))
}
