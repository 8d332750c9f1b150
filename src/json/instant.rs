//! Instants in the forms that the service sends and expects.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

pub(crate) fn optional_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<Instant>::deserialize(deserializer)?.map(|instant| instant.0))
}

/// An instant in any form that the service sends: with or without fraction, offset or time of day.
pub(crate) struct Instant(pub(crate) Timestamp);

/// An instant, or `null`.
pub(crate) struct OptionalInstant(pub(crate) Option<Timestamp>);

impl<'de> Deserialize<'de> for OptionalInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        optional_instant(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Instant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ISO 8601 date and time")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Instant, E> {
                parse_instant(text).map(Instant).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

fn parse_instant(text: &str) -> Result<Timestamp, jiff::Error> {
    let text = text.trim();
    text.parse().or_else(|error| {
        // Without an offset, the service means UTC.
        let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
        Offset::UTC.to_timestamp(civil.map_err(|_| error)?)
    })
}

/// Cuts an instant to the milliseconds that the service keeps.
pub(crate) fn to_millis(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}

/// An instant in ISO 8601's basic form, `20261123T180000Z`, as recurrence rules want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(transparent))]
pub(crate) struct BasicTimestamp(#[cfg_attr(feature = "schemars", schemars(with = "String"))] Timestamp);

impl From<Timestamp> for BasicTimestamp {
    fn from(instant: Timestamp) -> Self {
        Self(instant)
    }
}

impl Serialize for BasicTimestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y%m%dT%H%M%SZ"))
    }
}

impl<'de> Deserialize<'de> for BasicTimestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Instant::deserialize(deserializer).map(|instant| Self(instant.0))
    }
}

/// An instant in Unix milliseconds, as the expiration of a subscription is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(transparent))]
pub(crate) struct UnixMillis(#[cfg_attr(feature = "schemars", schemars(with = "i64"))] Timestamp);

impl From<Timestamp> for UnixMillis {
    fn from(instant: Timestamp) -> Self {
        Self(instant)
    }
}

impl Serialize for UnixMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.as_millisecond())
    }
}

impl<'de> Deserialize<'de> for UnixMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let milliseconds = i64::deserialize(deserializer)?;
        Timestamp::from_millisecond(milliseconds).map(Self).map_err(de::Error::custom)
    }
}

/// Describes an instant to JSON Schema: the crate `schemars` does not know `jiff`'s types.
#[cfg(feature = "schemars")]
pub(crate) struct InstantSchema;

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for InstantSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_every_form_that_the_service_sends() {
        for (text, expected) in [
            ("2026-11-23T09:30:00.000Z", "2026-11-23T09:30:00Z"),
            ("2026-11-23T09:30:00Z", "2026-11-23T09:30:00Z"),
            ("2026-11-23T10:30:00+01:00", "2026-11-23T09:30:00Z"),
            ("2026-11-23T09:30:00", "2026-11-23T09:30:00Z"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            (" 2026-11-23T09:30:00Z\n", "2026-11-23T09:30:00Z"),
        ] {
            assert_eq!(parse_instant(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "tomorrow", "2026-13-01", "2026-11-23T25:00:00Z"] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
    }
}
