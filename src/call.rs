//! The one way that every call takes: credentials on, request out, answer in, an error sorted.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue, InvalidHeaderValue, USER_AGENT};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::Limited;
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo, ResponseValue};
use serde::de::{DeserializeOwned, Error as _};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use crate::answer;
use crate::client::{App, Client};
use crate::error::{ApiFailure, Delivery, Error, InputFailure, NetworkFailure, NetworkKind};
use crate::lenient::{self, Misfit};
use crate::options::Settings;
use crate::raw::types::{TokenRequest, TokenResponse};
use crate::raw::{self, operations};
use crate::retry::Attempts;
use crate::session::{Access, Session};
use crate::tokens::{self, Tokens};
use crate::trace;
use crate::values::Secret;

/// What the contract says of an operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "read by the spans"))]
    pub(crate) path: &'static str,
    pub(crate) auth: Scheme,
    /// Whether the path hangs on the origin instead of the base URL.
    pub(crate) on_origin: bool,
}

/// What an operation wants in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    None,
    /// Client id and secret.
    Basic,
    /// The user's access token.
    Bearer,
}

/// Status and headers of an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// What a call came to.
pub(crate) struct Reply<T> {
    pub(crate) value: T,
    pub(crate) head: Head,
    pub(crate) secrets: Secrets,
}

/// What a call is made with, and its answer may repeat.
#[derive(Clone)]
pub(crate) struct Secrets {
    app: Arc<App>,
    tokens: Option<Arc<Tokens>>,
    /// The tokens of an attempt before
    refused: Option<Arc<Tokens>>,
    in_body: Vec<Secret>,
}

impl Secrets {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let access_tokens = [&self.tokens, &self.refused].into_iter().flatten().map(|tokens| tokens.access_token());
        let others = [&self.app.client_secret, &self.app.basic].into_iter().chain(&self.in_body);
        access_tokens.chain(others).map(Secret::expose).filter(|secret| !secret.is_empty())
    }
}

/// Why a call came to nothing.
pub(crate) enum Failure {
    Final(Error),
    /// A 2xx answer that the model does not fit. Its whole body is at hand for a second look.
    Undecodable(Box<Undecodable>),
}

pub(crate) struct Undecodable {
    pub(crate) operation: &'static str,
    pub(crate) head: Head,
    pub(crate) body: Bytes,
    pub(crate) misfit: Misfit,
    pub(crate) secrets: Secrets,
}

impl Undecodable {
    /// Reads the answer without what is odd in it and can be done without.
    pub(crate) fn read_again<T: DeserializeOwned>(mut self: Box<Self>) -> Result<Reply<T>, Failure> {
        // What is no text is no JSON, as the first reading has found out.
        match lenient::read(&String::from_utf8_lossy(&self.body), &lenient::ESSENTIAL) {
            Ok(value) => Ok(Reply { value, head: self.head, secrets: self.secrets }),
            Err(misfit) => {
                self.misfit = misfit;
                Err(Failure::Undecodable(self))
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(error) => error,
            Failure::Undecodable(undecodable) => answer::decode_error(*undecodable),
        }
    }
}

impl Client {
    /// Makes a call, and reads its answer without what is odd in it and can be done without.
    pub(crate) async fn call<T, F, Fut>(&self, operation: &'static Operation, send: F) -> Result<Reply<T>, Failure>
    where
        T: DeserializeOwned,
        F: Fn(raw::Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
    {
        self.call_strictly(operation, send).await.or_else(read_again)
    }

    /// Makes a call, and makes it again where the [policy](crate::RetryPolicy) says so.
    pub(crate) async fn call_strictly<T, F, Fut>(
        &self,
        operation: &'static Operation,
        send: F,
    ) -> Result<Reply<T>, Failure>
    where
        F: Fn(raw::Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
    {
        self.attempts(operation, &[], send).await
    }

    /// Makes the attempts of a call. `secrets` are those in its body, which its answer may repeat.
    pub(crate) async fn attempts<T, F, Fut>(
        &self,
        operation: &'static Operation,
        secrets: &[&Secret],
        send: F,
    ) -> Result<Reply<T>, Failure>
    where
        F: Fn(raw::Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
    {
        trace::call(operation, &self.app, self.make_attempts(operation, secrets, send)).await
    }

    async fn make_attempts<T, F, Fut>(
        &self,
        operation: &'static Operation,
        secrets: &[&Secret],
        send: F,
    ) -> Result<Reply<T>, Failure>
    where
        F: Fn(raw::Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
    {
        runtime()?;
        let mut attempts = Attempts::begin(operation, &self.settings, &self.app.budget);
        let mut credentials = self.credentials(operation, attempts.deadline()).await?;
        loop {
            let (timeout, settings) = (attempts.timeout(), self.settings.clone());
            let next = Attempt { timeout, settings, ..Attempt::new(self.app.clone(), credentials.bearer()) };
            let secrets = next.secrets(credentials.refused(), secrets);
            match (attempt(next, operation, secrets, &send).await, &credentials) {
                (Err(Failure::Final(Error::Authentication(refusal))), Credentials::First(access)) => {
                    let renewal = timeout_at(attempts.deadline(), self.session.renew(access));
                    let renewed = renewal.await.unwrap_or_else(|_| Err(timed_out(operation)));
                    match renewed.map_err(|error| error.with_delivery(Delivery::Answered))? {
                        Some(tokens) => {
                            credentials = Credentials::Renewed { tokens, refused: access.tokens.clone() };
                        }
                        None => return Err(Error::Authentication(refusal).into()),
                    }
                }
                (Err(Failure::Final(error)), _) => attempts.pause(error).await?,
                (outcome, _) => {
                    attempts.answered();
                    return outcome;
                }
            }
        }
    }

    /// Returns what a call is made with, refreshed if it is about to end.
    async fn credentials(&self, operation: &'static Operation, deadline: Instant) -> Result<Credentials, Error> {
        if operation.auth != Scheme::Bearer {
            return Ok(Credentials::None);
        }
        let access = timeout_at(deadline, self.session.access()).await.unwrap_or_else(|_| Err(timed_out(operation)));
        match access.map_err(|error| error.with_delivery(Delivery::NotSent))? {
            Some(access) => Ok(Credentials::First(access)),
            None => Err(Error::Authentication(ApiFailure::without_answer(operation.id, "there are no credentials"))),
        }
    }
}

/// The user's credentials in the course of a call.
enum Credentials {
    None,
    First(Access),
    /// After a 401, which is answered once
    Renewed {
        tokens: Arc<Tokens>,
        refused: Arc<Tokens>,
    },
}

impl Credentials {
    fn bearer(&self) -> Bearer {
        match self {
            Self::None => Bearer::None,
            Self::First(Access { tokens, .. }) | Self::Renewed { tokens, .. } => Bearer::Of(tokens.clone()),
        }
    }

    fn refused(&self) -> Option<Arc<Tokens>> {
        match self {
            Self::Renewed { refused, .. } => Some(refused.clone()),
            Self::None | Self::First(_) => None,
        }
    }
}

fn timed_out(operation: &'static Operation) -> Error {
    NetworkFailure::error(operation.id, NetworkKind::Timeout, None)
}

/// Reads an answer that does not fit its model without what is odd in it and can be done without.
pub(crate) fn read_again<T: DeserializeOwned>(failure: Failure) -> Result<Reply<T>, Failure> {
    match failure {
        Failure::Undecodable(odd) => odd.read_again(),
        failure => Err(failure),
    }
}

async fn attempt<T, F, Fut>(
    attempt: Attempt,
    operation: &'static Operation,
    secrets: Secrets,
    send: F,
) -> Result<Reply<T>, Failure>
where
    F: Fn(raw::Client) -> Fut,
    Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
{
    let head = attempt.head.clone();
    let outcome = send(attempt.into_client()).await;
    // The client that shared it is gone.
    let head = Arc::into_inner(head).and_then(OnceLock::into_inner);
    match outcome {
        Ok(response) => Ok(Reply { value: response.into_inner(), head: head.unwrap_or_default(), secrets }),
        Err(error) => Err(answer::failure(operation, error, head, secrets).await),
    }
}

/// The Tokio runtime that connections and refreshes live on.
pub(crate) fn runtime() -> Result<Handle, Error> {
    Handle::try_current().map_err(|e| InputFailure::new("a call was made outside of a Tokio runtime").source(e).into())
}

/// Asks the token endpoint, which knows the application by its id and secret. `secrets` are those in the request.
pub(crate) async fn request_tokens(
    app: &Arc<App>,
    request: TokenRequest,
    secrets: &[&Secret],
    timeout: Duration,
) -> Result<TokenResponse, Error> {
    let send = |api: raw::Client| {
        let (request, client_id) = (request.clone(), app.client_id.clone());
        async move { api.token().client_id(client_id).body(request).send().await }
    };
    let to_token = Attempt { timeout, ..Attempt::new(app.clone(), Bearer::None) };
    let secrets = to_token.secrets(None, secrets);
    match attempt(to_token, &operations::TOKEN, secrets, send).await {
        Ok(reply) if !reply.value.access_token.expose().is_empty() => Ok(reply.value),
        Ok(reply) => Err(answer::token_error(reply.head, "access_token is empty".to_owned())),
        // The old tokens are retired by now: what is needed of the new ones must not be lost to an oddity beside it.
        Err(Failure::Undecodable(odd)) => tokens::salvage(&odd.body).ok_or_else(|| answer::decode_error(*odd)),
        Err(failure) => Err(failure.into()),
    }
}

/// The credentials that a request is sent with.
#[derive(Clone)]
pub(crate) enum Bearer {
    None,
    Of(Arc<Tokens>),
    /// Whatever token is in force when the request leaves.
    Current(Arc<Session>),
}

/// What the generated client carries: how its requests are dressed, and what came back.
#[derive(Clone)]
pub(crate) struct Attempt {
    app: Arc<App>,
    bearer: Bearer,
    settings: Arc<Settings>,
    timeout: Duration,
    head: Arc<OnceLock<Head>>,
}

impl Attempt {
    pub(crate) fn new(app: Arc<App>, bearer: Bearer) -> Self {
        Self { timeout: app.settings.timeout, settings: app.settings.clone(), app, bearer, head: Arc::default() }
    }

    pub(crate) fn into_client(self) -> raw::Client {
        let app = self.app.clone();
        raw::Client::new_with_client(app.base_url(), app.http.clone(), self)
    }

    fn secrets(&self, refused: Option<Arc<Tokens>>, in_body: &[&Secret]) -> Secrets {
        let tokens = match &self.bearer {
            Bearer::Of(tokens) => Some(tokens.clone()),
            Bearer::None | Bearer::Current(_) => None,
        };
        Secrets { app: self.app.clone(), tokens, refused, in_body: in_body.iter().copied().cloned().collect() }
    }

    fn authorization(&self, auth: Scheme) -> Result<Option<HeaderValue>, InvalidHeaderValue> {
        match (auth, &self.bearer) {
            (Scheme::Basic, _) => header("Basic", &self.app.basic).map(Some),
            (Scheme::Bearer, Bearer::Of(tokens)) => header("Bearer", tokens.access_token()).map(Some),
            (Scheme::Bearer, Bearer::Current(session)) => {
                session.tokens().map(|tokens| header("Bearer", tokens.access_token())).transpose()
            }
            (Scheme::Bearer, Bearer::None) | (Scheme::None, _) => Ok(None),
        }
    }
}

fn header(scheme: &str, credentials: &Secret) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(format!("{scheme} {}", credentials.expose()))?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("head", &self.head.get().map(|head| head.status)).finish_non_exhaustive()
    }
}

impl ClientHooks<Attempt> for raw::Client {
    async fn pre<E>(&self, request: &mut reqwest::Request, info: &OperationInfo) -> Result<(), raw::Error<E>> {
        let attempt = self.inner();
        let Some(operation) = operations::ALL.iter().find(|operation| operation.id == info.operation_id) else {
            return Err(raw::Error::Custom(format!("the operation {} is not in the table", info.operation_id)));
        };
        if operation.on_origin {
            *request.url_mut() = attempt.app.on_origin(request.url());
        }
        if attempt.app.http_timeout != Some(attempt.timeout) {
            *request.timeout_mut() = Some(attempt.timeout);
        }

        let headers = request.headers_mut();
        headers.extend(attempt.settings.headers.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(crate::client::USER_AGENT));
        match attempt.authorization(operation.auth) {
            Ok(Some(authorization)) => headers.insert(AUTHORIZATION, authorization),
            Ok(None) => None,
            Err(_) => return Err(raw::Error::Custom("the access token has characters that no header takes".into())),
        };
        Ok(())
    }

    async fn exec(&self, request: reqwest::Request, _: &OperationInfo) -> reqwest::Result<reqwest::Response> {
        let seen = trace::Attempt::begin(&request);
        let response = self.client().execute(request).await;
        seen.end(&response);
        let (response, max_body) = (response?, self.inner().settings.max_body);
        // A length that is told is kept to.
        if response.content_length().is_some_and(|length| length <= max_body as u64) {
            return Ok(response);
        }
        let response: http::Response<reqwest::Body> = response.into();
        Ok(response.map(|body| reqwest::Body::wrap(Limited::new(body, max_body))).into())
    }
}

/// Reads an answer into its model, as [`ResponseValue::from_response`] does. The head goes to the attempt, if somebody waits
/// for it there.
pub(crate) async fn read<T: DeserializeOwned, E>(
    mut response: reqwest::Response,
    client: &raw::Client,
) -> Result<ResponseValue<T>, raw::Error<E>> {
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    if let Bearer::None | Bearer::Of(_) = client.inner().bearer {
        // An attempt sends one request, so there is one head to keep.
        let _ = client.inner().head.set(Head { status, headers });
        headers = HeaderMap::new();
    }
    let body = response.bytes().await.map_err(raw::Error::ResponseBodyError)?;
    // Once for the whole is faster than text by text.
    let text = str::from_utf8(&body).map_err(serde_json::Error::custom);
    let value = text.and_then(serde_json::from_str);
    let value = value.map_err(|error| raw::Error::InvalidResponsePayload(body, error))?;
    Ok(ResponseValue::new(value, status, headers))
}
