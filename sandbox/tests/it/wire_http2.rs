//! What becomes of a connection of HTTP/2, seen frame by frame.

use std::{collections::BTreeSet, io, time::Duration};

use mobiscroll_connect_sandbox::{ConnectionState, Fault, Freeze, Operation, Sandbox};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// A client that knows frames and nothing else.
pub(crate) struct Frames {
    stream: TcpStream,
    unread: Vec<u8>,
    seen: Seen,
}

/// What the server has sent so far.
#[derive(Debug, Default)]
struct Seen {
    answered: BTreeSet<u32>,
    reset: BTreeSet<u32>,
    goaway: Option<(u32, u32)>,
    pings: usize,
    end: &'static str,
}

impl Seen {
    fn describe(&self) -> String {
        let goaway = self.goaway.map(|(last, error)| format!("GOAWAY last {last} error {error}"));
        let ping = if self.pings > 0 { "PING" } else { "no PING" };
        let Self { answered, reset, end, .. } = self;
        format!("200 {answered:?}, reset {reset:?}, {ping}, {}, {end}", goaway.unwrap_or_else(|| "no GOAWAY".into()))
    }
}

impl Frames {
    pub(crate) async fn connect(sandbox: &Sandbox) -> Self {
        let address = sandbox.origin().trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(address).await.expect("a connection");
        let mut frames = Self { stream, unread: Vec::new(), seen: Seen { end: "open", ..Seen::default() } };
        frames.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        frames.frame(SETTINGS, 0, 0, &[]).await;
        frames
    }

    /// A reset is told once, to whatever comes first.
    async fn write(&mut self, bytes: &[u8]) {
        if let Err(error) = self.stream.write_all(bytes).await
            && error.kind() == io::ErrorKind::ConnectionReset
        {
            self.seen.end = "reset";
        }
    }

    async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.write(&frame).await;
    }

    /// Asks for the health, as HPACK writes it without compression.
    pub(crate) async fn get_health(&mut self, stream: u32) {
        const GET_HTTP: [u8; 2] = [0x82, 0x86];
        let head = [&GET_HTTP[..], &literal(4, "/api/health"), &literal(1, "sandbox")].concat();
        self.frame(HEADERS, END_HEADERS | END_STREAM, stream, &head).await;
    }

    /// Begins to revoke a token, and leaves out the end of the body.
    async fn begin_revoke(&mut self, stream: u32) {
        const POST_HTTP: [u8; 2] = [0x83, 0x86];
        let kind = literal(31, "application/json");
        let head = [&POST_HTTP[..], &literal(4, "/api/oauth/revoke"), &literal(1, "sandbox"), &kind].concat();
        self.frame(HEADERS, END_HEADERS, stream, &head).await;
        self.frame(DATA, 0, stream, b"{\"token\":").await;
    }

    async fn end_revoke(&mut self, stream: u32) {
        self.frame(DATA, END_STREAM, stream, b"\"t\"}").await;
    }

    /// Reads until what was expected is there and nothing follows, or the connection ends.
    pub(crate) async fn sees(&mut self, expected: &str) -> String {
        while self.seen.end == "open" {
            let is_due = self.seen.describe() == expected;
            let patience = Duration::from_millis(if is_due { 100 } else { 10_000 });
            match timeout(patience, self.stream.read_buf(&mut self.unread)).await {
                Err(_) => return self.seen.describe(),
                Ok(Ok(0)) => self.seen.end = "closed",
                Ok(Ok(_)) => self.take_frames(),
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => self.seen.end = "reset",
                Ok(Err(_)) => self.seen.end = "broken off",
            }
        }
        self.seen.describe()
    }

    fn take_frames(&mut self) {
        while let Some(header) = self.unread.first_chunk::<9>() {
            let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
            let (kind, flags) = (header[3], header[4]);
            let stream = u32::from_be_bytes([header[5], header[6], header[7], header[8]]);
            let Some(payload) = self.unread.get(9..9 + length) else { return };
            let number = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().expect("four bytes"));
            match kind {
                // The indexed field `:status: 200` comes first.
                HEADERS if payload[0] == 0x88 => _ = self.seen.answered.insert(stream),
                RST_STREAM => _ = self.seen.reset.insert(stream),
                PING if flags & ACK != 0 => self.seen.pings += 1,
                GOAWAY => self.seen.goaway = Some((number(0), number(4))),
                _ => {}
            }
            self.unread.drain(..9 + length);
        }
    }
}

/// Writes a header without indexing its value; the name is one of the static table.
fn literal(name: u8, value: &str) -> Vec<u8> {
    // A name index has four bits here, and what does not fit follows.
    let mut field = if name < 15 { vec![name] } else { vec![15, name - 15] };
    field.push(value.len() as u8);
    field.extend(value.as_bytes());
    field
}

struct Row {
    name: &'static str,
    fault: fn(Fault) -> Fault,
    expected: &'static str,
    state: ConnectionState,
}

const fn row(name: &'static str, fault: fn(Fault) -> Fault, expected: &'static str, state: ConnectionState) -> Row {
    Row { name, fault, expected, state }
}

/// Stream 1 is in flight when the fault hits stream 3; then come stream 5, a PING, and the end of stream 1.
const TABLE: &[Row] = &[
    row("none", |fault| fault.skip(9), "200 {1, 3, 5}, reset {}, PING, no GOAWAY, open", ConnectionState::Open),
    row("disconnect()", Fault::disconnect, "200 {1, 5}, reset {3}, PING, no GOAWAY, open", ConnectionState::Open),
    row(
        "freeze(Unread)",
        |fault| fault.freeze(Freeze::Unread),
        "200 {}, reset {}, no PING, no GOAWAY, open",
        ConnectionState::Frozen(Freeze::Unread),
    ),
    row(
        "freeze(Ignored)",
        |fault| fault.freeze(Freeze::Ignored),
        "200 {}, reset {}, no PING, no GOAWAY, open",
        ConnectionState::Frozen(Freeze::Ignored),
    ),
    row(
        "freeze(Unanswered)",
        |fault| fault.freeze(Freeze::Unanswered),
        "200 {}, reset {}, PING, no GOAWAY, open",
        ConnectionState::Frozen(Freeze::Unanswered),
    ),
    row("half_close()", Fault::half_close, "200 {}, reset {}, no PING, no GOAWAY, closed", ConnectionState::HalfClosed),
    row("stop_reading()", Fault::stop_reading, "200 {3}, reset {}, no PING, no GOAWAY, open", ConnectionState::Open),
    row(
        "reset_connection()",
        Fault::reset_connection,
        "200 {}, reset {}, no PING, no GOAWAY, reset",
        ConnectionState::Closed,
    ),
    row(
        "go_away()",
        Fault::go_away,
        "200 {1}, reset {}, PING, GOAWAY last 1 error 0, open",
        ConnectionState::GoingAway,
    ),
    row(
        "go_away() after commit",
        |fault| fault.go_away().after_commit(),
        "200 {1, 3}, reset {}, PING, GOAWAY last 3 error 0, open",
        ConnectionState::GoingAway,
    ),
    row(
        "go_away_abruptly()",
        Fault::go_away_abruptly,
        "200 {}, reset {}, no PING, GOAWAY last 3 error 2, closed",
        ConnectionState::GoingAway,
    ),
    row(
        "rate(10 kB/s)",
        |fault| fault.rate(10_000),
        "200 {1, 3, 5}, reset {}, PING, no GOAWAY, open",
        ConnectionState::Open,
    ),
];

#[tokio::test]
async fn each_fault_of_a_connection_frame_by_frame() {
    let mut wrong = Vec::new();
    println!("{:<22} | over HTTP/2", "fault");
    for Row { name, fault, expected, state } in TABLE {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let handle = sandbox.inject(fault(Fault::on(Operation::Health)));
        let mut client = Frames::connect(&sandbox).await;
        client.begin_revoke(1).await;
        client.get_health(3).await;
        while handle.fired() == 0 && *name != "none" {
            tokio::task::yield_now().await;
        }
        client.get_health(5).await;
        client.frame(PING, 0, 0, b"a number").await;
        client.end_revoke(1).await;
        let seen = client.sees(expected).await;
        let connections = sandbox.tcp_connections();
        println!("{name:<22} | {seen}");
        let now = (connections.len(), connections[0].is_http2, connections[0].state);
        if seen != *expected || now != (1, true, *state) {
            wrong.push((name, now));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn a_thawed_connection_answers_what_came_before() {
    for freeze in [Freeze::Unread, Freeze::Unanswered] {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let mut client = Frames::connect(&sandbox).await;
        client.get_health(1).await;
        assert_eq!(client.sees("200 {1}, reset {}, no PING, no GOAWAY, open").await, client.seen.describe());
        assert!(sandbox.freeze_connection(1, freeze));
        client.get_health(3).await;
        assert_eq!(client.sees("200 {1}, reset {}, no PING, no GOAWAY, open").await, client.seen.describe());
        assert_eq!(sandbox.count(Operation::Health), 1);
        assert!(sandbox.thaw_connection(1) && !sandbox.thaw_connection(1));
        let both = "200 {1, 3}, reset {}, no PING, no GOAWAY, open";
        assert_eq!(client.sees(both).await, both);
        assert_eq!(sandbox.tcp_connections()[0].requests, 2);
    }
}
