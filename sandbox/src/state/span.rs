//! The time that an event takes.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::instant;

const DAY: i64 = 24 * 60 * 60;

/// A piece of time, from its start up to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Span {
    pub(super) fn length(self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// Tells whether a span shares time with a window; one without length counts by its start.
    pub(super) fn overlaps(self, window: Self) -> bool {
        self.start < window.end && (self.end > window.start || (self.end == self.start && self.start >= window.start))
    }

    pub(super) fn write_to(self, body: &mut Map<String, Value>) {
        body.insert("start".into(), instant::format(self.start).into());
        body.insert("end".into(), instant::format(self.end).into());
    }

    /// Widens a span to whole days, at least one.
    fn to_whole_days(self) -> Self {
        let floor = |second: i64| second.div_euclid(DAY) * DAY;
        let start = floor(self.start.as_second());
        let end = floor(self.end.as_second().saturating_add(DAY - 1)).max(start + DAY);
        let instant = |second, otherwise| Timestamp::from_second(second).unwrap_or(otherwise);
        Self { start: instant(start, self.start), end: instant(end, self.end) }
    }
}

/// Reads the dates of an event; nothing if one is missing or cannot be read.
pub(super) fn of(body: &Map<String, Value>) -> Option<Span> {
    let read = |name: &str| instant::parse(body.get(name)?.as_str()?);
    Some(Span { start: read("start")?, end: read("end")? })
}

pub(super) fn is_all_day(body: &Map<String, Value>) -> bool {
    body.get("allDay") == Some(&Value::Bool(true))
}

/// Gives all-day events whole days.
pub(super) fn settle(body: &mut Map<String, Value>) {
    if is_all_day(body)
        && let Some(span) = of(body)
    {
        span.to_whole_days().write_to(body);
    }
}
