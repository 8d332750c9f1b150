//! The one way that every call takes: credentials on, request out, answer in, an error sorted.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue, InvalidHeaderValue, USER_AGENT};
use http::{HeaderMap, StatusCode};
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo, ResponseValue};
use tokio::runtime::Handle;

use crate::answer;
use crate::client::{App, Client};
use crate::error::{ApiFailure, Error, InputFailure};
use crate::raw::types::{TokenRequest, TokenResponse};
use crate::raw::{self, operations};
use crate::session::Session;
use crate::tokens::{self, Tokens};
use crate::values::Secret;

/// What the contract says of an operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
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
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// What a call came to.
pub(crate) struct Reply<T> {
    pub(crate) value: T,
    pub(crate) head: Head,
    /// What the call was made with, and its answer may repeat.
    pub(crate) secrets: Vec<Secret>,
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
    pub(crate) source: serde_json::Error,
    pub(crate) secrets: Vec<Secret>,
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
    /// Makes a call. A 401 on a token that can be refreshed is answered with a refresh and one repeat.
    pub(crate) async fn call<T, F, Fut>(&self, operation: &'static Operation, send: F) -> Result<Reply<T>, Failure>
    where
        F: Fn(raw::Client) -> Fut,
        Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
    {
        if operation.auth != Scheme::Bearer {
            return once(&self.app, operation, Bearer::None, &[], send).await;
        }
        let Some(access) = self.session.access().await? else {
            let failure = ApiFailure::without_answer(operation.id, "there are no credentials");
            return Err(Error::Authentication(failure).into());
        };
        let bearer = |tokens: &Tokens| Bearer::Token(tokens.access_token().clone());
        match once(&self.app, operation, bearer(&access.tokens), &[], &send).await {
            Err(Failure::Final(Error::Authentication(refusal))) => match self.session.renew(&access).await? {
                Some(fresh) => once(&self.app, operation, bearer(&fresh), &[], &send).await,
                None => Err(Error::Authentication(refusal).into()),
            },
            outcome => outcome,
        }
    }
}

/// Sends a request once. `secrets` are those in its body, which its answer may repeat.
pub(crate) async fn once<T, F, Fut>(
    app: &Arc<App>,
    operation: &'static Operation,
    bearer: Bearer,
    secrets: &[&Secret],
    send: F,
) -> Result<Reply<T>, Failure>
where
    F: Fn(raw::Client) -> Fut,
    Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
{
    runtime()?;
    attempt(Attempt::new(app.clone(), bearer), operation, secrets, send).await
}

async fn attempt<T, F, Fut>(
    attempt: Attempt,
    operation: &'static Operation,
    secrets: &[&Secret],
    send: F,
) -> Result<Reply<T>, Failure>
where
    F: Fn(raw::Client) -> Fut,
    Fut: Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
{
    let head = attempt.head.clone();
    let secrets: Vec<_> = attempt.secrets().chain(secrets.iter().copied()).cloned().collect();
    match send(attempt.into_client()).await {
        Ok(response) => {
            let head = Head { status: response.status(), headers: response.headers().clone() };
            Ok(Reply { value: response.into_inner(), head, secrets })
        }
        Err(error) => Err(answer::failure(operation, error, head.get(), secrets).await),
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
    Token(Secret),
    /// Whatever token is in force when the request leaves.
    Current(Arc<Session>),
}

/// What the generated client carries: how its requests are dressed, and what came back.
#[derive(Clone)]
pub(crate) struct Attempt {
    app: Arc<App>,
    bearer: Bearer,
    timeout: Duration,
    head: Arc<OnceLock<Head>>,
}

impl Attempt {
    pub(crate) fn new(app: Arc<App>, bearer: Bearer) -> Self {
        Self { timeout: app.timeout, app, bearer, head: Arc::default() }
    }

    pub(crate) fn into_client(self) -> raw::Client {
        let app = self.app.clone();
        raw::Client::new_with_client(app.base_url(), app.http.clone(), self)
    }

    fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let token = match &self.bearer {
            Bearer::Token(token) => Some(token),
            Bearer::None | Bearer::Current(_) => None,
        };
        token.into_iter().chain([&self.app.client_secret, &self.app.basic])
    }

    fn authorization(&self, auth: Scheme) -> Result<Option<HeaderValue>, InvalidHeaderValue> {
        match (auth, &self.bearer) {
            (Scheme::Basic, _) => header("Basic", &self.app.basic).map(Some),
            (Scheme::Bearer, Bearer::Token(token)) => header("Bearer", token).map(Some),
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
        *request.timeout_mut() = Some(attempt.timeout);

        let headers = request.headers_mut();
        headers.remove("api-version");
        headers.insert(USER_AGENT, HeaderValue::from_static(crate::client::USER_AGENT));
        match attempt.authorization(operation.auth) {
            Ok(Some(authorization)) => headers.insert(AUTHORIZATION, authorization),
            Ok(None) => None,
            Err(_) => return Err(raw::Error::Custom("the access token has characters that no header takes".into())),
        };
        Ok(())
    }

    async fn post<E>(
        &self,
        result: &reqwest::Result<reqwest::Response>,
        _: &OperationInfo,
    ) -> Result<(), raw::Error<E>> {
        if let (Ok(response), Bearer::None | Bearer::Token(_)) = (result, &self.inner().bearer) {
            // An attempt sends one request, so there is one head to keep.
            let _ = self.inner().head.set(Head { status: response.status(), headers: response.headers().clone() });
        }
        Ok(())
    }
}
