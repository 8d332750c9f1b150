//! Checks the extensions of schemas, and the fields that they add to models.

use serde_json::Value;

use super::Problems;
use super::operations::{kind, properties, resolved};
use crate::codegen::ident::{is_usable, snake_case, type_name};
use crate::codegen::{resolve, walk};

/// What the facade adds to a page.
const PAGE: [&str; 3] = ["blocked_accounts", "is_empty", "malformed"];

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    let mut pages: Vec<String> = Vec::new();
    for (name, schema) in walk::members(&spec["components"]["schemas"]) {
        let place = format!("schema {name}");
        if let Some(page) = schema["x-page"].as_str() {
            self::page(spec, schema, page, &place, problems);
            if pages.iter().any(|other| other == page) {
                problems.add(&place, format!("there are two pages of the name {page}"));
            }
            pages.push(page.to_owned());
        }
        if !schema["x-shorthand"].is_null() {
            shorthand(schema, &place, problems);
        }
    }
}

fn page(spec: &Value, schema: &Value, page: &str, place: &str, problems: &mut Problems) {
    let mut schemas = walk::members(&spec["components"]["schemas"]).map(|(name, _)| type_name(name));
    if !is_usable(page) || type_name(page) != page || schemas.any(|name| name == page) {
        problems.add(place, format!("x-page {page:?} must be the name of a new type"));
    }
    let members = properties(spec, schema);
    for (name, _) in members.iter().filter(|(name, _)| PAGE.contains(&snake_case(name).as_str())) {
        problems.add(place, format!("pages have a member {} of their own", snake_case(name)));
    }
    if members.is_empty() {
        problems.add(place, "x-page needs an object with properties");
    }
}

/// The text stands for a member of the object, which is the first of two variants.
fn shorthand(schema: &Value, place: &str, problems: &mut Problems) {
    let object = &schema["oneOf"][0];
    let property = schema["x-shorthand"].as_str().unwrap_or_default();
    let is_text = kind(&object["properties"][property]) == Some("string");
    if !is_text || schema["oneOf"][1]["type"] != "string" || resolve::is_composed(object) {
        problems.add(place, "x-shorthand needs oneOf with an object that has this string, and a string");
    }
}

/// Checks what may stand on any schema.
pub(super) fn visit(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    let is_component = place.starts_with("schema ") && !place.contains(['.', '[']);
    for name in ["x-shorthand", "x-page"].iter().filter(|name| !is_component && !schema[**name].is_null()) {
        problems.add(place, format!("{name} is supported in the schemas of the components alone"));
    }
    exclusive(spec, schema, place, problems);
    let rest = &schema["additionalProperties"];
    let field = match (schema["x-keep-unknown"] == true, rest.is_object() || *rest == true) {
        (_, true) => "extra",
        (true, false) => "unknown_members",
        (false, false) => return,
    };
    for (name, _) in properties(spec, schema).iter().filter(|(name, _)| snake_case(name) == field) {
        problems.add(place, format!("{name} is the field of the members without a name"));
    }
}

fn exclusive(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    let groups = &schema["x-exclusive"];
    if groups.is_null() {
        return;
    }
    let is_listed = walk::items(groups).all(|group| walk::items(group).count() > 1);
    if !groups.is_array() || !is_listed || walk::items(groups).flat_map(walk::items).any(|name| !name.is_string()) {
        return problems.add(place, "x-exclusive must be a list of lists of properties");
    }
    let members = properties(spec, schema);
    for name in walk::items(groups).flat_map(walk::items).filter_map(Value::as_str) {
        if !members.iter().any(|(other, _)| *other == name) {
            problems.add(place, format!("x-exclusive names {name}, which is no property"));
        }
        if walk::items(&resolved(spec, schema)["required"]).any(|required| required == name) {
            problems.add(place, format!("{name} is required, and x-exclusive would leave it out"));
        }
    }
}
