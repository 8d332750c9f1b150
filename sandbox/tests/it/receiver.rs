use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use ed25519_compact::{PublicKey, Signature};
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response, StatusCode, body::Incoming, header::LOCATION, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use mobiscroll_connect_sandbox::{Sandbox, SandboxBuilder};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinSet};

use crate::support::Api;

/// The application's side: takes deliveries, and answers with the statuses that the test wants, the last one for good.
pub(crate) struct Receiver {
    pub(crate) url: String,
    taken: Arc<Mutex<Vec<Taken>>>,
    answers: Arc<Mutex<Vec<Reply>>>,
    _tasks: JoinSet<()>,
}

/// A delivery as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    Status(u16),
    Silence,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        Self::answering(&[204]).await
    }

    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hooks?app=1", listener.local_addr().expect("an address"));
        let answers = Arc::new(Mutex::new(statuses.iter().copied().map(Reply::Status).collect()));
        let (taken, mut tasks) = (Arc::<Mutex<Vec<Taken>>>::default(), JoinSet::new());
        let shared = (Arc::clone(&taken), Arc::clone(&answers));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (taken, answers) = shared.clone();
                let service = service_fn(move |request| answer(request, Arc::clone(&taken), Arc::clone(&answers)));
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, taken, answers, _tasks: tasks }
    }

    pub(crate) fn answer(&self, replies: &[Reply]) {
        *self.answers.lock().expect("a lock") = replies.to_vec();
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().expect("a lock").clone()
    }

    /// Starts a sandbox that delivers here, with these settings besides, and a user with channels for these calendars.
    pub(crate) async fn subscribed(&self, builder: SandboxBuilder, calendars: &[(&str, &str)]) -> Api {
        let api = Api::with(builder.webhook_url(&self.url).start().await.expect("a sandbox"));
        self.subscribe(&api, calendars).await;
        api
    }

    pub(crate) async fn subscribe(&self, api: &Api, calendars: &[(&str, &str)]) {
        for (number, (provider, calendar)) in calendars.iter().enumerate() {
            let body = serde_json::json!({
                "provider": provider, "calendarId": calendar, "channelId": format!("ch-{number}"),
            });
            assert_eq!(api.user("alice").post("/subscribe-webhook", &body).await.0, 200);
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    taken: Arc<Mutex<Vec<Taken>>>,
    answers: Arc<Mutex<Vec<Reply>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    assert_eq!((head.method.as_str(), head.uri.to_string().as_str()), ("POST", "/hooks?app=1"));
    let body = body.collect().await.expect("a body").to_bytes();
    taken.lock().expect("a lock").push(Taken { headers: head.headers, body });
    let reply = {
        let mut answers = answers.lock().expect("a lock");
        if answers.len() > 1 { answers.remove(0) } else { answers[0] }
    };
    let Reply::Status(status) = reply else {
        tokio::time::sleep(Duration::from_secs(60)).await;
        unreachable!("the sandbox waits no minute");
    };
    let mut response = Response::new(Full::new(Bytes::from_static(b"thanks")));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    if response.status().is_redirection() {
        response.headers_mut().insert(LOCATION, "/elsewhere".parse().expect("a header"));
    }
    if status == 204 {
        *response.body_mut() = Full::default();
    }
    Ok(response)
}

impl Taken {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Gives the kinds of change with the titles of the events, an event without one by its id.
    pub(crate) fn changes(&self) -> Vec<(String, String)> {
        let delivery = self.json();
        let events = delivery["events"].as_array().expect("events");
        assert_eq!(delivery["metadata"]["eventCount"], events.len());
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let name = |event: &Value| text(event.get("title").unwrap_or(&event["id"]));
        events.iter().map(|event| (text(&event["changeType"]), name(event))).collect()
    }

    /// Tells which of the published keys signed it, by their position.
    pub(crate) fn signers(&self, sandbox: &Sandbox) -> Vec<usize> {
        let keys: Vec<String> = sandbox.webhook_keys().into_iter().map(|key| key.public_key).collect();
        signers(&keys, [self.id(), self.header("webhook-timestamp"), self.header("webhook-signature")], &self.body)
    }
}

/// Tells which of the keys made a signature of these headers and this body; every signature must be one key's.
pub(crate) fn signers(keys: &[String], [id, timestamp, signature]: [&str; 3], body: &[u8]) -> Vec<usize> {
    let content = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let made = |entry: &str, key: &str| {
        let signature = STANDARD.decode(entry.strip_prefix("v1a,").expect("a version")).expect("base64");
        let key = STANDARD.decode(key.strip_prefix("whpk_").expect("a prefix")).expect("base64");
        let key = PublicKey::from_slice(&key).expect("a key");
        key.verify(&content, &Signature::from_slice(&signature).expect("a signature")).is_ok()
    };
    signature.split(' ').filter_map(|entry| keys.iter().position(|key| made(entry, key))).collect()
}
