//! The forms of instants and of whole days.

use jiff::civil::{self, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::own::{with_id, written};

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("instant-form", "Which form has the start of a listed event?", &["utc-milliseconds", "utc-seconds", "offset", "number-milliseconds", "number-seconds", "local"], "src/json/instant.rs"),
    dispute("instant-value", "Is it the instant that was sent?", &["same"], "src/json/instant.rs"),
    dispute("instant-offset", "Is an instant with an offset read as that instant?", &[], "openapi.yaml"),
    dispute("last-modified-form", "Which form has lastModified?", &["utc-milliseconds", "utc-seconds", "offset", "number-milliseconds", "number-seconds", "absent"], "src/json/instant.rs"),
    dispute("all-day-flag", "Is an all-day event listed with allDay?", &["true"], "src/events/days.rs"),
    dispute("all-day-start", "When does a listed all-day event start?", &["midnight-utc", "date", "other-instant"], "src/events/days.rs"),
    dispute("all-day-end", "When does a listed all-day event end?", &["day-after"], "src/events/days.rs"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let start: Timestamp = context.at(3, 9, 0)?.parse()?;
    let times = json!({ "start": context.at(3, 9, 0)?, "end": context.at(3, 10, 0)? });
    let timed = created(context, "timed", times).await?;
    let offset = json!({ "start": with_offset(start)?, "end": with_offset(start + 1.hour())? });
    let offset = created(context, "with an offset", offset).await?;
    let midnights = json!({ "start": context.at(3, 0, 0)?, "end": context.at(4, 0, 0)?, "allDay": true });
    let all_day = created(context, "all day", midnights).await?;
    let events = context.list_days(2, 5, "true", 3).await?;
    let find = |id: &str| with_id(&events, id).ok_or("a created event is not listed");

    let event = find(&timed)?;
    context.note("instant-form", form(&event["start"]));
    context.note("instant-value", if instant(&event["start"]) == Some(start) { "same" } else { "shifted" });
    context.note("last-modified-form", form(&event["lastModified"]));
    let event = find(&offset)?;
    context.note("instant-offset", if instant(&event["start"]) == Some(start) { "same" } else { "shifted" });

    let event = find(&all_day)?;
    context.note("all-day-flag", event["allDay"].to_string());
    let first = context.day.checked_add(3.days())?;
    let observed = match (form(&event["start"]), day(&event["start"])) {
        ("date", Some((date, _))) if date == first => "date",
        (_, Some((date, true))) if date == first => "midnight-utc",
        (_, Some(_)) => "other-instant",
        (_, None) => "unreadable",
    };
    context.note("all-day-start", observed);
    // By the nearest midnight, as the SDK reads it.
    let rounded = instant(&event["end"]).and_then(|end| end.checked_add(12.hours()).ok());
    let last = rounded.map(|end| TimeZone::UTC.to_datetime(end).date().since(first).map_or(0, |days| days.get_days()));
    let observed = match last {
        Some(1) => "day-after".to_owned(),
        Some(0) => "same-day".to_owned(),
        Some(days) => format!("{days}-days-after"),
        None => "unreadable".to_owned(),
    };
    context.note("all-day-end", observed);
    Ok(())
}

async fn created(context: &Context, name: &str, members: Value) -> Outcome<String> {
    let response = context.create(name, members).await?.ok("creating an event")?;
    let id = written(&response.body).1["id"].as_str();
    Ok(id.ok_or("the response to a created event has no id")?.to_owned())
}

fn with_offset(instant: Timestamp) -> Outcome<String> {
    let offset = jiff::tz::offset(2);
    Ok(format!("{}+02:00", offset.to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S")))
}

/// Names the form of a date.
pub(crate) fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "absent",
        // Seconds reach this number in the year 5138.
        Value::Number(number) if number.as_f64().is_some_and(|number| number.abs() >= 1e11) => "number-milliseconds",
        Value::Number(_) => "number-seconds",
        Value::String(text) if text.parse::<civil::Date>().is_ok() && text.len() <= 10 => "date",
        Value::String(text) if text.ends_with('Z') && text.contains('.') => "utc-milliseconds",
        Value::String(text) if text.ends_with('Z') => "utc-seconds",
        Value::String(text) if text.parse::<Timestamp>().is_ok() => "offset",
        Value::String(text) if text.parse::<civil::DateTime>().is_ok() => "local",
        _ => "unreadable",
    }
}

/// Reads a date in any of its forms.
pub(crate) fn instant(value: &Value) -> Option<Timestamp> {
    match (form(value), value) {
        ("number-milliseconds", value) => Timestamp::from_millisecond(value.as_i64()?).ok(),
        ("number-seconds", value) => Timestamp::from_second(value.as_i64()?).ok(),
        (_, Value::String(text)) => text.parse::<Timestamp>().ok().or_else(|| {
            let local = text.parse::<civil::DateTime>().ok()?;
            TimeZone::UTC.to_timestamp(local).ok()
        }),
        _ => None,
    }
}

/// Returns the day of a date in UTC, and whether it is midnight.
fn day(value: &Value) -> Option<(civil::Date, bool)> {
    let local = TimeZone::UTC.to_datetime(instant(value)?);
    Some((local.date(), local.time() == Time::MIN))
}
