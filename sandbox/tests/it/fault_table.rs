//! What clients without any cleverness see of every fault.

use std::{error::Error, io, time::Duration};

use mobiscroll_connect_sandbox::{Coding, Fault, Freeze, Operation, Sandbox};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::support::Api;

/// The answer that the faults spoil: the 15 bytes `{"status":"ok"}`.
const SPOILED: Operation = Operation::Health;

/// Adds what goes wrong.
type Change = fn(Fault) -> Fault;

struct Row {
    name: &'static str,
    fault: Change,
    on_the_socket: &'static str,
    to_a_client: &'static str,
}

const fn row(name: &'static str, fault: Change, on_the_socket: &'static str, to_a_client: &'static str) -> Row {
    Row { name, fault, on_the_socket, to_a_client }
}

const TABLE: &[Row] = &[
    row("none", |fault| fault.skip(2), "200, 15 of 15, closed", "200, 15 of 15, whole, JSON"),
    row("status(503)", |fault| fault.status(503), "503, 0 of 0, closed", "503, 0 of 0, whole, not JSON"),
    row("empty()", Fault::empty, "200, 0 of 0, closed", "200, 0 of 0, whole, not JSON"),
    row(
        "status(502).html()",
        |fault| fault.status(502).html(),
        "502, 73 of 73, closed",
        "502, 73 of 73, whole, not JSON",
    ),
    row(
        "redirect(…)",
        |fault| fault.redirect("https://elsewhere.example/"),
        "302 to https://elsewhere.example/, 0 of 0, closed",
        "302 to https://elsewhere.example/, 0 of 0, whole, not JSON",
    ),
    row("half_body()", Fault::half_body, "200, 7 of 7, closed", "200, 7 of 7, whole, not JSON"),
    row("gzip_garbage()", Fault::gzip_garbage, "200, 15 of 15, closed", "200, 15 of 15, whole, not gzip"),
    row("gzip_truncated()", Fault::gzip_truncated, "200, 22 of 22, closed", "200, 22 of 22, whole, gzip cut short"),
    row("disconnect()", Fault::disconnect, "nothing, closed", "nothing, broken off"),
    row("reset()", Fault::reset, "nothing, reset", "nothing, reset"),
    row("no_answer()", Fault::no_answer, "nothing, silence", "nothing, silence"),
    row("truncate()", Fault::truncate, "200, 7 of 15, closed", "200, 7 of 15, broken off"),
    row("reset_after(7)", |fault| fault.reset_after(7), "200, 7 of 15, reset", "200, 7 of 15, reset"),
    row("stall()", Fault::stall, "200, 7 of 15, silence", "200, 7 of 15, silence"),
    row("stall_after(3)", |fault| fault.stall_after(3), "200, 3 of 15, silence", "200, 3 of 15, silence"),
    row(
        "stall_for(20 ms)",
        |fault| fault.stall_for(Duration::from_millis(20)),
        "200, 15 of 15, closed",
        "200, 15 of 15, whole, JSON",
    ),
    row(
        "content_length(100)",
        |fault| fault.content_length(100),
        "200, 15 of 100, closed",
        "200, 15 of 100, broken off",
    ),
    row("content_length(5)", |fault| fault.content_length(5), "200, 15 of 5, closed", "200, 5 of 5, whole, not JSON"),
    row(
        "trickle(1 ms)",
        |fault| fault.trickle(Duration::from_millis(1)),
        "200, 15 of 15, closed",
        "200, 15 of 15, whole, JSON",
    ),
    row(
        "huge(3 MB)",
        |fault| fault.huge(3_000_000),
        "200, 3000000 of 3000000, closed",
        "200, 3000000 of 3000000, whole, not JSON",
    ),
    row(
        "compress, not asked",
        |fault| fault.compress(Coding::Gzip),
        "200, 15 of 15, closed",
        "200, 15 of 15, whole, JSON",
    ),
    row(
        "unasked gzip",
        |fault| fault.compress_unasked(Coding::Gzip),
        "200, 35 of 35, closed",
        "200, 35 of 35, whole, gzip of 15 bytes, JSON",
    ),
    row(
        "unasked br",
        |fault| fault.compress_unasked(Coding::Brotli),
        "200, 19 of 19, closed",
        "200, 19 of 19, whole, br of 15 bytes, JSON",
    ),
    row(
        "unasked zstd",
        |fault| fault.compress_unasked(Coding::Zstd),
        "200, 24 of 24, closed",
        "200, 24 of 24, whole, zstd of 15 bytes, JSON",
    ),
    row(
        "bomb(gzip, 10 MB)",
        |fault| fault.bomb(Coding::Gzip, 10_000_000),
        "200, 9923 of 9923, closed",
        "200, 9923 of 9923, whole, gzip of 10000000 bytes, not JSON",
    ),
    row(
        "bomb(br, 10 MB)",
        |fault| fault.bomb(Coding::Brotli, 10_000_000),
        "200, 16 of 16, closed",
        "200, 16 of 16, whole, br of 10000000 bytes, not JSON",
    ),
    row(
        "bomb(zstd, 10 MB)",
        |fault| fault.bomb(Coding::Zstd, 10_000_000),
        "200, 314 of 314, closed",
        "200, 314 of 314, whole, zstd of 10000000 bytes, not JSON",
    ),
    row("freeze(Unread)", |fault| fault.freeze(Freeze::Unread), "nothing, silence", "nothing, silence"),
    row("freeze(Ignored)", |fault| fault.freeze(Freeze::Ignored), "nothing, silence", "nothing, silence"),
    row("freeze(Unanswered)", |fault| fault.freeze(Freeze::Unanswered), "nothing, silence", "nothing, silence"),
    row("half_close()", Fault::half_close, "nothing, closed", "nothing, broken off"),
    row("stop_reading()", Fault::stop_reading, "200, 15 of 15, closed", "200, 15 of 15, whole, JSON"),
    row("reset_connection()", Fault::reset_connection, "nothing, reset", "nothing, reset"),
    row("go_away()", Fault::go_away, "nothing, closed", "nothing, broken off"),
    row(
        "go_away() after commit",
        |fault| fault.go_away().after_commit(),
        "200, 15 of 15, closed",
        "200, 15 of 15, whole, JSON",
    ),
    row("go_away_abruptly()", Fault::go_away_abruptly, "nothing, closed", "nothing, broken off"),
    row("rate(10 kB/s)", |fault| fault.rate(10_000), "200, 15 of 15, closed", "200, 15 of 15, whole, JSON"),
    row("connect: freeze", |_| Fault::on_connect().freeze(Freeze::Unread), "nothing, silence", "nothing, silence"),
    row("connect: no_answer", |_| Fault::on_connect().no_answer(), "nothing, silence", "nothing, silence"),
    row("connect: disconnect", |_| Fault::on_connect().disconnect(), "nothing, closed", "nothing, broken off"),
    row("connect: reset", |_| Fault::on_connect().reset(), "nothing, reset", "nothing, reset"),
    row("connect: half_close", |_| Fault::on_connect().half_close(), "nothing, closed", "nothing, broken off"),
    row(
        "connect: rate(10 kB/s)",
        |_| Fault::on_connect().rate(10_000),
        "200, 15 of 15, closed",
        "200, 15 of 15, whole, JSON",
    ),
];

#[tokio::test]
async fn each_fault_as_a_plain_client_sees_it() {
    let mut wrong = Vec::new();
    println!("{:<22} | {:<50} | to an HTTP client", "fault", "on the socket");
    for Row { name, fault, on_the_socket, to_a_client } in TABLE {
        let api = Api::empty().await;
        let handle = api.sandbox.inject(fault(Fault::on(SPOILED)).times(2));
        let socket = socket_sees(&api.sandbox, on_the_socket).await;
        let client = client_sees(&api, to_a_client).await;
        println!("{name:<22} | {socket:<50} | {client}");
        // Neither client asks for a coding.
        let fired = if matches!(*name, "none" | "compress, not asked") { 0 } else { 2 };
        if (socket.as_str(), client.as_str(), handle.fired()) != (on_the_socket, to_a_client, fired) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// How a stream of bytes went on.
enum More {
    Follows,
    End(&'static str),
}

/// Waits for what comes next. Silence is believed soon once all is there that was expected before it.
async fn more(seen: &str, expected: &str, next: impl Future<Output = More>) -> More {
    let is_due = expected.strip_suffix("silence").is_some_and(|so_far| so_far == seen);
    let patience = Duration::from_millis(if is_due { 100 } else { 30_000 });
    timeout(patience, next).await.unwrap_or(More::End("silence"))
}

async fn socket_sees(sandbox: &Sandbox, expected: &str) -> String {
    let mut stream = TcpStream::connect(sandbox.origin().trim_start_matches("http://")).await.expect("a connection");
    let request = b"GET /api/health HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut bytes = Vec::new();
    loop {
        let seen = describe_bytes(&bytes);
        let next = async {
            match stream.read_buf(&mut bytes).await {
                Ok(0) => More::End("closed"),
                Ok(_) => More::Follows,
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => More::End("reset"),
                Err(_) => More::End("broken off"),
            }
        };
        if let More::End(end) = more(&seen, expected, next).await {
            return seen + end;
        }
    }
}

fn describe_bytes(bytes: &[u8]) -> String {
    let Some(end) = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return if bytes.is_empty() { "nothing, ".into() } else { "part of a head, ".into() };
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let (status, length) = (&head[9..12], header("content-length").unwrap_or("unknown"));
    let to = header("location").map(|to| format!(" to {to}")).unwrap_or_default();
    format!("{status}{to}, {} of {length}, ", bytes.len() - end - 4)
}

async fn client_sees(api: &Api, expected: &str) -> String {
    let mut answer = None;
    let first = async {
        match api.get("/health").send().await {
            Ok(response) => {
                answer = Some(response);
                More::Follows
            }
            Err(error) => More::End(cause(&error)),
        }
    };
    if let More::End(end) = more("nothing, ", expected, first).await {
        return format!("nothing, {end}");
    }
    let mut answer = answer.expect("an answer");
    let promised = answer.content_length().map_or("unknown".into(), |length| length.to_string());
    let to = answer.headers().get("location").map(|to| format!(" to {}", to.to_str().expect("text")));
    let head = format!("{}{}", answer.status().as_u16(), to.unwrap_or_default());
    let mut body = Vec::new();
    loop {
        let seen = format!("{head}, {} of {promised}, ", body.len());
        let next = async {
            match answer.chunk().await {
                Ok(Some(bytes)) => {
                    body.extend(&bytes);
                    More::Follows
                }
                Ok(None) => More::End("whole"),
                Err(error) => More::End(cause(&error)),
            }
        };
        match more(&seen, expected, next).await {
            More::Follows => {}
            More::End("whole") => {
                let coding = answer.headers().get("content-encoding").map(|coding| coding.to_str().expect("text"));
                return match coding {
                    Some(coding) => format!("{seen}whole, {}", decode(coding, &body)),
                    None => format!("{seen}whole, {}", parse(&body)),
                };
            }
            More::End(end) => return seen + end,
        }
    }
}

/// Tells a reset from other ends of a connection.
fn cause(error: &(dyn Error + 'static)) -> &'static str {
    let io_kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    match error.source() {
        _ if io_kind == Some(io::ErrorKind::ConnectionReset) => "reset",
        Some(source) => cause(source),
        None => "broken off",
    }
}

fn parse(body: &[u8]) -> &'static str {
    if serde_json::from_slice::<Value>(body).is_ok() { "JSON" } else { "not JSON" }
}

fn decode(coding: &str, body: &[u8]) -> String {
    match crate::compression::decode(coding, body) {
        Ok(decoded) => format!("{coding} of {} bytes, {}", decoded.len(), parse(&decoded)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => format!("{coding} cut short"),
        Err(_) => format!("not {coding}"),
    }
}

#[tokio::test]
async fn a_trickle_and_a_stall_take_the_time_that_they_should() {
    let api = Api::empty().await;
    let pause = Duration::from_millis(10);
    for (fault, least) in
        [(Fault::on(SPOILED).trickle(pause), 15 * pause), (Fault::on(SPOILED).stall_for(5 * pause), 5 * pause)]
    {
        api.sandbox.inject(fault);
        let begun = Instant::now();
        assert_eq!(client_sees(&api, "").await, "200, 15 of 15, whole, JSON");
        assert!(begun.elapsed() >= least);
    }
}

#[tokio::test]
async fn a_canned_answer_may_lie_about_its_own_length() {
    let api = Api::empty().await;
    let lie = Fault::on(SPOILED).status(200).header("content-length", "9").body("short");
    api.sandbox.inject(lie);
    assert_eq!(client_sees(&api, "").await, "200, 5 of 9, broken off");
}

#[tokio::test]
async fn only_what_gives_no_real_answer_keeps_a_refresh_from_counting() {
    let faults: [(Change, bool); 12] = [
        (|fault| fault.status(503), false),
        (Fault::empty, false),
        (Fault::disconnect, false),
        (Fault::reset, false),
        (Fault::no_answer, false),
        (|fault| fault.huge(10), false),
        (Fault::stall, true),
        (Fault::truncate, true),
        (|fault| fault.reset_after(10), true),
        (|fault| fault.content_length(9), true),
        (Fault::half_body, true),
        (Fault::gzip_garbage, true),
    ];
    for (number, (fault, takes_effect)) in faults.into_iter().enumerate() {
        for after_commit in [false, true] {
            let api = Api::empty().await;
            let token = api.sandbox.issue_tokens("alice").refresh_token;
            let fault = fault(Fault::on(Operation::RefreshToken));
            let handle = api.sandbox.inject(if after_commit { fault.after_commit() } else { fault });
            let (id, secret) = (api.sandbox.client_id(), Some(api.sandbox.client_secret()));
            let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
            let lost = api.post("/oauth/token").basic_auth(id, secret).form(&form).send();
            let struck = async {
                while handle.fired() == 0 {
                    tokio::task::yield_now().await;
                }
            };
            // The client neither waits for the answer nor learns from it.
            tokio::select! { _ = lost => {}, () = struck => {} }

            assert_eq!(api.refresh(&token).await.0, 200);
            let ages: Vec<u64> = api.sandbox.refresh_log("alice").iter().map(|token| token.age).collect();
            let expected = if takes_effect || after_commit { vec![0, 1] } else { vec![0] };
            assert_eq!(ages, expected, "fault {number}, after commit: {after_commit}");
        }
    }
}
