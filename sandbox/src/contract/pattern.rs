//! The regular expressions that the contract has: anchored, of literals and classes with a count.

/// Tells whether a text matches; `None` if the pattern has anything else in it.
pub(super) fn is_match(pattern: &str, text: &str) -> Option<bool> {
    let mut pattern = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let mut text = text;
    while !pattern.is_empty() {
        let (class, rest) = class(pattern)?;
        let (least, most, rest) = count(rest)?;
        pattern = rest;
        // Whatever follows a class here is not in it, so taking all there is loses nothing.
        let taken: usize = text.chars().take_while(|c| class.has(*c)).take(most).map(char::len_utf8).sum();
        if text[..taken].chars().count() < least {
            return Some(false);
        }
        text = &text[taken..];
    }
    Some(text.is_empty())
}

#[derive(Debug)]
enum Class {
    One(char),
    Range(char, char),
}

impl Class {
    fn has(&self, c: char) -> bool {
        match self {
            Self::One(one) => c == *one,
            Self::Range(first, last) => (*first..=*last).contains(&c),
        }
    }
}

/// Reads a class such as `[0-9]`, or a letter or digit.
fn class(pattern: &str) -> Option<(Class, &str)> {
    if let Some(range) = pattern.strip_prefix('[') {
        let (range, rest) = range.split_once(']')?;
        let (first, last) = range.split_once('-')?;
        return Some((Class::Range(first.parse().ok()?, last.parse().ok()?), rest));
    }
    let one = pattern.chars().next().filter(|c| c.is_ascii_alphanumeric())?;
    Some((Class::One(one), &pattern[1..]))
}

/// Reads how often a class occurs: `+`, a number in braces, or once.
fn count(pattern: &str) -> Option<(usize, usize, &str)> {
    if let Some(rest) = pattern.strip_prefix('+') {
        return Some((1, usize::MAX, rest));
    }
    let Some(braces) = pattern.strip_prefix('{') else { return Some((1, 1, pattern)) };
    let (number, rest) = braces.split_once('}')?;
    let number = number.parse().ok()?;
    Some((number, number, rest))
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn texts_match_or_not_and_other_patterns_are_unknown() {
        assert_eq!(is_match("^[0-9]+$", "1772389329"), Some(true));
        assert_eq!(is_match("^[0-9]{8}T[0-9]{6}Z$", "20260301T090000Z"), Some(true));
        for text in ["", "12a", "a12", "٣", "-1"] {
            assert_eq!(is_match("^[0-9]+$", text), Some(false), "{text}");
        }
        for text in ["20260301T090000", "2026030T0900000Z", "20260301T090000Z ", "20260301t090000Z"] {
            assert_eq!(is_match("^[0-9]{8}T[0-9]{6}Z$", text), Some(false), "{text}");
        }
        for pattern in ["[0-9]", "^a|b$", "^(a)$", "^a.$", "^[ab]$", "^a{1,2}$", "^\\d$"] {
            assert_eq!(is_match(pattern, "a"), None, "{pattern}");
        }
    }
}
