//! What the token endpoint may answer to a refresh, and what becomes of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mobiscroll_connect::{Client, Error, NetworkKind, Tokens};
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::{category, layers};

/// What the token endpoint does with a request.
#[derive(Clone)]
enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes and nothing more, and leaves the connection open.
    Stall(Vec<u8>),
    /// Resets the connection.
    Reset,
}

/// What is to become of the call that refreshes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// It succeeds; afterwards this refresh token is in force.
    Refreshed(&'static str),
    /// It fails with this category; the old tokens stay in force.
    Failed(&'static str),
    /// It fails for want of a whole answer.
    Broken(NetworkKind),
}

use Outcome::{Broken, Failed, Refreshed};

struct Row {
    name: String,
    reply: Reply,
    outcome: Outcome,
    /// How often the token is presented before the caller hears of it
    presentations: usize,
}

fn http(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}");
    Reply::Bytes(format!("{head}\r\n{body}").into_bytes())
}

fn json(status: &str, body: &str) -> Reply {
    http(status, "content-type: application/json\r\n", body)
}

fn raw(bytes: &str) -> Reply {
    Reply::Bytes(bytes.as_bytes().to_vec())
}

const HTML: &str = "<html><body>invalid_grant</body></html>";
const FRESH: &str = r#"{"access_token":"new","refresh_token":"r2","expires_in":3600,"token_type":"Bearer"}"#;

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: &str, reply: Reply, outcome: Outcome, presentations: usize| {
        rows.push(Row { name: name.to_owned(), reply, outcome, presentations });
    };

    // Successes, with whatever stands beside the tokens.
    add("200", json("200 OK", FRESH), Refreshed("r2"), 1);
    add("201", json("201 Created", FRESH), Refreshed("r2"), 1);
    add("200 as text", http("200 OK", "content-type: text/plain\r\n", FRESH), Refreshed("r2"), 1);
    add("200 without a type", http("200 OK", "", FRESH), Refreshed("r2"), 1);
    let chunked = format!("{:x}\r\n{FRESH}\r\n0\r\n\r\n", FRESH.len());
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    add("200 in chunks", raw(&format!("{head}{chunked}")), Refreshed("r2"), 1);
    add("200 up to the end", raw(&format!("HTTP/1.0 200 OK\r\n\r\n{FRESH}")), Refreshed("r2"), 1);
    for (member, kept) in [
        (r#""refresh_token":"r2","unknown":{"a":[1]}"#, "r2"),
        (r#""refresh_token":null"#, "r1"),
        (r#""refresh_token":"""#, "r1"),
        (r#""expires_in":3600"#, "r1"),
        (r#""refresh_token":7"#, "r1"),
        (r#""refresh_token":"r2","expires_in":"3600""#, "r2"),
        (r#""refresh_token":"r2","expires_in":3599.5"#, "r2"),
        (r#""refresh_token":"r2","expires_in":null"#, "r2"),
        (r#""refresh_token":"r2","expires_in":0"#, "r2"),
        (r#""refresh_token":"r2","expires_in":-1"#, "r2"),
        (r#""refresh_token":"r2","expires_in":9223372036854775807"#, "r2"),
        (r#""refresh_token":"r2","expires_in":1e300"#, "r2"),
        (r#""refresh_token":"r2","expires_in":true"#, "r2"),
        (r#""refresh_token":"r2","token_type":null"#, "r2"),
        (r#""refresh_token":"r2","token_type":7"#, "r2"),
        (r#""refresh_token":"r2","scope":["read"]"#, "r2"),
        (r#""refresh_token":"r2","error":"invalid_grant""#, "r2"),
    ] {
        let body = format!(r#"{{"access_token":"new",{member}}}"#);
        add(&format!("200 {member}"), json("200 OK", &body), Refreshed(kept), 1);
    }

    // 2xx without a token in it: it may have been lost on the way, so it is asked for once more.
    for body in [
        "",
        " ",
        "{}",
        "[]",
        "[\"new\"]",
        "null",
        "7",
        "\"new\"",
        HTML,
        r#"{"access_token":null,"refresh_token":"r2"}"#,
        r#"{"access_token":"","refresh_token":"r2"}"#,
        r#"{"access_token":7,"refresh_token":"r2"}"#,
        r#"{"access_token":"new","refresh_tok"#,
        "\u{feff}",
    ] {
        add(&format!("200 {body:?}"), json("200 OK", body), Failed("Decode"), 2);
    }
    add("204", raw("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"), Failed("Decode"), 2);
    let coded =
        |coding| http("200 OK", &format!("content-type: application/json\r\ncontent-encoding: {coding}\r\n"), "none");
    let corrupt = if cfg!(feature = "gzip") { Broken(NetworkKind::Body) } else { Failed("Decode") };
    add("200 that claims to be zipped", coded("gzip"), corrupt, 2);
    add("200 in a coding that nobody asked for", coded("compress"), Failed("Decode"), 2);

    // The service's own refusals.
    for body in [
        r#"{"error":"invalid_grant"}"#,
        r#"{"error":"invalid_grant","error_description":"The refresh token is unknown or revoked"}"#,
        r#"{"error":"session_expired","error_description":"Begin again"}"#,
    ] {
        add(&format!("400 {body}"), json("400 Bad Request", body), Failed("Authentication"), 1);
    }
    add("401 invalid_grant", json("401 Unauthorized", r#"{"error":"invalid_grant"}"#), Failed("Authentication"), 1);
    for (status, body) in [
        ("400 Bad Request", r#"{"error":"invalid_client"}"#),
        ("400 Bad Request", r#"{"error":"unauthorized_client"}"#),
        ("401 Unauthorized", r#"{"error":"invalid_client"}"#),
    ] {
        add(&format!("{status} {body}"), json(status, body), Failed("InvalidClient"), 1);
    }
    // Without an OAuth code it is about the token.
    for (status, body) in
        [("401 Unauthorized", r#"{"message":"Unauthorized"}"#), ("401 Unauthorized", ""), ("401 Unauthorized", HTML)]
    {
        add(&format!("{status} {body}"), json(status, body), Failed("Authentication"), 1);
    }

    // What only looks like one.
    for body in [
        "",
        HTML,
        "invalid_grant",
        "\"invalid_grant\"",
        r#"{"error":{"code":"invalid_grant"}}"#,
        r#"{"error":["invalid_grant"]}"#,
        r#"{"error":"Invalid grant"}"#,
        r#"{"message":"invalid_grant"}"#,
        r#"{"error":"invalid_request"}"#,
        r#"{"error":"unsupported_grant_type"}"#,
        r#"{"error":"invalid_grant""#,
    ] {
        add(&format!("400 {body}"), json("400 Bad Request", body), Failed("Unexpected"), 1);
    }
    for (status, expected, presentations) in [
        ("422 Unprocessable", "Unexpected", 1),
        ("403 Forbidden", "Unexpected", 1),
        ("404 Not Found", "Unexpected", 1),
        ("405 Method Not Allowed", "Unexpected", 1),
        ("407 Proxy Authentication Required", "Unexpected", 1),
        ("408 Request Timeout", "Unexpected", 1),
        ("409 Conflict", "Unexpected", 1),
        ("413 Content Too Large", "Unexpected", 1),
        ("418 I'm a teapot", "Unexpected", 1),
        ("429 Too Many Requests", "RateLimit", 1),
        ("503 Service Unavailable", "Server", 1),
        ("500 Internal Server Error", "Server", 2),
        ("501 Not Implemented", "Server", 2),
        ("502 Bad Gateway", "Server", 2),
        ("504 Gateway Timeout", "Server", 2),
        ("520 Unknown", "Server", 2),
        ("599 Unknown", "Server", 2),
        ("300 Multiple Choices", "Unexpected", 1),
        ("304 Not Modified", "Unexpected", 1),
    ] {
        add(status, http(status, "content-type: text/html\r\n", HTML), Failed(expected), presentations);
    }
    let error = r#"{"error":"invalid_grant"}"#;
    add("500 invalid_grant", json("500 Internal Server Error", error), Failed("Server"), 2);
    let busy = http("429 Too Many Requests", "retry-after: 7\r\n", "{}");
    add("429 with a number", busy, Failed("RateLimit"), 1);
    let busy = http("429 Too Many Requests", "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "{}");
    add("429 with a date", busy, Failed("RateLimit"), 1);

    // A redirect is never followed with the credentials.
    for status in ["301", "302", "303", "307", "308"] {
        let reply = http(&format!("{status} Moved"), "location: /api/elsewhere\r\n", "");
        add(status, reply, Failed("Unexpected"), 1);
    }

    // No whole answer.
    let whole = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    add("closed unanswered", raw(""), Broken(NetworkKind::Broken), 2);
    add("closed in the status line", raw("HTTP/1.1 20"), Broken(NetworkKind::Broken), 2);
    add("closed in the headers", raw(whole), Broken(NetworkKind::Broken), 2);
    let half = format!("{whole}content-length: 500\r\n\r\n{FRESH}");
    add("closed in the body", raw(&half), Broken(NetworkKind::Body), 2);
    let half = format!("{whole}transfer-encoding: chunked\r\n\r\n{:x}\r\n{FRESH}", FRESH.len() + 9);
    add("closed in a chunk", raw(&half), Broken(NetworkKind::Body), 2);
    let half = format!("{whole}transfer-encoding: chunked\r\n\r\nzz\r\n");
    add("a chunk of no length", raw(&half), Broken(NetworkKind::Body), 2);
    add("no HTTP", raw("220 mail.example ESMTP\r\n\r\n"), Broken(NetworkKind::Broken), 2);
    add("reset", Reply::Reset, Broken(NetworkKind::Broken), 2);
    add("no answer", Reply::Stall(Vec::new()), Broken(NetworkKind::Timeout), 2);
    add("no end of the headers", Reply::Stall(whole.into()), Broken(NetworkKind::Timeout), 2);
    let half = format!("{whole}content-length: 500\r\n\r\n{FRESH}");
    add("no end of the body", Reply::Stall(half.into()), Broken(NetworkKind::Timeout), 2);
    rows
}

/// A service whose token endpoint gives one reply for as long as it is told to.
struct Service {
    base_url: String,
    presented: Arc<AtomicUsize>,
    elsewhere: Arc<AtomicUsize>,
    reply: watch::Sender<Reply>,
}

async fn service(reply: Reply) -> Service {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api", listener.local_addr().unwrap());
    let (reply, replies) = watch::channel(reply);
    let (presented, elsewhere) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, astray) = (presented.clone(), elsewhere.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (counted, astray, replies) = (counted.clone(), astray.clone(), replies.clone());
            tokio::spawn(async move {
                let reply = replies.borrow().clone();
                serve(stream, &reply, &counted, &astray).await;
            });
        }
    });
    Service { base_url, presented, elsewhere, reply }
}

async fn serve(mut stream: TcpStream, reply: &Reply, presented: &AtomicUsize, elsewhere: &AtomicUsize) {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    // A form is sent with its headers or right after them.
    while !request.contains("\r\n\r\n") || (request.starts_with("POST") && !request.contains("refresh_token=")) {
        match stream.read(&mut buffer).await {
            Ok(length) if length > 0 => request.push_str(&String::from_utf8_lossy(&buffer[..length])),
            _ => return,
        }
    }
    let authorized = request.to_ascii_lowercase().contains("authorization: bearer new\r\n");
    let answer = |reply: Reply| match reply {
        Reply::Bytes(bytes) => bytes,
        _ => unreachable!(),
    };
    let bytes = match request.split(' ').nth(1) {
        Some("/api/oauth/token") => {
            presented.fetch_add(1, Ordering::SeqCst);
            match reply {
                Reply::Bytes(bytes) => bytes.clone(),
                Reply::Stall(bytes) => {
                    let _ = stream.write_all(bytes).await;
                    let _ = stream.read(&mut buffer).await;
                    return;
                }
                Reply::Reset => {
                    // A socket that may not linger is reset when it is closed.
                    let socket = stream.into_std().unwrap();
                    socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
                    return;
                }
            }
        }
        Some("/api/calendars") if authorized => answer(json("200 OK", "[]")),
        Some("/api/calendars") => answer(json("401 Unauthorized", r#"{"error":"Unauthorized"}"#)),
        _ => {
            elsewhere.fetch_add(1, Ordering::SeqCst);
            answer(json("404 Not Found", "{}"))
        }
    };
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}

fn outcome(result: Result<(), Error>, client: &Client) -> Outcome {
    let tokens = client.auth().credentials().unwrap();
    let refresh_token = match tokens.refresh_token().unwrap().expose() {
        "r1" => "r1",
        _ => "r2",
    };
    match result {
        Ok(()) => Refreshed(refresh_token),
        Err(error) => {
            assert_eq!((tokens.access_token().expose(), refresh_token), ("old", "r1"), "the old tokens are kept");
            let final_ = category(&error) == "Authentication";
            assert_eq!(error.needs_reauthorization(), final_, "{error:?}");
            let printed = format!("{error:?} {}", layers(&error).join(" "));
            assert!(!printed.contains("r2") && !printed.contains("s3cr3t"), "{printed}");
            match &error {
                Error::Network(failure) => Broken(failure.kind()),
                error => Failed(category(error)),
            }
        }
    }
}

async fn play(row: &Row) -> Result<(Client, Service), String> {
    let service = service(row.reply.clone()).await;
    let client = Client::builder("id", "s3cr3t", "https://app.example/cb").base_url(&service.base_url);
    let client = client.timeout(Duration::from_millis(400)).presentation_interval(Duration::from_secs(1));
    let client = client.build().unwrap();
    client.set_credentials(Tokens::new("old").with_refresh_token("r1"));
    let got = outcome(client.calendars().list().await.map(drop), &client);
    let presented = service.presented.load(Ordering::SeqCst);
    if (got, presented) != (row.outcome, row.presentations) {
        return Err(format!("{got:?} after {presented}, expected {:?} after {}", row.outcome, row.presentations));
    }
    if service.elsewhere.load(Ordering::SeqCst) > 0 {
        return Err("something was sent elsewhere".to_owned());
    }
    Ok((client, service))
}

/// Whatever it was: once the service works and the back-off is over, so does the session.
async fn recover(client: &Client, service: &Service) -> Result<(), String> {
    service.reply.send(json("200 OK", FRESH)).unwrap();
    let Err(error) = client.calendars().list().await else { return Ok(()) };
    tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(1))).await;
    client.calendars().list().await.map(drop).map_err(|error| format!("afterwards: {error}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_the_token_endpoint_means_what_it_means() {
    let rows = rows();
    assert!(rows.len() >= 60);
    let (mut wrong, mut played) = (Vec::new(), Vec::new());
    for row in &rows {
        match play(row).await {
            Ok((client, service)) => played.push((row, client, service)),
            Err(why) => wrong.push(format!("{}: {why}", row.name)),
        }
    }
    for (row, client, service) in &played {
        if let Err(why) = recover(client, service).await {
            wrong.push(format!("{}: {why}", row.name));
        }
    }
    println!("token answers: {} rows, {} right", rows.len(), rows.len() - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Finds no host, and counts who asks for one.
#[derive(Default)]
struct NoHosts(AtomicUsize);

impl Resolve for NoHosts {
    fn resolve(&self, _: Name) -> Resolving {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Err("there is no such host".into())))
    }
}

#[tokio::test]
async fn a_refresh_that_surely_never_left_is_tried_three_times() {
    let hosts = Arc::new(NoHosts::default());
    let http = reqwest::Client::builder().redirect(Policy::none()).dns_resolver(hosts.clone()).build().unwrap();
    let client = Client::builder("id", "s3cr3t", "https://app.example/cb").base_url("http://nowhere.invalid/api");
    let client = client.allow_http(true).http_client(http).build().unwrap();
    client.set_credentials(Tokens::new("old").with_refresh_token("r1"));
    let error = client.auth().refresh().await.unwrap_err();
    assert!(layers(&error).concat().contains("no such host"), "{error:?}");
    assert_eq!(hosts.0.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn tokens_are_kept_when_no_connection_comes_about() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    for (base_url, source) in
        [(format!("http://127.0.0.1:{port}/api"), "refused"), ("http://nowhere.invalid/api".to_owned(), "")]
    {
        let client = Client::builder("id", "s3cr3t", "https://app.example/cb").base_url(base_url).allow_http(true);
        let client = client.build().unwrap();
        let tokens = Tokens::new("old").with_refresh_token("r1");
        client.set_credentials(tokens.clone());
        let error = client.auth().refresh().await.unwrap_err();
        let Error::Network(failure) = &error else { panic!("{error:?}") };
        assert_eq!(failure.kind(), NetworkKind::Connect);
        assert!(layers(&error).concat().contains(source));
        assert_eq!(client.auth().credentials(), Some(tokens));
    }
}
