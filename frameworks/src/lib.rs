//! The receivers of `docs/receivers`, each served on loopback.

use std::net::TcpListener;

use mobiscroll_connect::WebhookReceiver;

mod actix {
    include!("../../docs/receivers/actix.rs");

    /// Serves it until the process ends.
    pub(crate) async fn serve(
        listener: std::net::TcpListener,
        receiver: WebhookReceiver,
        limit: usize,
    ) -> std::io::Result<()> {
        let (receiver, limit) = (Data::new(receiver), actix_web::web::PayloadConfig::new(limit));
        let app = move || {
            let app = actix_web::App::new().app_data(receiver.clone()).app_data(limit.clone());
            app.route("/webhooks", actix_web::web::post().to(receive))
        };
        actix_web::HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run().await
    }
}

mod warp_filter {
    include!("../../docs/receivers/warp.rs");

    /// Serves it until the process ends.
    pub(crate) async fn serve(listener: std::net::TcpListener, receiver: WebhookReceiver) {
        let filter = warp::path("webhooks").and(receive(receiver)).boxed();
        listener.set_nonblocking(true).unwrap_or_default();
        if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
            warp::serve(filter).incoming(listener).run().await;
        }
    }
}

/// Serves the receiver with actix-web.
pub async fn actix(listener: TcpListener, receiver: WebhookReceiver, limit: usize) -> std::io::Result<()> {
    actix::serve(listener, receiver, limit).await
}

/// Serves the receiver with warp.
pub async fn warp(listener: TcpListener, receiver: WebhookReceiver) {
    warp_filter::serve(listener, receiver).await;
}
