//! One client's connection.

use std::{future::poll_fn, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

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
    let service = service_fn(|request| Box::pin(site.serve(request)));
    let mut connection = http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let socket = connection.into_parts().io.into_inner();
    // A connection that breaks concerns only its client.
    let _ = ended.err().and_then(|error| Script::behind(&error)).unwrap_or_default().play(socket).await;
}
