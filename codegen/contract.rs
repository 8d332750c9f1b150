//! Reads the contract: what only our generator understands is kept as facts, the rest is simplified for progenitor.

use std::collections::BTreeSet;

use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

use crate::codegen::facts::{Body, Facts, OpenEnum, Operation, Parameter, Range, Scheme, Variant};
use crate::codegen::ident::{pascal_case, snake_case};
use crate::codegen::{check, directions, docs, hoist, names, resolve, unions, walk};

/// Keywords that constrain values. The server checks them; types for them would only get in the way.
const CONSTRAINTS: [&str; 11] = [
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

/// What `nullable` says until the schema is simplified, if it is to stay.
const KEPT: &str = "kept";

/// Formats that decide a Rust type; all others are documentation.
const FORMATS: [&str; 9] =
    ["date", "date-time", "double", "float", "ical-date-time", "int32", "int64", "password", "unix-milliseconds"];

pub(crate) fn read(text: &str) -> Result<(OpenAPI, Facts), String> {
    let mut spec = document(text)?;
    check::check(&spec)?;
    resolve::resolve(&mut spec);

    let mut facts = Facts::default();
    let security =
        Security { default: spec["security"].clone(), schemes: spec["components"]["securitySchemes"].clone() };
    let inline = hoist::hoist(&mut spec);
    walk::operations(&spec)
        .map(|(method, path, operation)| operation_facts(method, path, operation, &spec, &security, &inline))
        .for_each(|operation| facts.operations.push(operation));
    describe(&mut spec["info"]);
    schemas(&mut spec, &mut facts);
    directions::find(&mut spec, &mut facts);
    walk::operations_mut(&mut spec, |_, operation| {
        plain(operation);
        walk::roots_mut(operation, |schema| walk::schemas_mut(schema, &mut simplify));
    });
    for (name, schema) in walk::members_mut(&mut spec["components"]["schemas"]) {
        match facts.unions.contains_key(name) || facts.raw.contains(name) {
            true => *schema = json!({ "type": "object" }),
            false => walk::schemas_mut(schema, &mut simplify),
        }
    }

    let spec = serde_json::from_value(spec).map_err(|e| e.to_string())?;
    Ok((spec, facts))
}

/// Reads YAML, with its merge keys. A key that stands twice is an error, where JSON would take the last.
fn document(text: &str) -> Result<Value, String> {
    let mut document: yaml_serde::Value = yaml_serde::from_str(text).map_err(|e| e.to_string())?;
    document.apply_merge().map_err(|e| e.to_string())?;
    serde_json::to_value(document).map_err(|e| e.to_string())
}

pub(crate) fn schema_names(spec: &OpenAPI) -> impl Iterator<Item = &str> {
    spec.components.iter().flat_map(|components| components.schemas.keys().map(String::as_str))
}

fn operation_facts(
    method: &str,
    path: &str,
    operation: &Value,
    spec: &Value,
    security: &Security,
    inline: &BTreeSet<String>,
) -> Operation {
    let content = walk::members(&operation["requestBody"]["content"]).next();
    let schema = content.and_then(|(_, media)| walk::schema_name(&media["schema"]));
    // What may have any member is a value of its own.
    let is_closed = |schema: &str| {
        let rest = &spec["components"]["schemas"][schema]["additionalProperties"];
        rest.is_null() || *rest == false
    };
    let body = schema.map(|schema| Body {
        schema: schema.to_owned(),
        is_flat: (operation["x-flatten-body"] == true || inline.contains(schema)) && is_closed(schema),
    });
    Operation {
        id: snake_case(operation["operationId"].as_str().unwrap_or_default()),
        tag: pascal_case(operation["tags"][0].as_str().unwrap_or(names::UNTAGGED)),
        doc: [text(&operation["summary"]), text(&operation["description"])].join("\n\n").trim().to_owned(),
        is_internal: operation["x-internal"] == true,
        is_browser_only: operation["x-browser-only"] == true,
        is_deprecated: operation["deprecated"] == true,
        is_idempotent: match operation["x-idempotent"].as_bool() {
            Some(said) => said,
            None => ["get", "head", "delete"].contains(&method),
        },
        parameters: walk::items(&operation["parameters"]).map(parameter).collect(),
        body,
        method: method.to_uppercase(),
        path: path.to_owned(),
        auth: security.of(operation),
        on_origin: walk::items(&operation["servers"]).next().is_some(),
    }
}

fn parameter(parameter: &Value) -> Parameter {
    let json = walk::schema_name(&parameter["content"]["application/json"]["schema"]);
    Parameter {
        name: snake_case(parameter["name"].as_str().unwrap_or_default()),
        doc: text(&parameter["description"]),
        is_required: parameter["required"] == true,
        in_path: parameter["in"] == "path",
        is_deprecated: parameter["deprecated"] == true,
        is_internal: parameter["x-internal"] == true,
        json: json.map(str::to_owned),
        list: comma_separated(parameter).map(item_type),
        range: range(&parameter["schema"]),
    }
}

/// The range of an integer, as far as its type reaches.
fn range(schema: &Value) -> Option<Range> {
    let (from, to) = (schema["minimum"].as_i64()?, schema["maximum"].as_i64()?);
    let from = from.checked_add(i64::from(schema["exclusiveMinimum"] == true))?;
    let to = to.checked_sub(i64::from(schema["exclusiveMaximum"] == true))?;
    let (least, greatest) = match schema["format"].as_str() {
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    };
    (schema["type"] == "integer" && from <= to).then(|| (from.clamp(least, greatest), to.clamp(least, greatest)))
}

/// The items of a list that is sent as one value.
fn comma_separated(parameter: &Value) -> Option<&Value> {
    let schema = &parameter["schema"];
    (parameter["explode"] == false && schema["type"] == "array").then(|| &schema["items"])
}

fn item_type(item: &Value) -> String {
    let name = walk::schema_name(item).or_else(|| walk::schema_name(&item["allOf"][0]));
    match (name, item["type"].as_str()) {
        (Some(name), _) => format!("crate::models::{name}"),
        (None, Some("integer")) => "i64".to_owned(),
        (None, Some("boolean")) => "bool".to_owned(),
        _ => "::std::string::String".to_owned(),
    }
}

/// Leaves an operation what progenitor digests: parameters as text where the facade writes the text, one response, any
/// 2xx. Every failure reaches the facade whole: status, headers and body.
fn plain(operation: &mut Value) {
    let id = snake_case(operation["operationId"].as_str().unwrap_or_default());
    operation["operationId"] = id.as_str().into();
    describe(operation);
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        describe(parameter);
        if let Some(schema) = parameter.get_mut("schema") {
            walk::schemas_mut(schema, &mut |schema| remove(schema, &["nullable"]));
        }
        if parameter["content"].is_object() || comma_separated(parameter).is_some() {
            parameter["schema"] = json!({ "type": "string" });
            remove(parameter, &["content", "explode"]);
        }
    }
    let success: Vec<_> = walk::members(&operation["responses"])
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(_, answer)| answer)
        .collect();
    let typed = success.iter().find(|answer| !answer["content"].is_null()).or(success.first());
    let mut answer = typed.map_or_else(|| json!({}), |answer| (*answer).clone());
    if !answer["description"].is_string() {
        answer["description"] = "".into();
    }
    for (_, media) in answer.get_mut("content").into_iter().flat_map(walk::members_mut) {
        media.get_mut("schema").into_iter().for_each(keep_nullable);
    }
    operation["responses"] = json!({ "2XX": answer });
    remove(operation, &["callbacks", "servers"]);
}

/// Escapes the descriptions that progenitor makes docs of.
fn describe(owner: &mut Value) {
    for name in ["title", "summary", "description"] {
        if let Some(text) = owner.get_mut(name).filter(|text| text.is_string()) {
            *text = docs::escaped(text.as_str().unwrap_or_default()).into();
        }
    }
}

/// Marks a schema whose `null` has no member to be missing from, such as the items of a list.
fn keep_nullable(schema: &mut Value) {
    if let Some(nullable) = schema.get_mut("nullable").filter(|nullable| **nullable == true) {
        *nullable = KEPT.into();
    }
}

fn remove(value: &mut Value, names: &[&str]) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
}

/// What the contract says of credentials.
struct Security {
    /// The requirement of operations that have none of their own.
    default: Value,
    schemes: Value,
}

impl Security {
    /// Where the contract leaves the choice, the token of the user goes before the credentials of the application.
    fn of(&self, operation: &Value) -> Scheme {
        let required = if operation["security"].is_null() { &self.default } else { &operation["security"] };
        let names: Vec<_> = walk::items(required).flat_map(walk::members).map(|(name, _)| name).collect();
        let is_basic = |name: &&str| {
            self.schemes[*name]["scheme"].as_str().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
        };
        match names.as_slice() {
            [] => Scheme::None,
            names if names.iter().all(is_basic) => Scheme::Basic,
            _ => Scheme::Bearer,
        }
    }
}

/// Takes the extensions out of the schemas and into the facts.
fn schemas(spec: &mut Value, facts: &mut Facts) {
    for (name, schema) in walk::members_mut(&mut spec["components"]["schemas"]) {
        // A plain enum would turn the next value that the server adds into a decode error, so it is opened.
        let values = [&schema["x-extensible-enum"], &schema["enum"]].into_iter().find(|values| values.is_array());
        if let Some(values) = values.filter(|_| hoist::is_enum(schema)) {
            let variant = |wire: &str| Variant {
                wire: wire.to_owned(),
                name: schema["x-enum-names"][wire].as_str().map(str::to_owned),
                doc: text(&schema["x-enum-descriptions"][wire]),
            };
            let variants = walk::items(values).filter_map(Value::as_str).map(variant).collect();
            facts.enums.insert(name.clone(), OpenEnum { doc: text(&schema["description"]), variants });
        }
        if schema["x-keep-unknown"] == true {
            facts.keeping.insert(name.clone());
        }
        if let Some(page) = schema["x-page"].as_str() {
            facts.pages.insert(name.clone(), page.to_owned());
        }
        if let Some(union) = unions::Union::read(schema) {
            facts.unions.insert(name.clone(), union);
        }
        if schema["x-raw-json"] == true {
            facts.raw.insert(name.clone());
        }
        if let Some(property) = schema["x-shorthand"].as_str() {
            facts.shorthands.insert(name.clone(), property.to_owned());
            let mut object = schema["oneOf"][0].clone();
            object["description"] = schema["description"].clone();
            *schema = object;
        }
    }
    let schemas = &spec["components"]["schemas"];
    for (name, schema) in walk::members(schemas) {
        facts.docs.insert((name.to_owned(), String::new()), text(&schema["description"]));
        for (property, described) in walk::members(&schema["properties"]) {
            let place = (name.to_owned(), property.to_owned());
            if described["deprecated"] == true {
                facts.deprecated.insert(place.clone());
            }
            facts.docs.insert(place, description(described, schemas));
        }
    }
}

/// The property's own description, or the first paragraph of what it refers to.
fn description(property: &Value, schemas: &Value) -> String {
    let own = text(&property["description"]);
    let target = property["$ref"].as_str().or_else(|| property["allOf"][0]["$ref"].as_str());
    match target.and_then(|target| target.rsplit('/').next()) {
        Some(target) if own.is_empty() => {
            text(&schemas[target]["description"]).split("\n\n").next().unwrap_or_default().to_owned()
        }
        _ => own,
    }
}

/// Leaves of a schema what a Rust type depends on.
fn simplify(schema: &mut Value) {
    let is_text = schema["type"] == "string";
    let is_flag = schema["type"] == "boolean";
    let is_empty = schema["properties"].as_object().is_some_and(Map::is_empty);
    let Some(members) = schema.as_object_mut() else { return };
    for inner in ["items", "additionalProperties"] {
        members.get_mut(inner).into_iter().for_each(keep_nullable);
    }
    members.retain(|name, member| match name.as_str() {
        "nullable" => *member == KEPT,
        "example" | "examples" | "deprecated" | "readOnly" | "writeOnly" | "xml" | "externalDocs" => false,
        name if CONSTRAINTS.contains(&name) => false,
        // Enums of text are open; other ones make no type of their own.
        "enum" => is_text,
        "format" => member.as_str().is_some_and(|format| FORMATS.contains(&format)),
        // What the server assumes of a missing value is prose, unless it is what Rust assumes, too.
        "default" => is_flag && *member == false,
        // Unknown members are no mistake. An object without any member stays a model.
        "additionalProperties" => *member != false || is_empty,
        _ => true,
    });
    // `allOf` with one member only carries a description beside a reference, or that it may be `null`.
    if let Some(nullable) = members.get_mut("nullable") {
        *nullable = true.into();
    } else if let Some([only]) = members.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
        && only.get("$ref").is_some()
    {
        let only = only["$ref"].clone();
        members.shift_remove("allOf");
        members.insert("$ref".into(), only);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}
