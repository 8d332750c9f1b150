//! Text that others wrote, fit for a line of a log.

/// Replaces what ends a line or controls a terminal, and cuts the text after so many characters.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let is_break = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    text.chars().take(limit).map(|letter| if is_break(letter) { ' ' } else { letter }).collect()
}
