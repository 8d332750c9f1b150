//! The lock of required arguments (`generated/required.lock`): a contract that lists them in another order must not swap two
//! texts in silence, and what becomes required must not be found out by calls that fail.

use std::collections::BTreeMap;

use crate::codegen::facts::Facts;

const HEAD: &str = "\
# The required arguments of each operation, and the required members of each schema, in the order in which Rust takes
# them. A contract with another order keeps this one. One that requires more or less is a breaking change: to accept it,
# delete its line here and build again.
";

/// What the generator found out about the lock.
pub(crate) struct Outcome {
    /// The new text of the lock.
    pub(crate) text: String,
    /// What is worth a warning.
    pub(crate) warnings: Vec<String>,
}

/// Compares the contract with the lock, and gives the arguments the order of the lock.
pub(crate) fn apply(facts: &mut Facts, lock: &str) -> Result<Outcome, String> {
    let lock = read(lock)?;
    let mut lines = BTreeMap::new();
    let (mut warnings, mut problems) = (Vec::new(), Vec::new());
    for operation in facts.operations.iter_mut().filter(|operation| !operation.is_internal) {
        let (key, required) = (format!("operation {}", operation.id), operation.required());
        let order = match lock.get(key.as_str()) {
            Some(old) => compare(&key, old, &required, &mut problems, &mut warnings),
            None => required,
        };
        operation.order(&order);
        lines.insert(key, order);
    }
    for (name, request) in &mut facts.requests {
        let key = format!("schema {name}");
        if let Some(old) = lock.get(key.as_str()) {
            request.required = compare(&key, old, &request.required, &mut problems, &mut warnings);
        }
        lines.insert(key, request.required.clone());
    }
    for (name, required) in &facts.arriving {
        let key = format!("response {name}");
        if let Some(old) = lock.get(key.as_str()) {
            let added = required.iter().filter(|name| !old.contains(name));
            warnings.extend(
                added.map(|added| format!("{key}: {added} is required now: a response without it is malformed")),
            );
        }
        lines.insert(key, required.clone());
    }
    // An operation that requires nothing is known for that.
    lines.retain(|key, names| !names.is_empty() || key.starts_with("operation "));
    match problems.is_empty() {
        true => Ok(Outcome { text: written(&lines), warnings }),
        false => Err(problems.join("\n")),
    }
}

/// The lines of a lock, by their operation or schema.
fn read(lock: &str) -> Result<BTreeMap<&str, Vec<String>>, String> {
    let mut lines = BTreeMap::new();
    for line in lock.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let is_key = |key: &str| ["operation ", "schema ", "response "].iter().any(|kind| key.starts_with(kind));
        let Some((key, names)) = line.split_once(':').filter(|(key, _)| is_key(key)) else {
            return Err(format!("generated/required.lock: the line {line:?} is malformed"));
        };
        if lines.insert(key, listed(names)).is_some() {
            return Err(format!("generated/required.lock: there are two lines for {key}"));
        }
    }
    Ok(lines)
}

fn listed(names: &str) -> Vec<String> {
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn written(lines: &BTreeMap<String, Vec<String>>) -> String {
    let lines = lines.iter().map(|(key, names)| format!("{key}: {}", names.join(", ")).trim_end().to_owned() + "\n");
    HEAD.to_owned() + &lines.collect::<String>()
}

/// Returns the order in which Rust takes the arguments.
fn compare(
    key: &str,
    old: &[String],
    new: &[String],
    problems: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Vec<String> {
    const BREAKING: &str = "a breaking change (see generated/required.lock)";
    let added = new.iter().filter(|name| !old.contains(name));
    problems.extend(added.map(|name| format!("{key}: {name} is required now, {BREAKING}")));
    let removed = old.iter().filter(|name| !new.contains(name));
    problems.extend(removed.map(|name| format!("{key}: {name} is no longer required, {BREAKING}")));
    let is_reordered = old != new && old.iter().all(|name| new.contains(name)) && old.len() == new.len();
    if is_reordered {
        warnings.push(format!("{key}: the contract has the order {}, Rust keeps {}", new.join(", "), old.join(", ")));
        return old.to_vec();
    }
    new.to_vec()
}
