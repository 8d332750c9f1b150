use std::iter;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
};
use serde_json::{Map, Value};

use crate::instant;

/// No series is looked at for longer than a century.
const MAX_DAYS: usize = 36_525;

/// A recurrence rule, expanded in UTC.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    frequency: Frequency,
    interval: i32,
    end: End,
    by_day: Vec<Weekday>,
    by_month_day: Vec<i8>,
    by_month: Vec<i8>,
}

#[derive(Debug, Clone, Copy)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Never,
    After(usize),
    Until(Timestamp),
}

impl Rule {
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
        let interval = match given("interval") {
            None => 1,
            Some(value) => value
                .as_i64()
                .and_then(|interval| i32::try_from(interval).ok())
                .filter(|interval| *interval > 0)
                .ok_or("interval must be a positive integer")?,
        };
        let end = match (given("count"), given("until")) {
            (Some(_), Some(_)) => return Err("count and until exclude each other".into()),
            (Some(count), None) => count
                .as_u64()
                .and_then(|count| usize::try_from(count).ok())
                .filter(|count| *count > 0)
                .map(End::After)
                .ok_or("count must be a positive integer")?,
            (None, Some(until)) => until
                .as_str()
                .and_then(instant::parse_basic)
                .map(End::Until)
                .ok_or("until must have the form YYYYMMDDTHHMMSSZ")?,
            (None, None) => End::Never,
        };
        Ok(Self {
            frequency,
            interval,
            end,
            by_day: list(rule, "byDay", |day| weekday(day.as_str()?))?,
            by_month_day: list(rule, "byMonthDay", |day| number(day, 31))?,
            by_month: list(rule, "byMonth", |month| number(month, 12))?,
        })
    }

    /// Makes an endless weekly rule.
    pub(crate) fn weekly() -> Self {
        Self {
            frequency: Frequency::Weekly,
            interval: 1,
            end: End::Never,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
        }
    }

    /// Lists the starts of the occurrences, in order, of a series that begins at `first`.
    pub(crate) fn starts(&self, first: Timestamp) -> impl Iterator<Item = Timestamp> {
        let begin = instant::to_utc(first);
        let (count, until) = match self.end {
            End::Never => (usize::MAX, Timestamp::MAX),
            End::After(count) => (count, Timestamp::MAX),
            End::Until(until) => (usize::MAX, until),
        };
        iter::successors(Some(begin.date()), |date| date.tomorrow().ok())
            .take(MAX_DAYS)
            .filter(move |date| self.falls_on(begin.date(), *date))
            .filter_map(move |date| instant::from_utc(date.to_datetime(begin.time())))
            .take(count)
            .take_while(move |start| *start <= until)
    }

    /// Splits the rule of a series that began at `first` into what lies before `cut` and what follows.
    pub(crate) fn split(&self, first: Timestamp, cut: Timestamp) -> (Self, Self) {
        let before = Self { end: End::Until(instant::shift(cut, jiff::SignedDuration::from_secs(-1))), ..self.clone() };
        let after = match self.end {
            End::After(count) => {
                let past = self.starts(first).take_while(|start| *start < cut).count();
                Self { end: End::After(count.saturating_sub(past)), ..self.clone() }
            }
            End::Never | End::Until(_) => self.clone(),
        };
        (before, after)
    }

    fn falls_on(&self, first: Date, date: Date) -> bool {
        let months = |date: Date| i32::from(date.year()) * 12 + i32::from(date.month());
        let apart = match self.frequency {
            Frequency::Daily => days_between(first, date),
            Frequency::Weekly => days_between(monday_of(first), monday_of(date)) / 7,
            Frequency::Monthly => months(date) - months(first),
            Frequency::Yearly => i32::from(date.year()) - i32::from(first.year()),
        };
        apart % self.interval == 0 && self.month_fits(first, date) && self.day_fits(first, date)
    }

    fn month_fits(&self, first: Date, date: Date) -> bool {
        match (self.by_month.as_slice(), self.frequency) {
            // A yearly rule that names days of the month, but no month, means every month.
            ([], Frequency::Yearly) => !self.by_month_day.is_empty() || date.month() == first.month(),
            ([], _) => true,
            (months, _) => months.contains(&date.month()),
        }
    }

    fn day_fits(&self, first: Date, date: Date) -> bool {
        let weekday_fits = self.by_day.is_empty() || self.by_day.contains(&date.weekday());
        let month_day_fits = self.by_month_day.is_empty() || self.by_month_day.contains(&date.day());
        let same_day = match self.frequency {
            _ if !(self.by_day.is_empty() && self.by_month_day.is_empty()) => true,
            Frequency::Daily => true,
            Frequency::Weekly => date.weekday() == first.weekday(),
            Frequency::Monthly | Frequency::Yearly => date.day() == first.day(),
        };
        weekday_fits && month_day_fits && same_day
    }
}

fn list<T>(rule: &Map<String, Value>, name: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, String> {
    let entries = match rule.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value.as_array().ok_or_else(|| format!("{name} must be an array"))?,
    };
    entries.iter().map(|entry| read(entry).ok_or_else(|| format!("{name} must not hold {entry}"))).collect()
}

fn number(value: &Value, max: i64) -> Option<i8> {
    i8::try_from(value.as_i64().filter(|number| (1..=max).contains(number))?).ok()
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

fn monday_of(date: Date) -> Date {
    let since = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(since.days()).unwrap_or(date)
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn starts(rule: Value, first: &str, take: usize) -> Vec<String> {
        let rule = Rule::parse(&rule).expect("a valid rule");
        let first = first.parse().expect("an instant");
        rule.starts(first).take(take).map(|start| instant::to_utc(start).date().to_string()).collect()
    }

    #[test]
    fn daily_rules_step_by_their_interval_and_stop_at_their_count() {
        let rule = json!({ "frequency": "DAILY", "interval": 2, "count": 3 });
        assert_eq!(starts(rule, "2026-02-27T09:00:00Z", 9), ["2026-02-27", "2026-03-01", "2026-03-03"]);
    }

    #[test]
    fn weekly_rules_fall_on_every_named_day_of_every_second_week() {
        let rule = json!({ "frequency": "WEEKLY", "interval": 2, "byDay": ["MO", "WE"], "until": "20260318T090000Z" });
        assert_eq!(starts(rule, "2026-03-02T09:00:00Z", 9), ["2026-03-02", "2026-03-04", "2026-03-16", "2026-03-18"]);
    }

    #[test]
    fn monthly_rules_skip_months_that_lack_the_day() {
        let rule = json!({ "frequency": "MONTHLY", "byMonthDay": [31] });
        assert_eq!(starts(rule, "2026-01-31T09:00:00Z", 3), ["2026-01-31", "2026-03-31", "2026-05-31"]);
    }

    #[test]
    fn yearly_rules_keep_their_date_or_take_the_named_months() {
        let rule = json!({ "frequency": "YEARLY" });
        assert_eq!(starts(rule, "2026-05-04T09:00:00Z", 2), ["2026-05-04", "2027-05-04"]);
        let rule = json!({ "frequency": "YEARLY", "byMonth": [1, 6] });
        assert_eq!(starts(rule, "2026-01-04T09:00:00Z", 3), ["2026-01-04", "2026-06-04", "2027-01-04"]);
    }

    #[test]
    fn a_split_rule_loses_no_occurrence() {
        let rule = Rule::parse(&json!({ "frequency": "DAILY", "count": 5 })).expect("a valid rule");
        let first = "2026-03-01T09:00:00Z".parse().expect("an instant");
        let cut = "2026-03-03T09:00:00Z".parse().expect("an instant");
        let (before, after) = rule.split(first, cut);
        assert_eq!((before.starts(first).count(), after.starts(cut).count()), (2, 3));
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for rule in [
            json!("DAILY"),
            json!({ "frequency": "daily" }),
            json!({ "frequency": "DAILY", "interval": 0 }),
            json!({ "frequency": "DAILY", "count": 2, "until": "20260318T090000Z" }),
            json!({ "frequency": "DAILY", "until": "2026-03-18T09:00:00Z" }),
            json!({ "frequency": "WEEKLY", "byDay": ["XX"] }),
            json!({ "frequency": "MONTHLY", "byMonthDay": [32] }),
        ] {
            assert!(Rule::parse(&rule).is_err(), "{rule}");
        }
    }
}
