//! Finds what the generator cannot honour in a contract, before progenitor sees it: all of it, each by its place.

mod extensions;
mod names;
mod operations;
mod schemas;
mod shape;

use serde_json::Value;

use crate::codegen::walk;

/// A list of problems, each with the place in the contract where it is.
#[derive(Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, place: &str, problem: impl AsRef<str>) {
        let line = format!("{place}: {}", problem.as_ref());
        if !self.0.contains(&line) {
            self.0.push(line);
        }
    }
}

pub(crate) fn check(spec: &Value) -> Result<(), String> {
    let mut problems = Problems::default();
    document(spec, &mut problems);
    if problems.0.is_empty() {
        shape::check(spec, &mut problems);
    }
    references(spec, spec, "", &mut problems);
    // What follows takes references that lead somewhere for granted.
    if problems.0.is_empty() {
        operations::check(spec, &mut problems);
        schemas::check(spec, &mut problems);
        extensions::check(spec, &mut problems);
        names::check(spec, &mut problems);
    }
    match problems.0.is_empty() {
        true => Ok(()),
        false => Err(problems.0.join("\n")),
    }
}

fn document(spec: &Value, problems: &mut Problems) {
    let version = spec["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.0.") {
        problems.add("openapi", format!("the version {version:?} is not supported, 3.0.x is"));
    }
    if !spec["info"]["title"].is_string() || !spec["info"]["version"].is_string() {
        problems.add("info", "title or version is missing");
    }
    if !spec["paths"].is_object() {
        problems.add("paths", "there are none");
    }
    for (path, item) in walk::members(&spec["paths"]) {
        if !item.is_object() {
            problems.add(path, "this is no object");
        } else if item["$ref"].is_string() {
            problems.add(path, "a path that is a reference is not supported");
        }
        for method in walk::METHODS.iter().filter(|method| !item[**method].is_null() && !item[**method].is_object()) {
            problems.add(&format!("{} {path}", method.to_uppercase()), "this is no object");
        }
    }
}

/// Every reference has to lead to something within the contract. What is an example is not looked into.
fn references(value: &Value, spec: &Value, place: &str, problems: &mut Problems) {
    if let Some(reference) = value["$ref"].as_str() {
        reference_to(reference, spec, place, problems);
    }
    let names_members = place.ends_with("/properties");
    for (name, member) in walk::members(value) {
        if names_members || !["example", "examples", "default"].contains(&name) {
            references(member, spec, &format!("{place}/{name}"), problems);
        }
    }
    for item in walk::items(value) {
        references(item, spec, place, problems);
    }
}

fn reference_to(reference: &str, spec: &Value, place: &str, problems: &mut Problems) {
    const KINDS: [&str; 5] = ["schemas", "parameters", "responses", "requestBodies", "headers"];
    let place = place.trim_start_matches('/');
    let Some((kind, name)) = reference.strip_prefix("#/components/").and_then(|rest| rest.split_once('/')) else {
        return problems.add(place, format!("{reference} is not in the components of this contract"));
    };
    let target = &spec["components"][kind][name];
    if !KINDS.contains(&kind) || !target.is_object() {
        problems.add(place, format!("{reference} leads nowhere"));
    } else if kind != "schemas" && target["$ref"].is_string() {
        problems.add(place, format!("{reference} is a reference itself"));
    }
}
