//! Changes to what a body says, inside of a response that is good HTTP.

use std::fmt;

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// Half of the pair that would be an emoji.
const LONE_SURROGATE: &str = "\\ud83d";
/// Stands for the surrogate, which no Rust string can hold, until the body is written.
const PLACE: &str = "\u{f8ff}surrogate\u{f8ff}";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Where anything may stand: what is changed there would say nothing
const FREE: [&str; 4] = ["original", "custom", "data", "conferenceData"];

/// What a body says that it should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mislead {
    LostEvent,
    VanishedCalendar(String),
    NoAddresses,
    UnknownMembers,
    LoneSurrogate,
    ByteOrderMark,
}

impl Mislead {
    /// Changes a body; one that is not JSON stays as it is, but for a byte order mark.
    pub(super) fn apply(&self, body: Bytes) -> Bytes {
        if *self == Self::ByteOrderMark {
            return [BYTE_ORDER_MARK, &body].concat().into();
        }
        let Ok(mut json) = serde_json::from_slice::<Value>(&body) else { return body };
        match self {
            Self::LostEvent => {
                if let Some(events) = json.get_mut("events").and_then(Value::as_array_mut).filter(|all| !all.is_empty())
                {
                    events.remove(0);
                }
            }
            Self::VanishedCalendar(id) => {
                if let Some(calendars) = json.as_array_mut() {
                    calendars.retain(|calendar| calendar["id"] != id.as_str());
                }
                if let Some(events) = json.get_mut("events").and_then(Value::as_array_mut) {
                    events.retain(|event| event["calendarId"] != id.as_str());
                }
            }
            Self::NoAddresses => {
                if let Some(events) = json.get_mut("events").and_then(Value::as_array_mut) {
                    events.iter_mut().filter_map(Value::as_object_mut).for_each(take_addresses);
                }
            }
            Self::UnknownMembers => add_unknown(&mut json),
            Self::LoneSurrogate => {
                if !mark_titles(&mut json) {
                    mark_first(&mut json);
                }
                return json.to_string().replace(PLACE, LONE_SURROGATE).into();
            }
            Self::ByteOrderMark => {}
        }
        json.to_string().into()
    }
}

fn take_addresses(event: &mut Map<String, Value>) {
    let attendees = event.entry("attendees").or_insert_with(|| json!([{ "status": "accepted" }]));
    if let Some(attendees) = attendees.as_array_mut() {
        attendees.iter_mut().filter_map(Value::as_object_mut).for_each(|guest| drop(guest.remove("email")));
        attendees.extend([json!({ "email": null, "status": "none" }), json!({})]);
    }
}

fn add_unknown(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_unknown),
        Value::Object(members) => {
            let known = members.iter_mut().filter(|(name, _)| !FREE.contains(&name.as_str()));
            known.for_each(|(_, value)| add_unknown(value));
            members.insert("unheardOf".into(), json!({ "since": 2027, "list": [null, [], "text"] }));
        }
        _ => {}
    }
}

/// Marks every title, and tells whether there is any.
fn mark_titles(value: &mut Value) -> bool {
    let mut any = false;
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| any |= mark_titles(item)),
        Value::Object(members) => {
            for (name, value) in members.iter_mut().filter(|(name, _)| !FREE.contains(&name.as_str())) {
                match value {
                    Value::String(title) if name == "title" => {
                        title.push_str(PLACE);
                        any = true;
                    }
                    value => any |= mark_titles(value),
                }
            }
        }
        _ => {}
    }
    any
}

/// Marks the first text, and tells whether there is one.
fn mark_first(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            text.push_str(PLACE);
            true
        }
        Value::Array(items) => items.iter_mut().any(mark_first),
        Value::Object(members) => members.values_mut().any(mark_first),
        _ => false,
    }
}

impl fmt::Display for Mislead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LostEvent => f.write_str("without its first event"),
            Self::VanishedCalendar(id) => write!(f, "without the calendar {id}"),
            Self::NoAddresses => f.write_str("attendees without addresses"),
            Self::UnknownMembers => f.write_str("unknown members"),
            Self::LoneSurrogate => f.write_str("a lone surrogate"),
            Self::ByteOrderMark => f.write_str("a byte order mark"),
        }
    }
}
