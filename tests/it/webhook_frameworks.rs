//! The same requests through axum and through the example on hyper; `frameworks/` has the others.

use mobiscroll_connect::axum::webhook_router;
use mobiscroll_connect_sandbox::Sandbox;
use tokio::net::TcpListener;

use crate::webhook_cases::{check, receiver};

#[allow(dead_code, reason = "a program of its own")]
#[path = "../../examples/webhook_hyper.rs"]
mod webhook_hyper;

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn axum_responds_as_the_receiver_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let (listener, url) = listener().await;
    let app: axum::Router = axum::Router::new().nest("/webhooks", webhook_router(receiver(&sandbox)));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    check("axum", &sandbox, &url).await;
}

#[tokio::test]
async fn the_example_on_hyper_responds_as_the_receiver_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let (listener, url) = listener().await;
    tokio::spawn(webhook_hyper::serve(listener, receiver(&sandbox)));
    check("hyper", &sandbox, &url).await;
}
