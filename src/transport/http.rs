//! The seam for HTTP: every request leaves through [`HttpClient`].

use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use reqwest::{Request, Response};
use tokio::time::Instant;
use url::Url;

use super::trace;
use crate::error::{BoxError, Error, InputFailure, NetworkKind};
use crate::sync::lock;

/// How often connections are abandoned at most.
const ABANDON_INTERVAL: Duration = Duration::from_secs(1);

/// What [`HttpClient::execute`] returns.
pub type HttpFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, HttpError>> + Send + 'a>>;

/// Sends HTTP requests: the seam through which every request of a [`Client`](crate::Client) leaves.
///
/// Implement it for middleware around the client's own HTTP client, or for a stand-in that responds by itself, and set it by
/// [`ClientBuilder::http_middleware`](crate::ClientBuilder::http_middleware). It sees each attempt: calls, their retries,
/// requests to the token endpoint, fetches of webhook keys, and calls of [`raw`](crate::Client::raw).
///
/// Middleware that signs requests:
///
/// ```
/// use std::sync::Arc;
/// use mobiscroll_connect::{Client, HttpClient, HttpFuture};
/// use reqwest::Request;
///
/// struct Signing(Arc<dyn HttpClient>);
///
/// impl HttpClient for Signing {
///     fn execute(&self, mut request: Request) -> HttpFuture<'_> {
///         let length = request.body().and_then(|body| body.as_bytes()).map_or(0, <[u8]>::len);
///         request.headers_mut().insert("x-signature", length.into());
///         self.0.execute(request)
///     }
/// }
///
/// # fn main() -> Result<(), mobiscroll_connect::Error> {
/// let client = Client::builder("id", "secret", "https://app.example.com/callback").http_middleware(Signing).build()?;
/// # Ok(())
/// # }
/// ```
///
/// A stand-in, for a unit test without a port:
///
/// ```
/// # async fn run() -> Result<(), mobiscroll_connect::Error> {
/// use mobiscroll_connect::{Client, HttpClient, HttpFuture, Tokens};
/// use reqwest::Request;
///
/// struct NoCalendars;
///
/// impl HttpClient for NoCalendars {
///     fn execute(&self, request: Request) -> HttpFuture<'_> {
///         assert_eq!(request.url().path(), "/api/calendars");
///         let response = http::Response::new("[]");
///         Box::pin(async move { Ok(response.into()) })
///     }
/// }
///
/// let client = Client::builder("id", "secret", "https://app.example.com/callback").http_middleware(|_| NoCalendars).build()?;
/// client.set_credentials(Tokens::new("ACCESS_TOKEN"));
/// assert!(client.calendars().list().await?.calendars.is_empty());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
/// ```
///
/// # Requests
///
/// A request is complete: URL, headers with credentials, and the body as bytes
/// ([`Body::as_bytes`](reqwest::Body::as_bytes)), the same bytes in each attempt of a call. **It holds secrets**: the access
/// token or the client secret in `Authorization`, codes and refresh tokens in bodies; and responses of the token endpoint hold
/// new tokens. Do not log them, and keep no copies. [`Request::timeout`](reqwest::Request::timeout) is the timeout of the
/// attempt, if it is not the default of the client; the SDK ends the attempt at its timeout in any case.
///
/// # Responses
///
/// Return the response as soon as its head has arrived. Any status is a response; an [`HttpError`] says that there is none.
/// `http::Response<T>` converts into one, with a body of bytes, text, or a stream. Do not follow redirects.
///
/// # Cancel safety
///
/// The future is dropped when the call is cancelled, or ends at its timeout.
pub trait HttpClient: Send + Sync + 'static {
    /// Sends a request and returns the response as soon as its head has arrived.
    fn execute(&self, request: Request) -> HttpFuture<'_>;
}

/// Why there is no response: what an [`HttpClient`] returns.
pub struct HttpError {
    pub(super) kind: NetworkKind,
    pub(super) source: BoxError,
}

impl HttpError {
    /// Creates an error with its cause, which must not contain secrets: it becomes a source of [`Error::Network`].
    ///
    /// The kind decides about retries: with [`NetworkKind::Connect`], nothing was sent, and the request can be repeated
    /// safely; with the others it may have arrived.
    pub fn new(kind: NetworkKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Returns how the request failed.
    pub fn kind(&self) -> NetworkKind {
        self.kind
    }

    /// Turns it into the error that progenitor's client takes, which nobody but reqwest can make.
    pub(super) async fn into_reqwest(self) -> reqwest::Result<Response> {
        let mut source = match self.source.downcast::<reqwest::Error>() {
            Ok(error) => return Err(*error),
            Err(source) => Some(source),
        };
        let failing =
            Limited::new(Full::new(Bytes::from_static(b" ")), 0).map_err(move |limit| source.take().unwrap_or(limit));
        let response = Response::from(http::Response::new(reqwest::Body::wrap(failing)));
        let body = response.bytes().await.map_err(reqwest::Error::without_url)?;
        // Unreachable: the body fails.
        Ok(http::Response::new(body).into())
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError").field("kind", &self.kind).field("source", &self.source).finish()
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

/// Puts middleware around a client.
pub(crate) type Middleware = Box<dyn FnOnce(Arc<dyn HttpClient>) -> Arc<dyn HttpClient> + Send + Sync>;

/// Makes a client with a connection pool of its own.
pub(crate) type Connector = Arc<dyn Fn() -> reqwest::Result<reqwest::Client> + Send + Sync>;

/// reqwest, with a new client in place of one whose connections are not to be used any more.
///
/// A request that times out does not close its HTTP/2 connection, and a pool may hold several connections that a failed
/// balancer has forgotten: the repeats of a call would all go there. Requests in flight end on the old client.
pub(crate) struct ReqwestClient {
    current: Mutex<Current>,
    /// Without it, the client stays the one that it is.
    connector: Option<Connector>,
    /// Whether responses carry [`Asked`].
    marks: bool,
}

/// The URL that a response was asked from, which middleware may have changed.
#[derive(Clone)]
pub(super) struct Asked(pub(super) Url);

struct Current {
    client: reqwest::Client,
    /// When a new one was last asked for.
    tried: Option<Instant>,
}

impl ReqwestClient {
    pub(crate) fn fixed(client: reqwest::Client) -> Self {
        Self { current: Mutex::new(Current { client, tried: None }), connector: None, marks: false }
    }

    /// Has responses carry [`Asked`].
    pub(super) fn marking(self, marks: bool) -> Self {
        Self { marks, ..self }
    }

    pub(crate) fn with(connector: Connector) -> Result<Self, Error> {
        let wrong = |e| InputFailure::new("the HTTP client cannot be set up").source(e).configuration();
        let client = connector().map_err(wrong)?;
        Ok(Self { connector: Some(connector), ..Self::fixed(client) })
    }

    /// Returns the client for the next request.
    pub(crate) fn current(&self) -> reqwest::Client {
        lock(&self.current).client.clone()
    }

    /// Has later requests sent over new connections: one of those in use is not answering, or has broken. Reports whether
    /// it did.
    pub(super) fn abandon_connections(&self) -> bool {
        let Some(connector) = &self.connector else { return false };
        {
            let mut current = lock(&self.current);
            let now = Instant::now();
            if current.tried.is_some_and(|tried| now < tried + ABANDON_INTERVAL) {
                return false;
            }
            current.tried = Some(now);
        }
        // It worked before. If it does not now, the old client is better than none.
        let Ok(Ok(client)) = catch_unwind(AssertUnwindSafe(|| connector())) else { return false };
        lock(&self.current).client = client;
        trace::connections_abandoned();
        true
    }
}

impl HttpClient for ReqwestClient {
    fn execute(&self, request: Request) -> HttpFuture<'_> {
        let asked = self.marks.then(|| Asked(request.url().clone()));
        let response = self.current().execute(request);
        Box::pin(async move {
            let mut response = response.await.map_err(HttpError::from)?;
            if let Some(asked) = asked {
                response.extensions_mut().insert(asked);
            }
            Ok(response)
        })
    }
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        let kind = match &error {
            e if e.is_connect() => NetworkKind::Connect,
            e if e.is_timeout() => NetworkKind::Timeout,
            _ => NetworkKind::Broken,
        };
        // The URL of a list call contains page tokens and the users' account names.
        Self { kind, source: error.without_url().into() }
    }
}
