//! The models describe themselves as JSON Schema.

use mobiscroll_connect::{CalendarEvent, EventCreate, EventUpdate};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

#[test]
fn members_are_named_as_on_the_wire() {
    let event = schema::<CalendarEvent>();
    for member in ["calendarId", "allDay", "recurringEventId", "lastModified", "conferenceData", "original"] {
        assert!(!event["properties"][member].is_null(), "{member}");
    }
    assert_eq!(event["required"], json!(["id", "provider"]));
}

#[test]
fn instants_and_open_enums_are_strings() {
    let draft = schema::<EventCreate>();
    assert_eq!(draft["properties"]["start"]["type"], "string");
    assert_eq!(draft["properties"]["start"]["format"], "date-time");
    let provider = &draft["$defs"]["Provider"];
    assert_eq!(provider["type"], "string");
    assert_eq!(provider["examples"], json!(["google", "microsoft", "apple", "caldav"]));
    assert!(provider["enum"].is_null(), "other values may come");
}

#[test]
fn fields_that_an_update_can_clear_take_null() {
    let update = schema::<EventUpdate>();
    assert_eq!(update["properties"]["location"]["type"], json!(["string", "null"]));
    assert!(!update["properties"]["location"]["description"].as_str().unwrap().is_empty());
}

#[test]
fn unknown_members_are_allowed_and_have_no_name_of_their_own() {
    let event = schema::<CalendarEvent>();
    assert!(event["properties"]["unknown_members"].is_null());
    assert_ne!(event["additionalProperties"], json!(false));
    let attendee = &event["$defs"]["EventAttendee"];
    assert_eq!((&attendee["required"], attendee["type"].as_str()), (&json!(["email"]), Some("object")));
}
