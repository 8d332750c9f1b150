//! Gives inline schemas names: progenitor's two runs have to agree on them, and open enums are found by name.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::codegen::ident::{pascal_case, type_name};
use crate::codegen::walk;

/// Moves inline bodies, inline objects, enums and unions into the components. Returns the names of the bodies.
pub(crate) fn hoist(spec: &mut Value) -> BTreeSet<String> {
    let mut hoisted = Hoisted { names: names(spec), schemas: Map::new() };
    let mut bodies = BTreeSet::new();
    walk::operations_mut(spec, |_, operation| {
        let id = pascal_case(operation["operationId"].as_str().unwrap_or_default());
        let content = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
        for (_, media) in content.into_iter().flat_map(walk::members_mut) {
            if let Some(schema) = media.get_mut("schema").filter(|schema| walk::schema_name(schema).is_none()) {
                let name = hoisted.take(schema, &format!("{id}Body"));
                *schema = json!({ "$ref": format!("#/components/schemas/{name}") });
                bodies.insert(name);
            }
        }
        for (_, response) in operation.get_mut("responses").into_iter().flat_map(walk::members_mut) {
            let content = response.get_mut("content");
            for schema in
                content.into_iter().flat_map(walk::members_mut).filter_map(|(_, media)| media.get_mut("schema"))
            {
                hoisted.visit(schema, &format!("{id}Response"), true);
            }
        }
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = pascal_case(parameter["name"].as_str().unwrap_or_default());
            if let Some(schema) = parameter.get_mut("schema") {
                hoisted.visit(schema, &format!("{id}{name}"), true);
            }
        }
    });
    let schemas = &mut spec["components"]["schemas"];
    walk::members_mut(schemas).for_each(|(name, schema)| hoisted.members(schema, name));
    if let Some(schemas) = schemas.as_object_mut() {
        schemas.extend(hoisted.schemas);
    }
    bodies
}

struct Hoisted {
    names: BTreeSet<String>,
    schemas: Map<String, Value>,
}

impl Hoisted {
    /// Hoists a schema if it is inline, and whatever is inline within.
    fn visit(&mut self, schema: &mut Value, name: &str, is_root: bool) {
        if is_object(schema) || is_enum(schema) || is_union(schema) || schema["x-raw-json"] == true {
            self.take(schema, name);
            return;
        }
        if let Some(items) = schema.get_mut("items") {
            self.visit(items, &if is_root { format!("{name}Item") } else { name.to_owned() }, false);
        }
        if let Some(values) = schema.get_mut("additionalProperties").filter(|values| values.is_object()) {
            self.visit(values, &format!("{name}Value"), false);
        }
        for all in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            self.members(all, name);
        }
    }

    fn members(&mut self, schema: &mut Value, name: &str) {
        for (member, property) in schema.get_mut("properties").into_iter().flat_map(walk::members_mut) {
            self.visit(property, &format!("{name}{}", pascal_case(member)), false);
        }
        for (keyword, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
            if let Some(inner) = schema.get_mut(keyword).filter(|inner| inner.is_object()) {
                self.visit(inner, &format!("{name}{suffix}"), false);
            }
        }
    }

    /// Puts a reference in the place of a schema, and returns its new name.
    fn take(&mut self, schema: &mut Value, name: &str) -> String {
        let name = self.free(&type_name(name));
        let nullable = schema["nullable"] == true;
        let description = schema["description"].clone();
        let mut taken = std::mem::take(schema);
        self.members(&mut taken, &name);
        self.schemas.insert(name.clone(), taken);
        *schema = json!({ "allOf": [{ "$ref": format!("#/components/schemas/{name}") }] });
        if nullable {
            schema["nullable"] = true.into();
        }
        if description.is_null() && !nullable {
            *schema = schema["allOf"][0].clone();
        } else if !description.is_null() {
            schema["description"] = description;
        }
        name
    }

    fn free(&mut self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.names.contains(name));
        let free = free.unwrap_or_else(|| name.to_owned());
        self.names.insert(free.clone());
        free
    }
}

fn names(spec: &Value) -> BTreeSet<String> {
    spec["components"]["schemas"].as_object().into_iter().flat_map(Map::keys).cloned().collect()
}

fn is_object(schema: &Value) -> bool {
    schema["properties"].as_object().is_some_and(|properties| !properties.is_empty())
}

/// Whether a schema lists texts. Other enums make no type of their own.
pub(crate) fn is_enum(schema: &Value) -> bool {
    let lists = schema["enum"].is_array() || schema["x-extensible-enum"].is_array();
    lists && (schema["type"] == "string" || schema["type"].is_null())
}

fn is_union(schema: &Value) -> bool {
    schema["discriminator"].is_object() && (schema["oneOf"].is_array() || schema["anyOf"].is_array())
}
