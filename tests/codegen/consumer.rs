//! A consumer with a newer contract: all that is new in it is at hand.

use std::io::{Read, Write};
use std::net::TcpListener;

use mobiscroll_connect::{CalendarEvent, Client, EventCreate, Provider, Tokens};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // One more provider, and one more field of events.
    let event: CalendarEvent = serde_json::from_str(r#"{"provider":"proton","id":"1","mood":"glad"}"#).unwrap();
    assert_eq!(event.provider, Provider::Proton);

    // One more field of created events.
    let start = jiff::Timestamp::UNIX_EPOCH;
    let draft = EventCreate::new(Provider::Proton, "home", "Party", start, start).mood("glad");
    let draft = serde_json::to_value(&draft).unwrap();

    // One more endpoint.
    let base_url = serve(r#"{"names":["red","green"],"best":{"name":"red"}}"#);
    let client = Client::builder("id", "secret", "https://app.example/callback").base_url(base_url).build().unwrap();
    client.set_credentials(Tokens::new("access"));
    let colors = client.raw().list_colors().send().await.unwrap().into_inner();

    let best = colors.best.unwrap().name.unwrap();
    let names = colors.names.join(" ");
    println!("{}, {}, {}, {names}, {best}", event.provider, event.mood.unwrap(), draft["mood"].as_str().unwrap());
}

/// Answers one `GET /api/colors` that carries the token.
fn serve(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/api", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            request.extend(byte);
        }
        let request = String::from_utf8(request).unwrap();
        assert!(request.starts_with("GET /api/colors HTTP/1.1"), "{request}");
        assert!(request.contains("authorization: Bearer access"), "{request}");
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).unwrap();
    });
    base_url
}
