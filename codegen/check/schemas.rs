//! Checks schemas, wherever they stand.

use std::collections::BTreeSet;

use serde_json::Value;

use super::operations::{kind, properties, resolved};
use super::{Problems, extensions};
use crate::codegen::ident::is_usable;
use crate::codegen::{resolve, unions, walk};

/// Keywords that OpenAPI 3.0 does not have, or that no Rust type is made of.
const KEYWORDS: [&str; 10] = [
    "not",
    "const",
    "prefixItems",
    "patternProperties",
    "$defs",
    "if",
    "contains",
    "propertyNames",
    "unevaluatedProperties",
    "dependentSchemas",
];

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    bases(spec, problems);
    for (name, schema) in walk::members(&spec["components"]["schemas"]) {
        visit(spec, schema, &format!("schema {name}"), false, problems);
    }
    for (method, path, operation) in walk::operations(spec) {
        // Roots are gathered from a copy, as it is the one walk over all of them.
        let mut copy = operation.clone();
        let mut roots = Vec::new();
        walk::roots_mut(&mut copy, |schema| roots.push(schema.clone()));
        for root in roots {
            visit(spec, &root, &format!("{} {path}, schema", method.to_uppercase()), false, problems);
        }
    }
}

fn visit(spec: &Value, schema: &Value, place: &str, is_part: bool, problems: &mut Problems) {
    if schema["x-raw-json"] == true {
        return;
    }
    if schema["type"].is_array() {
        problems.add(place, "several types are not supported; `nullable` is");
    }
    if let Some(other) = schema["type"].as_str()
        && !["object", "array", "string", "integer", "number", "boolean"].contains(&other)
    {
        problems.add(place, format!("the type {other} is not supported"));
    }
    for keyword in KEYWORDS.iter().filter(|keyword| !schema[**keyword].is_null()) {
        problems.add(place, format!("the keyword {keyword} is not supported"));
    }
    enums(schema, place, problems);
    unions(spec, schema, place, problems);
    if resolve::is_composed(schema) {
        composed(spec, schema, place, problems);
    }
    extensions::visit(spec, schema, place, problems);
    // A part of `allOf` may require what another part has.
    if schema["oneOf"].is_null() && !is_part {
        required(spec, schema, place, problems);
    }
    for (name, inner) in walk::inner(schema) {
        let is_part = resolve::is_composed(schema) && name.starts_with(".allOf");
        visit(spec, inner, &format!("{place}{name}"), is_part, problems);
    }
}

fn required(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    let known = properties(spec, schema);
    let parts = walk::items(&schema["allOf"]).flat_map(|part| walk::items(&part["required"]));
    for name in walk::items(&schema["required"]).chain(parts) {
        let name = name.as_str().unwrap_or_default();
        if !known.iter().any(|(other, _)| *other == name) {
            problems.add(place, format!("{name} is required, and is no property"));
        }
    }
}

fn enums(schema: &Value, place: &str, problems: &mut Problems) {
    let values = match &schema["x-extensible-enum"] {
        Value::Null => &schema["enum"],
        values => values,
    };
    if values.is_null() || ["integer", "number", "boolean"].contains(&schema["type"].as_str().unwrap_or_default()) {
        return;
    }
    if walk::items(values).filter(|value| !value.is_null()).any(|value| !value.is_string()) {
        problems.add(place, "the values of an enum must be strings");
    }
}

fn unions(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    for keyword in ["oneOf", "anyOf"] {
        let variants: Vec<_> = walk::items(&schema[keyword]).collect();
        let tag = schema["discriminator"]["propertyName"].as_str();
        if variants.is_empty() || schema["x-shorthand"].is_string() {
            continue;
        }
        if schema["properties"].is_object() {
            problems.add(place, format!("{keyword} beside properties is not supported"));
        }
        match tag {
            Some(tag) if variants.iter().all(|variant| walk::schema_name(variant).is_some()) => {
                self::variants(spec, schema, tag, place, problems);
            }
            Some(tag) => problems.add(place, without(tag)),
            None => {
                problems.add(
                    place,
                    format!("{keyword} without a discriminator cannot be told apart (x-raw-json keeps the JSON)"),
                );
            }
        }
    }
}

fn without(tag: &str) -> String {
    format!("each variant must be a reference to a schema with the property {tag}")
}

/// Each value of the discriminator is a variant of an enum.
fn variants(spec: &Value, schema: &Value, tag: &str, place: &str, problems: &mut Problems) {
    let mut names = vec![("unknown kinds".to_owned(), "Unknown".to_owned())];
    for (value, target) in resolve::mapped(schema) {
        let model = &spec["components"]["schemas"][&target];
        if model.is_null() {
            problems.add(place, format!("the discriminator maps {value:?} to {target:?}, which is no schema"));
            continue;
        }
        match properties(spec, model)
            .iter()
            .find(|(name, _)| *name == tag)
            .map(|(_, property)| resolved(spec, property))
        {
            None => problems.add(place, without(tag)),
            Some(property) if kind(property) != Some("string") => {
                problems.add(place, format!("the property {tag} of {target} must be a string: it tells the variant"));
            }
            Some(_) => {}
        }
        let name = unions::variant(&value, &target);
        if let Some((other, _)) = names.iter().find(|(_, other)| *other == name) {
            problems.add(place, format!("{other} and {value} are the same variant in Rust: {name}"));
        }
        if !is_usable(&name) {
            problems.add(place, format!("{value:?} gives no Rust name"));
        }
        names.push((value, name));
    }
}

/// A schema with a discriminator and without `oneOf` stands for all that are made from it: as a value, it would lose what they
/// add.
fn bases(spec: &Value, problems: &mut Problems) {
    let mut derived = BTreeSet::new();
    let mut values = BTreeSet::new();
    for (_, schema) in walk::members(&spec["components"]["schemas"]) {
        uses(schema, &mut derived, &mut values);
    }
    for (_, _, operation) in walk::operations(spec) {
        let mut copy = operation.clone();
        walk::roots_mut(&mut copy, |root| uses(root, &mut derived, &mut values));
    }
    for (name, schema) in walk::members(&spec["components"]["schemas"]) {
        let is_base = schema["discriminator"].is_object() && schema["oneOf"].is_null() && schema["anyOf"].is_null();
        if is_base && derived.contains(name) && values.contains(name) {
            let reason = "a discriminator without oneOf is not supported for a schema that is used as a value";
            problems.add(&format!("schema {name}"), reason);
        }
    }
}

/// Finds which schemas are parts of an `allOf`, and which are referred to as a value.
fn uses(schema: &Value, derived: &mut BTreeSet<String>, values: &mut BTreeSet<String>) {
    if let Some(name) = walk::schema_name(schema) {
        values.insert(name.to_owned());
    }
    for (place, inner) in walk::inner(schema) {
        match walk::schema_name(inner) {
            Some(name) if place.starts_with(".allOf") && resolve::is_composed(schema) => {
                derived.insert(name.to_owned());
            }
            _ => uses(inner, derived, values),
        }
    }
}

/// The parts of an `allOf` must be objects that agree on what they share.
fn composed(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    let mut seen: Vec<(&str, &Value)> = walk::members(&schema["properties"]).collect();
    for part in walk::items(&schema["allOf"]) {
        let target = resolved(spec, part);
        if kind(target) != Some("object") && target.as_object().is_none_or(|part| part.contains_key("type")) {
            problems.add(place, "the parts of allOf must be objects");
        }
        if std::ptr::eq(target, schema) {
            problems.add(place, "allOf leads back to itself");
        }
        for (name, property) in walk::members(&target["properties"]) {
            if seen.iter().any(|(other, known)| *other == name && *known != property) {
                problems.add(place, format!("the parts of allOf disagree on {name}"));
            }
            seen.push((name, property));
        }
    }
    if is_circular(spec, schema, 0) {
        problems.add(place, "allOf leads back to itself");
    }
}

fn is_circular(spec: &Value, schema: &Value, depth: usize) -> bool {
    depth > 16 || walk::items(&schema["allOf"]).any(|part| is_circular(spec, resolved(spec, part), depth + 1))
}
