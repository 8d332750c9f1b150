//! Records of calendar objects from CalDAV servers, Apple's among them.

use serde_json::{Map, Value, json};

use super::{Record, display_name};
use crate::{instant, provider::Provider, state::accounts::Calendar};

pub(super) fn calendar(calendar: &Calendar) -> Value {
    json!({
        "url": calendar.id,
        "displayName": calendar.title,
        "description": calendar.description,
        "timezone": calendar.time_zone,
        "calendarColor": calendar.color.as_ref().map(|color| format!("{color}FF")),
        "components": ["VEVENT"],
        "ctag": "HwoQEgwAAAh0p3Q1nAAAAAAYARgAIhUIxqKt",
        "syncToken": "https://sync.example/token/3145",
        "resourcetype": ["collection", "calendar"],
        "reports": ["syncCollection", "calendarQuery", "calendarMultiget"],
        "currentUserPrivilegeSet": ["read", "write", "write-content", "bind", "unbind"],
    })
}

/// Writes an event both ways: taken apart by property, and as the text that the server stores.
pub(super) fn event(provider: Provider, record: &Record<'_>) -> Value {
    let id = record.body.get("recurringEventId").and_then(Value::as_str).unwrap_or_else(|| record.text("id"));
    let uid = id.rsplit('/').next().unwrap_or(id).trim_end_matches(".ics");
    let properties = properties(record, uid);
    let url = match provider {
        Provider::CalDav => id.to_owned(),
        _ => format!("https://p42-caldav.icloud.example/{}/calendars/{uid}.ics", record.text("calendarId")),
    };
    json!({
        "url": url,
        "etag": format!("\"{:x}-{:x}\"", record.number + 0x5f0f, record.instant("lastModified").as_millisecond()),
        "component": "VEVENT",
        "vevent": component(&properties),
        "data": text(&properties),
    })
}

/// Takes the properties apart: a text for each, with its parameters if it has any, and a list of the guests.
fn component(properties: &[(String, String)]) -> Map<String, Value> {
    let mut component = Map::new();
    for (property, value) in properties {
        let mut parts = property.split(';');
        let name = parts.next().unwrap_or_default().to_lowercase();
        let parameters: Map<String, Value> = parts
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.to_lowercase(), value.into()))
            .collect();
        let value =
            if parameters.is_empty() { json!(value) } else { json!({ "value": value, "parameters": parameters }) };
        match component.get_mut(&name) {
            Some(Value::Array(guests)) => guests.push(value),
            _ if name == "attendee" => drop(component.insert(name, json!([value]))),
            _ => drop(component.insert(name, value)),
        }
    }
    component
}

/// Lists the properties with their parameters, in the order of the component.
fn properties(record: &Record<'_>, uid: &str) -> Vec<(String, String)> {
    let date = |name: &str, at| {
        if record.is_all_day() {
            let date = instant::format_basic(at).split('T').next().unwrap_or_default().to_owned();
            (format!("{name};VALUE=DATE"), date)
        } else if record.zone.name() == "UTC" {
            (name.to_owned(), instant::format_basic(at))
        } else {
            (format!("{name};TZID={}", record.zone.name()), record.zone.format_basic(at))
        }
    };
    let modified = instant::format_basic(record.instant("lastModified"));
    let plain = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut properties = vec![
        plain("UID", uid),
        plain("DTSTAMP", &modified),
        plain("CREATED", "20260112T081530Z"),
        plain("LAST-MODIFIED", &modified),
        plain("X-APPLE-CREATOR-IDENTITY", "com.apple.calendar"),
        plain("X-APPLE-TRAVEL-ADVISORY-BEHAVIOR", "AUTOMATIC"),
        plain("SEQUENCE", &(record.number % 4).to_string()),
        date("DTSTART", record.instant("start")),
        date("DTEND", record.instant("end")),
    ];
    properties.extend(record.instance.map(|start| date("RECURRENCE-ID", start)));
    properties.extend(record.rule.map(|rule| ("RRULE".to_owned(), rule.to_ical())));
    for (name, member) in [("SUMMARY", "title"), ("DESCRIPTION", "description"), ("LOCATION", "location")] {
        if record.body.contains_key(member) {
            properties.push(plain(name, record.text(member)));
        }
    }
    let class = record.text("privacy").to_uppercase();
    let status = record.text("status").to_uppercase();
    let transparent = if record.is("availability", "free") { "TRANSPARENT" } else { "OPAQUE" };
    properties.extend([plain("CLASS", &class), plain("STATUS", &status), plain("TRANSP", transparent)]);
    for (name, member) in [("COLOR", "color"), ("CONFERENCE;VALUE=URI;FEATURE=VIDEO", "conference")] {
        if record.body.contains_key(member) {
            properties.push(plain(name, record.text(member)));
        }
    }
    if let Some(Value::Object(custom)) = record.body.get("custom") {
        properties.push(plain("X-MOBISCROLL-CUSTOM", &Value::Object(custom.clone()).to_string()));
    }
    if !record.attendees().is_empty() {
        let organizer = format!("ORGANIZER;CN={}", display_name(record.owner));
        properties.push((organizer, format!("mailto:{}", record.owner)));
    }
    properties.extend(record.attendees().iter().map(attendee));
    properties
}

fn attendee(guest: &Value) -> (String, String) {
    let email = guest["email"].as_str().unwrap_or_default();
    let status = match guest["status"].as_str() {
        Some("accepted") => "ACCEPTED",
        Some("declined") => "DECLINED",
        Some("tentative") => "TENTATIVE",
        _ => "NEEDS-ACTION",
    };
    let role = if guest["organizer"] == true { "CHAIR" } else { "REQ-PARTICIPANT" };
    let name = format!("ATTENDEE;CN={};CUTYPE=INDIVIDUAL;PARTSTAT={status};ROLE={role}", display_name(email));
    (name, format!("mailto:{email}"))
}

/// Writes the calendar object, with texts escaped and long lines folded.
fn text(properties: &[(String, String)]) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Connect sandbox//EN\r\nBEGIN:VEVENT\r\n");
    for (name, value) in properties {
        let is_text = ["SUMMARY", "DESCRIPTION", "LOCATION", "X-MOBISCROLL-CUSTOM"].contains(&name.as_str());
        let value = if is_text { escape(value) } else { value.replace(['\r', '\n'], " ") };
        fold(&format!("{name}:{value}"), &mut text);
    }
    text.push_str("BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n");
    text.push_str("END:VEVENT\r\nEND:VCALENDAR\r\n");
    text
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace("\r\n", "\\n").replace('\n', "\\n")
}

/// Breaks a line after at most 75 bytes, never within a character.
fn fold(line: &str, text: &mut String) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    text.push_str("\r\n");
}
