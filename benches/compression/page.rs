//! A page of events as they come from Outlook, with Microsoft's own records.

use fastrand::Rng;
use serde_json::{Value, json};

const WORDS: [&str; 48] = [
    "agenda",
    "planning",
    "review",
    "budget",
    "customer",
    "quarter",
    "release",
    "please",
    "bring",
    "numbers",
    "before",
    "meeting",
    "notes",
    "follow",
    "open",
    "points",
    "team",
    "project",
    "status",
    "update",
    "risk",
    "owner",
    "date",
    "decision",
    "draft",
    "contract",
    "vendor",
    "invoice",
    "travel",
    "office",
    "remote",
    "room",
    "call",
    "link",
    "share",
    "screen",
    "demo",
    "feedback",
    "design",
    "support",
    "ticket",
    "urgent",
    "optional",
    "required",
    "lunch",
    "interview",
    "training",
    "holiday",
];
const PEOPLE: [&str; 8] = ["ada", "grace", "alan", "edsger", "barbara", "donald", "leslie", "radia"];

/// A page, the same in each run.
pub(crate) fn page(events: usize) -> String {
    let mut random = Rng::with_seed(7);
    let events: Vec<_> = (0..events).map(|n| event(n, &mut random)).collect();
    json!({ "pageSize": events.len(), "events": events }).to_string()
}

fn words(random: &mut Rng, count: usize) -> String {
    let words: Vec<_> = (0..count).map(|_| WORDS[random.usize(..WORDS.len())]).collect();
    words.join(" ")
}

fn id(random: &mut Rng, length: usize) -> String {
    (0..length).map(|_| random.alphanumeric()).collect()
}

fn event(n: usize, random: &mut Rng) -> Value {
    let (day, hour) = (n % 28 + 1, 8 + n % 9);
    let (start, end) = (format!("2026-11-{day:02}T{hour:02}:00:00"), format!("2026-11-{day:02}T{hour:02}:45:00"));
    let (id, meeting) = (format!("AAMkADQ{}AAA=", id(random, 140)), id(random, 60));
    let (title, text, room) = (words(random, 4), words(random, 60), random.u8(1..40));
    let guests: Vec<_> = (0..random.usize(2..6)).map(|_| PEOPLE[random.usize(..PEOPLE.len())]).collect();
    let link = format!("https://teams.microsoft.com/l/meetup-join/19%3ameeting_{meeting}%40thread.v2/0");
    let address = |name: &str| json!({ "name": name, "address": format!("{name}@contoso.example") });
    let attendees: Vec<_> = guests
        .iter()
        .map(|name| {
            let status = json!({ "response": "accepted", "time": "2026-10-30T12:00:00Z" });
            json!({ "type": "required", "status": status, "emailAddress": address(name) })
        })
        .collect();
    let html = format!(
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body><div>{text}</div>\
         <div style=\"font-family:'Segoe UI','Helvetica Neue',Helvetica,Arial,sans-serif\"><a href=\"{link}\">Join the \
         meeting</a></div></body></html>"
    );
    let body = json!({ "contentType": "html", "content": html });
    let location =
        json!({ "displayName": format!("Room {room}"), "locationType": "default", "uniqueIdType": "private" });
    let times = [&start, &end].map(|time| json!({ "dateTime": format!("{time}.0000000"), "timeZone": "UTC" }));
    let mut original = json!({
        "@odata.etag": format!("W/\"{}==\"", &meeting[..22]),
        "id": id,
        "createdDateTime": "2026-10-01T08:00:00.0000000Z",
        "lastModifiedDateTime": "2026-11-20T12:00:00.0000000Z",
        "changeKey": &meeting[..24],
        "categories": [],
        "iCalUId": format!("040000008200E00074C5B7101A82E008{meeting}"),
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": true,
        "hasAttachments": false,
        "subject": title,
        "bodyPreview": text,
        "importance": "normal",
        "sensitivity": "normal",
        "isAllDay": false,
        "isCancelled": false,
        "isOrganizer": true,
        "responseRequested": true,
        "showAs": "busy",
        "type": "singleInstance",
    });
    let more = json!({
        "webLink": format!("https://outlook.office365.com/owa/?itemid={id}&exvsurl=1&path=/calendar/item"),
        "isOnlineMeeting": true,
        "onlineMeetingProvider": "teamsForBusiness",
        "allowNewTimeProposals": true,
        "responseStatus": { "response": "organizer", "time": "0001-01-01T00:00:00Z" },
        "body": body,
        "start": times[0],
        "end": times[1],
        "location": location,
        "organizer": { "emailAddress": address("ada") },
        "attendees": attendees,
        "onlineMeeting": { "joinUrl": link },
    });
    if let (Value::Object(original), Value::Object(more)) = (&mut original, more) {
        original.extend(more);
    }
    json!({
        "provider": "microsoft",
        "id": id,
        "calendarId": "AAMkADQcalendar",
        "title": title,
        "description": text,
        "start": format!("{start}.000Z"),
        "end": format!("{end}.000Z"),
        "allDay": false,
        "location": format!("Room {room}"),
        "attendees": guests.iter().map(|name| json!({ "email": format!("{name}@contoso.example"), "status": "accepted" })).collect::<Vec<_>>(),
        "conference": link,
        "availability": "busy",
        "status": "confirmed",
        "lastModified": "2026-11-20T12:00:00.000Z",
        "original": original,
    })
}
