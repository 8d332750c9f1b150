use bytes::Bytes;
use mobiscroll_connect::WebhookReceiver;
use warp::http::HeaderMap;
use warp::{Filter, Rejection, Reply};

fn receive(receiver: WebhookReceiver) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    warp::post()
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(4 * 1024 * 1024))
        .and(warp::body::bytes())
        .then(move |headers: HeaderMap, body: Bytes| {
            let receiver = receiver.clone();
            async move { receiver.receive(&headers, body).await.status() }
        })
}
