//! Checks a value against a schema: the part of JSON Schema (draft 4) that the contract needs.
//!
//! A general validator would more than double the time that the feature takes to compile.

use std::cmp::Ordering;

use jiff::{Timestamp, civil};
use serde_json::{Map, Number, Value};

use super::pattern;
use crate::instant;

/// What is wrong with a value: where in it, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// A JSON pointer
    pub(super) path: String,
    pub(super) problem: String,
}

/// Checks values against schemas that refer to these components.
#[derive(Debug)]
pub(super) struct Validator<'a> {
    pub(super) components: &'a Value,
}

impl Validator<'_> {
    pub(super) fn check(&self, schema: &Value, value: &Value) -> Vec<Mismatch> {
        let mut found = Vec::new();
        self.visit(schema, value, "", &mut found);
        found
    }

    fn visit(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<Mismatch>) {
        let Some(schema) = schema.as_object() else { return };
        let mut report = |problem: String| found.push(Mismatch { path: path.to_owned(), problem });
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let pointer = reference.trim_start_matches("#/components");
            match self.components.pointer(pointer) {
                Some(target) => self.visit(target, value, path, found),
                None => report(format!("{reference} is not in the contract")),
            }
            return;
        }
        if let Some(problem) = type_problem(schema, value) {
            report(problem);
        }
        if let Some(known) = schema.get("enum").and_then(Value::as_array)
            && !known.contains(value)
        {
            let known: Vec<String> = known.iter().map(Value::to_string).collect();
            report(format!("{value} is not one of {}", known.join(", ")));
        }
        match value {
            Value::String(text) => {
                if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
                    && pattern::is_match(pattern, text) != Some(true)
                {
                    report(format!("{value} does not match {pattern:?}"));
                }
                if let Some(format) = schema.get("format").and_then(Value::as_str)
                    && !has_format(text, format)
                {
                    report(format!("{value} is not a {format:?}"));
                }
            }
            Value::Number(number) => {
                if let Some(minimum) = schema.get("minimum").and_then(Value::as_number)
                    && compare(number, minimum) == Some(Ordering::Less)
                {
                    report(format!("{value} is less than the minimum of {minimum}"));
                }
                if let Some(maximum) = schema.get("maximum").and_then(Value::as_number)
                    && compare(number, maximum) == Some(Ordering::Greater)
                {
                    report(format!("{value} is greater than the maximum of {maximum}"));
                }
            }
            Value::Object(members) => self.visit_members(schema, members, path, found),
            Value::Array(items) => {
                if let Some(schema) = schema.get("items") {
                    for (at, item) in items.iter().enumerate() {
                        self.visit(schema, item, &format!("{path}/{at}"), found);
                    }
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
        self.visit_combined(schema, value, path, found);
    }

    fn visit_members(
        &self,
        schema: &Map<String, Value>,
        members: &Map<String, Value>,
        path: &str,
        found: &mut Vec<Mismatch>,
    ) {
        let mut report = |problem: String| found.push(Mismatch { path: path.to_owned(), problem });
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                report(format!("{name:?} is a required property"));
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let declared = |name: &str| properties.and_then(|properties| properties.get(name));
        let additional = schema.get("additionalProperties");
        if additional == Some(&Value::Bool(false)) {
            let unknown: Vec<String> =
                members.keys().filter(|name| declared(name).is_none()).map(|name| format!("{name:?}")).collect();
            if !unknown.is_empty() {
                let verb = if unknown.len() == 1 { "was" } else { "were" };
                report(format!("Additional properties are not allowed ({} {verb} unexpected)", unknown.join(", ")));
            }
        }
        for (name, value) in members {
            if let Some(schema) = declared(name).or(additional) {
                let name = name.replace('~', "~0").replace('/', "~1");
                self.visit(schema, value, &format!("{path}/{name}"), found);
            }
        }
    }

    fn visit_combined(&self, schema: &Map<String, Value>, value: &Value, path: &str, found: &mut Vec<Mismatch>) {
        let list = |name: &str| schema.get(name).and_then(Value::as_array);
        for part in list("allOf").into_iter().flatten() {
            self.visit(part, value, path, found);
        }
        let mut report = |problem: String| found.push(Mismatch { path: path.to_owned(), problem });
        for (name, is_exclusive) in [("anyOf", false), ("oneOf", true)] {
            let Some(alternatives) = list(name) else { continue };
            let results: Vec<Vec<Mismatch>> = alternatives.iter().map(|one| self.check(one, value)).collect();
            match results.iter().filter(|mismatches| mismatches.is_empty()).count() {
                0 => report(fits_none(&results)),
                1 => {}
                _ if is_exclusive => report(format!("{value} fits more than one alternative")),
                _ => {}
            }
        }
        if let Some(excluded) = schema.get("not")
            && self.check(excluded, value).is_empty()
        {
            report(format!("{excluded} is not allowed for {value}"));
        }
    }
}

/// Names what each alternative misses.
fn fits_none(results: &[Vec<Mismatch>]) -> String {
    let first = results
        .iter()
        .filter_map(|mismatches| mismatches.first())
        .map(|Mismatch { path, problem }| if path.is_empty() { problem.clone() } else { format!("{path}: {problem}") });
    format!("fits no alternative: {}", first.collect::<Vec<_>>().join("; "))
}

fn type_problem(schema: &Map<String, Value>, value: &Value) -> Option<String> {
    let known: Vec<&str> = match schema.get("type")? {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    if known.iter().any(|kind| is_of(value, kind)) {
        return None;
    }
    Some(match known[..] {
        [kind] => format!("{value} is not of type {kind:?}"),
        _ => {
            let mut known: Vec<String> = known.iter().map(|kind| format!("{kind:?}")).collect();
            known.sort_unstable();
            format!("{value} is not of types {}", known.join(", "))
        }
    })
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        _ => false,
    }
}

/// Checks the formats that have a form of their own; the widths of integers are limits, and passwords are any text.
fn has_format(text: &str, format: &str) -> bool {
    match format {
        // The contract warns of dates without an offset, and of those without a time.
        "date-time" => text.parse::<Timestamp>().is_ok() || text.parse::<civil::DateTime>().is_ok(),
        "ical-date-time" => instant::parse_basic(text).is_some(),
        _ => true,
    }
}

fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jsonschema::Draft;
    use serde_json::json;

    use super::{
        super::{document::components_of_tests, pattern},
        *,
    };
    use crate::random::Random;

    /// Keywords that say nothing about which values fit.
    const ANNOTATIONS: [&str; 5] = ["description", "example", "default", "title", "deprecated"];
    const KEYWORDS: [&str; 16] = [
        "$ref",
        "type",
        "enum",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "required",
        "properties",
        "additionalProperties",
        "items",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "exclusiveMinimum",
    ];
    const FORMATS: [&str; 6] = ["date-time", "ical-date-time", "int32", "int64", "password", "unix-milliseconds"];

    fn schemas_in<'a>(schema: &'a Value, visit: &mut impl FnMut(&'a Map<String, Value>)) {
        let Some(keywords) = schema.as_object() else { return };
        visit(keywords);
        for (name, value) in keywords {
            match (name.as_str(), value) {
                ("properties", Value::Object(properties)) => properties.values().for_each(|one| schemas_in(one, visit)),
                ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                    parts.iter().for_each(|one| schemas_in(one, visit))
                }
                ("items" | "not" | "additionalProperties", schema) => schemas_in(schema, visit),
                _ => {}
            }
        }
    }

    #[test]
    fn the_contract_has_no_keyword_that_is_not_checked() {
        let components = components_of_tests();
        for (name, schema) in components["schemas"].as_object().expect("schemas") {
            schemas_in(schema, &mut |keywords| {
                for (keyword, value) in keywords {
                    let is_known = ANNOTATIONS.contains(&keyword.as_str()) || keyword.starts_with("x-");
                    assert!(is_known || KEYWORDS.contains(&keyword.as_str()), "{name}: {keyword}");
                    match keyword.as_str() {
                        "pattern" => {
                            let pattern = value.as_str().expect("a pattern");
                            assert!(pattern::is_match(pattern, "").is_some(), "{name}: {pattern}");
                        }
                        "format" => assert!(FORMATS.contains(&value.as_str().unwrap_or_default()), "{name}: {value}"),
                        "exclusiveMinimum" => panic!("{name}: {keyword}"),
                        _ => {}
                    }
                }
            });
        }
    }

    /// Makes up a value that often fits a schema, and often does not.
    fn make_up(schema: &Value, components: &Value, random: &Random, depth: usize) -> Value {
        let draw = |below: usize| -> usize { usize::from(random.bytes()[0]) % below.max(1) };
        if depth > 6 || draw(12) == 0 {
            let odd = [
                json!(null),
                json!(true),
                json!(-1),
                json!(5_000_000_000_u64),
                json!(1.5),
                json!(""),
                json!([]),
                json!({}),
            ];
            return odd[draw(odd.len())].clone();
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = components.pointer(reference.trim_start_matches("#/components")).expect("a target");
            return make_up(target, components, random, depth);
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            if let Some(parts) = schema[name].as_array()
                && schema["properties"].is_null()
            {
                return make_up(&parts[draw(parts.len())], components, random, depth + 1);
            }
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[draw(kinds.len())].as_str().unwrap_or_default(),
            kind => kind.as_str().unwrap_or("object"),
        };
        let texts =
            ["2026-03-01T09:00:00Z", "2026-03-01", "20260301T090000Z", "12", "google", "soon", "", "DAILY", "active"];
        match kind {
            "string" => texts[draw(texts.len())].into(),
            "integer" => [-5_000_000_000_i64, 0, 1, 31, 1000, 5_000_000_000][draw(6)].into(),
            "number" => json!(0.5),
            "boolean" => (draw(2) == 0).into(),
            "array" => (0..draw(3)).map(|_| make_up(&schema["items"], components, random, depth + 1)).collect(),
            "null" => Value::Null,
            _ => {
                let mut members = Map::new();
                for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                    if draw(4) > 0 {
                        members.insert(name.clone(), make_up(schema, components, random, depth + 1));
                    }
                }
                if draw(6) == 0 {
                    members.insert(
                        "a/b~c".into(),
                        make_up(&schema["additionalProperties"], components, random, depth + 1),
                    );
                }
                members.into()
            }
        }
    }

    #[test]
    fn it_decides_as_a_complete_validator_does() {
        let components = components_of_tests();
        let validator = Validator { components: &components };
        let random = Random::new(Some(1));
        let (mut fitting, mut misfitting) = (0, 0);
        for name in components["schemas"].as_object().expect("schemas").keys() {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
            let complete = jsonschema::options()
                .with_draft(Draft::Draft4)
                .should_validate_formats(true)
                .with_format("date-time", |text: &str| has_format(text, "date-time"))
                .with_format("ical-date-time", |text: &str| has_format(text, "ical-date-time"))
                .build(&json!({ "allOf": [schema], "components": components }))
                .expect("a validator");
            for _ in 0..300 {
                let value = make_up(&schema, &components, &random, 0);
                let own: BTreeSet<String> = validator.check(&schema, &value).into_iter().map(|one| one.path).collect();
                let theirs: BTreeSet<String> =
                    complete.iter_errors(&value).map(|error| error.instance_path().as_str().to_owned()).collect();
                assert_eq!(own, theirs, "{name}: {value}");
                if own.is_empty() { fitting += 1 } else { misfitting += 1 }
            }
        }
        assert!(fitting > 1000 && misfitting > 1000, "{fitting} {misfitting}");
    }
}
