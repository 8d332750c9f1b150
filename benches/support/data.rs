//! Responses of the size that the service sends.

use serde_json::{Value, json};

/// Twenty calendars.
pub(crate) fn calendars() -> String {
    let calendar = |n: usize| {
        json!({
            "provider": "google",
            "id": format!("calendar-{n}@group.calendar.google.com"),
            "title": format!("Calendar {n}"),
            "timeZone": "Europe/Budapest",
            "color": "#9fe1e7",
            "description": "Meetings of the team",
            "original": { "kind": "calendar#calendarListEntry", "etag": format!("\"{n}\""), "accessRole": "owner" },
        })
    };
    Value::from_iter((0..20).map(calendar)).to_string()
}

/// An event as the service sends it, with the provider's own record.
pub(crate) fn event(n: usize) -> Value {
    let day = n % 28 + 1;
    let people = ["ada", "grace", "alan", "edsger"].map(
        |name| json!({ "email": format!("{name}@example.com"), "status": "accepted", "organizer": name == "ada" }),
    );
    let (start, end) = (format!("2026-11-{day:02}T09:30:00.000Z"), format!("2026-11-{day:02}T10:30:00.000Z"));
    let id = format!("{n:026x}_202611{day:02}T093000Z");
    json!({
        "provider": "google",
        "id": id,
        "calendarId": "calendar-1@group.calendar.google.com",
        "title": format!("Planning of week {n}, \"quoted\" é"),
        "description": "Agenda: what was done, what comes next, and what is in the way.\nMinutes are kept in the wiki.",
        "start": start,
        "end": end,
        "allDay": false,
        "recurringEventId": format!("{n:026x}"),
        "color": "#7986cb",
        "location": "Room 4, second floor",
        "attendees": people,
        "conference": "https://meet.google.com/abc-defg-hij",
        "availability": "busy",
        "privacy": "private",
        "status": "confirmed",
        "link": format!("https://www.google.com/calendar/event?eid={n:040x}"),
        "lastModified": "2026-11-20T12:00:00.000Z",
        "original": original(n, &id, &start, &end),
    })
}

/// The same event as Google's own record.
fn original(n: usize, id: &str, start: &str, end: &str) -> Value {
    let guests = ["ada", "grace", "alan", "edsger"].map(|name| {
        json!({
            "email": format!("{name}@example.com"),
            "displayName": name,
            "responseStatus": "accepted",
            "organizer": name == "ada",
            "self": false,
        })
    });
    json!({
        "kind": "calendar#event",
        "etag": "\"3526452984672000\"",
        "id": id,
        "status": "confirmed",
        "htmlLink": format!("https://www.google.com/calendar/event?eid={n:040x}"),
        "created": "2026-10-01T08:00:00.000Z",
        "updated": "2026-11-20T12:00:00.000Z",
        "summary": format!("Planning of week {n}, \"quoted\" é"),
        "description": "Agenda: what was done, what comes next, and what is in the way.\nMinutes are kept in the wiki.",
        "location": "Room 4, second floor",
        "colorId": "1",
        "creator": { "email": "ada@example.com", "displayName": "Ada" },
        "organizer": { "email": "ada@example.com", "displayName": "Ada", "self": true },
        "start": { "dateTime": start, "timeZone": "Europe/Budapest" },
        "end": { "dateTime": end, "timeZone": "Europe/Budapest" },
        "recurringEventId": format!("{n:026x}"),
        "originalStartTime": { "dateTime": start, "timeZone": "Europe/Budapest" },
        "visibility": "private",
        "iCalUID": format!("{n:026x}@google.com"),
        "sequence": 3,
        "attendees": guests,
        "hangoutLink": "https://meet.google.com/abc-defg-hij",
        "conferenceData": {
            "entryPoints": [
                { "entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij", "label": "meet.google.com/abc-defg-hij" },
                { "entryPointType": "phone", "uri": "tel:+36-1-408-8967", "label": "+36 1 408 8967", "pin": "123456789" }
            ],
            "conferenceSolution": { "key": { "type": "hangoutsMeet" }, "name": "Google Meet" },
            "conferenceId": "abc-defg-hij",
        },
        "reminders": { "useDefault": false, "overrides": [{ "method": "popup", "minutes": 10 }] },
        "eventType": "default",
    })
}

/// A page of a number of events.
pub(crate) fn page(events: usize, next: Option<usize>) -> String {
    let next = next.map(|page| page.to_string());
    json!({ "events": (0..events).map(event).collect::<Vec<_>>(), "pageSize": events, "nextPageToken": next })
        .to_string()
}
