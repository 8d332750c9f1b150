//! Wall time: the one place where jiff's instants meet chrono's, which the crate `rrule` works with.

use chrono::{DateTime, Duration, MappedLocalTime, NaiveDateTime, TimeZone, Utc};
use jiff::Timestamp;
use rrule::Tz;

/// The time zone of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone(chrono_tz::Tz);

impl Zone {
    pub(super) const UTC: Self = Self(chrono_tz::UTC);

    /// Finds a zone by its IANA name; an unknown one counts as UTC.
    pub(super) fn named(name: &str) -> Self {
        name.parse().map_or(Self::UTC, Self)
    }

    pub(super) fn is_known(name: &str) -> bool {
        name.parse::<chrono_tz::Tz>().is_ok()
    }

    pub(super) fn name(self) -> &'static str {
        self.0.name()
    }

    /// Gives the wall time at an instant, down to the second.
    pub(super) fn at(self, instant: Timestamp) -> Option<DateTime<Tz>> {
        let seconds = instant.as_millisecond().div_euclid(1000);
        Some(DateTime::from_timestamp(seconds, 0)?.with_timezone(&Tz::Tz(self.0)))
    }

    /// Writes an instant with the offset of this zone, such as `2026-03-01T10:00:00+01:00`.
    pub(super) fn format(self, instant: Timestamp) -> String {
        self.at(instant).map(|time| time.to_rfc3339()).unwrap_or_default()
    }

    /// Writes the wall time at an instant in the basic form, such as `20260301T100000`.
    pub(super) fn format_basic(self, instant: Timestamp) -> String {
        self.at(instant).map(|time| time.format("%Y%m%dT%H%M%S").to_string()).unwrap_or_default()
    }

    /// Moves an instant by as much wall time as lies between two others.
    pub(super) fn carry(self, instant: Timestamp, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let wall = |instant| Some(self.at(instant)?.naive_local());
        let moved = wall(instant)?.checked_add_signed(wall(to)?.signed_duration_since(wall(from)?))?;
        self.instant(moved)
    }

    /// Gives the instant at which clocks show this time: the first of two, and an hour later where there is none.
    fn instant(self, wall: NaiveDateTime) -> Option<Timestamp> {
        match self.0.from_local_datetime(&wall) {
            MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => to_instant(&time),
            MappedLocalTime::None => {
                to_instant(&self.0.from_local_datetime(&wall.checked_add_signed(Duration::hours(1))?).earliest()?)
            }
        }
    }
}

/// Gives the instant in the form that rules end with.
pub(super) fn to_utc(instant: Timestamp) -> DateTime<Tz> {
    let time = DateTime::from_timestamp(instant.as_second(), 0);
    time.unwrap_or(DateTime::<Utc>::MAX_UTC).with_timezone(&Tz::UTC)
}

/// Comes back from chrono; nothing for times beyond the year 9999.
pub(super) fn to_instant<Z: TimeZone>(time: &DateTime<Z>) -> Option<Timestamp> {
    Timestamp::from_second(time.timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn wall_time_is_carried_over_a_change_of_clocks() {
        let berlin = Zone::named("Europe/Berlin");
        let (from, to) = (at("2026-07-01T07:00:00Z"), at("2026-07-01T08:00:00Z"));
        assert_eq!(berlin.carry(at("2026-01-05T08:00:00Z"), from, to), Some(at("2026-01-05T09:00:00Z")));
        assert_eq!(berlin.format(from), "2026-07-01T09:00:00+02:00");
        assert_eq!(berlin.format_basic(at("2026-01-05T08:00:00Z")), "20260105T090000");
    }

    #[test]
    fn an_hour_that_clocks_skip_is_the_one_after() {
        let berlin = Zone::named("Europe/Berlin");
        let (from, to) = (at("2026-01-01T11:00:00Z"), at("2026-01-01T01:30:00Z"));
        assert_eq!(berlin.carry(at("2026-03-29T10:00:00Z"), from, to), Some(at("2026-03-29T01:30:00Z")));
    }

    #[test]
    fn an_unknown_zone_is_utc() {
        assert_eq!(Zone::named("Mars/Olympus"), Zone::UTC);
        assert_eq!(Zone::UTC.name(), "UTC");
    }
}
