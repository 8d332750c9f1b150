use serde_json::{Value, json};

use super::fill::Fill;

/// The members that an event can do without.
const OPTIONAL: [&str; 18] = [
    "title",
    "description",
    "allDay",
    "recurringEventId",
    "color",
    "location",
    "link",
    "attendees",
    "custom",
    "conference",
    "conferenceData",
    "availability",
    "privacy",
    "status",
    "lastModified",
    "original",
    "calendarId",
    "onlineMeeting",
];

/// Adds events as the contract hardly allows them, one oddity in each.
pub(super) fn fill(fill: &mut Fill<'_>) {
    for (number, (name, oddity)) in oddities(fill).into_iter().enumerate() {
        let number = i64::try_from(number).unwrap_or_default();
        let span = fill.span(number % 28 - 14, 10 * 60, 60);
        let mut event = json!({
            "provider": fill.provider.as_str(),
            "id": format!("awkward-{}-{number}", fill.provider),
            "calendarId": fill.calendar_id,
            "title": name,
            "start": span.start.to_string(),
            "end": span.end.to_string(),
        });
        if let (Some(event), Value::Object(oddity)) = (event.as_object_mut(), oddity) {
            event.extend(oddity);
        }
        if name == "No calendar"
            && let Some(event) = event.as_object_mut()
        {
            event.remove("calendarId");
        }
        fill.add_raw(event);
    }
}

fn oddities(fill: &Fill<'_>) -> Vec<(&'static str, Value)> {
    let at = |days| fill.at(days, 9 * 60);
    let day = |days| fill.at(days, 0).strftime("%Y-%m-%d").to_string();
    let offset =
        |hours: i64| fill.at(0, (9 + hours) * 60).strftime(&format!("%Y-%m-%dT%H:%M:%S+{hours:02}:00")).to_string();
    let nulls: Value =
        OPTIONAL.iter().map(|name| ((*name).to_owned(), Value::Null)).collect::<serde_json::Map<_, _>>().into();
    vec![
        ("Nulls everywhere", nulls),
        ("Bare dates", json!({ "allDay": true, "start": day(1), "end": day(2) })),
        ("No fraction", json!({ "start": at(0).strftime("%Y-%m-%dT%H:%M:%SZ").to_string() })),
        ("Nine digits", json!({ "start": at(0).strftime("%Y-%m-%dT%H:%M:%S.123456789Z").to_string() })),
        ("An offset", json!({ "start": offset(2), "end": offset(5) })),
        ("No zone", json!({ "start": at(0).strftime("%Y-%m-%dT%H:%M:%S").to_string() })),
        ("Null dates", json!({ "start": null, "end": null })),
        ("Unreadable dates", json!({ "start": "soon", "end": "" })),
        ("Dates in milliseconds", json!({ "start": at(0).as_millisecond(), "end": at(1).as_millisecond() })),
        ("An end before the start", json!({ "start": at(1).to_string(), "end": at(0).to_string() })),
        ("No length", json!({ "start": at(0).to_string(), "end": at(0).to_string() })),
        ("An unknown provider", json!({ "provider": "yahoo" })),
        (
            "Unknown values",
            json!({
                "status": "postponed", "availability": "workingElsewhere", "privacy": "secret",
                "attendees": [{ "email": "ada@example.com", "status": "delegated" }],
            }),
        ),
        ("Values in capitals", json!({ "status": "CONFIRMED", "availability": "BUSY", "privacy": "" })),
        (
            "Guests without addresses",
            json!({
                "attendees": [{ "status": "accepted" }, { "email": null, "organizer": null }, {}, null],
            }),
        ),
        ("Guests as texts", json!({ "attendees": ["ada@example.com", "mailto:grace@example.com", ""] })),
        (
            "A group among the guests",
            json!({
                "attendees": [{ "email": "team-7f3k9d2m@group.calendar.example", "status": "accepted", "organizer": true }],
            }),
        ),
        ("No calendar", json!({})),
        (
            "Members unheard of",
            json!({
                "onlineMeeting": { "joinUrl": "https://teams.example/l/1" }, "mood": "cheerful", "$type": 1, "": [[]],
            }),
        ),
        (
            "A conference object",
            json!({
                "conference": { "url": "https://meet.example/x", "provider": "google-meet", "autoGenerate": true, "data": {} },
            }),
        ),
        (
            "A conference without a link",
            json!({ "conference": { "url": null }, "conferenceData": { "provider": null } }),
        ),
        (
            "Other types",
            json!({
                "allDay": "false", "color": 9, "custom": [1, 2], "lastModified": 0, "original": "gone", "link": false,
            }),
        ),
        ("Deep custom values", json!({ "custom": { "a": { "b": { "c": [{ "d": null }] } }, "n": 1e300 } })),
        ("A very long title", json!({ "title": "An endless meeting, ".repeat(500) })),
        ("No title", json!({ "title": "" })),
        (
            "Many scripts",
            json!({
                "title": "Besprechung 会议 اجتماع פגישה 👩‍👩‍👧 e\u{301} \u{202e}desrever",
                "description": "Line one\r\nline two\ttabbed \u{0} \"quoted\" \\ </script>",
                "location": "Škofja Loka, ул. Мира 5",
            }),
        ),
        ("A number as id", json!({ "id": 42 })),
        ("Far away", json!({ "start": "9999-12-31T23:59:59.999Z", "end": "9999-12-31T23:59:59.999Z" })),
    ]
}
