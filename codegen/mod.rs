//! From `openapi.yaml` to `generated/client.rs`.
//!
//! 1. [`contract`] reads the contract, keeps what Rust needs to know of it ([`contract::Facts`]) and simplifies the
//!    rest to what progenitor can digest.
//! 2. progenitor runs twice: once for the models, once for the operations (with request builders; the models are
//!    named, not made, in that run, which spares a second builder for each of them).
//! 3. [`enums`], [`models`] and [`operations`] turn the facts into open enums, forgiving responses, requests with
//!    constructors and setters, and a table of operations; [`sending`] has answers read by the crate.

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};

mod contract;
mod enums;
mod models;
mod operations;
mod sending;

/// Formats of strings that have a Rust type.
const CONVERSIONS: [(&str, &str); 4] = [
    ("date-time", "::jiff::Timestamp"),
    ("date", "::jiff::civil::Date"),
    ("ical-date-time", "crate::wire::BasicTimestamp"),
    ("password", "crate::Secret"),
];

/// Schemas that are handwritten, because raw JSON is all that is common to what they hold.
const RAW: [&str; 3] = ["ProviderObject", "ProviderJson", "EventWriteResponse"];

/// Generates the bindings as formatted Rust.
pub(crate) fn generate(text: &str, fingerprint: &str) -> Result<String, String> {
    let (spec, facts) = contract::read(text)?;

    let mut settings = GenerationSettings::new();
    settings.with_derive("PartialEq").with_map_type("::std::collections::BTreeMap");
    for (format, rust) in CONVERSIONS {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..Default::default()
        };
        settings.with_conversion(schema, rust, [].into_iter());
    }
    for name in RAW {
        settings.with_replacement(name, "crate::RawJson", [].into_iter());
    }
    for name in facts.enums.keys() {
        settings.with_replacement(name, format!("crate::raw::types::{name}"), [].into_iter());
    }
    let models = run(&settings, &spec)?;

    settings.with_interface(InterfaceStyle::Builder).with_hooks(HooksMode::Expected);
    settings.with_inner_type(quote!(crate::call::Attempt));
    for name in contract::schema_names(&spec).filter(|name| !RAW.contains(name)) {
        settings.with_replacement(name, format!("types::{name}"), [].into_iter());
    }
    let mut client = run(&settings, &spec)?;

    models::merge(&mut client, models, &facts)?;
    sending::rework(&mut client)?;
    client.items.push(operations::table(&facts));
    // progenitor's examples lack what would make them compile.
    let code = prettyplease::unparse(&client).replace("```ignore", "```text");
    Ok(format!(
        "// Generated from openapi.yaml ({fingerprint}). Do not edit: change the contract or codegen/, then run\n\
         // cargo build --features codegen\n\n{code}"
    ))
}

fn run(settings: &GenerationSettings, spec: &openapiv3::OpenAPI) -> Result<syn::File, String> {
    let tokens = Generator::new(settings).generate_tokens(spec).map_err(|e| format!("progenitor: {e}"))?;
    syn::parse2(tokens).map_err(|e| format!("progenitor made code that does not parse: {e}"))
}
