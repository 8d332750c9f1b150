//! Receives webhook deliveries and prints what changed.
//!
//! To run it against the sandbox, use two terminals:
//!
//! ```sh
//! cargo run -p mobiscroll-connect-sandbox -- --port 4010 --webhook-url http://127.0.0.1:8787/webhooks
//! MOBISCROLL_BASE_URL=http://127.0.0.1:4010/api cargo run --example webhook_receiver --features axum,webhooks
//! ```
//!
//! Then change an event of a subscribed calendar. To run it against the real service, set `MOBISCROLL_CLIENT_ID`,
//! `MOBISCROLL_CLIENT_SECRET` and `MOBISCROLL_REDIRECT_URI`, and point your webhook URL here.

use std::convert::Infallible;
use std::env;

use axum::Router;
use mobiscroll_connect::axum::webhook_router;
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
    let address = env::var("ADDRESS").unwrap_or("127.0.0.1:8787".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("receiving on http://{}/webhooks", listener.local_addr()?);
    axum::serve(listener, Router::new().nest("/webhooks", webhook_router(WebhookReceiver::new(client, print)))).await?;
    Ok(())
}

/// Prints a delivery. A real application pushes it to a queue here.
async fn print(delivery: WebhookDelivery) -> Result<(), Infallible> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
    let provider = delivery.provider.map(|provider| provider.to_string());
    println!("{}: user {}, {} {}", delivery.id, text(&delivery.user_id), text(&provider), text(&delivery.calendar_id));
    for event in &delivery.events {
        let change = event.change_type.as_ref().map_or("changed", |change| change.as_str());
        println!("  {change}: {} ({})", text(&event.title), text(&event.id));
    }
    for item in &delivery.malformed {
        println!("  malformed, event {}: {}", item.index, item.reason);
    }
    Ok(())
}
