//! Finds which schemas are sent and which arrive: requests have constructors, and responses are read leniently.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::codegen::facts::{Facts, Request};
use crate::codegen::{resolve, walk};

/// Notes the direction of each schema, and what follows from it.
pub(crate) fn find(spec: &mut Value, facts: &mut Facts) {
    let (mut sent, mut received, mut forms) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (_, _, operation) in walk::operations(spec) {
        references(&operation["requestBody"], spec, &mut sent);
        let form = &operation["requestBody"]["content"][resolve::MEDIA_TYPES[1]]["schema"];
        forms.extend(walk::schema_name(form).map(str::to_owned));
        references(&operation["responses"], spec, &mut received);
    }
    for (name, schema) in walk::members_mut(&mut spec["components"]["schemas"]) {
        let is_sent = sent.contains(name);
        only(schema, is_sent, !is_sent || received.contains(name));
        if !is_sent {
            received.insert(name.clone());
            // What must be there, and may be `null`, may as well be missing.
            let nullable: Vec<_> = walk::members(&schema["properties"])
                .filter(|(_, property)| property["nullable"] == true)
                .map(|(name, _)| Value::from(name))
                .collect();
            if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|name| !nullable.contains(name));
                let names = required.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                facts.arriving.insert(name.clone(), names);
            }
            continue;
        }
        if let Some(mut request) = request(schema) {
            // In a model that also arrives, `null` says no more than a missing value. A form has no `null`.
            if received.contains(name) || forms.contains(name) {
                request.clearable.clear();
            }
            if forms.contains(name) {
                request.nullable.clear();
            }
            facts.requests.insert(name.clone(), request);
        }
    }
    facts.responses = received;
}

/// What is read only is not required of a request, and what is write only not of a response.
fn only(schema: &mut Value, is_sent: bool, is_received: bool) {
    let is_free =
        |property: &Value| (is_sent && property["readOnly"] == true) || (is_received && property["writeOnly"] == true);
    let free = walk::members(&schema["properties"]).filter(|(_, property)| is_free(property));
    let free: Vec<Value> = free.map(|(name, _)| name.into()).collect();
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !free.contains(name));
    }
}

fn request(schema: &Value) -> Option<Request> {
    let properties = schema["properties"].as_object()?;
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let nullable = properties.iter().filter(|(_, property)| property["nullable"] == true).map(|(name, _)| name.clone());
    let (nullable, clearable) = nullable.partition(|name| required.contains(&name.as_str()));
    Some(Request {
        required: properties.keys().filter(|name| required.contains(&name.as_str())).cloned().collect(),
        nullable,
        clearable,
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
