//! Checks schemas, wherever they stand.

use serde_json::Value;

use super::Problems;
use super::operations::{kind, resolved};
use crate::codegen::{resolve, walk};

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
    for (name, schema) in walk::members(&spec["components"]["schemas"]) {
        visit(spec, schema, &format!("schema {name}"), problems);
    }
    for (method, path, operation) in walk::operations(spec) {
        // Roots are gathered from a copy, as it is the one walk over all of them.
        let mut copy = operation.clone();
        let mut roots = Vec::new();
        walk::roots_mut(&mut copy, |schema| roots.push(schema.clone()));
        for root in roots {
            visit(spec, &root, &format!("{} {path}, schema", method.to_uppercase()), problems);
        }
    }
}

fn visit(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
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
    let known = |name: &Value| name.as_str().is_some_and(|name| !schema["properties"][name].is_null());
    let is_whole = !resolve::is_composed(schema) && schema["oneOf"].is_null();
    for name in walk::items(&schema["required"]).filter(|name| is_whole && !known(name)) {
        problems.add(place, format!("{} is required, and is no property", name.as_str().unwrap_or_default()));
    }
    for (name, inner) in walk::inner(schema) {
        visit(spec, inner, &format!("{place}{name}"), problems);
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
            Some(tag) => {
                for variant in variants {
                    let has_tag = resolved(spec, variant);
                    let named = walk::schema_name(variant).is_some();
                    if !named || (!resolve::is_composed(has_tag) && has_tag["properties"][tag].is_null()) {
                        problems.add(
                            place,
                            format!("each variant must be a reference to a schema with the property {tag}"),
                        );
                    }
                }
            }
            None => {
                problems.add(
                    place,
                    format!("{keyword} without a discriminator cannot be told apart (x-raw-json keeps the JSON)"),
                );
            }
        }
    }
    for (tag, target) in walk::members(&schema["discriminator"]["mapping"]) {
        let name = target.as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        if spec["components"]["schemas"][name].is_null() {
            problems.add(place, format!("the discriminator maps {tag} to {target}, which is no schema"));
        }
    }
}

/// The parts of an `allOf` must be objects that agree on what they share.
fn composed(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    let mut seen: Vec<(&str, &Value)> = walk::members(&schema["properties"]).collect();
    for part in walk::items(&schema["allOf"]) {
        let target = resolved(spec, part);
        if kind(target) != Some("object") && !target.as_object().is_some_and(|part| !part.contains_key("type")) {
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
