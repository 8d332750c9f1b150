//! The header `Retry-After`.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// The obsolete forms of an HTTP date, which RFC 9110 has recipients accept: of RFC 850, and of C's `asctime`.
const OBSOLETE_DATES: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// Reads `Retry-After` as seconds or as an HTTP date; a date in the past means now.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if value.starts_with(|first: char| first.is_ascii_digit()) && value.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        // Clamped to what fits every clock.
        return Some(Duration::from_secs_f64(value.parse::<f64>().ok()?.min(u32::MAX.into())));
    }
    let date = jiff::fmt::rfc2822::parse(value).map(|date| date.timestamp()).ok().or_else(|| obsolete(value))?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

fn obsolete(value: &str) -> Option<Timestamp> {
    let date = OBSOLETE_DATES.iter().find_map(|form| DateTime::strptime(form, value).ok())?;
    Offset::UTC.to_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "2026-10-21T07:28:00Z".parse().unwrap();
        let parse = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(parse("120"), Some(Duration::from_secs(120)));
        assert_eq!(parse("Wed, 21 Oct 2026 07:28:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(parse("Wed, 21 Oct 2026 07:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(parse("soon"), None);
        assert_eq!(parse("-5"), None);
        assert_eq!(parse("99999999999999999999999"), Some(Duration::from_secs(u32::MAX.into())));
    }
}
