use rrule::Frequency;
use serde_json::json;

use super::fill::{Fill, guests, online};
use crate::state::{End, Rule};

/// Days from today, hour of the day, minutes, title, location.
const MEETINGS: [(i64, i64, i64, &str, &str); 7] = [
    (-13, 9, 60, "Kick-off", "Room A"),
    (-6, 14, 45, "Design review", "Room B"),
    (-2, 11, 30, "Call with Ada", ""),
    (0, 16, 60, "Planning", "Room A"),
    (1, 10, 30, "Interview", "Lobby"),
    (5, 12, 90, "Team lunch", "Canteen"),
    (12, 15, 60, "Retrospective", "Room B"),
];

/// Puts a few dozen events around today; between them they have every member that an event can have.
pub(super) fn fill(fill: &mut Fill<'_>, is_main: bool) {
    for (days, hour, minutes, title, location) in MEETINGS {
        let mut more = json!({ "description": format!("{title}, see the notes"), "color": "#0b8043" });
        if !location.is_empty() {
            more["location"] = location.into();
        }
        if hour < 12 {
            more["attendees"] = guests();
        }
        match title {
            "Call with Ada" => {
                if let (Some(more), Some(online)) = (more.as_object_mut(), online(fill.provider).as_object()) {
                    more.extend(online.clone());
                }
            }
            "Planning" => more["custom"] = json!({ "origin": "crm", "ticket": 4711 }),
            "Interview" => (more["privacy"], more["status"]) = ("private".into(), "tentative".into()),
            "Retrospective" => more["privacy"] = "confidential".into(),
            _ => {}
        }
        fill.add(title, fill.span(days, hour * 60, minutes), more);
    }
    if is_main {
        let free = json!({ "allDay": true, "availability": "free" });
        fill.add("Day off", fill.span(3, 0, 24 * 60), free);
        let online = json!({ "location": "Online", "conference": "https://meet.example/standup" });
        let weekly = Rule::every(Frequency::Weekly, 1, End::After(520));
        fill.add_series("Weekly stand-up", fill.span(-21, 8 * 60, 15), weekly, online);
    }
}
