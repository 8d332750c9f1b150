//! Instants in the forms that the service sends and expects.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use super::object::OrDefault;

pub(crate) fn optional_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<AnyInstant>::deserialize(deserializer)?.and_then(|instant| instant.0))
}

/// An instant in any form that the service sends: with or without fraction, offset or time of day, or as an epoch number.
/// An empty text is none.
struct AnyInstant(Option<Timestamp>);

/// An instant.
pub(crate) struct Instant(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let instant = optional_instant(deserializer)?;
        instant.map(Self).ok_or_else(|| de::Error::custom("a date and time is missing"))
    }
}

/// An instant, or none.
pub(crate) struct OptionalInstant(pub(crate) Option<Timestamp>);

impl<'de> Deserialize<'de> for OptionalInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        optional_instant(deserializer).map(Self)
    }
}

/// A list of instants, as `L` reads it.
#[allow(dead_code, reason = "for contracts with such lists")]
pub(crate) struct Instants<L: InstantList>(pub(crate) L::Instants);

/// A list that reads its instants in any form.
#[allow(dead_code, reason = "for contracts with such lists")]
pub(crate) trait InstantList {
    type Instants;

    fn instants(self) -> Self::Instants;
}

impl InstantList for Vec<Instant> {
    type Instants = Vec<Timestamp>;

    fn instants(self) -> Vec<Timestamp> {
        self.into_iter().map(|instant| instant.0).collect()
    }
}

impl InstantList for Option<Vec<Instant>> {
    type Instants = Option<Vec<Timestamp>>;

    fn instants(self) -> Option<Vec<Timestamp>> {
        self.map(InstantList::instants)
    }
}

impl InstantList for OrDefault<Vec<Instant>> {
    type Instants = Vec<Timestamp>;

    fn instants(self) -> Vec<Timestamp> {
        self.0.instants()
    }
}

impl<'de, L: InstantList + Deserialize<'de>> Deserialize<'de> for Instants<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        L::deserialize(deserializer).map(|list| Self(list.instants()))
    }
}

impl<'de> Deserialize<'de> for AnyInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;
        impl Visitor<'_> for TextOrNumber {
            type Value = AnyInstant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ISO 8601 date and time")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<AnyInstant, E> {
                if text.trim().is_empty() {
                    return Ok(AnyInstant(None));
                }
                parse_instant(text).map(|instant| AnyInstant(Some(instant))).map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<AnyInstant, E> {
                self.visit_f64(number as f64)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<AnyInstant, E> {
                self.visit_f64(number as f64)
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<AnyInstant, E> {
                let instant = epoch(number).ok_or_else(|| E::custom(format!("{number} is no date and time")))?;
                Ok(AnyInstant(Some(instant)))
            }
        }
        deserializer.deserialize_any(TextOrNumber)
    }
}

fn parse_instant(text: &str) -> Result<Timestamp, jiff::Error> {
    let text = text.trim();
    text.parse().or_else(|error| {
        if let Some(instant) = text.parse().ok().and_then(epoch) {
            return Ok(instant);
        }
        // What ECMAScript writes for years of more than four digits.
        if text.len() > 7 && text.as_bytes()[1].is_ascii_digit() {
            match text.as_bytes() {
                [b'+', ..] => return Ok(Timestamp::MAX),
                [b'-', ..] => return Ok(Timestamp::MIN),
                _ => {}
            }
        }
        let (text, midnight) = without_24(text);
        let pieces = Pieces::parse(&*text).map_err(|_| error)?;
        let civil = pieces.date().to_datetime(pieces.time().unwrap_or_default());
        // Without an offset, the service means UTC.
        let offset = match pieces.offset() {
            Some(PiecesOffset::Numeric(offset)) => offset.offset(),
            _ => Offset::UTC,
        };
        let civil = if midnight { civil.saturating_add(1.day()) } else { civil };
        let clamped = if civil.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
        Ok(offset.to_timestamp(civil).unwrap_or(clamped))
    })
}

/// Reads an epoch number as seconds or milliseconds, by its magnitude, and eight digits as a date. Smaller ones are none.
fn epoch(number: f64) -> Option<Timestamp> {
    let magnitude = number.abs();
    if number.fract() == 0.0 && (10_000_000.0..100_000_000.0).contains(&number) {
        let digits = number as i32;
        let date = Date::new((digits / 10_000) as i16, (digits / 100 % 100) as i8, (digits % 100) as i8).ok()?;
        return Offset::UTC.to_timestamp(date.into()).ok();
    }
    let millis = match magnitude {
        0.0..100_000_000.0 => return None,
        // The year 5138, and 1973.
        100_000_000.0..100_000_000_000.0 => number * 1000.0,
        _ => number,
    };
    let clamped = if number > 0.0 { Timestamp::MAX } else { Timestamp::MIN };
    number.is_finite().then(|| Timestamp::from_millisecond(millis as i64).unwrap_or(clamped))
}

/// Rewrites the midnight at the end of a day as the one at its start.
fn without_24(text: &str) -> (Cow<'_, str>, bool) {
    match text.find("T24:00") {
        Some(at) => (format!("{}T00{}", &text[..at], &text[at + 3..]).into(), true),
        None => (text.into(), false),
    }
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
        serializer.collect_str(self)
    }
}

impl fmt::Display for BasicTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y%m%dT%H%M%SZ"))
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

impl fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_millisecond().fmt(f)
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

/// Describes a civil date to JSON Schema.
#[cfg(feature = "schemars")]
#[allow(dead_code, reason = "for contracts with dates in responses")]
pub(crate) struct DateSchema;

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for DateSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
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
            ("1795426200", "2026-11-23T09:30:00Z"),
            ("1795426200000", "2026-11-23T09:30:00Z"),
            ("20261123", "2026-11-23T00:00:00Z"),
            ("2026-11-23T24:00:00", "2026-11-24T00:00:00Z"),
            ("2026-11-23T24:00:00.000Z", "2026-11-24T00:00:00Z"),
            ("9999-12-31T23:59:59.9999999", &Timestamp::MAX.to_string()),
            ("9999-12-31T23:59:59Z", &Timestamp::MAX.to_string()),
            ("+010000-01-01T00:00:00.000Z", &Timestamp::MAX.to_string()),
        ] {
            assert_eq!(parse_instant(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "7", "-", "+é", "99999999", "NaN", "tomorrow", "2026-13-01", "2026-11-23T25:00:00Z"] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
    }
}
