use futures_util::{Stream, TryStreamExt};
use http_body::Frame;
use http_body_util::StreamBody;
use mobiscroll_connect::WebhookReceiver;
use warp::http::{HeaderMap, StatusCode};
use warp::{Buf, Error, Filter, Rejection, Reply};

fn receive(receiver: WebhookReceiver) -> impl Filter<Extract = (impl Reply,), Error = Rejection> + Clone {
    warp::post().and(warp::header::headers_cloned()).and(warp::body::stream()).then(move |headers, body| {
        let receiver = receiver.clone();
        async move { read(&receiver, &headers, body).await }
    })
}

async fn read(
    receiver: &WebhookReceiver,
    headers: &HeaderMap,
    body: impl Stream<Item = Result<impl Buf, Error>>,
) -> StatusCode {
    receiver.receive_body(headers, StreamBody::new(body.map_ok(Frame::data))).await.status()
}
