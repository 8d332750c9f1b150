//! Checks that each part of the contract is of the kind that OpenAPI says: all that follows takes it for granted.

use serde_json::Value;

use super::Problems;
use crate::codegen::walk;

/// What a member has to be: its name in words, and the check.
type Kind = (&'static str, fn(&Value) -> bool);

const LIST: Kind = ("a list", Value::is_array);
const OBJECT: Kind = ("an object", Value::is_object);
const TEXT: Kind = ("a text", Value::is_string);
const FLAG: Kind = ("true or false", Value::is_boolean);

const OPERATION: [(&str, Kind); 14] = [
    ("operationId", TEXT),
    ("summary", TEXT),
    ("description", TEXT),
    ("tags", LIST),
    ("parameters", LIST),
    ("requestBody", OBJECT),
    ("responses", OBJECT),
    ("security", LIST),
    ("servers", LIST),
    ("deprecated", FLAG),
    ("x-browser-only", FLAG),
    ("x-flatten-body", FLAG),
    ("x-idempotent", FLAG),
    ("x-internal", FLAG),
];

const PARAMETER: [(&str, Kind); 7] = [
    ("description", TEXT),
    ("required", FLAG),
    ("deprecated", FLAG),
    ("explode", FLAG),
    ("schema", OBJECT),
    ("content", OBJECT),
    ("x-internal", FLAG),
];

const SCHEMA: [(&str, Kind); 18] = [
    ("description", TEXT),
    ("format", TEXT),
    ("properties", OBJECT),
    ("items", OBJECT),
    ("required", LIST),
    ("enum", LIST),
    ("allOf", LIST),
    ("oneOf", LIST),
    ("anyOf", LIST),
    ("discriminator", OBJECT),
    ("nullable", FLAG),
    ("deprecated", FLAG),
    ("x-extensible-enum", LIST),
    ("x-enum-names", OBJECT),
    ("x-enum-descriptions", OBJECT),
    ("x-keep-unknown", FLAG),
    ("x-raw-json", FLAG),
    ("x-page", TEXT),
];

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    for (path, item) in walk::members(&spec["paths"]) {
        members(item, &[("parameters", LIST), ("servers", LIST)], path, problems);
        parameters(&item["parameters"], path, problems);
    }
    for (method, path, operation) in walk::operations(spec) {
        let place = format!("{} {path}", method.to_uppercase());
        members(operation, &OPERATION, &place, problems);
        parameters(&operation["parameters"], &place, problems);
        contents(&operation["requestBody"], &place, problems);
        responses(&operation["responses"], &place, problems);
    }
    let components = &spec["components"];
    for (name, parameter) in walk::members(&components["parameters"]) {
        members(parameter, &PARAMETER, &format!("parameter {name}"), problems);
        contents(parameter, &format!("parameter {name}"), problems);
    }
    for (name, body) in walk::members(&components["requestBodies"]) {
        contents(body, &format!("body {name}"), problems);
    }
    responses(&components["responses"], "components", problems);
    for (name, schema) in walk::members(&components["schemas"]) {
        visit(schema, &format!("schema {name}"), problems);
    }
}

fn members(value: &Value, kinds: &[(&str, Kind)], place: &str, problems: &mut Problems) {
    if !value.is_object() {
        return problems.add(place, "this is no object");
    }
    for (name, (words, is)) in kinds {
        if value.get(*name).is_some_and(|member| !is(member)) {
            problems.add(place, format!("{name} must be {words}"));
        }
    }
}

fn parameters(list: &Value, place: &str, problems: &mut Problems) {
    for parameter in walk::items(list) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let place = format!("{place}, parameter {name}");
        members(parameter, &PARAMETER, &place, problems);
        if !parameter["schema"].is_null() {
            visit(&parameter["schema"], &place, problems);
        }
        contents(parameter, &place, problems);
    }
}

fn responses(all: &Value, place: &str, problems: &mut Problems) {
    for (status, response) in walk::members(all) {
        let place = format!("{place}, response {status}");
        members(response, &[("content", OBJECT)], &place, problems);
        contents(response, &place, problems);
    }
}

fn contents(owner: &Value, place: &str, problems: &mut Problems) {
    for (media, content) in walk::members(&owner["content"]) {
        members(content, &[("schema", OBJECT)], &format!("{place}, {media}"), problems);
        if content["schema"].is_object() {
            visit(&content["schema"], &format!("{place}, schema"), problems);
        }
    }
}

fn visit(schema: &Value, place: &str, problems: &mut Problems) {
    members(schema, &SCHEMA, place, problems);
    let rest = &schema["additionalProperties"];
    if !rest.is_null() && !rest.is_boolean() && !rest.is_object() {
        problems.add(place, "additionalProperties must be a schema, true or false");
    }
    for (name, inner) in walk::inner(schema) {
        visit(inner, &format!("{place}{name}"), problems);
    }
}
