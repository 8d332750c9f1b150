//! One request and its response.

use std::time::Duration;

use ::http::header::{AUTHORIZATION, HeaderValue, USER_AGENT};
use http_body_util::Limited;
use reqwest::Request;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use super::http::{Asked, HttpError};
use super::response::{Head, Requested, Response};
use super::secrets::Secrets;
use super::trace::Attempt;
use super::{HttpSettings, Transport, failure};
use crate::error::{Error, InputFailure, NetworkKind};
use crate::operation::{Operation, Scheme};
use crate::raw;
use crate::secret::Secret;

/// The domain in the URL of a response that was made of parts.
const NO_URL: &str = "no.url.provided.local";

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
        if self.http_timeout != Some(timeout) || self.has_middleware {
            *request.timeout_mut() = Some(timeout);
        }
        let ends = self.ends(timeout);
        let asked = (!self.never_redirects()).then(|| request.url().clone());
        let attempt = Attempt::start(&request);
        self.counters.attempts.count();
        let outcome = within(ends, self.http.execute(request)).await;
        attempt.end(outcome.as_ref().map_err(|error| error.kind));
        let response = outcome.map_err(|error| {
            if matches!(error.kind, NetworkKind::Timeout | NetworkKind::Broken) {
                self.abandon_connections();
            }
            failure::unanswered(operation, error)
        })?;
        let sent_to = response.extensions().get().map(|Asked(url)| url.clone());
        if let Some(asked) = sent_to.or(asked).filter(|asked| is_elsewhere(asked, response.url())) {
            return Err(failure::redirected(operation, &asked, response.url()));
        }
        let mut response = capped(response, max_body);
        if !response.status().is_success() {
            return Err(failure::refused(operation, requested, response, &secrets, ends).await);
        }
        let head = Head { status: response.status(), headers: std::mem::take(response.headers_mut()) };
        let body = async { response.bytes().await.map_err(HttpError::from) };
        match within(ends, body).await {
            Ok(body) => match failure::coding(&head.headers).filter(|_| !body.is_empty()) {
                Some(coding) => Err(failure::encoded(operation, head, &coding)),
                None => Ok(Response { operation, head, body, secrets }),
            },
            Err(error) => {
                let error = failure::incomplete(operation, head, error);
                if matches!(error, Error::Network(_)) {
                    self.abandon_connections();
                }
                Err(error)
            }
        }
    }

    /// Returns when an attempt that begins now is to be ended here: middleware may ignore the timeout of a request.
    pub(super) fn ends(&self, timeout: Duration) -> Option<Instant> {
        if self.has_middleware { Instant::now().checked_add(timeout) } else { None }
    }

    fn abandon_connections(&self) {
        if self.reqwest.abandon_connections() {
            self.counters.abandoned_connections.count();
        }
    }

    /// Reports whether requests are sent by the SDK's own client alone, which follows no redirects.
    fn never_redirects(&self) -> bool {
        self.http_timeout.is_some() && !self.has_middleware
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

/// Ends a step of an attempt in time, where that is not left to reqwest.
pub(super) async fn within<T>(
    ends: Option<Instant>,
    step: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, HttpError> {
    match ends {
        Some(ends) => timeout_at(ends, step).await.unwrap_or_else(|e| Err(HttpError::new(NetworkKind::Timeout, e))),
        None => step.await,
    }
}

/// Reports whether a response is from another URL than the one that was asked. Responses that middleware makes have none.
fn is_elsewhere(asked: &Url, answered: &Url) -> bool {
    answered.domain() != Some(NO_URL) && asked[..Position::AfterQuery] != answered[..Position::AfterQuery]
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
