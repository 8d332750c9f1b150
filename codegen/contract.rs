//! Reads the contract: what only our generator understands is kept as facts, the rest is simplified for progenitor.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::OpenAPI;
use serde_json::{Map, Value, json};

use crate::codegen::hoist;

/// What the contract says beyond the shapes that progenitor generates.
#[derive(Default)]
pub(crate) struct Facts {
    /// Open enums by name (`x-extensible-enum`).
    pub(crate) enums: BTreeMap<String, OpenEnum>,
    /// Schemas that may arrive as a bare string, with the property that it stands for (`x-shorthand`).
    pub(crate) shorthands: BTreeMap<String, String>,
    /// Schemas whose unknown members are kept (`x-keep-unknown`).
    pub(crate) keeping: BTreeSet<String>,
    /// Descriptions of schemas (under an empty name) and of their properties: progenitor loses those beside a `$ref`.
    pub(crate) docs: BTreeMap<(String, String), String>,
    /// Schemas sent in requests, by name.
    pub(crate) requests: BTreeMap<String, Request>,
    /// Names of the schemas that arrive in answers or deliveries.
    pub(crate) responses: BTreeSet<String>,
    /// Operations in the order of the contract.
    pub(crate) operations: Vec<Operation>,
}

pub(crate) struct OpenEnum {
    pub(crate) doc: String,
    pub(crate) variants: Vec<Variant>,
}

pub(crate) struct Variant {
    pub(crate) wire: String,
    pub(crate) name: Option<String>,
    pub(crate) doc: String,
}

#[derive(Default)]
pub(crate) struct Request {
    /// Required properties, in the order of the constructor's arguments.
    pub(crate) required: Vec<String>,
    /// Optional properties that `null` clears.
    pub(crate) clearable: BTreeSet<String>,
    /// Groups of properties of which only one may be set (`x-exclusive`).
    pub(crate) exclusive: Vec<Vec<String>>,
}

pub(crate) struct Operation {
    pub(crate) id: String,
    /// The group, which is the resource of the request.
    pub(crate) tag: String,
    /// Summary and description.
    pub(crate) doc: String,
    /// Whether it is no public request (`x-internal`).
    pub(crate) is_internal: bool,
    /// Path, query and header parameters, in the order of the contract.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) auth: Scheme,
    /// Whether the path hangs on the origin instead of the base URL.
    pub(crate) on_origin: bool,
}

pub(crate) struct Parameter {
    /// The name in the bindings.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) is_required: bool,
    pub(crate) in_path: bool,
    /// The name of the schema of which the parameter is the JSON.
    pub(crate) json: Option<String>,
    /// The range that values are clamped to.
    pub(crate) range: Option<(u32, u32)>,
}

pub(crate) struct Body {
    /// The name of its schema.
    pub(crate) schema: String,
    /// Whether the members are parameters of the request: of an inline body, or by `x-flatten-body`.
    pub(crate) is_flat: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    None,
    Basic,
    Bearer,
}

pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

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

/// Formats that decide a Rust type; all others are documentation.
const FORMATS: [&str; 9] =
    ["date", "date-time", "double", "float", "ical-date-time", "int32", "int64", "password", "unix-milliseconds"];

pub(crate) fn read(text: &str) -> Result<(OpenAPI, Facts), String> {
    let mut spec: Value = yaml_serde::from_str(text).map_err(|e| e.to_string())?;
    let mut facts = Facts::default();

    let security =
        Security { default: spec["security"].clone(), schemes: spec["components"]["securitySchemes"].clone() };
    let inline = hoist::hoist(&mut spec)?;
    operations(&mut spec, &security, &inline, &mut facts)?;
    schemas(&mut spec, &mut facts)?;
    directions(&spec, &mut facts);
    simplify(&mut spec["components"]);
    simplify(&mut spec["paths"]);

    let spec = serde_json::from_value(spec).map_err(|e| e.to_string())?;
    Ok((spec, facts))
}

pub(crate) fn schema_names(spec: &OpenAPI) -> impl Iterator<Item = &str> {
    spec.components.iter().flat_map(|components| components.schemas.keys().map(String::as_str))
}

/// Lists the operations, leaves out those for browsers, and leaves each with one answer: any 2xx.
fn operations(
    spec: &mut Value,
    security: &Security,
    inline: &BTreeSet<String>,
    facts: &mut Facts,
) -> Result<(), String> {
    let components = spec["components"].clone();
    let paths = spec["paths"].as_object_mut().ok_or("no paths")?;
    for (path, item) in paths.iter_mut() {
        let item = item.as_object_mut().ok_or_else(|| format!("{path} is not an object"))?;
        let on_origin = item.shift_remove("servers").is_some();
        let shared = item.get("parameters").cloned().unwrap_or_default();
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            if operation["x-browser-only"] == true {
                item.shift_remove(method);
                continue;
            }
            let id = operation["operationId"].as_str().ok_or_else(|| format!("{method} {path} has no operationId"))?;
            // progenitor names the operation so at run time, too.
            let id = snake_case(id);
            operation["operationId"] = id.as_str().into();
            facts.operations.push(Operation {
                id: id.clone(),
                tag: operation["tags"][0].as_str().unwrap_or("Default").to_owned(),
                doc: [text(&operation["summary"]), text(&operation["description"])].join("\n\n").trim().to_owned(),
                is_internal: operation["x-internal"] == true,
                parameters: parameters(&shared, operation, &components)?,
                body: body(operation, inline)?,
                method: method.to_uppercase(),
                path: path.clone(),
                auth: security.of(operation),
                on_origin,
            });
            // Every failure reaches the facade whole: status, headers and body.
            let answers = operation["responses"].as_object().ok_or_else(|| format!("{id} has no responses"))?;
            let success = answers.iter().filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer);
            let typed = success.clone().find(|answer| !answer["content"].is_null()).or_else(|| success.clone().next());
            let answer = typed.cloned().ok_or_else(|| format!("{id} has no 2xx answer"))?;
            operation["responses"] = json!({ "2XX": answer });
            if let Some(operation) = operation.as_object_mut() {
                operation.shift_remove("callbacks");
            }
            // The facade writes the JSON of such a parameter; to the bindings it is text.
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten() {
                if let Some(parameter) = parameter.as_object_mut().filter(|members| members.contains_key("content")) {
                    parameter.shift_remove("content");
                    parameter.insert("schema".into(), json!({ "type": "string" }));
                }
            }
        }
    }
    paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
    Ok(())
}

/// Reads the parameters of an operation and of its path.
fn parameters(shared: &Value, operation: &Value, components: &Value) -> Result<Vec<Parameter>, String> {
    let all = [shared, &operation["parameters"]].into_iter().filter_map(Value::as_array).flatten();
    all.map(|parameter| {
        let parameter = match parameter["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
            Some(name) => &components["parameters"][name],
            None => parameter,
        };
        let wire = parameter["name"].as_str().ok_or("a parameter has no name")?;
        let json = parameter["content"]["application/json"]["schema"]["$ref"].as_str();
        let bound = |name: &str| parameter["schema"][name].as_u64().and_then(|bound| u32::try_from(bound).ok());
        Ok(Parameter {
            name: snake_case(wire),
            doc: text(&parameter["description"]),
            is_required: parameter["required"] == true,
            in_path: parameter["in"] == "path",
            json: json.and_then(|target| target.rsplit('/').next()).map(str::to_owned),
            range: bound("minimum").zip(bound("maximum")),
        })
    })
    .collect()
}

fn body(operation: &Value, inline: &BTreeSet<String>) -> Result<Option<Body>, String> {
    let Some((_, media)) = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next())
    else {
        return Ok(None);
    };
    let schema = media["schema"]["$ref"].as_str().and_then(|target| target.rsplit('/').next());
    let schema = schema.ok_or_else(|| format!("{}: the body is no object", text(&operation["operationId"])))?;
    let is_flat = operation["x-flatten-body"] == true || inline.contains(schema);
    Ok(Some(Body { schema: schema.to_owned(), is_flat }))
}

/// What the contract says of credentials.
struct Security {
    /// The requirement of operations that have none of their own.
    default: Value,
    schemes: Value,
}

impl Security {
    fn of(&self, operation: &Value) -> Scheme {
        let required = if operation["security"].is_null() { &self.default } else { &operation["security"] };
        let names = required.as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys);
        let schemes: Vec<_> = names.map(|name| self.schemes[name]["scheme"].as_str().unwrap_or_default()).collect();
        match schemes.as_slice() {
            [] => Scheme::None,
            schemes if schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic")) => Scheme::Basic,
            _ => Scheme::Bearer,
        }
    }
}

/// `listColors` and `list-colors` become `list_colors`.
pub(super) fn snake_case(id: &str) -> String {
    let mut snake = String::new();
    for c in id.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    snake
}

/// Takes the extensions out of the schemas and into the facts.
fn schemas(spec: &mut Value, facts: &mut Facts) -> Result<(), String> {
    let schemas = spec["components"]["schemas"].as_object_mut().ok_or("no schemas")?;
    for (name, schema) in schemas.iter_mut() {
        // A plain enum would turn the next value that the server adds into a decode error, so it is opened.
        let is_text = schema["type"] == "string";
        let values = schema["x-extensible-enum"].as_array().or_else(|| schema["enum"].as_array().filter(|_| is_text));
        if let Some(values) = values {
            let variants = values
                .iter()
                .map(|value| {
                    let wire = value.as_str().ok_or_else(|| format!("{name}: a value is not a string"))?;
                    Ok(Variant {
                        wire: wire.to_owned(),
                        name: schema["x-enum-names"][wire].as_str().map(str::to_owned),
                        doc: text(&schema["x-enum-descriptions"][wire]),
                    })
                })
                .collect::<Result<_, String>>()?;
            facts.enums.insert(name.clone(), OpenEnum { doc: text(&schema["description"]), variants });
        }
        if schema["x-keep-unknown"] == true {
            facts.keeping.insert(name.clone());
        }
        if let Some(property) = schema["x-shorthand"].as_str() {
            facts.shorthands.insert(name.clone(), property.to_owned());
            let mut object = schema["oneOf"][0].clone();
            object["description"] = schema["description"].clone();
            *schema = object;
        }
    }
    let schemas = &spec["components"]["schemas"];
    for (name, schema) in schemas.as_object().into_iter().flatten() {
        facts.docs.insert((name.clone(), String::new()), text(&schema["description"]));
        for (property, described) in schema["properties"].as_object().into_iter().flatten() {
            facts.docs.insert((name.clone(), property.clone()), description(described, schemas));
        }
    }
    Ok(())
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

/// Finds which schemas are sent and which arrive.
fn directions(spec: &Value, facts: &mut Facts) {
    let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
    for item in spec["paths"].as_object().into_iter().flat_map(Map::values) {
        for operation in METHODS.iter().filter_map(|method| item.get(method)) {
            references(&operation["requestBody"], spec, &mut sent);
            references(&operation["responses"], spec, &mut received);
        }
    }
    let schemas = &spec["components"]["schemas"];
    for name in schemas.as_object().into_iter().flat_map(Map::keys) {
        if !sent.contains(name) {
            received.insert(name.clone());
        }
    }
    for name in sent {
        if let Some(mut request) = request(&schemas[&name]) {
            // In a model that also arrives, `null` says no more than a missing value.
            if received.contains(&name) {
                request.clearable.clear();
            }
            facts.requests.insert(name, request);
        }
    }
    facts.responses = received;
}

fn request(schema: &Value) -> Option<Request> {
    let properties = schema["properties"].as_object()?;
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    Some(Request {
        required: properties.keys().filter(|name| required.contains(&name.as_str())).cloned().collect(),
        clearable: properties.iter().filter(|(_, p)| p["nullable"] == true).map(|(name, _)| name.clone()).collect(),
        exclusive: serde_json::from_value(schema["x-exclusive"].clone()).unwrap_or_default(),
    })
}

fn references(value: &Value, spec: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                let pointer = target.trim_start_matches('#');
                let is_new = match pointer.strip_prefix("/components/schemas/") {
                    Some(name) => found.insert(name.to_owned()),
                    None => true,
                };
                if let (true, Some(next)) = (is_new, spec.pointer(pointer)) {
                    references(next, spec, found);
                }
            }
            members.values().for_each(|member| references(member, spec, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, spec, found)),
        _ => {}
    }
}

/// Leaves of each schema what a Rust type depends on.
fn simplify(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let is_boolean = members.get("type").is_some_and(|kind| kind == "boolean");
            members.retain(|name, member| {
                // A property may be called like a keyword; a keyword's value is never a schema.
                let is_keyword = !member.is_object();
                !(is_keyword && (name == "nullable" || CONSTRAINTS.contains(&name.as_str())))
                    // The one value that a boolean may have makes no type of its own.
                    && !(name == "enum" && is_boolean)
                    && !(name == "format" && member.as_str().is_some_and(|format| !FORMATS.contains(&format)))
                    // What the server assumes of a missing value is prose, unless it is what Rust assumes, too.
                    && !(name == "default" && *member != false)
                    && name != "example"
                    && name != "examples"
            });
            // `allOf` with one member only carries a description beside a reference.
            if let Some([only]) = members.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
                && only.get("$ref").is_some()
            {
                let only = only["$ref"].clone();
                members.shift_remove("allOf");
                members.insert("$ref".into(), only);
            }
            members.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}
