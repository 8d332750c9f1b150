//! One request and its response.

use std::time::Duration;

use ::http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use http_body_util::Limited;
use reqwest::Request;

use super::response::{Head, Requested, Response};
use super::secrets::Secrets;
use super::trace::Attempt;
use super::{HttpSettings, Transport, failure};
use crate::error::{Error, InputFailure, NetworkKind};
use crate::operation::{Operation, Scheme};
use crate::raw;
use crate::secret::Secret;

/// The longest URL that the HTTP client sends.
const MAX_URL: usize = 65_000;

/// Why a request could not be built; boxed, because it is large.
pub(crate) type BuildError = Box<raw::Error<()>>;

/// What an attempt is made with.
pub(crate) struct Exchange<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) requested: Requested,
    pub(crate) access_token: Option<&'a Secret>,
    pub(crate) timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) secrets: Secrets,
}

impl Transport {
    /// Completes a built request but for what differs from attempt to attempt.
    pub(crate) fn complete(
        &self,
        operation: &'static Operation,
        built: Result<Request, BuildError>,
        settings: &HttpSettings,
    ) -> Result<Request, Error> {
        let mut request = built.map_err(|error| failure::unbuilt(operation, *error))?;
        if request.url().as_str().len() > MAX_URL {
            return Err(InputFailure::new("the parameters are too long for a URL").of(operation).into());
        }
        self.dress(&mut request, operation, settings);
        Ok(request)
    }

    pub(super) fn dress(&self, request: &mut Request, operation: &Operation, settings: &HttpSettings) {
        if operation.on_origin {
            *request.url_mut() = self.on_origin(request.url());
        }
        let headers = request.headers_mut();
        headers.extend(settings.headers.clone());
        headers.insert(USER_AGENT, self.user_agent.clone());
    }

    /// Sends a request once and reads the response: its body if it is a success, an error otherwise.
    pub(crate) async fn exchange(&self, mut request: Request, exchange: Exchange<'_>) -> Result<Response, Error> {
        let Exchange { operation, requested, access_token, timeout, max_body, secrets } = exchange;
        self.authorize(&mut request, operation.auth, access_token)
            .map_err(|reason| InputFailure::new(reason).of(operation))?;
        if self.http_timeout != Some(timeout) {
            *request.timeout_mut() = Some(timeout);
        }
        let attempt = Attempt::start(&request);
        let outcome = self.http.execute(request).await;
        attempt.end(outcome.as_ref().map_err(|error| error.kind));
        let response = outcome.map_err(|error| {
            if matches!(error.kind, NetworkKind::Timeout | NetworkKind::Broken) {
                self.http.abandon_connections();
            }
            failure::unanswered(operation, error)
        })?;
        let mut response = capped(response, max_body);
        if !response.status().is_success() {
            return Err(failure::refused(operation, requested, response, &secrets).await);
        }
        let head = Head { status: response.status(), headers: std::mem::take(response.headers_mut()) };
        match response.bytes().await {
            Ok(body) => Ok(Response { operation, head, body, secrets }),
            Err(error) => {
                let error = failure::incomplete(operation, head, error);
                if matches!(error, Error::Network(_)) {
                    self.http.abandon_connections();
                }
                Err(error)
            }
        }
    }

    pub(super) fn authorize(
        &self,
        request: &mut Request,
        scheme: Scheme,
        access_token: Option<&Secret>,
    ) -> Result<(), &'static str> {
        let (name, credentials) = match (scheme, access_token) {
            (Scheme::Basic, _) => ("Basic", &self.app.basic),
            (Scheme::Bearer, Some(access_token)) => ("Bearer", access_token),
            (Scheme::Bearer, None) | (Scheme::None, _) => return Ok(()),
        };
        let value = HeaderValue::try_from(format!("{name} {}", credentials.expose()));
        let mut value = value.map_err(|_| "the access token contains characters that are not allowed in a header")?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }
}

/// Ends the body of a response at its cap.
pub(super) fn capped(response: reqwest::Response, max_body: usize) -> reqwest::Response {
    // An announced length is kept to by the HTTP client.
    if response.content_length().is_some_and(|length| length <= max_body as u64) {
        return response;
    }
    let response: ::http::Response<reqwest::Body> = response.into();
    response.map(|body| reqwest::Body::wrap(Limited::new(body, max_body))).into()
}
