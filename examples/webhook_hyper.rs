//! Receives webhook deliveries on a plain hyper server, without a web framework.
//!
//! ```sh
//! cargo run -p mobiscroll-connect-sandbox -- --port 4010 --webhook-url http://127.0.0.1:8787/webhooks
//! MOBISCROLL_BASE_URL=http://127.0.0.1:4010/api cargo run --example webhook_hyper --features webhooks
//! ```
//!
//! Then change an event of a subscribed calendar. To run it against the real service, set `MOBISCROLL_CLIENT_ID`,
//! `MOBISCROLL_CLIENT_SECRET` and `MOBISCROLL_REDIRECT_URI`, and point your webhook URL here.

use std::convert::Infallible;
use std::env;

use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use mobiscroll_connect::{Client, WebhookDelivery, WebhookReceiver};
use tokio::net::TcpListener;

/// The sandbox's default client id, client secret and redirect URI.
const SANDBOX: [&str; 3] = ["sandbox-client", "sandbox-secret", "https://app.example/oauth/callback"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = match env::var("MOBISCROLL_CLIENT_ID") {
        Ok(_) => Client::from_env()?,
        Err(_) => {
            let [id, secret, redirect] = SANDBOX;
            let base_url = env::var("MOBISCROLL_BASE_URL").unwrap_or("http://127.0.0.1:4010/api".to_owned());
            Client::builder(id, secret, redirect).base_url(base_url).build()?
        }
    };
    let receiver = WebhookReceiver::new(client, print).on_rejected(|rejection| eprintln!("rejected: {rejection}"));
    let address = env::var("ADDRESS").unwrap_or("127.0.0.1:8787".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("receiving on http://{}/webhooks", listener.local_addr()?);
    serve(listener, receiver).await?;
    Ok(())
}

/// Accepts connections, each on a task of its own.
pub(crate) async fn serve(listener: TcpListener, receiver: WebhookReceiver) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let receiver = receiver.clone();
        tokio::spawn(async move {
            let respond = service_fn(move |request| respond(receiver.clone(), request));
            // A timer ends connections whose headers never come.
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), respond);
            if let Err(error) = connection.await {
                eprintln!("a connection broke: {error}");
            }
        });
    }
}

/// Responds with the status of the outcome, and with no body.
async fn respond(receiver: WebhookReceiver, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let status = match (&head.method, head.uri.path()) {
        (&Method::POST, "/webhooks") => receiver.receive_body(&head.headers, body).await.status(),
        (_, "/webhooks") => StatusCode::METHOD_NOT_ALLOWED,
        _ => StatusCode::NOT_FOUND,
    };
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    Ok(response)
}

/// Prints a delivery. A real application pushes it to a queue here.
async fn print(delivery: WebhookDelivery) -> Result<(), Infallible> {
    println!("{}: {} events of {:?} changed", delivery.id, delivery.events.len(), delivery.user_id);
    Ok(())
}
