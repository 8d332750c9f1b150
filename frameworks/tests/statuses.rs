//! The same requests as through axum and hyper, with the same statuses.

use std::net::TcpListener;

use mobiscroll_connect_sandbox::Sandbox;

#[path = "../../tests/it/webhook_cases.rs"]
mod webhook_cases;

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn warp_responds_as_the_receiver_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let (listener, url) = listener();
    tokio::spawn(frameworks::warp(listener, webhook_cases::receiver(&sandbox)));
    webhook_cases::check("warp", &sandbox, &url).await;
}

#[tokio::test]
async fn actix_web_responds_as_the_receiver_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let (listener, url) = listener();
    let receiver = webhook_cases::receiver(&sandbox);
    // actix-web has its own system on each thread.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, frameworks::actix(listener, receiver, webhook_cases::MAX_BODY)).unwrap();
    });
    webhook_cases::check("actix-web", &sandbox, &url).await;
}
