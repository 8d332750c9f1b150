//! Members that are newer than this release.

use mobiscroll_connect::{CalendarEvent, Client, Provider};
use mobiscroll_connect_sandbox::{Operation, Sandbox};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::events_write::meeting;
use crate::support::{answer, signed_in};

/// Has one event listed, with these members besides its id and provider, and reads it.
async fn listed(sandbox: &Sandbox, client: &Client, members: &str) -> CalendarEvent {
    answer(
        sandbox,
        Operation::ListEvents,
        200,
        format!(r#"{{"events":[{{"id":"e","provider":"microsoft",{members}}}]}}"#),
    );
    let mut page = client.events().list().send().await.unwrap();
    assert_eq!(page.malformed, [], "{members}");
    page.events.remove(0)
}

fn event(members: &str) -> CalendarEvent {
    serde_json::from_str(&format!(r#"{{"id":"e","provider":"microsoft",{members}}}"#)).unwrap()
}

const MEETING: &str = r#"{"joinUrl": "https://teams.example/x",  "n": 1.50}"#;

#[tokio::test]
async fn unknown_members_of_an_event_are_kept_as_they_arrived() {
    let (sandbox, client) = signed_in().await;
    let members = format!(
        r#""onlineMeeting":{MEETING},"rank":7,"title":"T","attendees":["a",{{"email":"b","name":"B"}}],
        "conference":{{"url":"u","pin":"1"}},"conferenceData":{{"phone":null}}"#
    );
    let event = listed(&sandbox, &client, &members).await;
    assert_eq!(event.unknown_members.keys().collect::<Vec<_>>(), ["onlineMeeting", "rank"]);
    assert_eq!(event.unknown_members["onlineMeeting"].get(), MEETING);
    assert_eq!(event.unknown_members["rank"].parse::<u8>().unwrap(), 7);
    assert_eq!(event.attendees[0].unknown_members.len(), 0);
    assert_eq!(event.attendees[1].unknown_members["name"].get(), "\"B\"");
    assert_eq!(event.conference.unwrap().unknown_members["pin"].get(), "\"1\"");
    assert_eq!(event.conference_data.unwrap().unknown_members["phone"].get(), "null");
}

#[tokio::test]
async fn unknown_members_are_kept_by_every_call_that_returns_events_calendars_or_accounts() {
    let (sandbox, client) = signed_in().await;
    answer(&sandbox, Operation::CreateEvent, 201, r#"{"event":{"id":"e","more":[1]}}"#);
    assert_eq!(client.events().create(meeting()).await.unwrap().unknown_members["more"].get(), "[1]");
    answer(&sandbox, Operation::ListCalendars, 200, r#"[{"id":"c","provider":"google","accessRole":"owner"}]"#);
    let list = client.calendars().list().await.unwrap();
    assert_eq!(list.calendars[0].unknown_members["accessRole"].get(), "\"owner\"");
    let body = r#"{"plan":"pro","connections":{"google":[{"id":"a","avatar":{}},"b"]}}"#;
    answer(&sandbox, Operation::ConnectionStatus, 200, body);
    let status = client.auth().get_connection_status().await.unwrap();
    assert_eq!(status.unknown_members["plan"].get(), "\"pro\"");
    assert_eq!(status.connections["google"][0].unknown_members["avatar"].get(), "{}");
    assert_eq!(status.connections["google"][1].unknown_members.len(), 0);
    let body = r#"{"channelId":"c","subscription":{"channelId":"c","filter":"x"}}"#;
    answer(&sandbox, Operation::SubscribeWebhook, 200, body);
    let subscribed = client.webhooks().subscribe_webhook(Provider::Google, "primary").send().await.unwrap();
    assert_eq!(subscribed.unknown_members["filter"].get(), "\"x\"");
}

#[tokio::test]
async fn a_malformed_unknown_member_rejects_no_event() {
    let (sandbox, client) = signed_in().await;
    for value in
        [r#""cut \ud83c""#, r#"{"a":"\udf89"}"#, r#"{"\ud83c":1}"#, "1e999", "[[[[[[[[[[[[]]]]]]]]]]]]", "null"]
    {
        let event = listed(&sandbox, &client, &format!(r#""title":"T","onlineMeeting":{value}"#)).await;
        assert_eq!(event.title.as_deref(), Some("T"), "{value}");
        assert_eq!(event.unknown_members["onlineMeeting"].get(), value);
    }
    let event =
        listed(&sandbox, &client, r#""title":"\ud83c","start":"","onlineMeeting":"\ud83c","rank":1,"\udf89":2"#).await;
    assert_eq!(event.unknown_members["onlineMeeting"].parse::<String>().unwrap(), "\u{fffd}");
    assert_eq!(event.unknown_members.keys().collect::<Vec<_>>(), ["onlineMeeting", "rank", "\u{fffd}"]);
}

#[tokio::test]
async fn lenient_parsing_keeps_unknown_members_too() {
    let (sandbox, client) = signed_in().await;
    let members =
        r#""allTime":1,"color":{},"attendees":[{"email":"a","status":{}},{"rsvp":1},[]],"more":2,"status":[],"zone":3"#;
    let event = listed(&sandbox, &client, members).await;
    let names = |event: &CalendarEvent| event.unknown_members.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&event), ["allTime", "more", "zone"]);
    assert_eq!(event.attendees[1].unknown_members["rsvp"].get(), "1");
    assert_eq!((event.attendees.len(), event.status), (3, None));
}

#[test]
fn an_event_with_unknown_members_survives_a_round_trip() {
    let one = event(r#""title":"T","onlineMeeting":{"b":1,"a":2},"rank":7"#);
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<CalendarEvent>(&text).unwrap(), one);
    let value = serde_json::to_value(&one).unwrap();
    assert_eq!(value["onlineMeeting"], json!({ "a": 2, "b": 1 }));
    assert!(value.get("unknown_members").is_none());
    assert_eq!(serde_json::from_value::<CalendarEvent>(value).unwrap().unknown_members["rank"].get(), "7");
    assert_eq!(one.clone(), one);
}

#[test]
fn events_are_equal_whatever_the_order_of_their_unknown_members_and_differ_by_their_values() {
    let one = event(r#""a":1,"b":2"#);
    assert_eq!(one, event(r#""b":2,"a":1"#));
    assert_ne!(one, event(r#""b":2,"a":2"#));
    assert_ne!(one, event(r#""b":2"#));
    assert_eq!(one, event(r#""b":3,"a":1,"b":2"#), "of a repeated member, the last one counts");
}

#[test]
fn an_event_can_be_part_of_an_applications_own_record() {
    #[derive(Serialize, Deserialize)]
    struct Row {
        owner: String,
        #[serde(flatten)]
        event: CalendarEvent,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Event(Box<CalendarEvent>),
    }
    let text = r#"{"owner":"ada","id":"e","provider":"google","original":{"n":1},"onlineMeeting":{"joinUrl":"x"}}"#;
    let row: Row = serde_json::from_str(text).unwrap();
    assert_eq!(row.event.original.as_ref().unwrap().parse::<Value>().unwrap()["n"], 1);
    assert_eq!(row.event.unknown_members["onlineMeeting"].get(), r#"{"joinUrl":"x"}"#);
    let again: Row = serde_json::from_str(&serde_json::to_string(&row).unwrap()).unwrap();
    assert_eq!((again.event, &*again.owner), (row.event, "ada"));
    let Either::Event(event) = serde_json::from_str(r#"{"id":"e","provider":"google","rank":7,"custom":{}}"#).unwrap();
    assert_eq!(event.unknown_members["rank"].get(), "7");
}
