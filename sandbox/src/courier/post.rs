//! Sending one request over HTTP.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Uri,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// More of a response's body than this is not read.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Where deliveries go: a URL that the sandbox sends to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    authority: String,
    host: String,
    port: u16,
    path: String,
}

/// What is to be sent.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) target: Target,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    pub(super) timeout: Duration,
}

/// How it ended: with the status of a response, or with the reason why there is none.
pub(super) type Outcome = Result<u16, String>;

impl Target {
    /// Takes a URL with `http`; unless `anywhere`, only one of this machine.
    pub(super) fn of(url: &str, anywhere: bool) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("the webhook URL cannot be read: {error}"))?;
        if uri.scheme_str() != Some("http") {
            return Err("the sandbox sends over plain http only".into());
        }
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        if !anywhere && !is_loopback(&host) {
            return Err("the sandbox sends to loopback addresses only, unless it was told otherwise".into());
        }
        let port = uri.port_u16().unwrap_or(80);
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let authority = if port == 80 { bracketed } else { format!("{bracketed}:{port}") };
        let path = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        Ok(Self { authority, host, port, path })
    }

    #[cfg(feature = "contract")]
    pub(super) fn path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        if self.host.eq_ignore_ascii_case("localhost") {
            let [v4, v6] = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
            return TcpStream::connect(&[SocketAddr::new(v4, self.port), SocketAddr::new(v6, self.port)][..]).await;
        }
        let addresses: Vec<SocketAddr> = lookup_host((self.host.as_str(), self.port)).await?.collect();
        TcpStream::connect(&addresses[..]).await
    }
}

/// A connection that is kept while there is something to send.
#[derive(Debug, Default)]
pub(super) struct Line(Option<(Target, SendRequest<Full<Bytes>>)>);

impl Line {
    /// Sends, and reads the response. Redirects are responses like any other.
    pub(super) async fn send(&mut self, post: &Post) -> Outcome {
        let kept = self.0.take().filter(|(target, _)| *target == post.target).map(|(_, sender)| sender);
        match timeout(post.timeout, exchange(kept, post)).await {
            Ok(Ok((status, sender))) => {
                self.0 = sender.map(|sender| (post.target.clone(), sender));
                Ok(status)
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(format!("no answer within {:?}", post.timeout)),
        }
    }

    pub(super) fn close(&mut self) {
        self.0 = None;
    }
}

/// Gives the connection back if it can be used again.
async fn exchange(
    kept: Option<SendRequest<Full<Bytes>>>,
    post: &Post,
) -> Result<(u16, Option<SendRequest<Full<Bytes>>>), String> {
    let mut request = request(post).map_err(describe)?;
    if let Some(mut sender) = kept {
        match sender.try_send_request(request).await {
            Ok(answer) => return Ok(finish(sender, answer).await),
            // The receiver closed the connection meanwhile, and has seen nothing of the request.
            Err(mut error) => match error.take_message() {
                Some(unsent) => request = unsent,
                None => return Err(describe(error.into_error())),
            },
        }
    }
    let stream = post.target.connect().await.map_err(describe)?;
    // Without it the request would only be slower.
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(describe)?;
    // It ends with the sender, which gets its errors.
    tokio::spawn(async move { drop(connection.await) });
    let answer = sender.send_request(request).await.map_err(describe)?;
    Ok(finish(sender, answer).await)
}

/// Reads the response to its end; a connection on which that fails is not used again, but the status counts.
async fn finish(
    sender: SendRequest<Full<Bytes>>,
    answer: hyper::Response<Incoming>,
) -> (u16, Option<SendRequest<Full<Bytes>>>) {
    let status = answer.status().as_u16();
    let is_whole = Limited::new(answer.into_body(), ANSWER_LIMIT).collect().await.is_ok();
    (status, is_whole.then_some(sender))
}

fn request(post: &Post) -> hyper::http::Result<Request<Full<Bytes>>> {
    let mut request = Request::post(&post.target.path)
        .header(HOST, &post.target.authority)
        .header(USER_AGENT, concat!("mobiscroll-connect-sandbox/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in &post.headers {
        request = request.header(name, value);
    }
    request.body(Full::new(post.body.clone()))
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical().is_loopback());
    address.unwrap_or_else(|_| host.eq_ignore_ascii_case("localhost"))
}

/// Names the innermost cause as well: hyper's own texts are short.
fn describe(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
