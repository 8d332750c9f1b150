//! Texts that are almost JSON.

use std::borrow::Cow;

/// Removes a byte order mark, and replaces unpaired surrogates: a server in JavaScript cuts a text inside an emoji.
///
/// It takes nothing else, and changes no valid JSON.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unpaired = unpaired_surrogates(text);
    if unpaired.is_empty() {
        return text.into();
    }
    let (mut cleaned, mut end) = (String::with_capacity(text.len()), 0);
    for start in unpaired {
        cleaned.push_str(&text[end..start]);
        cleaned.push_str("\\ufffd");
        end = start + ESCAPE;
    }
    cleaned.push_str(&text[end..]);
    cleaned.into()
}

/// The length of `\ud83c`.
const ESCAPE: usize = 6;

/// Finds where unpaired surrogates are escaped.
fn unpaired_surrogates(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        let start = at + next;
        // Any other escape takes two bytes, an escaped backslash above all.
        at = match (surrogate(bytes, start), surrogate(bytes, start + ESCAPE)) {
            (None, _) => (start + 2).min(bytes.len()),
            (Some(Half::High), Some(Half::Low)) => start + 2 * ESCAPE,
            _ => {
                found.push(start);
                start + ESCAPE
            }
        };
    }
    found
}

enum Half {
    High,
    Low,
}

fn surrogate(bytes: &[u8], start: usize) -> Option<Half> {
    match bytes.get(start..start + ESCAPE)? {
        [b'\\', b'u', b'd' | b'D', half, a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => match half {
            b'8' | b'9' | b'a' | b'b' | b'A' | b'B' => Some(Half::High),
            b'c'..=b'f' | b'C'..=b'F' => Some(Half::Low),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpaired_surrogates_are_replaced_and_nothing_else_is() {
        for (text, cleaned) in [
            (r#""a\ud83c""#, r#""a\ufffd""#),
            (r#""\uDF89b""#, r#""\ufffdb""#),
            (r#""\ud83c\ud83c\udf89""#, r#""\ufffd\ud83c\udf89""#),
            (r#""\ud83cé""#, r#""\ufffdé""#),
            (r#""\\ud83c""#, r#""\\ud83c""#),
            (r#""\\\ud83c""#, r#""\\\ufffd""#),
            (r#""\ud83c\udf89\n""#, r#""\ud83c\udf89\n""#),
            ("\u{feff}[]", "[]"),
            ("\\", "\\"),
            ("é\\", "é\\"),
            (r"\ud8", r"\ud8"),
        ] {
            assert_eq!(clean(text), cleaned, "{text}");
        }
    }
}
