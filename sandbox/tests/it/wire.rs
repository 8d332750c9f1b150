//! TCP connections on the bare socket: frozen, half-closed, reset on reuse, limited, listed.

use std::{io, time::Duration};

use mobiscroll_connect_sandbox::{ConnectionState, Fault, Freeze, Operation, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::support::{Api, answer, plain, send};

const HEALTH: &[u8] = b"GET /api/health HTTP/1.1\r\nhost: sandbox\r\n\r\n";
const LONG: Duration = Duration::from_secs(30);

async fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(sandbox.origin().trim_start_matches("http://")).await.expect("a connection")
}

async fn ask(stream: &mut TcpStream) -> io::Result<String> {
    stream.write_all(HEALTH).await?;
    read_answer(stream).await
}

/// Reads an answer to its end; an empty text when the server has closed its side.
async fn read_answer(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"{\"status\":\"ok\"}") {
        if timeout(LONG, stream.read_buf(&mut bytes)).await?? == 0 {
            break;
        }
    }
    Ok(String::from_utf8(bytes).expect("text"))
}

async fn silent(stream: &mut TcpStream) -> bool {
    timeout(Duration::from_millis(100), stream.read_u8()).await.is_err()
}

async fn fired(handle: &mobiscroll_connect_sandbox::FaultHandle) {
    while handle.fired() == 0 {
        tokio::task::yield_now().await;
    }
}

/// Writes until the server takes no more, 32 MB at most, and tells how much that was.
async fn write_until_blocked(stream: &mut TcpStream) -> usize {
    let block = [b'x'; 64 * 1024];
    let mut written = 0;
    while written < 32_000_000 {
        match timeout(Duration::from_millis(300), stream.write(&block)).await {
            Ok(now) => written += now.expect("an open connection"),
            Err(_) => break,
        }
    }
    written
}

#[tokio::test]
async fn one_connection_is_frozen_and_others_go_on() {
    for freeze in [Freeze::Unread, Freeze::Ignored, Freeze::Unanswered] {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let (mut frozen, mut other) = (connect(&sandbox).await, connect(&sandbox).await);
        assert!(ask(&mut frozen).await.is_ok() && ask(&mut other).await.is_ok());
        let ids: Vec<u64> = sandbox.requests().iter().map(|request| request.connection).collect();
        assert!(sandbox.freeze_connection(ids[0], freeze));
        frozen.write_all(HEALTH).await.expect("an open connection");
        assert!(silent(&mut frozen).await);
        assert!(ask(&mut other).await.is_ok() && ask(&mut connect(&sandbox).await).await.is_ok());
        let counts = sandbox.tcp_connection_counts();
        assert_eq!((counts.opened, counts.frozen), (3, 1));
        let listed = sandbox.tcp_connections();
        let find = |id: u64| listed.iter().find(|connection| connection.id == id).expect("a connection");
        assert_eq!(find(ids[0]).state, ConnectionState::Frozen(freeze));
        assert_eq!((find(ids[1]).state, find(ids[1]).requests), (ConnectionState::Open, 2));
        assert!(!find(ids[1]).is_http2);
        assert!(!sandbox.freeze_connection(99, freeze));
    }
}

#[tokio::test]
async fn only_what_is_read_is_acknowledged_without_end() {
    for (freeze, is_read) in [(Freeze::Unread, false), (Freeze::Ignored, true)] {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        sandbox.inject(Fault::on(Operation::Health).freeze(freeze));
        let mut stream = connect(&sandbox).await;
        stream.write_all(HEALTH).await.expect("an open connection");
        let written = write_until_blocked(&mut stream).await;
        assert_eq!(written >= 32_000_000, is_read, "{freeze}: {written}");
    }
}

#[tokio::test]
async fn a_half_closed_connection_is_still_read() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let half = sandbox.inject(Fault::on(Operation::Health).half_close());
    let mut stream = connect(&sandbox).await;
    assert_eq!(ask(&mut stream).await.expect("no reset"), "");
    assert_eq!(half.fired(), 1);
    assert!(write_until_blocked(&mut stream).await >= 32_000_000);
    assert_eq!(sandbox.tcp_connections()[0].state, ConnectionState::HalfClosed);
    drop(stream);
    while sandbox.tcp_connection_counts().open > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_server_that_stops_reading_has_answered_first() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let stop = sandbox.inject(Fault::on(Operation::Health).stop_reading());
    let mut stream = connect(&sandbox).await;
    assert!(ask(&mut stream).await.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")));
    assert_eq!(stop.fired(), 1);
    assert!(write_until_blocked(&mut stream).await < 32_000_000);
    assert!(silent(&mut stream).await);
}

#[tokio::test]
async fn a_pooled_connection_is_reset_when_it_is_reused() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let reset = sandbox.inject(Fault::on_any().on_reuse().reset_connection());
    assert_eq!(reset.description(), "any: on reuse, reset connection");
    for _ in 0..2 {
        assert!(ask(&mut connect(&sandbox).await).await.is_ok());
    }
    assert_eq!(reset.fired(), 0, "each was the first on its connection");
    let mut pooled = connect(&sandbox).await;
    assert!(ask(&mut pooled).await.is_ok());
    let error = ask(&mut pooled).await.expect_err("a reset");
    assert_eq!((error.kind(), reset.fired()), (io::ErrorKind::ConnectionReset, 1));
    assert!(ask(&mut connect(&sandbox).await).await.is_ok());
}

#[tokio::test]
async fn a_connection_is_reset_at_any_time() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let mut idle = connect(&sandbox).await;
    assert!(ask(&mut idle).await.is_ok());
    assert!(sandbox.reset_connection(1));
    let error = timeout(LONG, idle.read_u8()).await.expect("in time").expect_err("a reset");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    while sandbox.tcp_connection_counts().open > 0 {
        tokio::task::yield_now().await;
    }
    assert!(!sandbox.reset_connection(1) && !sandbox.thaw_connection(1));
}

#[tokio::test]
async fn a_connection_without_an_admin_api_is_hit_before_it_says_anything() {
    let sandbox = Sandbox::builder().admin(false).start().await.expect("a sandbox");
    let reset = sandbox.inject(Fault::on_connect().reset());
    let swallow = sandbox.inject(Fault::on_connect().freeze(Freeze::Ignored));
    let mut stream = connect(&sandbox).await;
    let error = timeout(LONG, stream.read_u8()).await.expect("in time").expect_err("a reset");
    assert_eq!((error.kind(), reset.fired()), (io::ErrorKind::ConnectionReset, 1));
    let mut swallowed = connect(&sandbox).await;
    fired(&swallow).await;
    swallowed.write_all(HEALTH).await.expect("an open connection");
    assert!(silent(&mut swallowed).await);
    assert!(ask(&mut connect(&sandbox).await).await.is_ok());
    assert_eq!(sandbox.count(Operation::Health), 1);
}

#[tokio::test]
async fn a_limited_rate_holds_for_both_bodies() {
    const RATE: u64 = 40_000;
    const BODY: usize = 20_000;
    // The first twentieth of a second is free.
    const LEAST: Duration = Duration::from_millis(400);
    for http2 in [false, true] {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let rate = sandbox.inject(Fault::on_connect().always().rate(RATE));
        sandbox.inject(Fault::on(Operation::Health).status(200).body(vec![b' '; BODY]));
        let client = plain();
        let client = if http2 { client.http2_prior_knowledge() } else { client }.build().expect("a client");
        let begun = Instant::now();
        let body = send(client.get(format!("{}/health", sandbox.base_url()))).await.bytes().await;
        assert_eq!(body.expect("a body").len(), BODY);
        assert!(begun.elapsed() >= LEAST, "{:?}", begun.elapsed());
        let begun = Instant::now();
        let token = "t".repeat(BODY);
        let revoke = client.post(format!("{}/oauth/revoke", sandbox.base_url())).json(&json!({ "token": token }));
        assert_eq!(answer(revoke).await, (200, json!({ "success": true })));
        assert!(begun.elapsed() >= LEAST, "{:?}", begun.elapsed());
        assert_eq!(rate.fired(), 1, "one connection carried both");
    }
}

fn admin(api: &Api, method: Method, path: &str) -> reqwest::RequestBuilder {
    api.http.request(method, format!("{}/_sandbox/{path}", api.sandbox.origin()))
}

#[tokio::test]
async fn the_admin_api_freezes_thaws_limits_and_lists() {
    let api = Api::empty().await;
    let mut stream = connect(&api.sandbox).await;
    assert!(ask(&mut stream).await.is_ok());
    let listed = answer(admin(&api, Method::GET, "connections")).await.1;
    let connection = json!(
        { "id": 1, "protocol": "HTTP/1.1", "requests": 1, "state": "open", "freeze": null }
    );
    assert_eq!(listed, json!({ "opened": 1, "open": 1, "frozen": 0, "dropped": 0, "connections": [connection] }));
    let post = |path: &str, body: Value| answer(admin(&api, Method::POST, path).json(&body));

    assert_eq!(post("connections/freeze", json!({ "id": 1, "freeze": "unread" })).await.0, 200);
    stream.write_all(HEALTH).await.expect("an open connection");
    assert!(silent(&mut stream).await);
    let listed = answer(admin(&api, Method::GET, "connections?id=1")).await.1;
    let frozen = &listed["connections"][0];
    assert_eq!(
        (&listed["frozen"], &frozen["state"], &frozen["freeze"]),
        (&json!(1), &json!("frozen"), &json!("unread"))
    );
    assert_eq!(post("connections/thaw", json!({ "id": 1 })).await.0, 200);
    assert!(read_answer(&mut stream).await.is_ok());
    assert_eq!(post("connections/thaw", json!({ "id": 1 })).await.0, 404);

    assert_eq!(post("connections/limit", json!({ "id": 1, "bytesPerSecond": 1000 })).await.0, 200);
    let begun = Instant::now();
    assert!(ask(&mut stream).await.is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(50));
    assert_eq!(post("connections/reset", json!({ "id": 1 })).await.0, 200);
    assert_eq!(post("connections/reset", json!({ "id": 7 })).await.0, 404);
    for (path, body, field) in [
        ("connections/freeze", json!({ "id": 1 }), "freeze"),
        ("connections/freeze", json!({ "id": 1, "freeze": "hard" }), "freeze"),
        ("connections/thaw", json!({}), "id"),
        ("connections/limit", json!({ "id": 1 }), "bytesPerSecond"),
        ("faults", json!({ "operation": "health", "onConnect": true }), "onConnect"),
        ("faults", json!({ "freeze": true }), "freeze"),
    ] {
        let (status, answer) = post(path, body).await;
        assert_eq!((status, &answer["field"]), (400, &json!(field)));
    }
    assert_eq!(answer(admin(&api, Method::GET, "requests")).await.1["requests"][0]["connection"], 1);
}

#[tokio::test]
async fn the_admin_api_is_not_locked_out_by_faults_of_connections() {
    let api = Api::empty().await;
    let fault = json!({ "onConnect": true, "times": "always", "freeze": "unread" });
    let injected = answer(admin(&api, Method::POST, "faults").json(&fault)).await.1;
    assert_eq!(injected["description"], "connection: freeze unread");
    let mut swallowed = connect(&api.sandbox).await;
    swallowed.write_all(HEALTH).await.expect("an open connection");
    assert!(silent(&mut swallowed).await);
    let fresh = plain().build().expect("a client");
    let listed = answer(fresh.get(format!("{}/_sandbox/faults", api.sandbox.origin()))).await.1;
    assert_eq!(listed["faults"][0]["fired"], 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn handshakes_are_swallowed_and_completed_later() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let address = sandbox.origin().trim_start_matches("http://").to_owned();
    let mut open = connect(&sandbox).await;
    assert!(ask(&mut open).await.is_ok());
    for _ in 0..2 {
        let before = sandbox.tcp_connection_counts();
        let swallowed = sandbox.swallow_handshakes().expect("a socket");
        let mut late = tokio::spawn(TcpStream::connect(address.clone()));
        let tries = [(); 2].map(|()| timeout(Duration::from_millis(300), TcpStream::connect(&address)));
        for attempt in tries {
            assert!(attempt.await.is_err(), "no answer, neither yes nor no");
        }
        assert!(timeout(Duration::from_millis(10), &mut late).await.is_err());
        assert_eq!(swallowed.dropped(), Some(3));
        assert!(ask(&mut open).await.is_ok(), "what is open goes on");
        let now = sandbox.tcp_connection_counts();
        assert_eq!((now.opened, now.dropped), (before.opened, before.dropped.map(|before| before + 3)));

        swallowed.end();
        assert!(!sandbox.accept_handshakes());
        assert!(ask(&mut connect(&sandbox).await).await.is_ok());
        // The system sends the SYN again.
        let mut late = timeout(LONG, late).await.expect("in time").expect("no panic").expect("a connection");
        assert!(ask(&mut late).await.is_ok());
        assert_eq!(sandbox.tcp_connection_counts().opened, before.opened + 2, "the sandbox's own is none");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn handshakes_are_swallowed_for_a_time_also_by_the_admin_api() {
    let api = Api::empty().await;
    let swallow = |method: Method, body: Value| answer(admin(&api, method, "connections/swallow").json(&body));
    assert_eq!(swallow(Method::POST, json!({ "forMs": 200 })).await.0, 200);
    let begun = Instant::now();
    let mut late = connect(&api.sandbox).await;
    assert!(ask(&mut late).await.is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());
    assert_eq!(swallow(Method::POST, json!({})).await.0, 200);
    let address = api.sandbox.origin().trim_start_matches("http://");
    assert!(timeout(Duration::from_millis(100), TcpStream::connect(address)).await.is_err());
    // The connection of the requests before is still open.
    let listed = answer(admin(&api, Method::GET, "connections")).await.1;
    assert!(listed["dropped"].as_u64().is_some_and(|dropped| dropped >= 2), "{listed}");
    assert_eq!(swallow(Method::DELETE, json!({})).await.0, 200);
    assert!(ask(&mut connect(&api.sandbox).await).await.is_ok());
    assert_eq!(swallow(Method::POST, json!({ "forMs": "long" })).await.0, 400);
}

#[tokio::test]
async fn a_port_whose_handshakes_are_swallowed_is_free_once_the_sandbox_is_gone() {
    // Another program may be quicker to take a port that was free, but hardly every time.
    for _ in 0..50 {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let port = sandbox.origin().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let swallowed = sandbox.swallow_handshakes().expect("a socket");
        drop(sandbox);
        swallowed.end();
        assert_eq!(swallowed.dropped(), None);
        if let Ok(sandbox) = Sandbox::builder().port(port).start().await {
            assert!(ask(&mut connect(&sandbox).await).await.is_ok());
            return;
        }
    }
    panic!("none of the ports was free again");
}

#[tokio::test]
async fn a_reset_of_the_sandbox_ends_what_is_done_to_connections() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let (mut frozen, mut limited) = (connect(&sandbox).await, connect(&sandbox).await);
    assert!(ask(&mut frozen).await.is_ok() && ask(&mut limited).await.is_ok());
    let ids: Vec<u64> = sandbox.requests().iter().map(|request| request.connection).collect();
    assert!(sandbox.freeze_connection(ids[0], Freeze::Ignored) && sandbox.limit_connection(ids[1], 100));
    sandbox.swallow_handshakes().expect("a socket");
    sandbox.reset();
    assert_eq!(timeout(LONG, frozen.read(&mut [0])).await.expect("in time").expect("no reset"), 0);
    assert!(ask(&mut connect(&sandbox).await).await.is_ok());
    let begun = Instant::now();
    for _ in 0..3 {
        assert!(ask(&mut limited).await.is_ok());
    }
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(sandbox.tcp_connection_counts().frozen, 0);
}
