//! The receiver for axum, fed over sockets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use mobiscroll_connect::axum::{VerifiedWebhook, webhook_router};
use mobiscroll_connect::{WebhookDelivery, WebhookOptions, WebhookOutcome, WebhookReceiver, WebhookRejection};
use mobiscroll_connect_sandbox::{
    Disturbance, Fault, Forgery, Operation, Provider as At, ReleaseOrder, Sandbox, SignedDelivery, Tamper, seed,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::support::{ADA, builder, client, client_of, until};

/// Deliveries that came to a handler.
type Handled = Arc<Mutex<Vec<WebhookDelivery>>>;

/// Serves a router under `/hook`, and returns where.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().nest("/hook", router)).await.unwrap() });
    url
}

fn keeping(handled: &Handled) -> impl Fn(WebhookDelivery) -> std::future::Ready<Result<(), String>> + Clone + use<> {
    let handled = handled.clone();
    move |delivery| {
        handled.lock().unwrap().push(delivery);
        std::future::ready(Ok(()))
    }
}

/// Posts a delivery as it is, and returns the status; the body of the answer must be empty.
async fn send(url: &str, delivery: &SignedDelivery) -> u16 {
    let request = reqwest::Client::new().post(url).body(delivery.body.clone());
    let request = delivery.headers().iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    assert_eq!(answer.bytes().await.unwrap().len(), 0);
    status
}

#[tokio::test]
async fn a_changed_event_arrives_once_however_often_it_is_delivered() {
    let sandbox = Sandbox::builder().webhook_initial_sync(false).start().await.unwrap();
    let client = client_of(&sandbox, ADA);
    let handled = Handled::default();
    let url = serve(webhook_router(WebhookReceiver::new(client.clone(), keeping(&handled)))).await;
    sandbox.set_webhook_url(Some(&url));
    let subscribe = client.webhooks().subscribe_webhook(mobiscroll_connect::Provider::Google, seed::GOOGLE_PRIMARY);
    subscribe.send().await.unwrap();

    sandbox.disturb_deliveries(Disturbance::new().copies(3));
    let event = sandbox
        .events(ADA)
        .into_iter()
        .find(|event| event["provider"] == At::Google.to_string() && event["calendarId"] == seed::GOOGLE_PRIMARY);
    let id = event.unwrap()["id"].as_str().unwrap().to_owned();
    assert!(sandbox.change_event(ADA, &id, serde_json::json!({ "title": "Moved" })));
    sandbox.deliveries_settled().await;
    let handled = handled.lock().unwrap();
    let [delivery] = &handled[..] else { panic!("{} deliveries", handled.len()) };
    assert_eq!(delivery.user_id.as_deref(), Some(ADA));
    assert_eq!(delivery.events[0].title.as_deref(), Some("Moved"));
    assert!(sandbox.deliveries().iter().all(|delivery| delivery.attempts.last().unwrap().status == Some(204)));
}

#[tokio::test]
async fn what_is_not_genuine_is_rejected_with_its_status() {
    let sandbox = Sandbox::start().await.unwrap();
    let options = WebhookOptions::new().max_body(1000);
    let client = builder(&sandbox).webhook_options(options).build().unwrap();
    let handled = Handled::default();
    let url = serve(webhook_router(WebhookReceiver::new(client, keeping(&handled)))).await;
    let down = sandbox.inject(Fault::on(Operation::WebhookKeys).status(500).always());
    assert_eq!(send(&url, &sandbox.sign_webhook("{}")).await, 503);
    down.remove();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(send(&url, &sandbox.sign_webhook("{}")).await, 204);
    assert_eq!(send(&url, &sandbox.sign_webhook("[]")).await, 401);
    assert_eq!(send(&url, &sandbox.sign_webhook("x".repeat(1001))).await, 413);
    let mut unsigned = sandbox.sign_webhook("{}");
    unsigned.timestamp = "1".to_owned();
    assert_eq!(send(&url, &unsigned).await, 401);
    let mut tampered = sandbox.sign_webhook("{}");
    tampered.body = "{ }".into();
    // The allowance to look for a newer key is spent.
    assert_eq!(send(&url, &tampered).await, 503);
    assert_eq!(handled.lock().unwrap().len(), 1);
}

/// Writes the head of a request and some of its body, and returns the answer's status line.
async fn write(url: &str, head: &str, chunks: usize) -> String {
    let url = url::Url::parse(url).unwrap();
    let mut stream = TcpStream::connect(url.socket_addrs(|| None).unwrap()[0]).await.unwrap();
    let head = format!("POST {} HTTP/1.1\r\nhost: app\r\n{head}\r\n", url.path());
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
    for _ in 0..chunks {
        // The server may have heard enough.
        let _ = stream.write_all(chunk.as_bytes()).await;
    }
    let mut answer = [0; 100];
    let length = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..length]).lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = serve(webhook_router(WebhookReceiver::new(client(&sandbox), keeping(&Handled::default())))).await;
    let signed = sandbox.sign_webhook("{}");
    let headers: String = signed.headers().iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let chunked = format!("{headers}transfer-encoding: chunked\r\n");
    assert!(write(&url, &chunked, 4 * 1024 + 1).await.contains("413"));
    assert!(write(&url, &format!("{headers}content-length: 99999999999\r\n"), 0).await.contains("413"));
    // Without headers worth it, no byte is read.
    assert!(write(&url, "transfer-encoding: chunked\r\n", 0).await.contains("401"));
    assert_eq!(sandbox.requests_of(Operation::WebhookKeys).len(), 0);
}

#[tokio::test]
async fn a_delivery_whose_handler_fails_or_panics_is_forgotten_and_handled_again() {
    let sandbox = Sandbox::start().await.unwrap();
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    let url = serve(webhook_router(WebhookReceiver::new(client(&sandbox), move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 => Err("not now"),
                1 => panic!("a handler that panics"),
                _ => Ok(()),
            }
        }
    })))
    .await;
    let delivery = sandbox.sign_webhook("{}");
    for expected in [500, 500, 204, 204, 204] {
        assert_eq!(send(&url, &delivery).await, expected);
    }
    assert_eq!(tries.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_repeat_waits_for_the_outcome_of_the_first_and_a_broken_connection_ends_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let (gate, tries) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (wait, counted) = (gate.clone(), tries.clone());
    let url = serve(webhook_router(WebhookReceiver::new(client(&sandbox), move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        let wait = wait.clone();
        async move {
            wait.notified().await;
            Ok::<_, ()>(())
        }
    })))
    .await;
    let delivery = sandbox.sign_webhook("{}");
    let first = tokio::time::timeout(Duration::from_millis(300), send(&url, &delivery));
    assert!(first.await.is_err());
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    assert_eq!(send(&url, &delivery).await, 503);
    gate.notify_one();
    let mut status = 503;
    while status == 503 {
        status = send(&url, &delivery).await;
    }
    assert_eq!((status, tries.load(Ordering::SeqCst)), (204, 1));
}

#[tokio::test]
async fn the_router_is_for_an_application_with_any_state() {
    #[derive(Clone)]
    struct AppState(&'static str);
    let sandbox = Sandbox::start().await.unwrap();
    let handled = Handled::default();
    let app = Router::new()
        .route("/name", axum::routing::get(|State(AppState(name)): State<AppState>| async move { name }))
        .nest("/webhooks", webhook_router(WebhookReceiver::new(client(&sandbox), keeping(&handled))))
        .with_state(AppState("agenda"));
    let url = serve(app).await;
    assert_eq!(send(&format!("{url}/webhooks"), &sandbox.sign_webhook("{}")).await, 204);
    assert_eq!(reqwest::get(format!("{url}/name")).await.unwrap().text().await.unwrap(), "agenda");
    assert_eq!(handled.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_extracted_delivery_is_handled_once_by_the_receiver() {
    let sandbox = Sandbox::start().await.unwrap();
    let handled = Handled::default();
    let receive = |State(receiver): State<WebhookReceiver>, VerifiedWebhook(delivery): VerifiedWebhook| async move {
        let outcome: WebhookOutcome = receiver.handle(delivery).await;
        outcome
    };
    let receiver = WebhookReceiver::new(client(&sandbox), keeping(&handled));
    let url = serve(Router::new().route("/", axum::routing::post(receive)).with_state(receiver)).await;
    let delivery = sandbox.sign_webhook("{}");
    for _ in 0..3 {
        assert_eq!(send(&url, &delivery).await, 204);
    }
    assert_eq!(handled.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_extractor_hands_over_what_was_wrong() {
    let sandbox = Sandbox::start().await.unwrap();
    let receiver = WebhookReceiver::new(client(&sandbox), keeping(&Handled::default()));
    let receive = |verified: Result<VerifiedWebhook, WebhookRejection>| async move {
        let rejection = verified.unwrap_err();
        format!("{} {}", rejection.status(), rejection.error().unwrap())
    };
    let url = serve(Router::new().route("/", axum::routing::post(receive)).with_state(receiver)).await;
    let answer = reqwest::Client::new().post(&url).send().await.unwrap();
    let text = answer.text().await.unwrap();
    assert_eq!(text, "401 Unauthorized a header of the webhook delivery is missing or repeated");
}

#[tokio::test]
async fn genuine_deliveries_arrive_through_a_flood_tampering_and_disorder() {
    let sandbox = Sandbox::start().await.unwrap();
    let handled = Handled::default();
    let url = serve(webhook_router(WebhookReceiver::new(client(&sandbox), keeping(&handled)))).await;
    sandbox.set_webhook_url(Some(&url));
    for forgery in [Forgery::RandomSignature, Forgery::ForeignKey, Forgery::Old, Forgery::Unsigned] {
        sandbox.flood_webhook(200, forgery);
    }
    sandbox.hold_deliveries();
    let ids: Vec<_> = (0..50).map(|_| sandbox.deliver_webhook("{}")).collect();
    for tamper in [Tamper::Body, Tamper::Id, Tamper::Timestamp, Tamper::Signature] {
        sandbox.disturb_deliveries(Disturbance::new().tamper(tamper));
    }
    for _ in 0..4 {
        sandbox.deliver_webhook(r#"{"tampered":true}"#);
    }
    sandbox.release_deliveries(ReleaseOrder::Reversed);
    until(|| handled.lock().unwrap().len() >= ids.len()).await;
    sandbox.deliveries_settled().await;
    let mut seen: Vec<_> = handled.lock().unwrap().iter().map(|delivery| delivery.id.clone()).collect();
    seen.sort();
    let mut ids = ids;
    ids.sort();
    assert_eq!(seen, ids);
    assert_eq!(sandbox.requests_of(Operation::WebhookKeys).len(), 1);
}
