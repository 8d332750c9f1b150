//! Checks operations: parameters, bodies, responses, credentials, servers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Problems;
use crate::codegen::resolve::MEDIA_TYPES;
use crate::codegen::walk;

const JSON: &str = MEDIA_TYPES[0];
const FORM: &str = MEDIA_TYPES[1];

/// Headers that the client, or HTTP, sets.
const HEADERS: [&str; 8] =
    ["accept", "authorization", "connection", "content-length", "content-type", "host", "transfer-encoding", "upgrade"];

pub(super) fn check(spec: &Value, problems: &mut Problems) {
    for (path, item) in walk::members(&spec["paths"]) {
        servers(&item["servers"], spec, path, problems);
    }
    for (method, path, operation) in walk::operations(spec) {
        let place = format!("{} {path}", method.to_uppercase());
        if ["options", "trace"].contains(&method) {
            problems.add(&place, format!("the method {} is not supported", method.to_uppercase()));
        }
        servers(&operation["servers"], spec, &place, problems);
        parameters(spec, path, operation, &place, problems);
        if !operation["requestBody"].is_null() {
            body(spec, operation, &place, problems);
        }
        responses(spec, operation, &place, problems);
        security(spec, operation, &place, problems);
    }
}

/// The token of a user goes to one origin alone.
fn servers(servers: &Value, spec: &Value, place: &str, problems: &mut Problems) {
    let root = spec["servers"][0]["url"].as_str().and_then(origin);
    for server in walk::items(servers) {
        let url = server["url"].as_str().unwrap_or_default();
        if url != "/" && (root.is_none() || Some(url.trim_end_matches('/')) != root) {
            let reason = format!("the server {url:?} is not supported: only the origin of the base URL is, as \"/\"");
            problems.add(place, reason);
        }
    }
}

/// Scheme and host of an absolute URL.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    Some(&url[..url[host..].find('/').map_or(url.len(), |end| host + end)])
}

fn parameters(spec: &Value, path: &str, operation: &Value, place: &str, problems: &mut Problems) {
    let in_path: BTreeSet<_> =
        path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    let mut declared = BTreeSet::new();
    let shared = &spec["paths"][path]["parameters"];
    for parameter in walk::items(shared).chain(walk::items(&operation["parameters"])) {
        let parameter = parameter["$ref"].as_str().and_then(|target| walk::target(spec, target)).unwrap_or(parameter);
        let name = parameter["name"].as_str().unwrap_or_default();
        let place = format!("{place}, parameter {name}");
        match parameter["in"].as_str().unwrap_or_default() {
            "path" => {
                declared.insert(name);
                if !in_path.contains(name) {
                    problems.add(&place, format!("the path has no {{{name}}}"));
                }
                if parameter["required"] != true {
                    problems.add(&place, "a parameter of the path must be required");
                }
            }
            "header" if HEADERS.contains(&name.to_ascii_lowercase().as_str()) => {
                problems.add(&place, "the client sets this header itself");
            }
            "header" if !name.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c)) => {
                problems.add(&place, "this is no name of a header");
            }
            "query" | "header" => {}
            other => problems.add(&place, format!("parameters in {other:?} are not supported")),
        }
        parameter_type(spec, parameter, &place, problems);
    }
    for name in in_path.iter().filter(|name| !declared.contains(*name)) {
        problems.add(place, format!("the path parameter {name} is not declared"));
    }
    if path.matches('{').count() != in_path.len()
        || path.matches('}').count() != in_path.len()
        || !path.starts_with('/')
        || path.contains(|c: char| c.is_whitespace() || c.is_control() || ['?', '#', '\\'].contains(&c))
        || path.split('/').any(|segment| [".", ".."].contains(&segment))
    {
        problems.add(place, "the path is malformed");
    }
}

fn parameter_type(spec: &Value, parameter: &Value, place: &str, problems: &mut Problems) {
    let usual = if parameter["in"] == "query" { "form" } else { "simple" };
    let style = parameter["style"].as_str().unwrap_or(usual);
    if style != usual {
        return problems.add(place, format!("the style {style} is not supported"));
    }
    if parameter["content"].is_object() {
        let schema = &parameter["content"][JSON]["schema"];
        match walk::schema_name(schema) {
            None => problems.add(place, "its content must be JSON with a schema of the components"),
            Some(_) if parameter["in"] != "query" => problems.add(place, "JSON is supported in the query alone"),
            Some(_) => {}
        }
        return;
    }
    let schema = resolved(spec, &parameter["schema"]);
    if let (Some(from), Some(to)) = (schema["minimum"].as_f64(), schema["maximum"].as_f64())
        && from > to
    {
        problems.add(place, format!("the minimum {from} is above the maximum {to}"));
    }
    match kind(schema) {
        Some("string") if schema["format"] == "password" && parameter["in"] != "query" => {
            problems.add(place, "the format password is supported in the query alone");
        }
        Some("string" | "integer" | "number" | "boolean") => {}
        Some("array") if parameter["in"] == "query" => {
            if !matches!(kind(resolved(spec, &schema["items"])), Some("string" | "integer" | "boolean")) {
                problems.add(place, "a list must be of strings, integers or booleans");
            }
        }
        Some(other) => problems.add(place, format!("the type {other} is not supported there")),
        None => problems.add(place, "it has no type"),
    }
}

/// Follows references, and `allOf` with one part.
pub(super) fn resolved<'a>(spec: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..16 {
        let only = match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) => only,
            _ => schema,
        };
        match only["$ref"].as_str().and_then(|target| walk::target(spec, target)) {
            Some(target) => schema = target,
            None => return only,
        }
    }
    schema
}

/// The properties of a schema and of the parts of its `allOf`, the first of each name.
pub(super) fn properties<'a>(spec: &'a Value, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let (mut left, mut seen, mut found) = (vec![schema], Vec::new(), Vec::<(&str, &Value)>::new());
    while let Some(schema) = left.pop() {
        let schema = resolved(spec, schema);
        if seen.iter().any(|other| std::ptr::eq(*other, schema)) {
            continue;
        }
        seen.push(schema);
        for (name, property) in walk::members(&schema["properties"]) {
            if !found.iter().any(|(other, _)| *other == name) {
                found.push((name, property));
            }
        }
        left.extend(schema["allOf"].as_array().into_iter().flatten().rev());
    }
    found
}

pub(super) fn kind(schema: &Value) -> Option<&str> {
    match schema["type"].as_str() {
        Some(kind) => Some(kind),
        None if schema["properties"].is_object() || schema["allOf"].is_array() => Some("object"),
        None if schema["enum"][0].is_string() || schema["x-extensible-enum"].is_array() => Some("string"),
        None => None,
    }
}

fn body(spec: &Value, operation: &Value, place: &str, problems: &mut Problems) {
    let body = operation["requestBody"]["$ref"].as_str().and_then(|target| walk::target(spec, target));
    let content = &body.unwrap_or(&operation["requestBody"])["content"];
    let Some((media, content)) = MEDIA_TYPES.iter().find_map(|media| Some((*media, content.get(*media)?))) else {
        let given: Vec<_> = walk::members(content).map(|(media, _)| media).collect();
        return problems.add(place, format!("bodies of {} are not supported, {JSON} and {FORM} are", given.join(", ")));
    };
    if !content["encoding"].is_null() {
        problems.add(place, "an encoding of the body is not supported");
    }
    let schema = resolved(spec, &content["schema"]);
    match kind(schema) {
        Some("object") => {}
        other => {
            return problems.add(place, format!("the body must be an object, not {}", other.unwrap_or("anything")));
        }
    }
    if media == FORM {
        form(spec, schema, place, problems);
    }
}

/// A form has no place for lists and objects.
fn form(spec: &Value, schema: &Value, place: &str, problems: &mut Problems) {
    const PLAIN: &str = "must be a string, a number or a boolean";
    let plain =
        |property: &Value| matches!(kind(resolved(spec, property)), Some("string" | "integer" | "number" | "boolean"));
    let members = properties(spec, schema);
    for (name, _) in members.iter().filter(|(_, property)| !plain(property)) {
        problems.add(place, format!("the member {name} of a form {PLAIN}"));
    }
    let rest = &schema["additionalProperties"];
    let is_free = rest.is_null() && members.is_empty() && !schema["properties"].is_object();
    if is_free || *rest == true || (rest.is_object() && !plain(rest)) {
        problems.add(place, format!("each further member of a form {PLAIN}"));
    }
}

fn responses(spec: &Value, operation: &Value, place: &str, problems: &mut Problems) {
    if operation["x-browser-only"] == true {
        return;
    }
    let resolve = |response: &'_ Value| -> Value {
        response["$ref"].as_str().and_then(|target| walk::target(spec, target)).unwrap_or(response).clone()
    };
    let success: Vec<_> = walk::members(&operation["responses"])
        .filter(|(status, _)| status.starts_with('2'))
        .map(|(status, response)| (status, resolve(response)))
        .collect();
    if success.is_empty() {
        problems.add(place, "it has no 2xx response");
    }
    let mut schemas = Vec::new();
    for (status, response) in &success {
        let content = &response["content"];
        if walk::members(content).next().is_some() && !content[JSON]["schema"].is_object() {
            let given: Vec<_> = walk::members(content).map(|(media, _)| media).collect();
            problems.add(place, format!("the response {status} is {}, not {JSON} with a schema", given.join(", ")));
        }
        schemas.extend(Some(&content[JSON]["schema"]).filter(|schema| schema.is_object()));
    }
    if schemas.windows(2).any(|pair| pair[0] != pair[1]) {
        problems.add(place, "its 2xx responses differ in their schema");
    }
}

fn security(spec: &Value, operation: &Value, place: &str, problems: &mut Problems) {
    let own = &operation["security"];
    let required = if own.is_null() { &spec["security"] } else { own };
    for requirement in walk::items(required) {
        if walk::members(requirement).count() > 1 {
            problems.add(place, "credentials of two kinds at once are not supported");
        }
        for (name, _) in walk::members(requirement) {
            let scheme = &spec["components"]["securitySchemes"][name];
            match (scheme["type"].as_str(), scheme["scheme"].as_str().map(str::to_ascii_lowercase).as_deref()) {
                (Some("http"), Some("bearer" | "basic")) | (Some("oauth2" | "openIdConnect"), _) => {}
                (None, _) => problems.add(place, format!("the security scheme {name} is not declared")),
                (Some("http"), other) => {
                    problems.add(
                        place,
                        format!("the HTTP scheme {} ({name}) is not supported", other.unwrap_or("without a name")),
                    );
                }
                (Some(other), _) => {
                    problems.add(place, format!("credentials of the type {other} ({name}) are not supported"))
                }
            }
        }
    }
}
