//! The contract's descriptions as doc comments.

use syn::Attribute;

/// A description as doc comments, a line each. What rustdoc would take for a link, a tag or a test of the crate is
/// escaped: it was written for another reader.
pub(crate) fn docs(text: &str) -> Vec<Attribute> {
    let mut fenced = false;
    let line = |line: &str| {
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        let shown = match (is_fence, fenced) {
            (true, false) => "```text".to_owned(),
            (true, true) => "```".to_owned(),
            (false, true) => line.to_owned(),
            (false, false) => escaped(line),
        };
        fenced ^= is_fence;
        match shown.is_empty() {
            true => shown,
            false => format!(" {shown}"),
        }
    };
    let mut lines: Vec<String> = text.lines().map(line).collect();
    if fenced {
        lines.push(" ```".to_owned());
    }
    lines.iter().map(|line| syn::parse_quote!(#[doc = #line])).collect()
}

/// Escapes a line outside of fences, but for what stands between backticks.
fn escaped(line: &str) -> String {
    // Four spaces would make it code, which rustdoc runs.
    let indent = line.len() - line.trim_start().len();
    let line = format!("{}{}", &line[..indent.min(2)], line.trim_start());
    let mut parts: Vec<String> = line.split('`').map(str::to_owned).collect();
    let is_paired = parts.len() % 2 == 1;
    for (i, part) in parts.iter_mut().enumerate() {
        if i % 2 == 0 || !is_paired {
            let words = part.split(' ').map(|word| match is_url(word) {
                true => linked(word),
                false => word.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<"),
            });
            *part = words.collect::<Vec<_>>().join(" ");
        }
    }
    parts.join(if is_paired { "`" } else { "\\`" })
}

fn is_url(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '<']);
    word.starts_with("http://") || word.starts_with("https://")
}

/// Makes a link of a URL, without the punctuation around it.
fn linked(word: &str) -> String {
    let start = word.find("http").unwrap_or_default();
    let rest = &word[start..];
    let end = rest.trim_end_matches(['.', ',', ';', ':', ')', '>', '!', '?']).len();
    let (before, after) = (word[..start].replace('<', ""), rest[end..].replace('>', ""));
    format!("{before}<{}>{after}", &rest[..end])
}
