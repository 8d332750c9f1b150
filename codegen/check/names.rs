//! Checks names: what Rust cannot tell apart, or has a meaning for already.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Problems;
use super::operations::{properties, resolved};
use crate::codegen::ident::{is_usable, pascal_case, snake_case, type_name};
use crate::codegen::resolve::{self, MEDIA_TYPES};
use crate::codegen::{ident, names, walk};

/// What generated code takes for Rust's own.
const RUST: [&str; 15] = [
    "Box", "Client", "Default", "Err", "Error", "None", "Ok", "Option", "Ord", "Result", "Self", "Some", "String",
    "ToString", "Vec",
];

/// What models take for types of this crate, beside names of one letter, which are type parameters.
const MODELS: [&str; 13] = [
    "BasicTimestamp",
    "ConversionError",
    "Date",
    "Instant",
    "Instants",
    "Members",
    "OptionalInstant",
    "OrDefault",
    "Plain",
    "Present",
    "Secret",
    "Timestamp",
    "UnixMillis",
];

fn is_taken(ident: &str) -> bool {
    RUST.contains(&ident) || ident.len() == 1
}

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    operations(spec, problems);
    for (method, path, operation) in walk::operations(spec) {
        let place = format!("{} {path}", method.to_uppercase());
        parameters(spec, path, operation, &place, problems);
    }
    let mut known = Names::new("schema", type_name);
    for (name, schema) in walk::members(&spec["components"]["schemas"]) {
        let place = format!("schema {name}");
        known.add(name, &place, problems);
        let ident = type_name(name);
        if is_taken(&ident) || MODELS.contains(&ident.as_str()) {
            problems.add(&place, "the name means something else in Rust");
        }
        members(spec, schema, &place, problems);
    }
}

/// Names of one kind that must differ once they are Rust.
struct Names<'a> {
    kind: &'static str,
    ident: fn(&str) -> String,
    known: BTreeMap<String, &'a str>,
}

impl<'a> Names<'a> {
    fn new(kind: &'static str, ident: fn(&str) -> String) -> Self {
        Self { kind, ident, known: BTreeMap::new() }
    }

    fn add(&mut self, name: &'a str, place: &str, problems: &mut Problems) {
        let ident = (self.ident)(name);
        if !is_usable(&ident) {
            problems.add(place, format!("{name:?} gives no Rust name"));
        }
        if let Some(other) = self.known.insert(ident.clone(), name) {
            let reason = match other == name {
                true => format!("there are two of the name {name}"),
                false => format!("{other} and {name} are the same {} in Rust: {ident}", self.kind),
            };
            problems.add(place, reason);
        }
    }
}

fn operations(spec: &Value, problems: &mut Problems) {
    let mut ids = Names::new("operation", snake_case);
    let mut resources: BTreeMap<String, &str> = BTreeMap::new();
    for (method, path, operation) in walk::operations(spec) {
        let place = format!("{} {path}", method.to_uppercase());
        let Some(id) = operation["operationId"].as_str() else {
            problems.add(&place, "it has no operationId");
            continue;
        };
        ids.add(id, &place, problems);
        if snake_case(id) == "all" {
            problems.add(&place, "the name all stands for all operations");
        }
        if names::RAW_METHODS.contains(&snake_case(id).as_str()) {
            problems.add(&place, format!("the raw client has a method {} of its own", snake_case(id)));
        }
        if operation["x-internal"] == true {
            continue;
        }
        let tag = operation["tags"][0].as_str().unwrap_or(names::UNTAGGED);
        let name = names::of(&snake_case(id));
        let (resource, params) = (pascal_case(tag), name.params);
        if !is_usable(&resource) || is_taken(&resource) {
            problems.add(&place, format!("the tag {tag:?} gives no resource"));
        }
        if !names::is_handwritten_resource(&resource) {
            resources.insert(resource.clone(), tag);
        }
        if name.is_handwritten {
            continue;
        }
        if is_taken(&params) || names::REQUESTS.contains(&params.as_str()) {
            problems.add(&place, format!("its parameters would be called {params}, which is something else already"));
        }
        if names::is_method(&resource, &name.method) {
            problems.add(&place, format!("{resource} has a method {} already", name.method));
        }
    }
    for (resource, tag) in &resources {
        let accessor = snake_case(resource);
        if names::CLIENT_METHODS.contains(&accessor.as_str()) {
            problems.add(&format!("tag {tag}"), format!("the client has a method {accessor} already"));
        }
        if ids.known.keys().any(|id| pascal_case(id) == *resource) {
            problems.add(&format!("tag {tag}"), format!("an operation gives the name {resource}, too"));
        }
    }
}

fn parameters(spec: &Value, path: &str, operation: &Value, place: &str, problems: &mut Problems) {
    let mut known = Names::new("parameter", snake_case);
    let id = snake_case(operation["operationId"].as_str().unwrap_or_default());
    let mut all: Vec<(&str, &Value)> = Vec::new();
    for parameter in walk::items(&spec["paths"][path]["parameters"]).chain(walk::items(&operation["parameters"])) {
        let parameter = parameter["$ref"].as_str().and_then(|target| walk::target(spec, target)).unwrap_or(parameter);
        let name = parameter["name"].as_str().unwrap_or_default();
        // What an operation says of a parameter takes precedence over what its path says.
        match all.iter_mut().find(|(other, same)| *other == name && same["in"] == parameter["in"]) {
            Some(same) => same.1 = parameter,
            None => all.push((name, parameter)),
        }
    }
    let body = body(spec, operation);
    let is_flat = body.is_some_and(|(_, is_flat)| is_flat);
    for (name, _) in all.iter().filter(|(name, _)| names::is_raw(&snake_case(name))) {
        problems.add(place, format!("raw calls have a {} of their own", snake_case(name)));
    }
    let members: Vec<_> =
        body.into_iter().filter(|_| is_flat).flat_map(|(schema, _)| properties(spec, schema)).collect();
    for (name, _) in all.iter().chain(&members) {
        known.add(name, place, problems);
        let ident = snake_case(name);
        if names::is_setter(&id, &ident) {
            problems.add(place, format!("requests have a method {ident} of their own"));
        }
    }
    for (name, _) in members.iter().filter(|(_, member)| member["nullable"] == true) {
        let clear = format!("clear_{}", snake_case(name));
        if let Some(other) = known.known.get(&clear) {
            problems.add(place, format!("{other} is the method that clears {name}"));
        }
    }
}

/// The schema of the body, and whether its members become parameters.
fn body<'a>(spec: &'a Value, operation: &'a Value) -> Option<(&'a Value, bool)> {
    let body = &operation["requestBody"];
    let body = body["$ref"].as_str().and_then(|target| walk::target(spec, target)).unwrap_or(body);
    let media = MEDIA_TYPES.iter().find_map(|media| body["content"].get(*media))?;
    let is_inline = walk::schema_name(&media["schema"]).is_none();
    Some((resolved(spec, &media["schema"]), is_inline || operation["x-flatten-body"] == true))
}

/// Checks the members and the values of a schema, and of the schemas in it.
fn members(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    let mut known = Names::new("member", snake_case);
    let own: Vec<_> = match resolve::is_composed(schema) {
        true => properties(spec, schema),
        false => walk::members(&schema["properties"]).collect(),
    };
    for (name, _) in &own {
        known.add(name, place, problems);
        if names::MODEL_METHODS.contains(&snake_case(name).as_str()) {
            problems.add(place, format!("models have a method {} of their own", snake_case(name)));
        }
        let cleared = snake_case(name).strip_prefix("clear_").map(str::to_owned);
        if cleared.is_some_and(|cleared| own.iter().any(|(other, _)| snake_case(other) == cleared)) {
            problems.add(place, format!("{name} is the method that clears another member"));
        }
    }
    values(schema, place, problems);
    for (name, inner) in walk::inner(schema) {
        members(spec, inner, &format!("{place}{name}"), problems);
    }
}

fn values(schema: &Value, place: &str, problems: &mut Problems) {
    let values = [&schema["x-extensible-enum"], &schema["enum"]].into_iter().find(|values| values.is_array());
    let mut known = vec![String::from("Unknown"), String::from("KNOWN")];
    for wire in values.into_iter().flat_map(walk::items).filter_map(Value::as_str) {
        let rust = ident::rust_name(wire, schema["x-enum-names"][wire].as_str());
        if syn::parse_str::<syn::Ident>(&rust).is_err() || known.contains(&rust) {
            problems.add(place, format!("the value {wire:?} needs a Rust name of its own in x-enum-names"));
        }
        known.push(rust);
    }
}
