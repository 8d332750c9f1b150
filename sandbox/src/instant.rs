//! Reading and writing instants as the API does.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// Writes an instant in UTC with milliseconds, such as `2026-03-01T09:00:00.000Z`.
pub(crate) fn format(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Writes an instant in UTC with as many digits as it has.
pub(crate) fn exact(instant: Timestamp) -> String {
    instant.to_string()
}

/// Reads an instant with an offset, a date and time without one (taken as UTC), or a bare date (midnight UTC).
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    // An unescaped "+02:00" in a query arrives as " 02:00".
    if let Some((date, offset)) = text.rsplit_once(' ')
        && let Ok(instant) = format!("{date}+{offset}").parse::<Timestamp>()
    {
        return Some(instant);
    }
    text.parse::<civil::DateTime>().ok().and_then(from_utc)
}

/// Reads the basic form that recurrence rules use, such as `20260301T090000Z`.
pub(crate) fn parse_basic(text: &str) -> Option<Timestamp> {
    let local = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    // Rules that never end are known to name the last second of 9999, which no instant can.
    Some(from_utc(local).unwrap_or(Timestamp::MAX))
}

/// Writes the basic form that recurrence rules and instance ids use.
pub(crate) fn format_basic(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

pub(crate) fn to_utc(instant: Timestamp) -> civil::DateTime {
    TimeZone::UTC.to_datetime(instant)
}

pub(crate) fn from_utc(local: civil::DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(local).ok()
}

/// Moves an instant, stopping at the ends of time.
pub(crate) fn shift(instant: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    instant.checked_add(by).unwrap_or(end)
}

/// Gives the instant so much later, or the end of time.
pub(crate) fn after(instant: Timestamp, by: Duration) -> Timestamp {
    shift(instant, SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_that_clients_send() {
        let noon = "2026-03-01T12:00:00Z".parse().ok();
        for text in [
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00.000Z",
            "2026-03-01T14:00:00+02:00",
            "2026-03-01T14:00:00 02:00",
            "2026-03-01T12:00:00",
            "2026-03-01 12:00:00",
        ] {
            assert_eq!(parse(text), noon, "{text}");
        }
        assert_eq!(parse("2026-03-01"), "2026-03-01T00:00:00Z".parse().ok());
        assert_eq!(parse_basic("20260301T120000Z"), noon);
        assert_eq!(parse_basic("99991231T235959Z"), Some(Timestamp::MAX));
        assert_eq!(parse("soon"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn writes_utc_with_milliseconds() {
        let instant = "2026-03-01T12:00:00.5Z".parse().expect("a timestamp");
        assert_eq!(format(instant), "2026-03-01T12:00:00.500Z");
        assert_eq!(format_basic(instant), "20260301T120000Z");
    }
}
