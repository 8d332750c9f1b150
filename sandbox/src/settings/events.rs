//! The forms in which the service is known to answer of events.

use jiff::Timestamp;
use serde_json::Value;

use crate::{instant, named::named};

/// Chooses the form of the response to a created or updated event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WriteDialect {
    /// The event's members stand at the root, next to `success`. The default.
    #[default]
    Root,
    /// The event stands under `event`, next to `success`.
    Nested,
}

/// Chooses the form of the response to a deleted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeleteDialect {
    /// 200 with a JSON body. The default.
    #[default]
    Json,
    /// 204 without a body.
    NoContent,
}

/// Chooses the status of the response to a created event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CreateStatus {
    /// 200. The default.
    #[default]
    Ok,
    /// 201.
    Created,
}

/// Decides whether the response to a created or updated event names the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CalendarIdDialect {
    /// It has a `calendarId`. The default.
    #[default]
    Present,
    /// It has none, as in the service's documentation; listings have it all the same.
    AbsentInWrites,
}

/// Chooses the form of an event's conference in responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ConferenceDialect {
    /// A URL. The default.
    #[default]
    Text,
    /// An object with `url`, `provider`, `autoGenerate` and `data`.
    Object,
}

/// Chooses the form of dates in responses and deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DateDialect {
    /// ISO 8601 texts. The default.
    #[default]
    Text,
    /// Numbers: milliseconds since 1970.
    Milliseconds,
    /// Numbers: seconds since 1970, rounded down.
    Seconds,
}

impl DateDialect {
    pub(crate) fn write(self, instant: Timestamp) -> Value {
        match self {
            Self::Text => instant::format(instant).into(),
            Self::Milliseconds => instant.as_millisecond().into(),
            Self::Seconds => instant.as_millisecond().div_euclid(1000).into(),
        }
    }
}

named!(WriteDialect { Root => "root", Nested => "nested" });
named!(DeleteDialect { Json => "json", NoContent => "no-content" });
named!(CreateStatus { Ok => "ok", Created => "created" });
named!(CalendarIdDialect { Present => "present", AbsentInWrites => "absent-in-writes" });
named!(ConferenceDialect { Text => "text", Object => "object" });
named!(DateDialect { Text => "text", Milliseconds => "milliseconds", Seconds => "seconds" });
