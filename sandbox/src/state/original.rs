//! The providers' own records, which the API passes along as `original`.

use serde_json::{Map, Value, json};

use super::users::{Account, Calendar};
use crate::provider::Provider;

pub(super) fn calendar(calendar: &Calendar, account: &Account) -> Value {
    match account.provider {
        Provider::Google => json!({
            "kind": "calendar#calendarListEntry",
            "id": calendar.id,
            "summary": calendar.title,
            "timeZone": calendar.time_zone,
            "backgroundColor": calendar.color,
            "accessRole": "owner",
            "primary": calendar.id == "primary",
            "conferenceProperties": { "allowedConferenceSolutionTypes": ["hangoutsMeet"] },
        }),
        Provider::Microsoft => json!({
            "id": calendar.id,
            "name": calendar.title,
            "color": "auto",
            "hexColor": "",
            "canEdit": true,
            "canShare": true,
            "isDefaultCalendar": true,
            "allowedOnlineMeetingProviders": ["teamsForBusiness"],
            "owner": { "name": calendar.title, "address": account.id },
        }),
        Provider::Apple | Provider::CalDav => json!({
            "url": calendar.id,
            "displayName": calendar.title,
            "components": ["VEVENT"],
            "ctag": "\"3145\"",
            "resourcetype": ["collection", "calendar"],
        }),
    }
}

/// Writes the record that a provider would keep of an event.
pub(super) fn event(provider: Provider, event: &Map<String, Value>) -> Value {
    let text = |name: &str| event.get(name).cloned().unwrap_or(Value::Null);
    let attendees = event.get("attendees").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    match provider {
        Provider::Google => json!({
            "kind": "calendar#event",
            "id": text("id"),
            "etag": "\"3472839128374000\"",
            "status": text("status"),
            "htmlLink": text("link"),
            "updated": text("lastModified"),
            "summary": text("title"),
            "description": text("description"),
            "location": text("location"),
            "start": google_date(event, "start"),
            "end": google_date(event, "end"),
            "recurringEventId": text("recurringEventId"),
            "attendees": attendees.iter().map(|guest| json!({
                "email": guest["email"],
                "responseStatus": google_response(&guest["status"]),
            })).collect::<Vec<_>>(),
            "reminders": { "useDefault": true },
            "eventType": "default",
        }),
        Provider::Microsoft => json!({
            "@odata.etag": "W/\"Zq3dQ7Pl0k6Q\"",
            "id": text("id"),
            "subject": text("title"),
            "bodyPreview": text("description"),
            "body": { "contentType": "html", "content": text("description") },
            "start": { "dateTime": text("start"), "timeZone": "UTC" },
            "end": { "dateTime": text("end"), "timeZone": "UTC" },
            "location": { "displayName": text("location") },
            "isAllDay": text("allDay"),
            "isCancelled": event.get("status").is_some_and(|status| status == "cancelled"),
            "showAs": text("availability"),
            "seriesMasterId": text("recurringEventId"),
            "webLink": text("link"),
            "lastModifiedDateTime": text("lastModified"),
            "attendees": attendees.iter().map(|guest| json!({
                "type": "required",
                "status": { "response": guest["status"] },
                "emailAddress": { "address": guest["email"] },
            })).collect::<Vec<_>>(),
        }),
        Provider::Apple | Provider::CalDav => json!({
            "uid": text("id"),
            "etag": "\"C=81@U=5f0f\"",
            "summary": text("title"),
            "description": text("description"),
            "location": text("location"),
            "dtstart": text("start"),
            "dtend": text("end"),
            "lastModified": text("lastModified"),
            "sequence": 0,
        }),
    }
}

fn google_date(event: &Map<String, Value>, name: &str) -> Value {
    let instant = event.get(name).and_then(Value::as_str).unwrap_or_default();
    if event.get("allDay") == Some(&Value::Bool(true)) {
        json!({ "date": instant.split('T').next() })
    } else {
        json!({ "dateTime": instant, "timeZone": "UTC" })
    }
}

fn google_response(status: &Value) -> &str {
    match status.as_str() {
        None | Some("none") => "needsAction",
        Some(status) => status,
    }
}
