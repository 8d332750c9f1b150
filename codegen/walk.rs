//! Visits the contract by position: a property may be called like a keyword, so maps alone tell nothing.

use serde_json::{Map, Value};

pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

/// Calls `visit` with each operation: its method, its path, and what it says.
pub(crate) fn operations(spec: &Value) -> impl Iterator<Item = (&'static str, &str, &Value)> {
    members(&spec["paths"])
        .flat_map(|(path, item)| METHODS.iter().filter_map(move |method| Some((*method, path, item.get(method)?))))
}

/// Calls `visit` with each operation of the paths, and with its path.
pub(crate) fn operations_mut(spec: &mut Value, mut visit: impl FnMut(&str, &mut Value)) {
    for (path, item) in members_mut(&mut spec["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                visit(path, operation);
            }
        }
    }
}

/// The members of an object, none of anything else.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, member)| (name.as_str(), member))
}

pub(crate) fn members_mut(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flat_map(Map::iter_mut)
}

pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The schemas directly within a schema, each with its place in it.
pub(crate) fn inner(schema: &Value) -> Vec<(String, &Value)> {
    let mut found: Vec<_> =
        members(&schema["properties"]).map(|(name, property)| (format!(".{name}"), property)).collect();
    for (keyword, place) in [("items", "[]"), ("additionalProperties", ".*"), ("not", ".not")] {
        found.extend(schema.get(keyword).filter(|inner| inner.is_object()).map(|inner| (place.to_owned(), inner)));
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        found.extend(items(&schema[keyword]).enumerate().map(|(i, inner)| (format!(".{keyword}[{i}]"), inner)));
    }
    found
}

/// Calls `visit` with a schema and with all that are within it.
pub(crate) fn schemas_mut(schema: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    visit(schema);
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(|property| schemas_mut(property, visit));
    }
    for keyword in ["items", "additionalProperties", "not"] {
        if let Some(inner) = schema.get_mut(keyword).filter(|inner| inner.is_object()) {
            schemas_mut(inner, visit);
        }
    }
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let list = schema.get_mut(keyword).and_then(Value::as_array_mut);
        list.into_iter().flatten().for_each(|inner| schemas_mut(inner, visit));
    }
}

/// Calls `visit` with the root of each schema of an operation: of its parameters, its body and its responses.
pub(crate) fn roots_mut(operation: &mut Value, mut visit: impl FnMut(&mut Value)) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(schema) = parameter.get_mut("schema") {
            visit(schema);
        }
        contents_mut(parameter, &mut visit);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        contents_mut(body, &mut visit);
    }
    if let Some(responses) = operation.get_mut("responses") {
        members_mut(responses).for_each(|(_, response)| contents_mut(response, &mut visit));
    }
}

fn contents_mut(owner: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    if let Some(content) = owner.get_mut("content") {
        members_mut(content).filter_map(|(_, media)| media.get_mut("schema")).for_each(visit);
    }
}

/// What a reference within the contract leads to.
pub(crate) fn target<'a>(spec: &'a Value, reference: &str) -> Option<&'a Value> {
    spec.pointer(reference.strip_prefix('#')?)
}

/// The name of the schema that a schema stands for, if it is a reference.
pub(crate) fn schema_name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}
