//! The two surfaces, read from the sources: what one client can do, the other can.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What exists on one side only, and why.
const ASYNC_ONLY: &[(&str, &str)] =
    &[("Client::raw", "the generated client is async"), ("AuthEvents::next", "an iterator without async")];
const BLOCKING_ONLY: &[(&str, &str)] =
    &[("ClientBuilder::waiting_token_store", "the async client takes the stores that do not wait")];

/// Types that a user can build a call with, or is handed by one, on both sides.
const TYPES: &[&str] = &[
    "Client",
    "ClientBuilder",
    "Auth",
    "Calendars",
    "Events",
    "Webhooks",
    "AuthEvents",
    "Disconnect",
    "ListEvents",
    "SubscribeWebhook",
    "UnsubscribeWebhook",
];

/// Public methods by type and name, with their arguments and what comes of them.
type Surface = BTreeMap<String, String>;

#[test]
fn both_clients_have_the_same_operations() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (blocking, asynchronous): (Vec<_>, Vec<_>) =
        files(&source).into_iter().partition(|path| path.starts_with(source.join("blocking")));
    let waiting = surface(&blocking, true);
    let asynchronous = surface(&asynchronous, false);
    // Setters of requests are those of the one type that both use.
    let shared: BTreeSet<_> = asynchronous.keys().filter(|name| name.starts_with("shared ")).cloned().collect();
    let asynchronous: Surface = asynchronous.into_iter().filter(|(name, _)| !shared.contains(name)).collect();

    let only = |list: &[(&str, &str)]| list.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let names = |surface: &Surface| surface.keys().cloned().collect::<BTreeSet<_>>();
    let missing = |here: &Surface, there: &Surface| names(there).difference(&names(here)).cloned().collect();
    assert_eq!(only(ASYNC_ONLY), missing(&waiting, &asynchronous), "on the async side only");
    assert_eq!(only(BLOCKING_ONLY), missing(&asynchronous, &waiting), "on the blocking side only");

    let mut compared = 0;
    for (name, signature) in &waiting {
        if let Some(other) = asynchronous.get(name) {
            println!("{name}{signature}");
            assert_eq!(signature, other, "{name}");
            compared += 1;
        }
    }
    println!("{compared} methods compared; {} setters of requests shared", shared.len());
    assert!(compared >= 35 && shared.len() >= 10, "the sources are not read as they should be");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn surface(files: &[PathBuf], waiting: bool) -> Surface {
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
            } else if let Some((kind, name)) = &of
                && let Some(function) =
                    line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub async fn "))
            {
                let end = lines[number..].iter().position(|line| line.ends_with('{')).unwrap();
                let rest = lines[number + 1..=number + end].iter().map(|line| line.trim());
                let whole: String = std::iter::once(function).chain(rest).collect::<Vec<_>>().join(" ");
                let (function, signature) = whole.split_at(whole.find(['(', '<']).unwrap());
                surface.insert(format!("{kind}{name}::{function}"), normal(signature));
            }
        }
        if waiting {
            surface.extend(by_macro(&lines));
        }
    }
    surface
}

/// Reads the head of an inherent impl of one of the types: whether the type is shared by both sides, and its name.
fn inherent(line: &str) -> Option<(&'static str, &'static str)> {
    let head = line.strip_prefix("impl")?.strip_suffix(" {")?;
    let kind = if head.starts_with("<C> ") { "shared " } else { "" };
    let name = head.rsplit(' ').next()?.split('<').next()?;
    let name = TYPES.iter().find(|of| **of == name).filter(|_| !head.contains(" for "))?;
    Some((kind, name))
}

/// Reads what the macros of the blocking side are given.
fn by_macro(lines: &[&str]) -> Surface {
    let mut surface = Surface::new();
    let mut within = None;
    for line in lines {
        let line = line.trim();
        if let Some(head) = line.strip_suffix('{').or_else(|| line.strip_suffix(':')) {
            let head = head.replace("! {", "!");
            let mut words = head.split(['!', '.', ' ']).filter(|word| !word.is_empty());
            within = match (words.next(), words.next()) {
                (Some("settings"), None) => Some("ClientBuilder"),
                (Some("calls"), Some(resource)) => TYPES.iter().find(|of| **of == resource).copied(),
                (Some("sends"), None) => Some(""),
                _ => None,
            };
        } else if line == "}" {
            within = None;
        } else if let Some(of) = within {
            let (name, signature) = match (of, line.split_once(" -> "), line.split_once(": ")) {
                ("", Some((request, answer)), _) => {
                    (format!("{request}::send"), format!("() -> Result<{}, Error>", answer.trim_end_matches(';')))
                }
                ("ClientBuilder", _, Some((name, value))) => {
                    (format!("ClientBuilder::{name}"), format!("({}) -> Self", value.trim_end_matches(',')))
                }
                (_, Some((call, answer)), _) => {
                    let (name, arguments) = call.split_at(call.find('(').unwrap());
                    (format!("{of}::{name}"), format!("{arguments} -> Result<{}, Error>", answer.trim_end_matches(';')))
                }
                _ => continue,
            };
            surface.insert(name, normal(&signature));
        }
    }
    surface
}

/// Types of arguments and of the answer, without what differs by how it is written down.
fn normal(signature: &str) -> String {
    let signature = signature.split(" where ").next().unwrap().trim_end_matches('{').trim();
    let (arguments, answer) = signature.split_once(" -> ").unwrap_or((signature, "()"));
    let arguments = arguments.split_once('(').unwrap().1.trim_end().trim_end_matches(')').trim_end_matches(", ");
    let types = arguments.split(", ").filter(|argument| !argument.is_empty() && !argument.ends_with("self"));
    let types: Vec<_> = types.map(|argument| argument.split_once(": ").map_or(argument, |(_, of)| of)).collect();
    format!("({}) -> {}", types.join(", "), answer.replace("<Client>", ""))
}
