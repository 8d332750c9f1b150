//! One client's connection.

use std::{future::poll_fn, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response,
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, time::sleep};

use crate::{
    admin::{self, Admin},
    app::App,
    script::Script,
};

/// What is served on a port: the API, and the admin API beside it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) admin: Option<Admin>,
}

impl Site {
    async fn serve(&self, request: hyper::Request<Incoming>) -> Result<Response<Full<Bytes>>, Script> {
        match &self.admin {
            Some(admin) if request.uri().path().starts_with(admin::PREFIX) => Ok(admin.serve(request).await),
            _ => self.app.serve(request).await,
        }
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve(stream: TcpStream, site: Arc<Site>) {
    let service = service_fn(move |request| {
        let site = Arc::clone(&site);
        Box::pin(async move { site.serve(request).await })
    });
    // A connection that breaks concerns only its client.
    if begins_as_http2(&stream).await {
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2.auto_date_header(false).max_concurrent_streams(None);
        let _ = http2.serve_connection(TokioIo::new(stream), service).await;
        return;
    }
    let mut connection = http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let socket = connection.into_parts().io.into_inner();
    let _ = ended.err().and_then(|error| Script::behind(&error)).unwrap_or_default().play(socket).await;
}

/// Looks whether the client begins as one does that knows the server to speak HTTP/2.
async fn begins_as_http2(stream: &TcpStream) -> bool {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0";
    let mut begin = [0; PREFACE.len()];
    loop {
        match stream.peek(&mut begin).await {
            Ok(read) if read == begin.len() => return begin == PREFACE,
            Ok(read) if read > 0 && PREFACE.starts_with(&begin[..read]) => {
                // What is there already keeps the socket readable, so there is nothing to wait for but time.
                sleep(Duration::from_millis(1)).await;
            }
            _ => return false,
        }
    }
}
