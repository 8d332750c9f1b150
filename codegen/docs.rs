//! The contract's descriptions as doc comments.

use syn::Attribute;

/// A description as doc comments, a line each. What rustdoc would take for a link, a tag or a test of the crate is
/// escaped: it was written for another reader.
pub(crate) fn docs(text: &str) -> Vec<Attribute> {
    let lines = escaped(text);
    let lines = lines.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    lines.map(|line| syn::parse_quote!(#[doc = #line])).collect()
}

/// A description with all escaped that rustdoc would misread.
pub(crate) fn escaped(text: &str) -> String {
    let mut open: Option<&str> = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let fence = fence(line);
        let rest = line.trim_start().strip_prefix(fence).unwrap_or(line).trim();
        lines.push(match (open, fence) {
            (Some(opened), fence) if fence.starts_with(opened) && rest.is_empty() => {
                open = None;
                opened.to_owned()
            }
            (Some(_), _) => line.to_owned(),
            (None, "") => prose(line),
            (None, fence) => {
                open = Some(fence);
                format!("{fence}text")
            }
        });
    }
    lines.extend(open.map(str::to_owned));
    lines.join("\n")
}

/// The three or more characters that begin or end a block of code, or nothing.
fn fence(line: &str) -> &str {
    let line = line.trim_start();
    let longest = ['`', '~'].map(|mark| line.len() - line.trim_start_matches(mark).len());
    match longest.into_iter().max() {
        // A span of code on one line is no fence.
        Some(length @ 3..) if !line[length..].contains('`') => &line[..length],
        _ => "",
    }
}

/// Escapes a line outside of fences, but for what stands between backticks.
fn prose(line: &str) -> String {
    // Four spaces would make it code, which rustdoc runs.
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    let text = match line.contains("    ") || line.contains('\t') {
        true => line.split_whitespace().collect::<Vec<_>>().join(" "),
        false => line.trim_start().to_owned(),
    };
    let text = text.replace("~~~", "\\~~~");
    let mut parts: Vec<String> = text.split('`').map(str::to_owned).collect();
    let is_paired = parts.len() % 2 == 1;
    for (i, part) in parts.iter_mut().enumerate() {
        if i % 2 == 0 || !is_paired {
            *part = part.split(' ').map(word).collect::<Vec<_>>().join(" ");
        }
    }
    " ".repeat(indent.min(2)) + &parts.join(if is_paired { "`" } else { "\\`" })
}

/// Escapes a word, and makes a link of a URL in it, without the punctuation around it.
fn word(word: &str) -> String {
    let plain = |text: &str| text.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<");
    let Some(start) = ["http://", "https://"].iter().filter_map(|scheme| word.find(scheme)).min() else {
        return plain(word);
    };
    let (before, rest) = word.split_at(start);
    let end = rest.find(['"', '<', '>', '\'', '|', '\\', '^', '{', '}', ']']).unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(['.', ',', ';', ':', ')', '!', '?', '*', '_']);
    // A URL in angle brackets is a link already.
    let (before, after) = match (before.strip_suffix('<'), rest[url.len()..].strip_prefix('>')) {
        (Some(before), Some(after)) => (before, after),
        _ => (before, &rest[url.len()..]),
    };
    format!("{}<{url}>{}", plain(before), plain(after))
}
