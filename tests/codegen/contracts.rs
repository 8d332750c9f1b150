// The table of contracts.yaml, within a program of its own: `main.rs` puts the generator beside it.

use std::process::ExitCode;

use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [table, openapi, api, union] = &arguments[..] else { panic!("usage: TABLE OPENAPI API UNION") };
    let mut all: Value = yaml_serde::from_str(&std::fs::read_to_string(openapi).unwrap()).unwrap();
    let mut failed = unlisted(&std::fs::read_to_string(api).unwrap(), &all);
    let table: Value = yaml_serde::from_str(&std::fs::read_to_string(table).unwrap()).unwrap();
    for case in table["cases"].as_array().unwrap() {
        let mut contract = json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "servers": [{ "url": "https://api.example/v1" }],
            "paths": {},
            "components": { "schemas": {} },
        });
        merge(&mut contract, &case["change"]);
        let text = yaml_serde::to_string(&contract).unwrap() + case["append"].as_str().unwrap_or_default();
        let outcome = std::panic::catch_unwind(|| codegen::generate(&text, "", case["lock"].as_str().unwrap_or_default()));
        let outcome = outcome.unwrap_or_else(|_| Err("a panic".to_owned()));
        let (told, is_right) = judge(case, &outcome);
        failed += u32::from(!is_right);
        println!("{}{} | {told}", if is_right { "" } else { "WRONG: " }, case["name"].as_str().unwrap());
        if !case["gives"].is_null() {
            merge(&mut all, &case["change"]);
        }
    }
    std::fs::write(union, yaml_serde::to_string(&all).unwrap()).unwrap();
    println!("{} contracts, {failed} wrong", table["cases"].as_array().unwrap().len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Counts the handwritten names of the public API that the generator does not know, and would give away again.
fn unlisted(api: &str, openapi: &Value) -> u32 {
    use codegen::names;
    let operations = openapi["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let generated: Vec<_> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let is_known = |line: &str| {
        let Some((owner, name)) = line.split('(').next().and_then(|line| line.rsplit_once("::")) else { return true };
        let (owner, name) = (owner.replace("mobiscroll_connect::", ""), name.split('<').next().unwrap_or(name));
        if generated.contains(&name) {
            return true;
        }
        match (owner.as_str(), owner.strip_suffix("<'_, C>")) {
            ("pub fn Client" | "pub fn blocking::Client", _) => names::CLIENT_METHODS.contains(&name),
            ("pub struct requests", _) => {
                names::REQUESTS.contains(&name) || generated.iter().any(|id| names::of(id).params == name)
            }
            ("pub fn Request<P, C>" | "pub fn Request<P, Client>", _) => names::is_setter("", name),
            (_, Some(resource)) => names::is_method(resource.trim_start_matches("pub fn "), name),
            _ => true,
        }
    };
    let lines = api.lines().map(|line| line.trim_start_matches("#[non_exhaustive] ").replace("pub async fn", "pub fn"));
    let unknown: Vec<_> = lines.filter(|line| !is_known(line)).collect();
    unknown.iter().for_each(|line| println!("WRONG: codegen/names.rs does not know {line}"));
    unknown.len() as u32
}

/// What came of a contract, and whether it is what the table says.
fn judge(case: &Value, outcome: &Result<codegen::Bindings, String>) -> (String, bool) {
    let texts = |name: &str| -> Vec<String> {
        let texts = case[name].as_array().into_iter().flatten();
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    match outcome {
        Ok(bindings) => {
            let code = plain(&bindings.files.iter().map(|(_, code)| code.as_str()).collect::<String>());
            let missing: Vec<_> = texts("gives").into_iter().filter(|text| !code.contains(&plain(text))).collect();
            let surplus: Vec<_> = texts("lacks").into_iter().filter(|text| code.contains(&plain(text))).collect();
            let untold = texts("warns").into_iter().filter(|text| !bindings.warnings.contains(text));
            let missing: Vec<_> = missing.into_iter().chain(untold).collect();
            let is_right = missing.is_empty() && surplus.is_empty() && case["refused"].is_null();
            let told = if is_right { ["generated"].into_iter().chain(bindings.warnings.iter().map(String::as_str)).collect::<Vec<_>>().join("; ") } else { format!("missing: {missing:?}, surplus: {surplus:?}") };
            (told, is_right)
        }
        Err(reason) => {
            let reasons = texts("refused");
            let is_right = !reasons.is_empty() && reasons.iter().all(|text| reason.contains(text.as_str()));
            (format!("refused: {}", reason.replace('\n', "; ")), is_right)
        }
    }
}

/// Code without white space and trailing commas, which the formatter sets as lines are long.
fn plain(code: &str) -> String {
    let lines = code.lines().map(|line| line.trim_start().strip_prefix("///").unwrap_or(line));
    let code: String = lines.flat_map(|line| line.chars().filter(|c| !c.is_whitespace())).collect();
    code.replace(",)", ")").replace(",}", "}").replace(",>", ">")
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
