use std::time::Duration;

use mobiscroll_connect_sandbox::Sandbox;
use reqwest::{Method, header::HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Api, answer, send};

/// Sends raw bytes and reads what comes back.
async fn raw(api: &Api, bytes: &[u8]) -> String {
    let address = api.sandbox.origin().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(bytes).await.expect("sent");
    stream.shutdown().await.expect("sent");
    let mut answer = Vec::new();
    // A server may well reset the connection after it refused.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn broken_json_is_refused() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let deep = "[".repeat(100_000);
    for body in ["", "{", "nonsense", "[]", "7", "\u{0}", deep.as_str(), "{\"provider\":\"google\"} more"] {
        for (method, path) in [(Method::POST, "/event"), (Method::PUT, "/event"), (Method::POST, "/subscribe-webhook")]
        {
            let request = alice.request(method, path).header("content-type", "application/json");
            let (status, answer) = answer(request.body(body.to_owned())).await;
            assert_eq!(status, 400);
            assert!(answer["message"].is_string());
        }
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let (status, _) = answer(alice.request(Method::POST, "/event").body(vec![b' '; 1024 * 1024 + 1])).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn bytes_that_are_not_text_do_no_harm() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    let strange = HeaderValue::from_bytes(b"Bearer \xff\xfe").expect("a header");
    assert_eq!(send(api.get("/events").header("authorization", strange)).await.status(), 401);
    let strange = HeaderValue::from_bytes(b"caf\xe9").expect("a header");
    assert_eq!(send(api.get("/health").header("x-name", strange)).await.status(), 200);
    assert_eq!(api.sandbox.requests()[1].header("x-name"), Some("caf\u{fffd}"));
    assert_eq!(alice.get("/events?start=%ff%fe").await.0, 400);
    let garbage = alice.request(Method::POST, "/event").body(vec![0xff; 100]);
    assert_eq!(answer(garbage).await.0, 400);
    assert_eq!(answer(api.post("/oauth/token").body(vec![0xff; 100])).await.0, 401);
}

#[tokio::test]
async fn requests_that_are_not_http_do_not_stop_the_server() {
    let api = Api::empty().await;
    let long_query = format!("GET /api/health?{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000));
    for bytes in [
        &b""[..],
        b"nonsense\r\n\r\n",
        b"GET /api/health HTTP/9.9\r\n\r\n",
        b"POST /api/event HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nshort",
        b"POST /api/event HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        long_query.as_bytes(),
    ] {
        let answer = raw(&api, bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1."), "{answer}");
    }
    assert_eq!(answer(api.get("/health")).await.0, 200);
}

#[tokio::test]
async fn extreme_dates_do_no_harm() {
    let api = Api::empty().await;
    let alice = api.user("alice");
    alice.create(serde_json::json!({ "recurrence": { "frequency": "DAILY" } })).await;
    for (start, end) in
        [("-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z"), ("9999-12-30T22:00:00Z", "-009999-01-02T01:59:59Z")]
    {
        alice.list(&[("start", start), ("end", end)]).await;
    }
    alice
        .create(serde_json::json!({
            "start": "9999-12-29T22:00:00Z", "end": "9999-12-30T22:00:00Z", "recurrence": { "frequency": "YEARLY" },
        }))
        .await;
    alice.list(&[("start", "9999-01-01"), ("end", "9999-12-30T22:00:00Z")]).await;
}

#[tokio::test]
async fn the_end_of_time_does_no_harm() {
    let api = Api::with(Sandbox::start().await.expect("a sandbox"));
    api.sandbox.advance(Duration::MAX);
    api.sandbox.advance(Duration::MAX);
    let tokens = api.sandbox.issue_tokens("alice");
    assert_eq!(api.try_access(&tokens.access_token).await, 401);
    assert_eq!(api.refresh(&tokens.refresh_token).await.0, 200);
    assert!(!api.sandbox.events("alice").is_empty());
    assert_eq!(answer(api.get("/health")).await.0, 200);
}
