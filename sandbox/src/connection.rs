//! One client's connection.

use std::{future::poll_fn, pin::pin, sync::Arc};

use hyper::{
    Response,
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, time::sleep};

use crate::{
    access::{Access, Caller},
    admin::{self, Admin},
    app::App,
    body::Body,
    script::Script,
    wire::{self, Connection, Origin, Wire, drive},
};

/// What is served on a port: the API, and the admin API beside it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    pub(crate) admin: Option<Admin>,
    pub(crate) access: Access,
}

impl Site {
    async fn serve(&self, request: hyper::Request<Incoming>, origin: Origin) -> Result<Response<Body>, Script> {
        let admin = self.admin.as_ref().filter(|_| request.uri().path().starts_with(admin::PREFIX));
        let (head, body) = request.into_parts();
        let caller = Caller::of(&head);
        let request = hyper::Request::from_parts(head, body);
        let preflight = self.access.preflight(&caller, admin.is_some());
        let mut response = if let Some(answer) = preflight {
            answer.into_response()
        } else if let Some(admin) = admin {
            origin.connection.count_admin_request();
            match self.access.refusal(&caller) {
                Some(refusal) => refusal.into_response(),
                None => admin.serve(request).await,
            }
        } else {
            let answered = self.app.serve(request, &origin).await;
            origin.connection.answers(origin.stream).await;
            answered?
        };
        self.access.add_headers(response.headers_mut(), &caller, admin.is_some());
        Ok(response)
    }

    /// Lets a fault hit the connection before it is served.
    async fn meet(&self, socket: &TcpStream, connection: &Connection) {
        let faults = &self.app.faults;
        if !faults.await_connections() || (self.admin.is_some() && wire::begins_with_path(socket, admin::PREFIX).await)
        {
            return;
        }
        if let Some(fault) = faults.next_of_connection() {
            sleep(fault.delay).await;
            if let Some(action) = fault.action_on_connection() {
                connection.act(action, 0, false);
            }
        }
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve(stream: TcpStream, site: Arc<Site>) {
    let socket = Arc::new(stream);
    let (connection, _open) = site.app.connections.open();
    let beginning = async {
        site.meet(&socket, &connection).await;
        wire::begins_as_http2(&socket).await
    };
    let Some(is_http2) = drive(pin!(beginning), &socket, &connection).await else { return };
    let io = TokioIo::new(Wire::new(Arc::clone(&socket), Arc::clone(&connection)));
    let service = service_fn(|request| {
        let site = Arc::clone(&site);
        let origin = Origin::new(&connection);
        Box::pin(async move { site.serve(request, origin).await })
    });
    // A connection that breaks concerns only its client.
    if is_http2 {
        connection.begin_http2();
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2.auto_date_header(false).max_concurrent_streams(None);
        let _ = drive(pin!(http2.serve_connection(io, service)), &socket, &connection).await;
        return;
    }
    let mut http1 = http1::Builder::new().auto_date_header(false).serve_connection(io, service);
    let ended = drive(pin!(poll_fn(|context| http1.poll_without_shutdown(context))), &socket, &connection).await;
    let Some(ended) = ended else { return };
    let wire = http1.into_parts().io.into_inner();
    let script = ended.err().and_then(|error| Script::behind(&error)).unwrap_or_default();
    let _ = drive(pin!(script.play(wire)), &socket, &connection).await;
}
