//! HTTP: where requests go, how they are completed and sent, and what a response means.
//!
//! It knows neither users nor sessions: its callers pass the access token.

mod body;
mod connect;
mod decode;
mod exchange;
mod failure;
mod hooks;
mod http;
mod response;
mod retry_after;
mod runtime;
mod secrets;
mod token;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, HeaderValue};
use url::Url;

#[cfg(feature = "axum")]
pub(crate) use connect::is_loopback;
pub(crate) use connect::{Connections, base_url};
pub(crate) use exchange::{BuildError, Exchange};
pub(crate) use failure::{or_empty, rejected};
pub(crate) use http::Middleware;
use http::ReqwestClient;
pub use http::{HttpClient, HttpError, HttpFuture};
pub(crate) use response::{Failure, Head, Reply, Requested, Response, Undecodable};
pub(crate) use runtime::runtime;
pub(crate) use secrets::{AccessToken, AppCredentials, Secrets, TokenSource};
pub(crate) use trace::call as traced;

use crate::metrics::Counters;
use crate::raw;
use hooks::Unsent;

/// The product token of this crate in `User-Agent`.
const PRODUCT: &str = concat!("mobiscroll-connect-rust/", env!("CARGO_PKG_VERSION"));

/// Sends requests to one service, for one application.
pub(crate) struct Transport {
    http: Arc<dyn HttpClient>,
    /// What `http` sends with, unless middleware responds by itself.
    reqwest: Arc<ReqwestClient>,
    /// Whether there is middleware, which may ignore the timeout of a request.
    has_middleware: bool,
    counters: Counters,
    /// The timeout that `reqwest` applies to every request, if it is known.
    http_timeout: Option<Duration>,
    /// Builds requests without sending them.
    requests: raw::Client,
    base_url: Url,
    user_agent: HeaderValue,
    app: Arc<AppCredentials>,
    settings: HttpSettings,
}

/// How requests are sent.
#[derive(Clone, Debug)]
pub(crate) struct HttpSettings {
    /// For one attempt, from connecting to the last byte of the response.
    pub(crate) timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) headers: HeaderMap,
}

impl Transport {
    pub(crate) fn new(
        reqwest: ReqwestClient,
        middleware: Vec<Middleware>,
        http_timeout: Option<Duration>,
        base_url: Url,
        user_agent: HeaderValue,
        app: AppCredentials,
        settings: HttpSettings,
    ) -> Self {
        let address = base_url.as_str().trim_end_matches('/');
        let has_middleware = !middleware.is_empty();
        let reqwest = Arc::new(reqwest.marking(has_middleware));
        let http = middleware.into_iter().fold(reqwest.clone() as Arc<dyn HttpClient>, |http, around| around(http));
        Self {
            http,
            has_middleware,
            counters: Counters::default(),
            http_timeout,
            requests: raw::Client::new_with_client(address, reqwest.current(), Arc::new(Unsent)),
            reqwest,
            base_url,
            user_agent,
            app: Arc::new(app),
            settings,
        }
    }

    /// The client whose calls build requests.
    pub(crate) fn requests(&self) -> &raw::Client {
        &self.requests
    }

    #[cfg(feature = "webhooks")]
    pub(crate) fn http(&self) -> &Arc<dyn HttpClient> {
        &self.http
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn app(&self) -> &AppCredentials {
        &self.app
    }

    pub(crate) fn settings(&self) -> &HttpSettings {
        &self.settings
    }

    #[cfg(feature = "webhooks")]
    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.user_agent
    }

    /// The base URL without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn server(&self) -> &Url {
        &self.base_url
    }

    /// Collects what must not be shown of a call.
    pub(crate) fn secrets(
        &self,
        tokens: [Option<Arc<dyn AccessToken>>; 2],
        in_body: &[&crate::secret::Secret],
    ) -> Secrets {
        Secrets::new(&self.app, tokens, in_body)
    }

    /// Moves a URL below the base URL to the origin.
    fn on_origin(&self, url: &Url) -> Url {
        let mut moved = url.clone();
        let prefix = self.base_url.path().trim_end_matches('/');
        if let Some(path) = url.path().strip_prefix(prefix) {
            moved.set_path(path);
        }
        moved
    }
}

/// Appends the application's product token to the crate's own.
pub(crate) fn user_agent(product: Option<&str>) -> Option<HeaderValue> {
    match product {
        None => Some(HeaderValue::from_static(PRODUCT)),
        Some(product) => HeaderValue::try_from(format!("{PRODUCT} {product}")).ok(),
    }
}
