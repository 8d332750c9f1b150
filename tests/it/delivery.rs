//! What is told of a request whose call broke, wherever it broke.

use std::time::Duration;

use futures_util::future::join_all;
use mobiscroll_connect::{Client, RetryPolicy, SendStatus, Tokens};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::events_write::meeting;
use crate::support::{category, layers};

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Close,
    Reset,
    Stall,
}

/// What a server does with the one request that it gets.
struct Point {
    name: String,
    http2: bool,
    /// How much of the request it reads, in bytes
    reads: Reads,
    answer: Vec<u8>,
    end: End,
    told: SendStatus,
}

#[derive(Clone, Copy, Debug)]
enum Reads {
    Bytes(usize),
    All,
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n";
const BODY: &str = r#"{"success":true,"event":{"provider":"google","id":"#;

fn http1() -> Vec<Point> {
    let mut points = Vec::new();
    let mut add = |what: String, reads, answer: &str, end, told| {
        points.push(Point {
            name: format!("{what}, then {end:?}"),
            http2: false,
            reads,
            answer: answer.into(),
            end,
            told,
        });
    };
    for end in [End::Close, End::Reset] {
        for bytes in [0, 1, 100, 250] {
            let reads = Reads::Bytes(bytes);
            add(format!("{bytes} bytes of the request"), reads, "", end, SendStatus::MaybeSent);
        }
        add("the request".to_owned(), Reads::All, "", end, SendStatus::MaybeSent);
    }
    for end in [End::Close, End::Reset, End::Stall] {
        for bytes in [1, 9, 16, 40, HEAD.len() - 2] {
            add(format!("{bytes} bytes of the head"), Reads::All, &HEAD[..bytes], end, SendStatus::MaybeSent);
        }
        for bytes in [0, 1, BODY.len()] {
            let answer = format!("{HEAD}{}", &BODY[..bytes]);
            add(format!("{bytes} bytes of the body"), Reads::All, &answer, end, SendStatus::Answered);
        }
        let refusal = HEAD.replace("200 OK", "500 Internal Server Error");
        add("the head of a refusal".to_owned(), Reads::All, &refusal, end, SendStatus::Answered);
    }
    add("nothing of the request".to_owned(), Reads::Bytes(0), "", End::Stall, SendStatus::MaybeSent);
    add("the request".to_owned(), Reads::All, "", End::Stall, SendStatus::MaybeSent);
    add("no HTTP".to_owned(), Reads::All, "SSH-2.0-OpenSSH_9.9\r\n", End::Close, SendStatus::MaybeSent);
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"suc\r\nzz\r\n";
    add("a bad chunk".to_owned(), Reads::All, chunks, End::Close, SendStatus::Answered);
    let null = format!("{}null", HEAD.replace("60", "4"));
    add("another shape".to_owned(), Reads::All, &null, End::Close, SendStatus::Answered);
    points
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn http2() -> Vec<Point> {
    let go_away = |last: u32, error: u32| frame(7, 0, 0, &[last.to_be_bytes(), error.to_be_bytes()].concat());
    let reset = |error: u32| frame(3, 0, 1, &error.to_be_bytes());
    // `:status: 200`, which HPACK has in its table.
    let head = frame(1, 4, 1, &[0x88]);
    let body = frame(0, 0, 1, BODY.as_bytes());
    const NO_ERROR: u32 = 0;
    const PROTOCOL_ERROR: u32 = 1;
    const INTERNAL_ERROR: u32 = 2;
    let rows = [
        ("GOAWAY before the request counts, for an error", go_away(0, INTERNAL_ERROR), SendStatus::MaybeSent),
        ("GOAWAY while it is under way", go_away(1, NO_ERROR), SendStatus::MaybeSent),
        ("GOAWAY while it is under way, for an error", go_away(1, PROTOCOL_ERROR), SendStatus::MaybeSent),
        ("RST_STREAM", reset(INTERNAL_ERROR), SendStatus::MaybeSent),
        ("the head, RST_STREAM", [head.clone(), reset(INTERNAL_ERROR)].concat(), SendStatus::Answered),
        ("the head, GOAWAY", [head.clone(), go_away(1, NO_ERROR)].concat(), SendStatus::Answered),
        ("half a body, RST_STREAM", [head.clone(), body.clone(), reset(INTERNAL_ERROR)].concat(), SendStatus::Answered),
        (
            "half a body, GOAWAY",
            [head.clone(), body.clone(), go_away(1, INTERNAL_ERROR)].concat(),
            SendStatus::Answered,
        ),
        ("a frame that is none", frame(0, 0, 0, &[]), SendStatus::MaybeSent),
    ];
    let settings = frame(4, 0, 0, &[]);
    rows.into_iter()
        .map(|(what, frames, told)| Point {
            name: format!("HTTP/2: {what}"),
            http2: true,
            reads: Reads::All,
            answer: [settings.clone(), frames].concat(),
            end: End::Close,
            told,
        })
        .collect()
}

/// Does with each connection what the point says, and reports it.
async fn serve(listener: TcpListener, point: &Point, served: mpsc::UnboundedSender<()>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        served.send(()).unwrap();
        serve_one(stream, point).await;
    }
}

async fn serve_one(mut stream: TcpStream, point: &Point) {
    let mut request = Vec::new();
    let is_whole = |request: &[u8]| match point.reads {
        Reads::Bytes(bytes) => request.len() >= bytes,
        // Where the title is, the body has come.
        Reads::All => request.windows(9).any(|window| window == b"\"Meeting\""),
    };
    while !is_whole(&request) {
        let most = match point.reads {
            Reads::Bytes(bytes) => bytes - request.len(),
            Reads::All => 64 * 1024,
        };
        let mut buffer = vec![0; most];
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "{}: the client hung up", point.name);
        request.extend_from_slice(&buffer[..read]);
    }
    stream.write_all(&point.answer).await.unwrap();
    match point.end {
        End::Close => {
            // What is not read yet would turn the end into a reset.
            stream.shutdown().await.unwrap();
            while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {}
        }
        End::Reset => {
            // Time for the client to see what came before.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let socket = stream.into_std().unwrap();
            socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
        }
        End::Stall => while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {},
    }
}

async fn play(point: &Point) -> Result<(), String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api", listener.local_addr().unwrap());
    let http = reqwest::Client::builder();
    let http = if point.http2 { http.http2_prior_knowledge() } else { http }.build().unwrap();
    let timeout = if point.end == End::Stall { Duration::from_millis(500) } else { Duration::from_secs(30) };
    let client = Client::builder("id", "secret", "https://app.example/cb")
        .base_url(base_url)
        .http_client(http)
        .timeout(timeout)
        .retry(RetryPolicy::new().base_delay(Duration::from_millis(1)))
        .build()
        .unwrap();
    client.set_credentials(Tokens::new("access"));
    let (served, mut requests) = mpsc::unbounded_channel();
    let error = tokio::select! {
        outcome = client.events().create(meeting()) => outcome.unwrap_err(),
        () = serve(listener, point, served) => unreachable!(),
    };
    let mut sent = 0;
    while requests.try_recv().is_ok() {
        sent += 1;
    }
    if error.send_status() != point.told || sent != 1 {
        let told = error.send_status();
        return Err(format!("{}: {told:?} after {sent} connections: {:?}", point.name, layers(&error)));
    }
    Ok(())
}

#[tokio::test]
async fn what_became_of_a_request_is_told_wherever_its_call_breaks() {
    let points: Vec<_> = http1().into_iter().chain(http2()).collect();
    let outcomes = join_all(points.iter().map(play)).await;
    let wrong: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    println!("{} points, {} right", points.len(), points.len() - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(points.len() >= 40);
}

#[tokio::test]
async fn what_never_left_is_told_not_to_be_sent() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let builder = || Client::builder("id", "secret", "https://app.example/cb").retry(RetryPolicy::none());
    let direct = builder().base_url(format!("http://{nobody}/api"));
    let proxied = builder().base_url("http://connect.example/api").allow_http(true);
    let proxied = proxied.proxy(reqwest::Proxy::all(format!("http://{nobody}")).unwrap());
    for client in [direct, proxied] {
        let client = client.build().unwrap();
        client.set_credentials(Tokens::new("access"));
        let error = client.events().create(meeting()).await.unwrap_err();
        assert_eq!((category(&error), error.send_status()), ("Network", SendStatus::NotSent));
    }
    let client = builder().base_url(format!("http://{nobody}/api")).build().unwrap();
    let error = client.events().create(meeting()).await.unwrap_err();
    assert_eq!((category(&error), error.send_status()), ("Authentication", SendStatus::NotSent), "no credentials");
}
