//! Records of the form that the Microsoft Graph calendar API has.

use jiff::Timestamp;
use rrule::{Frequency, Weekday};
use serde_json::{Value, json};

use super::{Record, date, display_name};
use crate::{
    instant,
    state::{
        accounts::{Account, Calendar},
        recurrence::{End, Rule},
    },
};

pub(super) fn calendar(calendar: &Calendar, account: &Account) -> Value {
    json!({
        "id": calendar.id,
        "name": calendar.title,
        "color": "auto",
        "hexColor": "",
        "groupClassId": "0006f0b7-0000-0000-c000-000000000046",
        "isDefaultCalendar": true,
        "changeKey": "x9Ju1mH0a0qS5y3rW8cTzwAAAAAC1A==",
        "canShare": true,
        "canViewPrivateItems": true,
        "canEdit": true,
        "isTallyingResponses": true,
        "isRemovable": false,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "owner": { "name": display_name(&account.id), "address": account.id },
    })
}

pub(super) fn event(record: &Record<'_>) -> Value {
    let key = format!("x9Ju1mH0a0qS5y3rW8cTzwAA{:08X}", record.instant("lastModified").as_second());
    let text = record.text("description");
    let html =
        format!("<html><head></head><body>{}</body></html>\r\n", text.replace('&', "&amp;").replace('<', "&lt;"));
    let meeting = record.conference("joinUrl");
    let kind = match (record.rule, record.instance) {
        (Some(_), _) => "seriesMaster",
        (None, None) => "singleInstance",
        (None, Some(_)) if record.is_exception => "exception",
        (None, Some(_)) => "occurrence",
    };
    let mut event = json!({
        "@odata.etag": format!("W/\"{key}==\""),
        "id": record.get("id"),
        "createdDateTime": "2026-01-12T08:15:30.1234567Z",
        "lastModifiedDateTime": record.get("lastModified"),
        "changeKey": format!("{key}=="),
        "categories": [],
        "transactionId": null,
        "originalStartTimeZone": record.zone.name(),
        "originalEndTimeZone": record.zone.name(),
        "iCalUId": format!("040000008200E00074C5B7101A82E008{:032X}", record.number),
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": true,
        "hasAttachments": false,
        "subject": record.get("title"),
        "bodyPreview": text,
        "importance": "normal",
        "sensitivity": sensitivity(record.text("privacy")),
        "isAllDay": record.is_all_day(),
        "isCancelled": record.is("status", "cancelled"),
        "isOrganizer": true,
        "responseRequested": true,
        "seriesMasterId": record.get("recurringEventId"),
        "showAs": show_as(record),
        "type": kind,
        "webLink": record.get("link"),
        "onlineMeetingUrl": null,
        "isOnlineMeeting": meeting.is_string(),
        "onlineMeetingProvider": if meeting.is_string() { "teamsForBusiness" } else { "unknown" },
        "allowNewTimeProposals": true,
        "isDraft": false,
        "hideAttendees": false,
        "recurrence": record.rule.map(|rule| recurrence(rule, record)),
        "responseStatus": { "response": "organizer", "time": "0001-01-01T00:00:00Z" },
        "onlineMeeting": null,
    });
    for (name, value) in [
        ("body", json!({ "contentType": "html", "content": html })),
        ("start", json!({ "dateTime": date_time(record.instant("start")), "timeZone": "UTC" })),
        ("end", json!({ "dateTime": date_time(record.instant("end")), "timeZone": "UTC" })),
        ("location", location(record.text("location"))),
        ("locations", json!([location(record.text("location"))])),
        ("attendees", record.attendees().iter().map(attendee).collect()),
        ("organizer", json!({ "emailAddress": { "name": display_name(record.owner), "address": record.owner } })),
    ] {
        event[name] = value;
    }
    if meeting.is_string() {
        event["onlineMeeting"] = json!({ "joinUrl": meeting, "conferenceId": record.conference("conferenceId") });
    }
    if let Some(start) = record.instance {
        event["originalStart"] = instant::format(start).into();
        event["occurrenceId"] = format!("OID.{}.{}", record.text("recurringEventId"), date(start)).into();
    }
    event
}

fn location(name: &str) -> Value {
    json!({ "displayName": name, "locationType": "default", "uniqueId": name, "uniqueIdType": "private" })
}

fn sensitivity(privacy: &str) -> &str {
    match privacy {
        "private" | "confidential" => privacy,
        _ => "normal",
    }
}

fn show_as(record: &Record<'_>) -> &'static str {
    match (record.text("availability"), record.text("status")) {
        ("free", _) => "free",
        (_, "tentative") => "tentative",
        _ => "busy",
    }
}

fn attendee(guest: &Value) -> Value {
    let email = guest["email"].as_str().unwrap_or_default();
    let response = match guest["status"].as_str() {
        _ if guest["organizer"] == true => "organizer",
        Some("tentative") => "tentativelyAccepted",
        Some("none") | None => "none",
        Some(status) => status,
    };
    json!({
        "type": "required",
        "status": { "response": response, "time": "0001-01-01T00:00:00Z" },
        "emailAddress": { "name": display_name(email), "address": email },
    })
}

/// Writes an instant in UTC with seven digits and no zone.
fn date_time(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3f0000").to_string()
}

/// Writes a rule as a pattern and a range.
///
/// Graph has one day of the month and one month in a pattern; of several the first is taken.
fn recurrence(rule: &Rule, record: &Record<'_>) -> Value {
    let start = record.instant("start");
    let first = date(start);
    let number = |from: usize, to: usize| first.get(from..to).and_then(|text| text.parse::<i8>().ok()).unwrap_or(1);
    let day = rule.by_month_day.first().copied().unwrap_or_else(|| number(8, 10));
    let month = rule.by_month.first().map_or_else(|| number(5, 7), |month| i8::try_from(*month).unwrap_or(1));
    let days: Vec<&str> = rule.by_day.iter().copied().map(day_name).collect();
    let weekday = start.strftime("%A").to_string().to_lowercase();
    let is_relative = !days.is_empty() && rule.by_month_day.is_empty();
    let mut pattern = json!({
        "type": match rule.frequency {
            Frequency::Monthly if is_relative => "relativeMonthly",
            Frequency::Yearly if is_relative => "relativeYearly",
            Frequency::Monthly => "absoluteMonthly",
            Frequency::Yearly => "absoluteYearly",
            Frequency::Weekly => "weekly",
            _ => "daily",
        },
        "interval": rule.interval,
        "month": if rule.frequency == Frequency::Yearly { month } else { 0 },
        "dayOfMonth": if matches!(rule.frequency, Frequency::Monthly | Frequency::Yearly) && !is_relative { day } else { 0 },
        "firstDayOfWeek": "monday",
        "index": "first",
    });
    match (rule.frequency, days.is_empty()) {
        (Frequency::Weekly, true) => pattern["daysOfWeek"] = json!([weekday]),
        (_, false) => pattern["daysOfWeek"] = json!(days),
        (_, true) => {}
    }
    let (kind, end, count) = match rule.end {
        End::Never => ("noEnd", "0001-01-01".to_owned(), 0),
        End::After(count) => ("numbered", "0001-01-01".to_owned(), count),
        End::Until(until) => ("endDate", date(until), 0),
    };
    json!({
        "pattern": pattern,
        "range": {
            "type": kind,
            "startDate": first,
            "endDate": end,
            "recurrenceTimeZone": record.zone.name(),
            "numberOfOccurrences": count,
        },
    })
}

fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}
