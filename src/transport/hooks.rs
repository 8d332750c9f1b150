//! The hooks of the raw client: credentials and settings on its requests.

use std::fmt;
use std::sync::Arc;

use http_body_util::BodyExt;
use reqwest::{Request, Response};

use super::exchange::{capped, within};
use super::http::HttpError;
use super::{HttpSettings, TokenSource, Transport};
use crate::operation::Scheme;
use crate::raw::{self, Dispatch, operations};
use crate::sync::BoxFuture;

impl Transport {
    /// Returns a raw client that sends its requests with the active token.
    pub(crate) fn raw(self: &Arc<Self>, tokens: Arc<dyn TokenSource>, settings: HttpSettings) -> raw::Client {
        let hooks = Hooks { transport: self.clone(), tokens, settings };
        raw::Client::new_with_client(self.base_url(), self.reqwest.current(), Arc::new(hooks))
    }
}

struct Hooks {
    transport: Arc<Transport>,
    tokens: Arc<dyn TokenSource>,
    settings: HttpSettings,
}

impl Dispatch for Hooks {
    fn prepare<'a>(&'a self, request: &'a mut Request, operation: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let operation = operations::ALL
                .iter()
                .find(|known| known.id == operation)
                .ok_or_else(|| format!("the operation {operation} is not in the table"))?;
            self.transport.dress(request, operation, &self.settings);
            *request.timeout_mut() = Some(self.settings.timeout);
            let tokens = match operation.auth {
                Scheme::Bearer => self.tokens.clone().active().await.map_err(|error| error.to_string())?,
                _ => None,
            };
            let access_token = tokens.as_ref().map(|tokens| tokens.access_token());
            self.transport.authorize(request, operation.auth, access_token).map_err(str::to_owned)
        })
    }

    fn execute(&self, request: Request) -> BoxFuture<'_, reqwest::Result<Response>> {
        self.transport.counters.attempts.count();
        let ends = self.transport.ends(self.settings.timeout);
        let response = async move {
            let response = capped(self.transport.http.execute(request).await?, self.settings.max_body);
            // A body that middleware made knows no timeout.
            if ends.is_some() { arrived(response).await } else { Ok(response) }
        };
        Box::pin(async move {
            match within(ends, response).await {
                Err(error) => error.into_reqwest().await,
                Ok(response) => Ok(response),
            }
        })
    }
}

/// Reads the body of a response.
async fn arrived(response: Response) -> Result<Response, HttpError> {
    let (head, body) = ::http::Response::<reqwest::Body>::from(response).into_parts();
    let body = body.collect().await.map_err(HttpError::from)?.to_bytes();
    Ok(::http::Response::from_parts(head, body).into())
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

/// The hooks of a client that only builds requests.
#[derive(Debug)]
pub(super) struct Unsent;

impl Dispatch for Unsent {
    fn prepare<'a>(&'a self, _: &'a mut Request, operation: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(std::future::ready(Err(format!("{operation}: this client only builds requests"))))
    }

    fn execute(&self, request: Request) -> BoxFuture<'_, reqwest::Result<Response>> {
        // Unreachable: `prepare` ends every call. A response that nobody sent keeps it from being a panic.
        drop(request);
        Box::pin(std::future::ready(Ok(::http::Response::new(reqwest::Body::default()).into())))
    }
}
