//! A consumer with a newer contract: all that is new in it is first class, without a handwritten line in the crate.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use futures_util::TryStreamExt;
use mobiscroll_connect::raw::types::{ListEventsMoodFilter, Room, RoomGuest, RoomLayout};
use mobiscroll_connect::requests::{BookRoom, ListEvents};
use mobiscroll_connect::{
    CalendarEvent, Client, Error, EventCreate, EventDelete, EventItem, Provider, RequestOptions, RetryPolicy, Tokens,
    blocking,
};

const ROOM: &str = r#"{"id":"r1","nickname":"Tea","layout":"spiral"}"#;
const TOKENS: &str = r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#;

/// What a server answers, in this order.
type Answers = Vec<(&'static str, &'static str)>;

/// Survives, in this order, an expired token, a failing service, and a value that nobody knows.
fn trouble(answer: (&'static str, &'static str)) -> Answers {
    vec![("401 Unauthorized", "{}"), ("200 OK", TOKENS), ("503 Unavailable\r\nretry-after: 0", ""), answer]
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    models();
    let rooms: [(&str, Answers); 4] = [
        ("book", trouble(("201 Created", ROOM))),
        ("read", trouble(("200 OK", ROOM))),
        ("rename", trouble(("200 OK", ROOM))),
        ("cancel", trouble(("204 No Content", ""))),
    ];
    for (name, answers) in rooms.clone() {
        let (base_url, seen) = serve(answers);
        let client = client(Client::builder("id", "secret", "https://app.example/callback").base_url(base_url));
        let said = match name {
            "book" => told(client.rooms().book_room("Tea", None).seats(4).await),
            "read" => told(client.rooms().get_room("r1").await),
            "rename" => told(client.rooms().rename_room("r1").clear_nickname().await),
            _ => client.rooms().cancel_room("r1").await.map(|()| "cancelled".to_owned()),
        };
        println!("{name}: {} after {}", said.unwrap(), seen.recv().unwrap());
    }
    for (name, answers) in rooms {
        let (base_url, seen) = serve(answers);
        let said = std::thread::spawn(move || {
            let client = blocking::Client::builder("id", "secret", "https://app.example/callback")
                .base_url(base_url)
                .build()
                .unwrap();
            client.set_credentials(Tokens::new("a1").with_refresh_token("r1"));
            let client = client.with_options(RequestOptions::new().deadline(Duration::from_secs(20)));
            match name {
                "book" => told(client.rooms().book_room("Tea", None).seats(4).send()),
                "read" => told(client.rooms().get_room("r1").send()),
                "rename" => told(client.rooms().rename_room("r1").clear_nickname().send()),
                _ => client.rooms().cancel_room("r1").send().map(|()| "cancelled".to_owned()),
            }
        });
        println!("blocking {name}: {} after {}", said.join().unwrap().unwrap(), seen.recv().unwrap());
    }
    rest().await;
}

fn client(builder: mobiscroll_connect::ClientBuilder) -> Client {
    let client = builder.retry(RetryPolicy::new().base_delay(Duration::from_millis(1))).build().unwrap();
    client.set_credentials(Tokens::new("a1").with_refresh_token("r1"));
    client
}

fn told(room: Result<Room, Error>) -> Result<String, Error> {
    let room = room?;
    let layout = room.layout.unwrap();
    assert!(matches!(layout, RoomLayout::Unknown(_)));
    Ok(format!("{} {} {}", room.id, room.nickname.unwrap(), layout.as_str()))
}

fn models() {
    // One more provider, one more field of events and of created events.
    let event: CalendarEvent = serde_json::from_str(r#"{"provider":"proton","id":"1","mood":"glad"}"#).unwrap();
    assert_eq!(event.provider, Provider::Proton);
    let start = jiff::Timestamp::UNIX_EPOCH;
    let draft = EventCreate::new(Provider::Proton, "home", "Party", start, start).mood("glad");
    let draft = serde_json::to_value(&draft).unwrap();
    println!("{}, {}, {}", event.provider, event.mood.unwrap(), draft["mood"].as_str().unwrap());

    // Instants in any form, a property called like a keyword of OpenAPI, objects that one member tells apart, members
    // beside those that are named.
    let room: Room = serde_json::from_str(
        r#"{"id":"r","openings":["2026-11-23T09:30:00",1795426200],"default":"plain",
            "waiting":["Bo",null],"guest":{"age":36,"kind":"person","name":"Ada"}}"#,
    )
    .unwrap();
    assert_eq!(room.waiting, [Some("Bo".to_owned()), None]);
    let Some(RoomGuest::Person(person)) = room.guest else { panic!("{:?}", room.guest) };
    let stranger: RoomGuest = serde_json::from_str(r#"{"kind":"robot","name":"R2"}"#).unwrap();
    let RoomGuest::Unknown(stranger) = stranger else { panic!("{stranger:?}") };
    let kind = stranger.parse::<serde_json::Value>().unwrap()["kind"].as_str().unwrap().to_owned();
    let (first, second) = (room.openings[0], room.openings[1]);
    println!("{first} {second}, {}, {} {}, {kind}", room.default.unwrap(), person.name, person.extra["age"]);
    let again = serde_json::to_value(RoomGuest::from(*person)).unwrap();
    assert_eq!(again, serde_json::json!({ "kind": "person", "name": "Ada", "age": 36 }));
}

async fn rest() {
    // One more parameter of the list, on a page and on the stream of all pages.
    let page = r#"{"events":[{"provider":"google","id":"1"}],"mood":"calm"}"#;
    let (base_url, seen) = serve(vec![("200 OK", page), ("200 OK\r\nx-request-id: r-7", page)]);
    let client = client(Client::builder("id", "secret", "https://app.example/callback").base_url(base_url));
    let list = client.events().list().mood_filter(ListEventsMoodFilter::Glad).page_size(5);
    assert_eq!(list.params(), &ListEvents::new().mood_filter(ListEventsMoodFilter::Glad).page_size(5));
    let items: Vec<EventItem> = list.clone().stream().try_collect().await.unwrap();
    // A page hands on what its response gains, beside a header of the success.
    let page = list.send_with_response().await.unwrap();
    let id = page.headers["x-request-id"].to_str().unwrap().to_owned();
    let page = page.value;
    println!("stream: {}, {} {id} after {}", items.len(), page.mood.unwrap(), seen.recv().unwrap());
    for event in page.events {
        println!("event {}", event.id);
    }

    // One more parameter of the authorization URL.
    let url = client.auth().generate_auth_url("ada").login_hint("ada@example.com").build().unwrap();
    println!("{}", url.split_once('?').unwrap().1);

    others().await;

    // One more member of the body of a subscription, and of responses that handwritten code takes apart.
    let answers = vec![
        ("200 OK", r#"{"success":true,"channelId":"c"}"#),
        ("200 OK", r#"{"success":true,"mood":"relieved"}"#),
    ];
    let (base_url, seen) = serve(answers);
    let client = self::client(Client::builder("id", "secret", "https://app.example/callback").base_url(base_url));
    client.webhooks().subscribe_webhook(Provider::Google, "primary").mood("glad").await.unwrap();
    let deleted = client.events().delete(EventDelete::new(Provider::Google, "c", "e")).await.unwrap();
    println!("subscribe, delete: {} after {}", deleted.mood.unwrap(), seen.recv().unwrap());

    // One more operation of a known group, and of the raw client.
    let colors = r#"{"names":["red","green"],"best":{"name":"red"}}"#;
    let (base_url, seen) = serve(vec![("200 OK", colors), ("200 OK", colors)]);
    let client = self::client(Client::builder("id", "secret", "https://app.example/callback").base_url(base_url));
    let first = client.calendars().list_colors().await.unwrap();
    let raw = client.raw().list_colors().send().await.unwrap().into_inner();
    assert_eq!(first, raw);
    println!("{}, {} after {}", first.names.join(" "), first.best.unwrap().name.unwrap(), seen.recv().unwrap());

    // Parameters that would lead to another path are refused, and parameters are plain values.
    for id in ["", ".", ".."] {
        let error = client.rooms().get_room(id).await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput(_)), "{error:?}");
    }
    let stored = serde_json::to_string(&BookRoom::new("Tea", None).seats(4)).unwrap();
    assert_eq!(serde_json::from_str::<BookRoom>(&stored).unwrap(), BookRoom::new("Tea", None).seats(4));
}

/// One more field of each of the other responses.
async fn others() {
    let mood = |json: &'static str| ("200 OK", json);
    let (base_url, seen) = serve(vec![
        mood(r#"{"connections":{},"mood":"one"}"#),
        mood(r#"{"success":true,"mood":"two"}"#),
        mood(r#"{"status":"ok","mood":"three"}"#),
        mood(r#"{"success":true,"channelId":"c","subscription":{"channelId":"c"},"mood":"four"}"#),
        mood(r#"{"success":true,"mood":"five"}"#),
        mood(r#"[{"provider":"google","id":"1","mood":"six"}]"#),
    ]);
    let client = client(Client::builder("id", "secret", "https://app.example/callback").base_url(base_url));
    let moods = [
        client.auth().get_connection_status().await.unwrap().mood,
        client.auth().disconnect(Provider::Google).await.unwrap().mood,
        client.health().await.unwrap().mood,
        client.webhooks().subscribe_webhook(Provider::Google, "primary").await.unwrap().response.mood,
        client.webhooks().unsubscribe_webhook(Provider::Google, "c").await.unwrap().mood,
        client.calendars().list().await.unwrap().calendars.remove(0).mood,
    ];
    seen.recv().unwrap();
    println!("{}", moods.map(Option::unwrap).join(" "));
}

/// Answers requests one after the other, and tells what they were.
fn serve(answers: Answers) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/api", listener.local_addr().unwrap());
    let (sender, seen): (Sender<String>, _) = channel();
    std::thread::spawn(move || {
        let mut lines = Vec::new();
        for (status, body) in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut sent = vec![0; length.map_or(0, |length| length.parse().unwrap())];
            reader.read_exact(&mut sent).unwrap();
            let bearer = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or("no one");
            let target = head.split(' ').take(2).collect::<Vec<_>>().join(" ");
            let sent = String::from_utf8(sent).unwrap();
            let sent = if target.ends_with("/token") { String::new() } else { sent };
            lines.push(format!("{target}{sent} ({bearer})"));
            let length = if status.starts_with("204") { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            let answer = format!("HTTP/1.1 {status}\r\n{length}connection: close\r\n\r\n{body}");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
        }
        sender.send(lines.join(" | ")).unwrap();
    });
    (base_url, seen)
}
