//! Schemas of OpenAPI 3.0 as those of JSON Schema.
//!
//! OpenAPI 3.0 builds on draft 4: `exclusiveMinimum` is a boolean in both, and both ignore what stands beside `$ref`.
//! What is left to translate is `nullable`, the widths of integers, and this contract's `x-exclusive`. The values of
//! `x-extensible-enum` are open, so they stay unchecked.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    validate::{Mismatch, Validator},
    violation::Finding,
};

/// Problems are cut to this many characters: they may quote a whole body.
const LONGEST: usize = 300;

/// A schema of the contract.
#[derive(Debug)]
pub(super) struct Schema {
    source: Value,
    components: Arc<Value>,
}

impl Schema {
    /// Takes a translated schema, and the translated components that it may refer to.
    pub(super) fn new(source: Value, components: &Arc<Value>) -> Self {
        Self { source, components: Arc::clone(components) }
    }

    /// Tells what is wrong with a value; `place` says where the value came from.
    pub(super) fn check(&self, value: &Value, place: &str) -> Vec<Finding> {
        let mismatches = Validator { components: &self.components }.check(&self.source, value);
        mismatches
            .into_iter()
            .map(|Mismatch { path, problem }| {
                let place = if path.is_empty() { place.to_owned() } else { format!("{place} {path}") };
                Finding::new(place, cut(problem))
            })
            .collect()
    }

    /// Reads text as the kind of value that the schema asks for; text of another kind stays as it is.
    pub(super) fn read(&self, text: &str) -> Value {
        read(text, self.resolved(&self.source))
    }

    /// Reads fields of a form as an object of the values that the schema asks for.
    pub(super) fn read_form(&self, fields: impl Iterator<Item = (String, String)>) -> Value {
        let properties = &self.resolved(&self.source)["properties"];
        let fields = fields.map(|(name, text)| {
            let value = read(&text, self.resolved(&properties[&name]));
            (name, value)
        });
        fields.collect()
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
        match target.and_then(|target| target.strip_prefix("#/components")) {
            Some(pointer) => self.components.pointer(pointer).unwrap_or(&Value::Null),
            None => schema,
        }
    }
}

/// Turns a schema, and those in it, into one of draft 4.
pub(super) fn translate(schema: &Value) -> Value {
    let Some(keywords) = schema.as_object() else {
        return schema.clone();
    };
    let mut keywords: Map<String, Value> = keywords
        .iter()
        .map(|(keyword, value)| {
            let value = match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => translate_each(properties),
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().map(translate).collect(),
                ("items" | "not" | "additionalProperties", schema) => translate(schema),
                _ => value.clone(),
            };
            (keyword.clone(), value)
        })
        .collect();
    if keywords.get("format").is_some_and(|format| format == "int32") {
        keywords.entry("minimum").or_insert(i32::MIN.into());
        keywords.entry("maximum").or_insert(i32::MAX.into());
    }
    if let Some(Value::Array(groups)) = keywords.remove("x-exclusive") {
        let not_together = groups.iter().map(|group| json!({ "not": { "required": group } }));
        if let Some(all) = keywords.entry("allOf").or_insert_with(|| json!([])).as_array_mut() {
            all.extend(not_together);
        }
    }
    if keywords.remove("nullable") != Some(Value::Bool(true)) {
        return Value::Object(keywords);
    }
    match keywords.get_mut("type") {
        Some(kind) => {
            *kind = json!([kind.take(), "null"]);
            Value::Object(keywords)
        }
        None => json!({ "anyOf": [keywords, { "type": "null" }] }),
    }
}

/// Translates named schemas.
pub(super) fn translate_each(schemas: &Map<String, Value>) -> Value {
    schemas.iter().map(|(name, schema)| (name.clone(), translate(schema))).collect()
}

fn read(text: &str, schema: &Value) -> Value {
    let value = match schema["type"].as_str() {
        Some("integer" | "number") => text.parse::<serde_json::Number>().ok().map(Value::Number),
        Some("boolean") => text.parse().ok().map(Value::Bool),
        Some("array") => Some(text.split(',').map(|item| read(item, &schema["items"])).collect()),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
