//! From `openapi.yaml` to `generated/`: models in `models.rs`, raw calls in `calls.rs`, the parameters of requests in
//! `requests.rs`.
//!
//! 1. [`check`] lists what in the contract cannot be honoured.
//! 2. [`resolve`] puts what the contract refers to in its place, [`hoist`] names what is inline, and [`contract`] keeps what
//!    Rust needs to know ([`facts::Facts`]) and simplifies the rest to what progenitor can digest. [`lock`] compares the
//!    required arguments with those of the release before.
//! 3. progenitor runs twice: once for the models, once for the operations (with request builders; the models are
//!    named, not made, in that run, which spares a second builder for each of them).
//! 4. [`enums`], [`unions`], [`models`] and [`reading`] turn the facts into open enums, leniently read responses, and
//!    bodies with constructors and setters, [`pages`] makes pages of lists. [`calls`] parts building a request from sending it, [`operations`] adds the table
//!    of operations, and [`requests`] makes the parameters of each public operation over its raw call.

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use schemars08::schema::{InstanceType, SchemaObject};

mod builders;
mod calls;
mod check;
mod contract;
mod directions;
mod docs;
mod enums;
mod facts;
mod hoist;
mod ident;
mod lock;
mod models;
pub(crate) mod names;
mod operations;
mod pages;
mod reading;
mod requests;
mod resolve;
mod unions;
mod walk;

/// Formats that have a Rust type.
const CONVERSIONS: [(InstanceType, &str, &str); 5] = [
    (InstanceType::String, "date-time", "::jiff::Timestamp"),
    (InstanceType::String, "date", "::jiff::civil::Date"),
    (InstanceType::String, "ical-date-time", "crate::json::BasicTimestamp"),
    (InstanceType::String, "password", "crate::secret::Secret"),
    (InstanceType::Integer, "unix-milliseconds", "crate::json::UnixMillis"),
];

/// The file with the order of the required arguments.
pub(crate) const LOCK: &str = "required.lock";

/// What is generated: each file's name and its text.
pub(crate) struct Bindings {
    pub(crate) files: [(&'static str, String); 4],
    /// What is worth a warning.
    pub(crate) warnings: Vec<String>,
}

pub(crate) fn generate(text: &str, fingerprint: &str, lock: &str) -> Result<Bindings, String> {
    let (spec, mut facts) = contract::read(text)?;
    let lock = lock::apply(&mut facts, lock)?;

    let mut settings = GenerationSettings::new();
    settings.with_derive("PartialEq").with_map_type("::std::collections::BTreeMap");
    for (kind, format, rust) in CONVERSIONS {
        let schema =
            SchemaObject { instance_type: Some(kind.into()), format: Some(format.to_owned()), ..Default::default() };
        settings.with_conversion(schema, rust, [].into_iter());
    }
    for name in &facts.raw {
        settings.with_replacement(name, "crate::json::RawJson", [].into_iter());
    }
    for name in facts.enums.keys().chain(facts.unions.keys()) {
        settings.with_replacement(name, format!("crate::models::{name}"), [].into_iter());
    }
    let (mut models, properties) = models::items(run(&settings, &spec)?, &facts)?;
    models.extend(pages::items(&facts, &properties)?);

    settings.with_interface(InterfaceStyle::Builder).with_hooks(HooksMode::Expected);
    settings.with_inner_type(quote!(crate::raw::Inner));
    for name in contract::schema_names(&spec).filter(|name| !facts.raw.contains(*name)) {
        settings.with_replacement(name, format!("types::{name}"), [].into_iter());
    }
    let mut calls = run(&settings, &spec)?;
    calls::rework(&mut calls, &facts.operations)?;
    calls.items.push(operations::table(&facts));

    let requests = requests::file(&calls, &facts, &properties)?;
    let models = syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items: models };
    let files = [
        ("models.rs", print(&models, fingerprint)),
        ("calls.rs", print(&calls, fingerprint)),
        ("requests.rs", print(&requests, fingerprint)),
        (LOCK, lock.text),
    ];
    Ok(Bindings { files, warnings: lock.warnings })
}

fn print(file: &syn::File, fingerprint: &str) -> String {
    // progenitor's examples lack what would make them compile.
    let code = prettyplease::unparse(file).replace("```ignore", "```text");
    format!(
        "// Generated from openapi.yaml ({fingerprint}). Do not edit: change the contract or codegen/, then run\n\
         // cargo build --features codegen\n\n{code}"
    )
}

fn run(settings: &GenerationSettings, spec: &openapiv3::OpenAPI) -> Result<syn::File, String> {
    let tokens = Generator::new(settings).generate_tokens(spec).map_err(|e| format!("progenitor: {e}"))?;
    syn::parse2(tokens).map_err(|e| format!("progenitor made code that does not parse: {e}"))
}
