//! Prints the public API from the rustdoc JSON that the argument names, one item a line.

use std::collections::BTreeSet;
use std::error::Error;

use public_api::Builder;

const MODELS: &str = "mobiscroll_connect::raw::types::";
const ROOT: &str = "mobiscroll_connect::";
/// Outside the semver promise.
const RAW: &str = "mobiscroll_connect::raw::";

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let lines = |derived: bool| -> Result<Vec<String>, Box<dyn Error>> {
        let builder = Builder::from_rustdoc_json(&path).omit_blanket_impls(true).omit_auto_trait_impls(true);
        let api = builder.omit_auto_derived_impls(!derived).build()?;
        Ok(api.items().map(|item| item.to_string()).collect())
    };
    let written: BTreeSet<_> = lines(false)?.into_iter().collect();
    let all = lines(true)?;

    // The models are exported at the root too, but their methods are listed once, under the path in `raw`.
    let listed: BTreeSet<_> = all.iter().map(String::as_str).collect();
    let at_root = |line: &&String| line.contains(MODELS) && listed.contains(line.replace(MODELS, ROOT).as_str());
    let models: Vec<_> = all.iter().filter(at_root).filter_map(|line| type_name(line)).collect();

    let mut printed = BTreeSet::new();
    for line in &all {
        // Of a derived trait the `impl` says all.
        if !written.contains(line) && !line.starts_with("impl") || line.contains("StructuralPartialEq") {
            continue;
        }
        let line = renamed(line, &models);
        if !is_raw(&line) && printed.insert(line.clone()) {
            println!("{line}");
        }
    }
    Ok(())
}

/// The name of the model whose `struct` or `enum` this line is.
fn type_name(line: &str) -> Option<&str> {
    let (before, path) = line.split_once(MODELS)?;
    (before.ends_with("struct ") || before.ends_with("enum ")).then_some(path)
}

/// The line with the models' paths at the root.
fn renamed(line: &str, models: &[&str]) -> String {
    let mut parts = line.split(MODELS);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
        renamed += if models.contains(&&part[..end]) { ROOT } else { MODELS };
        renamed += part;
    }
    renamed
}

/// Whether the line is about something in `raw`, which may well be named by lines about something else.
fn is_raw(line: &str) -> bool {
    if line.starts_with("impl") {
        return line.contains(RAW);
    }
    let path = line.find(ROOT).map_or("", |at| &line[at..]);
    path.starts_with(RAW) || path == RAW.trim_end_matches("::")
}
