//! Recurrence rules: read from the API's JSON here, iterated by the crate `rrule`.

use chrono::Month;
use jiff::{SignedDuration, Timestamp};
use rrule::{Frequency, NWeekday, RRule, Unvalidated, Weekday};
use serde_json::{Map, Value, json};

use super::zone::{self, Zone};
use crate::instant;

/// No series is followed for longer than a century,
const HORIZON: SignedDuration = SignedDuration::from_hours(36_525 * 24);
/// which is this many days and a few.
const MAX_OCCURRENCES: usize = 40_000;

/// A recurrence rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) frequency: Frequency,
    pub(crate) interval: u16,
    pub(crate) end: End,
    pub(crate) by_day: Vec<Weekday>,
    pub(crate) by_month_day: Vec<i8>,
    pub(crate) by_month: Vec<u8>,
}

/// Where a series ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Never,
    After(u32),
    Until(Timestamp),
}

impl Rule {
    /// Makes a rule that names no days.
    pub(crate) fn every(frequency: Frequency, interval: u16, end: End) -> Self {
        Self { frequency, interval, end, by_day: Vec::new(), by_month_day: Vec::new(), by_month: Vec::new() }
    }

    /// Reads the rule from its JSON object, or says what is wrong with it.
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        let rule = value.as_object().ok_or("must be an object")?;
        let given = |name: &str| rule.get(name).filter(|value| !value.is_null());
        let frequency = match given("frequency").and_then(Value::as_str) {
            Some("DAILY") => Frequency::Daily,
            Some("WEEKLY") => Frequency::Weekly,
            Some("MONTHLY") => Frequency::Monthly,
            Some("YEARLY") => Frequency::Yearly,
            _ => return Err("frequency must be DAILY, WEEKLY, MONTHLY or YEARLY".into()),
        };
        let interval = given("interval").map_or(Some(1), |value| number(value, u16::MAX.into()));
        let end = match (given("count"), given("until")) {
            (Some(_), Some(_)) => return Err("count and until exclude each other".into()),
            (Some(count), None) => {
                End::After(number(count, u32::MAX.into()).ok_or("count must be an integer from 1 to 4294967295")?)
            }
            (None, Some(until)) => until
                .as_str()
                .and_then(instant::parse_basic)
                .map(End::Until)
                .ok_or("until must have the form YYYYMMDDTHHMMSSZ")?,
            (None, None) => End::Never,
        };
        let rule = Self {
            frequency,
            interval: interval.ok_or("interval must be an integer from 1 to 65535")?,
            end,
            by_day: list(rule, "byDay", |day| weekday(day.as_str()?))?,
            by_month_day: list(rule, "byMonthDay", |day| number(day, 31))?,
            by_month: list(rule, "byMonth", |month| number(month, 12))?,
        };
        if rule.frequency == Frequency::Weekly && !rule.by_month_day.is_empty() {
            return Err("byMonthDay does not go with WEEKLY".into());
        }
        Ok(rule)
    }

    /// Writes the rule as [`parse`](Self::parse) reads it.
    pub(super) fn to_json(&self) -> Value {
        let mut rule = json!({
            "frequency": match self.frequency {
                Frequency::Daily => "DAILY",
                Frequency::Weekly => "WEEKLY",
                Frequency::Monthly => "MONTHLY",
                _ => "YEARLY",
            },
            "interval": self.interval,
        });
        match self.end {
            End::Never => {}
            End::After(count) => rule["count"] = count.into(),
            End::Until(until) => rule["until"] = instant::format_basic(until).into(),
        }
        if !self.by_day.is_empty() {
            rule["byDay"] = self.by_day.iter().map(|day| weekday_name(*day)).collect();
        }
        if !self.by_month_day.is_empty() {
            rule["byMonthDay"] = json!(self.by_month_day);
        }
        if !self.by_month.is_empty() {
            rule["byMonth"] = json!(self.by_month);
        }
        rule
    }

    /// Lists the starts of the occurrences, in order, of a series that begins at `first`.
    ///
    /// What the iteration costs is bounded: `rrule` gives up in the year 10,000 or after 100,000 steps without a match.
    pub(super) fn occurrences(&self, first: Timestamp, zone: Zone) -> Result<Vec<Timestamp>, String> {
        let begin = zone.at(first).ok_or("start is out of range")?;
        let fraction = SignedDuration::from_millis(first.as_millisecond().rem_euclid(1000));
        let horizon = instant::shift(first, HORIZON);
        let series = self.to_rrule().build(begin).map_err(|error| error.to_string())?.limit();
        let starts: Vec<Timestamp> = series
            .into_iter()
            .map_while(|time| zone::to_instant(&time)?.checked_add(fraction).ok())
            .take_while(|start| *start <= horizon)
            .take(MAX_OCCURRENCES)
            .collect();
        if starts.is_empty() { Err("never falls on any day".into()) } else { Ok(starts) }
    }

    fn to_rrule(&self) -> RRule<Unvalidated> {
        let months: Vec<Month> = self.by_month.iter().filter_map(|month| Month::try_from(*month).ok()).collect();
        let rule = RRule::new(self.frequency)
            .interval(self.interval)
            .by_weekday(self.by_day.iter().copied().map(NWeekday::Every).collect())
            .by_month_day(self.by_month_day.clone())
            .by_month(&months);
        match self.end {
            End::Never => rule,
            End::After(count) => rule.count(count),
            End::Until(until) => rule.until(zone::to_utc(until)),
        }
    }

    /// Writes the value of an `RRULE` property.
    pub(super) fn to_ical(&self) -> String {
        self.to_rrule().to_string()
    }

    /// Cuts the rule off right before `cut`.
    pub(super) fn until_before(&self, cut: Timestamp) -> Self {
        let last = instant::shift(cut, SignedDuration::from_secs(-1));
        Self { end: End::Until(last), ..self.clone() }
    }

    /// Moves the end of the rule along with its series.
    pub(super) fn moved(&self, by: SignedDuration) -> Self {
        let end = match self.end {
            End::Until(until) => End::Until(instant::shift(until, by)),
            end => end,
        };
        Self { end, ..self.clone() }
    }

    /// Takes the first occurrences away from a rule that counts them.
    pub(super) fn without_first(&self, occurrences: usize) -> Self {
        let end = match self.end {
            End::After(count) => End::After(count.saturating_sub(u32::try_from(occurrences).unwrap_or(u32::MAX))),
            end => end,
        };
        Self { end, ..self.clone() }
    }
}

fn list<T>(rule: &Map<String, Value>, name: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, String> {
    let entries = match rule.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value.as_array().ok_or_else(|| format!("{name} must be an array"))?,
    };
    entries.iter().map(|entry| read(entry).ok_or_else(|| format!("{name} must not hold {entry}"))).collect()
}

/// Reads a whole number from 1 to `max`.
fn number<T: TryFrom<u64>>(value: &Value, max: u64) -> Option<T> {
    T::try_from(value.as_u64().filter(|given| (1..=max).contains(given))?).ok()
}

fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}
