//! Guessing what was meant.

/// Longer texts are not compared to their end.
const LONGEST: usize = 200;

/// Finds the known name that is nearest to a given one; `None` if all are far away.
///
/// Case, `_` and `-` do not count: `page_size` is `pageSize`.
pub(crate) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let given = plain(given);
    let found = closest(known.iter(), |name| distance(&given, &plain(name)))?;
    let is_near = distance(&given, &plain(found)) <= (given.chars().count() / 2).max(1);
    is_near.then_some(found)
}

pub(super) fn closest<'a, T>(candidates: impl Iterator<Item = &'a T>, away: impl Fn(&&'a T) -> usize) -> Option<&'a T> {
    candidates.min_by_key(away)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// Counts the characters to insert, remove or replace (Levenshtein distance).
pub(super) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, c) in one.chars().take(LONGEST).enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, d) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(c != *d);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let known = ["pageSize", "calendarIds", "start"];
        assert_eq!(nearest("page_size", &known), Some("pageSize"));
        assert_eq!(nearest("pageSise", &known), Some("pageSize"));
        assert_eq!(nearest("calendarId", &known), Some("calendarIds"));
        assert_eq!(nearest("x", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
