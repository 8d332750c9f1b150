//! The parameters of each public operation, over progenitor's raw call: what `Request` holds.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, File, Ident, Item, Type, parse_quote, parse2};

use crate::codegen::builders::{Builder, builders, outside};
use crate::codegen::docs;
use crate::codegen::facts::{Facts, Operation, Range};
use crate::codegen::ident::{pascal_case, snake_case};
use crate::codegen::models::{Presence, Properties, argument, generic, is};
use crate::codegen::names::{self, Name};

pub(crate) fn file(calls: &File, facts: &Facts, models: &Properties) -> Result<File, String> {
    let builders = builders(calls);
    let mut items: Vec<Item> = Vec::new();
    let mut resources: BTreeMap<&str, Vec<TokenStream>> = BTreeMap::new();
    for operation in facts.operations.iter().filter(|operation| !operation.is_internal) {
        let name = names::of(&operation.id);
        let call = builders
            .get(&pascal_case(&operation.id))
            .ok_or_else(|| format!("{}: progenitor made no call of this name", operation.id))?;
        let parameters = parameters(operation, &name, call, facts, models)?;
        items.extend(params(operation, &name, call, &parameters)?);
        if !name.is_handwritten {
            resources.entry(&operation.tag).or_default().push(method(operation, &name, &parameters));
        }
    }
    let mut new = Vec::new();
    for (tag, methods) in resources {
        let resource = format_ident!("{tag}");
        if !names::is_handwritten_resource(tag) {
            let doc = format!(" The operations of the contract's group {tag}.");
            items.push(parse_quote!(crate::call::resource! { #[doc = #doc] #resource }));
            new.push(resource.clone());
        }
        let path = match names::is_handwritten_resource(tag) {
            true => quote!(crate::#resource),
            false => quote!(#resource),
        };
        items.push(
            parse2(quote! {
                impl<C: crate::call::Handle> #path<'_, C> {
                    #(#methods)*
                }
            })
            .map_err(|e| format!("{tag}: {e}"))?,
        );
    }
    items.push(accessors(&new));
    Ok(File { shebang: None, frontmatter: None, attrs: Vec::new(), items })
}

/// One parameter of a request, or one member of its flat body.
struct Parameter {
    ident: Ident,
    docs: Vec<Attribute>,
    value: Type,
    is_required: bool,
    /// Whether a setter is made for it, if it is optional.
    has_setter: bool,
    /// Whether the type is an open enum, which a setter also takes as text.
    is_enum: bool,
    kind: Kind,
}

impl Parameter {
    /// The argument that takes a value, and the expression that turns it into the field's type.
    fn argument(&self) -> (TokenStream, TokenStream) {
        let (name, value) = (&self.ident, &self.value);
        let Kind::Plain { range: Some((from, to)), .. } = self.kind else { return argument(name, value) };
        match (u32::try_from(from), u32::try_from(to)) {
            (Ok(from), Ok(to)) => (quote!(u32), quote!(#name.clamp(#from, #to) as #value)),
            _ => {
                let (from, to) = (Literal::i64_unsuffixed(from), Literal::i64_unsuffixed(to));
                (quote!(#value), quote!(#name.clamp(#from, #to)))
            }
        }
    }
}

enum Kind {
    /// Of the path, the query or a header.
    Plain { in_path: bool, range: Option<Range> },
    /// Of the query, as values with commas between them.
    List,
    /// Of the query, as JSON.
    Json,
    /// The whole body.
    Body,
    /// A member of a body whose members are parameters.
    Member { is_clearable: bool },
    /// A body without members.
    Empty,
}

fn parameters(
    operation: &Operation,
    name: &Name,
    call: &Builder,
    facts: &Facts,
    models: &Properties,
) -> Result<Vec<Parameter>, String> {
    let is_enum = |value: &Type| facts.enums.keys().any(|name| is(value, name));
    let mut parameters: Vec<Parameter> = Vec::new();
    for parameter in &operation.parameters {
        let wrong = || format!("{}: progenitor has no parameter {}", operation.id, parameter.name);
        let value = call.fields.get(&parameter.name).ok_or_else(wrong)?;
        let mut docs = docs::docs(&parameter.doc);
        if let Some((from, to)) = parameter.range {
            docs.extend(docs::docs(&format!("\nValues outside {from} to {to} are clamped.")));
        }
        if parameter.is_deprecated {
            docs.push(parse_quote!(#[deprecated]));
        }
        let (value, kind) = match (&parameter.json, &parameter.list) {
            (Some(schema), _) => {
                let schema = format_ident!("{schema}");
                (parse_quote!(crate::models::#schema), Kind::Json)
            }
            (None, Some(item)) => {
                let item: Type = syn::parse_str(item).map_err(|e| format!("{item}: {e}"))?;
                (parse_quote!(::std::vec::Vec<#item>), Kind::List)
            }
            (None, None) => {
                let kind = Kind::Plain { in_path: parameter.in_path, range: parameter.range };
                (generic(value, "Option").unwrap_or_else(|| value.clone()), kind)
            }
        };
        parameters.push(Parameter {
            ident: format_ident!("{}", parameter.name),
            docs,
            is_enum: is_enum(&value),
            value,
            is_required: parameter.is_required && !parameter.is_internal,
            has_setter: !parameter.is_internal && !name.has_setter(&parameter.name),
            kind,
        });
    }
    if let Some(body) = &operation.body {
        let value = call.fields.get("body").ok_or_else(|| format!("{}: progenitor has no body", operation.id))?;
        let members = models.get(&body.schema);
        let is_empty = members.is_some_and(Vec::is_empty);
        let request = facts.requests.get(&body.schema);
        match (is_empty, members.filter(|_| body.is_flat), request) {
            (true, ..) => parameters.push(Parameter {
                ident: format_ident!("body"),
                docs: Vec::new(),
                value: value.clone(),
                is_required: false,
                has_setter: false,
                is_enum: false,
                kind: Kind::Empty,
            }),
            (_, Some(members), Some(request)) => {
                let find = |wire: &String| members.iter().find(|member| member.wire == *wire);
                let required = request.required.iter().filter_map(find);
                let optional = members.iter().filter(|member| !request.required.contains(&member.wire));
                for member in required.chain(optional) {
                    parameters.push(Parameter {
                        ident: member.ident.clone(),
                        docs: member.docs.clone(),
                        value: outside(member.taken()),
                        is_required: request.required.contains(&member.wire),
                        has_setter: true,
                        // The setter of the model that is forwarded to takes the enum alone.
                        is_enum: false,
                        kind: Kind::Member { is_clearable: member.presence == Presence::Clearable },
                    });
                }
            }
            _ => parameters.push(Parameter {
                ident: format_ident!("body"),
                docs: Vec::new(),
                value: value.clone(),
                is_required: true,
                has_setter: false,
                is_enum: false,
                kind: Kind::Body,
            }),
        }
    }
    Ok(parameters)
}

/// The struct of the parameters, its constructor and setters, and the raw call that it makes.
fn params(operation: &Operation, name: &Name, call: &Builder, parameters: &[Parameter]) -> Result<Vec<Item>, String> {
    let ident = format_ident!("{}", name.params);
    let raw = format_ident!("{}", operation.id);
    let constant = format_ident!("{}", operation.id.to_uppercase());
    let response = &call.response;
    let docs = docs::docs(&format!("Parameters of `{} {}`. {}", operation.method, operation.path, operation.doc));
    let fields_of = |kind: &Kind| !matches!(kind, Kind::Member { .. } | Kind::Empty);
    let flat = parameters.iter().any(|parameter| matches!(parameter.kind, Kind::Member { .. }));
    let body = operation.body.as_ref().filter(|_| flat).map(|body| format_ident!("{}", body.schema));

    let own: Vec<_> = parameters.iter().filter(|parameter| fields_of(&parameter.kind)).collect();
    let fields = own.iter().map(|parameter| {
        let (name, value) = (&parameter.ident, &parameter.value);
        match parameter.is_required {
            true => quote!(pub(crate) #name: #value),
            false => quote!(#[serde(default, skip_serializing_if = "::std::option::Option::is_none")]
                pub(crate) #name: ::std::option::Option<#value>),
        }
    });
    let body_field = body.iter().map(|model| quote!(pub(crate) body: crate::models::#model));
    let required: Vec<_> = parameters.iter().filter(|parameter| parameter.is_required).collect();
    let arguments = required.iter().map(|parameter| {
        let (name, (argument, _)) = (&parameter.ident, parameter.argument());
        quote!(#name: #argument)
    });
    let initial = own.iter().map(|parameter| {
        let name = &parameter.ident;
        let (_, value) = parameter.argument();
        if parameter.is_required { quote!(#name: #value) } else { quote!(#name: ::std::default::Default::default()) }
    });
    let body_initial = body.iter().map(|model| {
        let members = required.iter().filter(|parameter| matches!(parameter.kind, Kind::Member { .. }));
        let members = members.map(|parameter| &parameter.ident);
        quote!(body: crate::models::#model::new(#(#members),*))
    });
    let setters: Vec<_> = parameters
        .iter()
        .filter(|parameter| !parameter.is_required && parameter.has_setter)
        .flat_map(setters)
        .collect();
    let own_setters = setters.iter().map(|setter| &setter.own);
    let forwarded = setters.iter().map(|setter| &setter.forwarded);
    let build = build(&raw, parameters, flat);
    let (mut_self, default) = match own.is_empty() && body.is_none() {
        true => (quote!(self), quote!(#[derive(Default)])),
        false if required.is_empty() => (quote!(self), quote!(#[derive(Default)])),
        false => (quote!(self), TokenStream::new()),
    };
    let inline: Option<Attribute> = (!name.is_handwritten).then(|| parse_quote!(#[inline]));
    let new_doc = match required.is_empty() {
        true => " Creates parameters without any that is optional.",
        false => " Creates parameters from the required ones. Optional ones have setters.",
    };
    let file: File = parse2(quote! {
        #(#docs)*
        #default
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[must_use]
        pub struct #ident {
            #(#fields,)*
            #(#body_field,)*
        }

        impl #ident {
            #[doc = #new_doc]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#initial,)* #(#body_initial,)* }
            }
            #(#own_setters)*
        }

        impl<C> crate::call::Request<#ident, C> {
            #(#forwarded)*
        }

        impl crate::call::RawCall for #ident {
            type Response = #response;
            const OPERATION: &'static crate::operation::Operation = &operations::#constant;

            #inline
            fn build(
                #mut_self,
                api: &crate::raw::Client,
            ) -> ::std::result::Result<::reqwest::Request, crate::call::BuildError> {
                #build
            }
        }
    })
    .map_err(|e| format!("{}: {e}", operation.id))?;
    let mut items = file.items;
    if setters.is_empty() {
        items.retain(|item| !matches!(item, Item::Impl(block) if block.items.is_empty()));
    }
    if !name.is_handwritten {
        let made = match *response == parse_quote!(()) {
            true => quote!(caller.done(self).await),
            false => quote!(Ok(caller.send(self).await?)),
        };
        items.push(parse_quote! {
            impl crate::call::Endpoint for #ident {
                type Output = #response;

                // Compiled where it is used.
                #[inline]
                fn call(
                    self,
                    caller: crate::call::Caller,
                ) -> crate::sync::BoxFuture<'static, ::std::result::Result<#response, crate::Error>> {
                    ::std::boxed::Box::pin(async move { #made })
                }
            }
        });
    }
    Ok(items)
}

struct Setter {
    own: TokenStream,
    forwarded: TokenStream,
}

fn setters(parameter: &Parameter) -> Vec<Setter> {
    let (name, docs, value) = (&parameter.ident, &parameter.docs, &parameter.value);
    let setter = |docs: &[Attribute], name: &Ident, argument: Option<TokenStream>, set: TokenStream| {
        let forward: Vec<_> = argument.iter().map(|_| &parameter.ident).collect();
        let argument = argument.map(|argument| {
            let name = &parameter.ident;
            quote!(#name: #argument)
        });
        let argument: Vec<_> = argument.into_iter().collect();
        Setter {
            own: quote! {
                #(#docs)*
                pub fn #name(mut self, #(#argument),*) -> Self {
                    #set
                    self
                }
            },
            forwarded: quote! {
                #(#docs)*
                pub fn #name(self, #(#argument),*) -> Self {
                    self.map(|params| params.#name(#(#forward),*))
                }
            },
        }
    };
    match &parameter.kind {
        Kind::Empty | Kind::Body => Vec::new(),
        Kind::Plain { .. } if parameter.is_enum => {
            let set = quote!(self.#name = ::std::option::Option::Some(#name.into()););
            vec![setter(docs, name, Some(quote!(impl ::std::convert::Into<#value>)), set)]
        }
        Kind::Plain { .. } | Kind::List | Kind::Json => {
            let (argument, converted) = parameter.argument();
            let set = quote!(self.#name = ::std::option::Option::Some(#converted););
            vec![setter(docs, name, Some(argument), set)]
        }
        Kind::Member { is_clearable } => {
            let (argument, _) = argument(name, value);
            let set = quote!(self.body = self.body.#name(#name););
            let mut setters = vec![setter(docs, name, Some(argument), set)];
            if *is_clearable {
                let clear = format_ident!("clear_{name}");
                let docs = docs::docs(&format!("Clears `{name}`: sends `null` for it."));
                setters.push(setter(&docs, &clear, None, quote!(self.body = self.body.#clear();)));
            }
            setters
        }
    }
}

/// The statements that build the raw request.
fn build(raw: &Ident, parameters: &[Parameter], flat: bool) -> TokenStream {
    let mut statements = Vec::new();
    for parameter in parameters {
        let name = &parameter.ident;
        let text = name.to_string();
        statements.push(match (&parameter.kind, parameter.is_required) {
            (Kind::Plain { in_path: true, .. }, _) => quote! {
                crate::call::check_path(#text, &self.#name)?;
                let request = request.#name(self.#name);
            },
            (Kind::Plain { .. }, true) => {
                let check = check(parameter, &quote!(self.#name));
                quote! {
                    #check
                    let request = request.#name(self.#name);
                }
            }
            (Kind::Body, true) => quote!(let request = request.#name(self.#name);),
            // Left out, an empty text would mean everything: all accounts, or the first page.
            (Kind::Plain { .. }, false) => {
                let check = check(parameter, &quote!(#name));
                quote! {
                    let request = match self.#name {
                        ::std::option::Option::Some(#name) => {
                            #check
                            request.#name(#name)
                        }
                        ::std::option::Option::None => request,
                    };
                }
            }
            (Kind::List, true) => {
                quote!(let request = request.#name(crate::call::comma_separated(#text, &self.#name)?);)
            }
            // A list without values says as much as none.
            (Kind::List, false) => quote! {
                let request = match self.#name {
                    ::std::option::Option::Some(#name) if !#name.is_empty() => {
                        request.#name(crate::call::comma_separated(#text, &#name)?)
                    }
                    _ => request,
                };
            },
            (Kind::Json, true) => quote!(let request = request.#name(crate::call::json_text(#text, &self.#name)?);),
            (Kind::Json, false) => quote! {
                let request = match self.#name {
                    ::std::option::Option::Some(#name) => request.#name(crate::call::json_text(#text, &#name)?),
                    ::std::option::Option::None => request,
                };
            },
            (Kind::Empty, _) => {
                let model = &parameter.value;
                quote!(let request = request.body(#model::new());)
            }
            (Kind::Body, false) | (Kind::Member { .. }, _) => TokenStream::new(),
        });
    }
    if flat {
        statements.push(quote!(let request = request.body(self.body);));
    }
    quote! {
        let request = api.#raw();
        #(#statements)*
        Ok(request.request()?)
    }
}

/// Refuses a text that is empty.
fn check(parameter: &Parameter, value: &TokenStream) -> TokenStream {
    let name = parameter.ident.to_string();
    let text = match &parameter.value {
        text if is(text, "String") => quote!(&#value),
        secret if is(secret, "Secret") => quote!(#value.expose()),
        _ if parameter.is_enum => quote!(#value.as_str()),
        _ => return TokenStream::new(),
    };
    quote!(crate::call::check_filled(#name, #text)?;)
}

/// The method of the resource.
fn method(operation: &Operation, name: &Name, parameters: &[Parameter]) -> TokenStream {
    let (method, params) = (format_ident!("{}", name.method), format_ident!("{}", name.params));
    let required: Vec<_> = parameters.iter().filter(|parameter| parameter.is_required).collect();
    let arguments = required.iter().map(|parameter| {
        let (name, (argument, _)) = (&parameter.ident, parameter.argument());
        quote!(#name: #argument)
    });
    let names = required.iter().map(|parameter| &parameter.ident);
    let calls = format!("Calls `{} {}`.", operation.method, operation.path);
    let mut docs = docs::docs(&[operation.doc.as_str(), &calls].join("\n\n"));
    if operation.is_deprecated {
        docs.push(parse_quote!(#[deprecated]));
    }
    quote! {
        #(#docs)*
        pub fn #method(self, #(#arguments),*) -> crate::call::Request<#params, C> {
            crate::call::Request::new(#params::new(#(#names),*), self.client.clone())
        }
    }
}

/// A macro that gives a client the accessors of the resources that are not written by hand.
fn accessors(resources: &[Ident]) -> Item {
    let methods = resources.iter().map(|resource| {
        let method = format_ident!("{}", snake_case(&resource.to_string()));
        let doc = format!(" The operations of the contract's group {resource}.");
        quote! {
            #[doc = #doc]
            pub fn #method(&self) -> $crate::requests::#resource<'_, Self> {
                $crate::requests::#resource::new(self)
            }
        }
    });
    parse_quote! {
        /// Gives a client the accessors of the resources that no handwritten code has.
        macro_rules! accessors {
            ($client:ty) => {
                impl $client {
                    #(#methods)*
                }
            };
        }
    }
}
