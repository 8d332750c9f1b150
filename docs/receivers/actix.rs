use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use mobiscroll_connect::WebhookReceiver;

// Register a `PayloadConfig` with the limit of your `WebhookOptions`: actix-web's default is 256 KiB.
async fn receive(receiver: Data<WebhookReceiver>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let pairs = request.headers().iter();
    let pairs = pairs.filter_map(|(name, value)| Some((name.as_str().parse().ok()?, value.as_bytes().try_into().ok()?)));
    let status = receiver.receive(&pairs.collect(), body).await.status();
    HttpResponse::new(StatusCode::from_u16(status.as_u16()).unwrap_or_default())
}
