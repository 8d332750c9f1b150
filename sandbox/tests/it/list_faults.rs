//! Lists that mislead: what clients without any cleverness see of each.

use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox, Seed, seed};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Api, MARCH, answer, column, merged, send};

/// Adds what goes wrong.
type Change = fn(Fault) -> Fault;

struct Row {
    name: &'static str,
    fault: Change,
    on_the_socket: &'static str,
}

const fn row(name: &'static str, fault: Change, on_the_socket: &'static str) -> Row {
    Row { name, fault, on_the_socket }
}

/// The list has five events on pages of two, in two calendars; the first page is asked for, of one calendar.
const TABLE: &[Row] = &[
    row("none", |fault| fault.skip(2), "200, JSON, A and B, a token"),
    row("status(204)", |fault| fault.status(204), "204, no body"),
    row("lost_event()", Fault::lost_event, "200, JSON, B, a token"),
    row(
        "vanished_calendar(primary)",
        |fault| fault.vanished_calendar(seed::GOOGLE_PRIMARY),
        "200, JSON, nothing, a token",
    ),
    row("ignored_filter()", Fault::ignored_filter, "200, JSON, A and Other, a token"),
    row("token_circle()", Fault::token_circle, "200, JSON, A and B, the token of the first page"),
    row("no_addresses()", Fault::no_addresses, "200, JSON, A and B, 6 guests without address, a token"),
    row("unknown_members()", Fault::unknown_members, "200, JSON, A and B, 5 unknown members, a token"),
    row("lone_surrogate()", Fault::lone_surrogate, "200, not JSON, \\ud83d 2 times"),
    row("byte_order_mark()", Fault::byte_order_mark, "200, not JSON, EF BB BF first"),
];

async fn five_events() -> Api {
    let api = Api::with(Sandbox::builder().seed(Seed::Empty).start().await.expect("a sandbox"));
    let alice = api.user("alice");
    for (title, hour, calendar) in [
        ("A", 8, seed::GOOGLE_PRIMARY),
        ("Other", 9, seed::GOOGLE_TEAM),
        ("B", 10, seed::GOOGLE_PRIMARY),
        ("C", 11, seed::GOOGLE_PRIMARY),
        ("D", 12, seed::GOOGLE_PRIMARY),
    ] {
        let start = format!("2026-03-01T{hour:02}:00:00Z");
        let more = json!({ "title": title, "start": start, "end": start, "calendarId": calendar });
        alice.create(merged(more, json!({ "attendees": ["ada@example.com"] }))).await;
    }
    api
}

const OF_PRIMARY: (&str, &str) = ("calendarIds", r#"{"google":["primary"]}"#);

/// The query of a page of two.
fn page(token: Option<&str>) -> Vec<(&str, &str)> {
    let token = token.map(|token| ("nextPageToken", token));
    MARCH.into_iter().chain([OF_PRIMARY, ("pageSize", "2")]).chain(token).collect()
}

#[tokio::test]
async fn each_fault_of_a_list_as_a_plain_client_sees_it() {
    let mut wrong = Vec::new();
    println!("{:<28} | on the socket", "fault");
    for Row { name, fault, on_the_socket } in TABLE {
        let api = five_events().await;
        let handle = api.sandbox.inject(fault(Fault::on(Operation::ListEvents)).times(2));
        let alice = api.user("alice");
        let token = alice.tokens.access_token.clone();
        let first = socket_sees(&api.sandbox, &token).await;
        let again = socket_sees(&api.sandbox, &token).await;
        println!("{name:<28} | {first}");
        let fired = if *name == "none" { 0 } else { 2 };
        if (first.as_str(), again.as_str(), handle.fired()) != (on_the_socket, on_the_socket, fired) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn socket_sees(sandbox: &Sandbox, token: &str) -> String {
    let mut stream = TcpStream::connect(sandbox.origin().trim_start_matches("http://")).await.expect("a connection");
    let query = "start=2026-03-01T00:00:00Z&end=2026-04-01T00:00:00Z&pageSize=2\
                 &calendarIds=%7B%22google%22%3A%5B%22primary%22%5D%7D";
    let request = format!(
        "GET /api/events?{query} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
    let (head, body) = (String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]);
    describe(&head[9..12], body)
}

fn describe(status: &str, body: &[u8]) -> String {
    if body.is_empty() {
        return format!("{status}, no body");
    }
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        let what = match (body.starts_with(b"\xef\xbb\xbf"), text.matches("\\ud83d").count()) {
            (true, _) => "EF BB BF first",
            (false, number) => &format!("\\ud83d {number} times"),
        };
        return format!("{status}, not JSON, {what}");
    };
    let titles = column(&json, "title").join(" and ");
    let mut seen = format!("{status}, JSON, {}", if titles.is_empty() { "nothing" } else { titles.as_str() });
    let guests = json["events"].as_array().into_iter().flatten().flat_map(|event| event["attendees"].as_array());
    match guests.flatten().filter(|guest| guest["email"].is_null()).count() {
        0 => {}
        number => seen += &format!(", {number} guests without address"),
    }
    match String::from_utf8_lossy(body).matches("unheardOf").count() {
        0 => {}
        number => seen += &format!(", {number} unknown members"),
    }
    let token = json["nextPageToken"].as_str().expect("a token");
    seen + if is_first(token) { ", the token of the first page" } else { ", a token" }
}

fn is_first(token: &str) -> bool {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let token: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).expect("base64")).expect("JSON");
    token["pages"] == 0
}

#[tokio::test]
async fn paging_in_a_circle_has_no_token_twice_in_a_row() {
    let api = five_events().await;
    let alice = api.user("alice");
    let circle = api.sandbox.inject(Fault::on(Operation::ListEvents).skip(1).token_circle());
    let (mut tokens, mut titles) = (Vec::<String>::new(), Vec::new());
    for _ in 0..4 {
        let listed = alice.list(&page(tokens.last().map(String::as_str))).await;
        titles.push(column(&listed, "title").join(""));
        let Some(token) = listed["nextPageToken"].as_str() else { break };
        tokens.push(token.to_owned());
    }
    assert_eq!((titles, circle.fired()), (["AB", "CD", "AB", "CD"].map(str::to_owned).to_vec(), 1));
    assert!(tokens.windows(2).all(|pair| pair[0] != pair[1]));
}

#[tokio::test]
async fn a_page_of_one_may_lead_to_itself() {
    let api = five_events().await;
    let alice = api.user("alice");
    api.sandbox.inject(Fault::on(Operation::ListEvents).always().token_circle());
    let first = alice.list(&[MARCH[0], MARCH[1]]).await;
    let token = first["nextPageToken"].as_str().expect("a token");
    let again = alice.list(&[("nextPageToken", token)]).await;
    assert_eq!((&again["nextPageToken"], column(&again, "title")), (&first["nextPageToken"], column(&first, "title")));
}

#[tokio::test]
async fn an_event_that_moves_between_pages_is_on_none() {
    let api = five_events().await;
    let alice = api.user("alice");
    let first = alice.list(&page(None)).await;
    let stored = api.sandbox.events("alice");
    let moved = stored.iter().find(|event| event["title"] == "C").expect("an event");
    let dates = json!({ "start": "2026-03-01T07:00:00Z", "end": "2026-03-01T07:30:00Z" });
    assert!(api.sandbox.change_event("alice", moved["id"].as_str().expect("an id"), dates));
    let second = alice.list(&page(first["nextPageToken"].as_str())).await;
    assert_eq!((column(&first, "title"), column(&second, "title")), (vec!["A", "B"], vec!["D"]));
    assert_eq!(column(&alice.list(&page(None)).await, "title"), ["C", "A"], "it lives");
}

#[tokio::test]
async fn a_vanished_calendar_is_gone_from_both_lists() {
    let api = five_events().await;
    let alice = api.user("alice");
    let handle = api.sandbox.inject(Fault::on_any().always().vanished_calendar(seed::GOOGLE_PRIMARY));
    let (_, calendars) = alice.get("/calendars").await;
    let calendars = calendars.as_array().expect("calendars");
    assert!(calendars.len() == 5 && calendars.iter().all(|calendar| calendar["id"] != seed::GOOGLE_PRIMARY));
    assert_eq!(column(&alice.list(&MARCH).await, "title"), ["Other"]);
    assert_eq!(handle.fired(), 2);
    handle.remove();
    assert_eq!(column(&alice.list(&MARCH).await, "title").len(), 5);
}

#[tokio::test]
async fn what_misleads_goes_together_and_has_a_description() {
    let api = five_events().await;
    let alice = api.user("alice");
    let fault = Fault::on(Operation::ListEvents).lost_event().unknown_members().byte_order_mark().half_body();
    let handle = api.sandbox.inject(fault);
    assert_eq!(
        handle.description(),
        "list_events: without its first event, unknown members, a byte order mark, half of the body"
    );
    let body = send(alice.request(reqwest::Method::GET, "/events").query(&MARCH)).await.bytes().await.expect("a body");
    assert!(body.starts_with(b"\xef\xbb\xbf") && serde_json::from_slice::<Value>(&body[3..]).is_err());
}

#[tokio::test]
async fn misleading_lists_are_ordered_over_the_admin_api() {
    let api = five_events().await;
    let url = format!("{}/_sandbox/faults", api.sandbox.origin());
    let order = json!({
        "operation": "list_events", "lostEvent": true, "vanishedCalendar": "x", "ignoredFilter": true,
        "tokenCircle": true, "noAddresses": true, "unknownMembers": true, "loneSurrogate": true, "byteOrderMark": true,
    });
    let (status, fault) = answer(api.http.post(&url).json(&order)).await;
    let description = "list_events: the filter ignored, page tokens in a circle, without its first event, \
                       without the calendar x, attendees without addresses, unknown members, a lone surrogate, \
                       a byte order mark";
    assert_eq!((status, &fault["description"]), (200, &json!(description)));
    let (status, refusal) = answer(api.http.post(&url).json(&json!({ "lostEvent": "yes" }))).await;
    assert_eq!((status, &refusal["field"]), (400, &json!("lostEvent")));
}
