//! The seam for HTTP: every request of the facade leaves through [`HttpClient`].

use reqwest::{Request, Response};

use crate::error::{NetworkKind, Source};
use crate::sync::BoxFuture;

/// Sends requests. A stand-in or middleware implements it beside reqwest.
pub(crate) trait HttpClient: Send + Sync {
    /// Sends a request and returns the response as soon as its head has arrived.
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>>;
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) struct HttpError {
    pub(crate) kind: NetworkKind,
    pub(crate) source: Source,
}

impl HttpClient for reqwest::Client {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>> {
        let response = self.execute(request);
        Box::pin(async move { response.await.map_err(HttpError::from) })
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
