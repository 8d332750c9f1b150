//! The seam for HTTP: every request of the facade leaves through [`HttpClient`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Request, Response};
use tokio::time::Instant;

use super::trace;
use crate::error::{Error, InputFailure, NetworkKind, Source};
use crate::sync::{BoxFuture, lock};

/// How often connections are abandoned at most.
const ABANDON_INTERVAL: Duration = Duration::from_secs(1);

/// Sends requests. A stand-in or middleware implements it beside reqwest.
pub(crate) trait HttpClient: Send + Sync {
    /// Sends a request and returns the response as soon as its head has arrived.
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>>;

    /// Has later requests sent over new connections: one of those in use is not answering, or has broken.
    fn abandon_connections(&self) {}
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) struct HttpError {
    pub(crate) kind: NetworkKind,
    pub(crate) source: Source,
}

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
}

struct Current {
    client: reqwest::Client,
    /// When a new one was last asked for.
    tried: Option<Instant>,
}

impl ReqwestClient {
    pub(crate) fn fixed(client: reqwest::Client) -> Self {
        Self { current: Mutex::new(Current { client, tried: None }), connector: None }
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
}

impl HttpClient for ReqwestClient {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>> {
        let response = self.current().execute(request);
        Box::pin(async move { response.await.map_err(HttpError::from) })
    }

    fn abandon_connections(&self) {
        let Some(connector) = &self.connector else { return };
        {
            let mut current = lock(&self.current);
            let now = Instant::now();
            if current.tried.is_some_and(|tried| now < tried + ABANDON_INTERVAL) {
                return;
            }
            current.tried = Some(now);
        }
        // It worked before. If it does not now, the old client is better than none.
        if let Ok(Ok(client)) = catch_unwind(AssertUnwindSafe(|| connector())) {
            lock(&self.current).client = client;
            trace::connections_abandoned();
        }
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
        Self { kind, source: Source::new(error.without_url()) }
    }
}
