//! The two surfaces, read from the sources: what one client can do, the other can.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What exists on one side only, and why.
const ASYNC_ONLY: &[(&str, &str)] = &[("AuthEvents::next", "an iterator without async")];
const BLOCKING_ONLY: &[(&str, &str)] =
    &[("ClientBuilder::blocking_token_store", "the async client takes async stores")];

/// What takes other arguments, and why.
const DIFFERENT: &[(&str, &str)] = &[("Client::raw", "the generated client is async, so its calls are run")];

/// The types that exist on both sides.
///
/// Resources and requests are generic over the client, and so are not written twice.
const TYPES: &[&str] = &["Client", "ClientBuilder", "AuthEvents", "EventStream"];

/// Public methods by type and name, with their arguments and what comes of them.
type Surface = BTreeMap<String, String>;

#[test]
fn both_clients_have_the_same_operations() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (blocking, asynchronous): (Vec<_>, Vec<_>) =
        files(&source).into_iter().partition(|path| path.starts_with(source.join("blocking")));
    let blocking = surface(&blocking, true);
    let asynchronous = surface(&asynchronous, false);

    let only = |list: &[(&str, &str)]| list.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let names = |surface: &Surface| surface.keys().cloned().collect::<BTreeSet<_>>();
    let missing = |here: &Surface, there: &Surface| names(there).difference(&names(here)).cloned().collect();
    assert_eq!(only(ASYNC_ONLY), missing(&blocking, &asynchronous), "on the async side only");
    assert_eq!(only(BLOCKING_ONLY), missing(&asynchronous, &blocking), "on the blocking side only");

    let mut compared = 0;
    for (name, signature) in &blocking {
        if let Some(other) = asynchronous.get(name)
            && !only(DIFFERENT).contains(name)
        {
            println!("{name}{signature}");
            assert_eq!(signature, other, "{name}");
            compared += 1;
        }
    }
    println!("{compared} methods compared");
    assert!(compared >= 35, "the sources are not read as they should be");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn surface(files: &[PathBuf], blocking: bool) -> Surface {
    let mut surface = Surface::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<_> = text.lines().take_while(|line| *line != "mod tests {").collect();
        let mut of = None;
        for (number, line) in lines.iter().enumerate() {
            if line.starts_with("impl") {
                of = inherent(line);
            } else if *line == "}" {
                of = None;
            } else if let Some(name) = of
                && let Some(function) =
                    line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub async fn "))
            {
                let end = lines[number..].iter().position(|line| line.ends_with('{')).unwrap();
                let rest = lines[number + 1..=number + end].iter().map(|line| line.trim());
                let whole: String = std::iter::once(function).chain(rest).collect::<Vec<_>>().join(" ");
                let (function, signature) = whole.split_at(whole.find(['(', '<']).unwrap());
                surface.insert(format!("{name}::{function}"), normal(signature));
            }
        }
        if blocking {
            surface.extend(by_macro(&lines));
        }
    }
    surface
}

/// Reads the name of the type from the head of an inherent impl.
fn inherent(line: &str) -> Option<&'static str> {
    let head = line.strip_prefix("impl ")?.strip_suffix(" {")?;
    TYPES.iter().find(|name| **name == head).copied()
}

/// Reads the settings that the blocking side forwards by a macro.
fn by_macro(lines: &[&str]) -> Surface {
    let mut surface = Surface::new();
    let mut within = false;
    for line in lines {
        let line = line.trim();
        match (line, line.split_once(": ")) {
            ("settings! {", _) => within = true,
            ("}", _) => within = false,
            (_, Some((name, value))) if within => {
                let signature = format!("({}) -> Self", value.trim_end_matches(','));
                surface.insert(format!("ClientBuilder::{name}"), normal(&signature));
            }
            _ => {}
        }
    }
    surface
}

/// Types of arguments and of the answer, without what differs by how it is written down.
fn normal(signature: &str) -> String {
    let signature = signature.split(" where ").next().unwrap().trim_end_matches('{').trim();
    let (arguments, answer) = signature.rsplit_once(" -> ").unwrap_or((signature, "()"));
    let arguments = arguments.split_once('(').unwrap().1.trim_end().trim_end_matches(')').trim_end_matches(", ");
    let types = arguments.split(", ").filter(|argument| !argument.is_empty() && !argument.ends_with("self"));
    let types: Vec<_> = types.map(|argument| argument.split_once(": ").map_or(argument, |(_, of)| of)).collect();
    format!("({}) -> {}", types.join(", "), answer.replace("<Client>", ""))
}
