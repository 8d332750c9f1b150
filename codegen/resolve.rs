//! Puts what the contract refers to in the place of the reference, schemas aside, and merges `allOf`.

use serde_json::{Map, Value};

use crate::codegen::ident::type_name;
use crate::codegen::{hoist, walk};

/// The media types of bodies that are sent, the preferred one first.
pub(crate) const MEDIA_TYPES: [&str; 2] = ["application/json", "application/x-www-form-urlencoded"];

/// Resolves a contract that [`check`](super::check) has passed.
pub(crate) fn resolve(spec: &mut Value) {
    mapping(spec);
    rename(spec);
    let components = spec["components"].clone();
    let origin = Value::from(vec![serde_json::json!({ "url": "/" })]);
    for (_, item) in walk::members_mut(&mut spec["paths"]) {
        let shared = item["parameters"].take();
        let on_origin = walk::items(&item["servers"].take()).next().is_some();
        for method in walk::METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            if on_origin {
                operation["servers"] = origin.clone();
            }
            let parameters = parameters(&shared, &operation["parameters"], &components);
            operation["parameters"] = parameters.into();
            references(operation, &components);
        }
        if let Some(item) = item.as_object_mut() {
            item.retain(|name, _| walk::METHODS.contains(&name.as_str()));
        }
    }
    if let Some(components) = spec["components"].as_object_mut() {
        components.retain(|kind, _| ["schemas", "securitySchemes"].contains(&kind.as_str()));
        components.entry("schemas").or_insert_with(|| Map::new().into());
    }
    let schemas = spec["components"]["schemas"].clone();
    walk::operations_mut(spec, |_, operation| {
        walk::roots_mut(operation, |root| merge(root, &schemas));
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            parameter.get_mut("schema").into_iter().for_each(|schema| plain(schema, &schemas));
        }
    });
    walk::members_mut(&mut spec["components"]["schemas"]).for_each(|(_, schema)| merge(schema, &schemas));
    nullable(spec);
}

/// The schema that a schema stands for by a reference, which may have a description beside it.
fn referred(schema: &Value) -> Option<&str> {
    let parts = schema["allOf"].as_array().map_or(&[][..], Vec::as_slice);
    walk::schema_name(schema).or_else(|| if let [only] = parts { walk::schema_name(only) } else { None })
}

/// What a schema stands for, by any number of references.
fn followed<'a>(schema: &'a Value, schemas: &'a Value) -> &'a Value {
    let mut followed = schema;
    for _ in 0..16 {
        followed = referred(followed).map_or(followed, |name| &schemas[name]);
    }
    followed
}

/// Writes the parameters out whose schema is a text, a number or a list of the components.
fn plain(schema: &mut Value, schemas: &Value) {
    let target = followed(schema, schemas);
    let kinds = ["array", "boolean", "integer", "number", "string"];
    if kinds.iter().any(|kind| target["type"] == *kind) && !hoist::is_enum(target) {
        *schema = target.clone();
    }
    if let Some(items) = schema.get_mut("items") {
        plain(items, schemas);
    }
}

/// A reference to a schema that may be `null` may be `null` itself.
fn nullable(spec: &mut Value) {
    let schemas = spec["components"]["schemas"].clone();
    let wrap = |schema: &mut Value| {
        if referred(schema).is_none() || followed(schema, &schemas)["nullable"] != true {
            return;
        }
        if let Some(members) = schema.as_object_mut() {
            if let Some(target) = members.shift_remove("$ref") {
                members.insert("allOf".into(), serde_json::json!([{ "$ref": target }]));
            }
            members.insert("nullable".into(), true.into());
        }
    };
    let within = &mut |schema: &mut Value| {
        for keyword in ["items", "additionalProperties"] {
            schema.get_mut(keyword).into_iter().for_each(wrap);
        }
        schema.get_mut("properties").into_iter().flat_map(walk::members_mut).for_each(|(_, property)| wrap(property));
    };
    walk::operations_mut(spec, |_, operation| {
        walk::roots_mut(operation, |root| walk::schemas_mut(root, within));
        for (_, response) in operation.get_mut("responses").into_iter().flat_map(walk::members_mut) {
            let content = response.get_mut("content").into_iter().flat_map(walk::members_mut);
            content.filter_map(|(_, media)| media.get_mut("schema")).for_each(wrap);
        }
    });
    let schemas = walk::members_mut(&mut spec["components"]["schemas"]);
    schemas.for_each(|(_, schema)| walk::schemas_mut(schema, within));
}

/// Writes out which schema each value of a discriminator stands for: by default, it is the schema's name.
fn mapping(spec: &mut Value) {
    let complete = &mut |schema: &mut Value| {
        if !schema["discriminator"]["propertyName"].is_string() {
            return;
        }
        let all = mapped(schema).into_iter().map(|(value, name)| (value, type_name(&name).into()));
        schema["discriminator"]["mapping"] = all.collect::<Map<_, Value>>().into();
    };
    walk::operations_mut(spec, |_, operation| walk::roots_mut(operation, |root| walk::schemas_mut(root, complete)));
    let schemas = walk::members_mut(&mut spec["components"]["schemas"]);
    schemas.for_each(|(_, schema)| walk::schemas_mut(schema, complete));
}

/// Each value of a discriminator, with the name of the schema that it stands for.
pub(crate) fn mapped(schema: &Value) -> Vec<(String, String)> {
    let variants = walk::items(&schema["oneOf"]).chain(walk::items(&schema["anyOf"]));
    let names: Vec<_> = variants.filter_map(walk::schema_name).map(str::to_owned).collect();
    let target = |target: &Value| {
        let target = target.as_str().unwrap_or_default();
        target.strip_prefix("#/components/schemas/").unwrap_or(target).to_owned()
    };
    let said = walk::members(&schema["discriminator"]["mapping"]);
    let mut all: Vec<_> = said.map(|(value, name)| (value.to_owned(), target(name))).collect();
    for name in names {
        if !all.iter().any(|(_, target)| *target == name) {
            all.push((name.clone(), name));
        }
    }
    all
}

/// Gives the schemas the names that they have in Rust, so that all that follows finds them by these.
fn rename(spec: &mut Value) {
    if let Some(schemas) = spec["components"]["schemas"].as_object_mut() {
        *schemas = std::mem::take(schemas).into_iter().map(|(name, schema)| (type_name(&name), schema)).collect();
    }
    references_to_schemas(spec);
}

fn references_to_schemas(value: &mut Value) {
    if let Some(name) = walk::schema_name(value).map(type_name) {
        value["$ref"] = format!("#/components/schemas/{name}").into();
    }
    walk::members_mut(value).for_each(|(_, member)| references_to_schemas(member));
    value.as_array_mut().into_iter().flatten().for_each(references_to_schemas);
}

/// The parameters of a path and of its operation, which takes precedence.
fn parameters(shared: &Value, own: &Value, components: &Value) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for parameter in walk::items(shared).chain(walk::items(own)) {
        let parameter = resolved(parameter, components);
        let same = |other: &&mut Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
        match all.iter_mut().find(same) {
            Some(other) => *other = parameter,
            None => all.push(parameter),
        }
    }
    all
}

fn references(operation: &mut Value, components: &Value) {
    if let Some(body) = operation.get_mut("requestBody") {
        *body = resolved(body, components);
        // Of the media types that the service takes, one is sent.
        let chosen = MEDIA_TYPES.iter().find(|media| !body["content"][**media].is_null());
        if let Some(content) = body["content"].as_object_mut() {
            content.retain(|media, _| chosen.is_some_and(|chosen| media == chosen));
        }
    }
    if let Some(responses) = operation.get_mut("responses") {
        walk::members_mut(responses).for_each(|(_, response)| *response = resolved(response, components));
    }
}

fn resolved(value: &Value, components: &Value) -> Value {
    let target = value["$ref"].as_str().and_then(|target| target.strip_prefix("#/components"));
    target.and_then(|pointer| components.pointer(pointer)).unwrap_or(value).clone()
}

/// Makes one object of an `allOf` of several, or of one beside properties.
fn merge(schema: &mut Value, schemas: &Value) {
    walk::schemas_mut(schema, &mut |schema| {
        if is_composed(schema) {
            let merged = object(schema, schemas);
            *schema = merged;
        }
    });
}

/// `allOf` with one reference alone is a reference with a description.
pub(crate) fn is_composed(schema: &Value) -> bool {
    let parts = walk::items(&schema["allOf"]).count();
    parts > 1 || (parts == 1 && (schema["properties"].is_object() || walk::schema_name(&schema["allOf"][0]).is_none()))
}

/// The object of all parts of a schema. An earlier member keeps its place.
fn object(schema: &Value, schemas: &Value) -> Value {
    if let Some(name) = walk::schema_name(schema) {
        return object(&schemas[name], schemas);
    }
    let mut merged = schema.clone();
    let parts = merged["allOf"].take();
    if let Some(members) = merged.as_object_mut() {
        members.shift_remove("allOf");
    }
    let own = (merged["properties"].take(), merged["required"].take());
    let is_nullable = merged["nullable"] == true;
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let parts: Vec<_> = walk::items(&parts).map(|part| object(part, schemas)).collect();
    let all = parts.iter().map(|part| (&part["properties"], &part["required"])).chain([(&own.0, &own.1)]);
    for (some, needed) in all {
        properties.extend(walk::members(some).map(|(name, property)| (name.to_owned(), property.clone())));
        required.extend(walk::items(needed).cloned());
    }
    for part in &parts {
        for (keyword, value) in walk::members(part) {
            if merged[keyword].is_null() && keyword != "description" {
                merged[keyword] = value.clone();
            }
        }
    }
    merged["properties"] = properties.into();
    merged["required"] = required.into();
    merged["type"] = "object".into();
    merged["nullable"] = if is_nullable { true.into() } else { Value::Null };
    if let Some(members) = merged.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    merged
}
