//! Records of the form that the Google Calendar API has.

use serde_json::{Map, Value, json};

use super::{Record, date, display_name};
use crate::state::accounts::Calendar;

pub(super) fn calendar(calendar: &Calendar) -> Value {
    let is_primary = calendar.id == "primary";
    json!({
        "kind": "calendar#calendarListEntry",
        "etag": "\"1771840932540000\"",
        "id": calendar.id,
        "summary": calendar.title,
        "description": calendar.description,
        "timeZone": calendar.time_zone,
        "colorId": "14",
        "backgroundColor": calendar.color,
        "foregroundColor": "#000000",
        "selected": true,
        "accessRole": "owner",
        "primary": is_primary,
        "defaultReminders": [{ "method": "popup", "minutes": 30 }],
        "notificationSettings": { "notifications": [
            { "type": "eventCreation", "method": "email" },
            { "type": "eventChange", "method": "email" },
            { "type": "eventCancellation", "method": "email" },
        ] },
        "conferenceProperties": { "allowedConferenceSolutionTypes": ["hangoutsMeet"] },
    })
}

pub(super) fn event(record: &Record<'_>) -> Value {
    let updated = record.instant("lastModified").as_millisecond();
    let uid =
        record.body.get("recurringEventId").map_or_else(|| record.text("id"), |id| id.as_str().unwrap_or_default());
    let owner = json!({
        "id": format!("1094{:017}", record.owner.len()),
        "email": record.owner,
        "displayName": display_name(record.owner),
        "self": true,
    });
    let mut event = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            event.insert(name.to_owned(), value);
        }
    };
    for (name, value) in [
        ("kind", json!("calendar#event")),
        ("etag", json!(format!("\"{}\"", updated.saturating_mul(2)))),
        ("id", record.get("id")),
        ("status", record.get("status")),
        ("htmlLink", record.get("link")),
        ("created", json!("2026-01-12T08:15:30.000Z")),
        ("updated", record.get("lastModified")),
        ("summary", record.get("title")),
        ("description", record.get("description")),
        ("location", record.get("location")),
        ("creator", owner.clone()),
        ("organizer", owner),
        ("start", when(record, "start")),
        ("end", when(record, "end")),
        ("iCalUID", json!(format!("{uid}@google.example"))),
        ("sequence", json!(record.number % 4)),
        ("hangoutLink", record.conference("conferenceId").as_str().map_or(Value::Null, |_| record.get("conference"))),
        ("reminders", reminders(record)),
        ("eventType", json!("default")),
        ("attachments", json!([])),
        ("attendeesOmitted", json!(false)),
        ("anyoneCanAddSelf", json!(false)),
        ("endTimeUnspecified", json!(false)),
        ("privateCopy", json!(false)),
        ("locked", json!(false)),
        ("source", json!({ "title": "Connect sandbox", "url": record.get("link") })),
        ("guestsCanModify", json!(false)),
        ("guestsCanInviteOthers", json!(true)),
        ("guestsCanSeeOtherGuests", json!(true)),
    ] {
        add(name, value);
    }
    if record.body.contains_key("color") {
        add("colorId", json!("9"));
    }
    add("visibility", if record.is("privacy", "public") { json!("default") } else { record.get("privacy") });
    add("transparency", json!(if record.is("availability", "free") { "transparent" } else { "opaque" }));
    if let Some(Value::Object(custom)) = record.body.get("custom") {
        add("extendedProperties", json!({ "private": strings(custom) }));
    }
    if let Some(Value::Object(data)) = record.body.get("conferenceData") {
        add("conferenceData", conference(record, data));
    }
    if !record.attendees().is_empty() {
        add("attendees", record.attendees().iter().map(|guest| attendee(guest, record.owner)).collect());
    }
    if let Some(rule) = record.rule {
        add("recurrence", json!([format!("RRULE:{}", rule.to_ical())]));
    }
    if let Some(start) = record.instance {
        add("recurringEventId", record.get("recurringEventId"));
        let zone = record.zone;
        add(
            "originalStartTime",
            if record.is_all_day() {
                json!({ "date": date(start) })
            } else {
                json!({ "dateTime": zone.format(start), "timeZone": zone.name() })
            },
        );
    }
    Value::Object(event)
}

fn when(record: &Record<'_>, name: &str) -> Value {
    let instant = record.instant(name);
    if record.is_all_day() {
        json!({ "date": date(instant) })
    } else {
        json!({ "dateTime": record.zone.format(instant), "timeZone": record.zone.name() })
    }
}

fn reminders(record: &Record<'_>) -> Value {
    if record.number.is_multiple_of(3) {
        json!({ "useDefault": false, "overrides": [
            { "method": "popup", "minutes": 10 },
            { "method": "email", "minutes": 1440 },
        ] })
    } else {
        json!({ "useDefault": true })
    }
}

/// Google keeps an application's own values as texts.
fn strings(custom: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    custom.iter().map(|(name, value)| (name.clone(), text(value).into())).collect()
}

fn conference(record: &Record<'_>, data: &Map<String, Value>) -> Value {
    let mut conference = data.clone();
    conference.remove("provider");
    conference.entry("entryPoints").or_insert_with(
        || json!([{ "entryPointType": "video", "uri": record.get("conference"), "label": record.get("conference") }]),
    );
    conference.entry("conferenceSolution").or_insert_with(|| {
        json!({
            "key": { "type": "addOn" },
            "name": data.get("provider"),
            "iconUri": "https://icons.google.example/conference.png",
        })
    });
    Value::Object(conference)
}

fn attendee(guest: &Value, owner: &str) -> Value {
    let email = guest["email"].as_str().unwrap_or_default();
    let mut attendee = json!({
        "email": email,
        "displayName": display_name(email),
        "responseStatus": match guest["status"].as_str() {
            None | Some("none") => "needsAction",
            Some(status) => status,
        },
    });
    if guest["organizer"] == true {
        attendee["organizer"] = true.into();
    }
    if email == owner {
        attendee["self"] = true.into();
    }
    attendee
}
