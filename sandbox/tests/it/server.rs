use std::io::ErrorKind;

use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Api, answer, send};

fn assert_shareable<T: Send + Sync + 'static>(_: &T) {}

#[tokio::test]
async fn dropping_the_sandbox_closes_its_port_and_its_connections() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    assert_shareable(&sandbox);
    let address = sandbox.origin().trim_start_matches("http://").to_owned();
    sandbox.inject(Fault::on(Operation::Health).delay(std::time::Duration::from_secs(60)));
    let url = format!("{}/health", sandbox.base_url());
    let waiting = tokio::spawn(async move { reqwest::get(url).await });
    while sandbox.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(sandbox);
    assert_eq!(closed(&address).await, Some(ErrorKind::ConnectionRefused));
    assert!(waiting.await.expect("no panic").is_err());
}

/// A program that another test is just starting may hold the port for an instant longer.
async fn closed(address: &str) -> Option<ErrorKind> {
    for _ in 0..500 {
        if let Err(error) = TcpStream::connect(address).await {
            return Some(error.kind());
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    None
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let first = Sandbox::start().await.expect("a sandbox");
    let port = first.origin().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let error = Sandbox::builder().port(port).start().await.expect_err("the port is taken");
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_sandbox_listens_on_the_port_that_it_is_given() {
    // Another program may be quicker to take a port that was free, but hardly every time.
    for _ in 0..50 {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        if let Ok(sandbox) = Sandbox::builder().port(port).start().await {
            assert_eq!(sandbox.base_url(), format!("http://127.0.0.1:{port}/api"));
            return;
        }
    }
    panic!("none of the ports could be taken");
}

#[test]
fn a_sandbox_runs_without_an_async_runtime() {
    let sandbox = Sandbox::start_blocking().expect("a sandbox");
    assert!(std::net::TcpStream::connect(sandbox.origin().trim_start_matches("http://")).is_ok());
}

#[tokio::test]
async fn sandboxes_do_not_share_anything() {
    let (one, other) = (Api::empty().await, Api::empty().await);
    let tokens = one.sandbox.issue_tokens("alice");
    assert_eq!(other.try_access(&tokens.access_token).await, 401);
    assert!(one.sandbox.requests().is_empty());
}

#[tokio::test]
async fn requests_are_recorded_as_they_arrived() {
    let api = Api::empty().await;
    let tokens = api.sandbox.issue_tokens("alice");
    api.refresh(&tokens.refresh_token).await;
    send(api.get("/nowhere?a=b%20c").header("X-Test", "Yes")).await;
    send(api.post("/oauth/revoke").json(&json!({ "token": "t" }))).await;

    let requests = api.sandbox.requests();
    let [refresh, nowhere, revoke] = &requests[..] else { panic!("three requests") };
    assert_eq!(refresh.operation, Some(Operation::RefreshToken));
    assert_eq!(refresh.form_field("refresh_token"), Some(tokens.refresh_token));
    assert!(refresh.header("Authorization").is_some_and(|value| value.starts_with("Basic ")));
    assert_eq!((nowhere.operation, nowhere.status), (None, Some(404)));
    assert_eq!((nowhere.method.as_str(), nowhere.path.as_str()), ("GET", "/api/nowhere"));
    assert_eq!((nowhere.query.as_str(), nowhere.param("a").as_deref()), ("a=b%20c", Some("b c")));
    assert_eq!(nowhere.header("x-test"), Some("Yes"));
    assert_eq!(revoke.json(), Some(json!({ "token": "t" })));
    assert_eq!(api.sandbox.requests_of(Operation::Revoke).len(), 1);
    api.sandbox.clear_requests();
    assert!(api.sandbox.requests().is_empty());
}

#[tokio::test]
async fn health_needs_no_token_and_unknown_paths_are_not_found() {
    let api = Api::empty().await;
    assert_eq!(answer(api.get("/health")).await, (200, json!({ "status": "ok" })));
    for request in [api.get("/nowhere"), api.post("/calendars"), api.get("/event"), api.get("/health/")] {
        let (status, body) = answer(request).await;
        assert_eq!((status, &body["error"]), (404, &json!("Not Found")));
    }
}

#[tokio::test]
async fn http2_is_spoken_to_clients_that_begin_with_it() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let url = format!("{}/health", sandbox.base_url());
    let answer = client.get(&url).send().await.expect("an answer");
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));

    sandbox.inject(Fault::on(Operation::Health).disconnect());
    client.get(&url).send().await.expect_err("a stream that was reset");
    assert!(client.get(&url).send().await.is_ok_and(|answer| answer.status() == 200));
}

#[tokio::test]
async fn a_request_that_arrives_letter_by_letter_is_read_as_http1() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let mut stream = TcpStream::connect(sandbox.origin().trim_start_matches("http://")).await.expect("a connection");
    for letter in b"PUT /api/health HTTP/1.1\r\nhost: a\r\n\r\n" {
        stream.write_all(&[*letter]).await.expect("a socket");
        tokio::task::yield_now().await;
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 404");
}
