//! Receiving deliveries with [axum].
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use mobiscroll_connect::axum::webhook_router;
//! use mobiscroll_connect::{Client, WebhookDelivery};
//!
//! async fn handle(delivery: WebhookDelivery) -> std::io::Result<()> {
//!     println!("{} events of {:?} changed", delivery.events.len(), delivery.user_id);
//!     Ok(())
//! }
//!
//! let client = Client::from_env()?;
//! let app = axum::Router::new().nest("/webhooks", webhook_router(client, handle));
//! # Ok(())
//! # }
//! ```
//!
//! # What is answered
//!
//! | status | when | the service |
//! |---|---|---|
//! | 204 | the handler succeeded, or did so for an earlier delivery of this id | is done |
//! | 401 | the delivery is not genuine, or unusable | gives up |
//! | 413 | its body, or a header, is over its [limit](crate::WebhookOptions) | gives up |
//! | 400, 408 | its body broke off, or took more than 30 seconds | gives up, or has done so |
//! | 500 | the handler failed | tries again |
//! | 503 | it cannot be told now whether it is genuine or new | tries again |
//!
//! Bodies of answers are empty: a forger learns nothing.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::axum::Router;
use ::axum::body::{Body, HttpBody};
use ::axum::extract::{FromRef, FromRequest, Request, State};
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::post;
use futures_core::Stream;
use http::StatusCode;
use tokio::time::timeout;

use super::delivery::WebhookDelivery;
use super::receiving::Receiver;
pub use super::replay::{LocalReplayMemory, ReplayClaim, ReplayFuture, ReplayMemory};
#[cfg(feature = "postgres")]
pub use super::replay_postgres::PostgresReplayMemory;
use super::verify::{Envelope, WebhookOptions, check_size};
use crate::call::Sealed;
use crate::client::Client;
use crate::error::Error;
use crate::error::WebhookKind::TooLarge;

/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a handler is taken to be at work, if its process dies and nobody hears of its end.
const CLAIM: Duration = Duration::from_secs(5 * 60);

/// Makes a router that receives deliveries by `POST /`, verifies them, and hands each to a handler once.
///
/// The memory of this process tells repeats; see [`WebhookReceiver`] for one that several processes share, and for what
/// the handler has to know.
pub fn webhook_router<H, F, E>(client: Client, handler: H) -> Router
where
    H: Fn(WebhookDelivery) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Send + 'static,
{
    WebhookReceiver::new(client).router(handler)
}

/// What deliveries are received with: the state of the extractor [`VerifiedWebhook`].
///
/// Handlers run on tasks of their own: one whose connection breaks comes to its end all the same. A handler that fails or
/// panics makes the service try again, with the same id. Have it put the delivery into a queue of your own and return:
/// the service does not wait for long.
#[derive(Clone)]
pub struct WebhookReceiver {
    client: Client,
    memory: Arc<dyn ReplayMemory>,
}

impl WebhookReceiver {
    /// Makes a receiver with a [memory](LocalReplayMemory) of its own for the ids of deliveries.
    pub fn new(client: Client) -> Self {
        Self { client, memory: Arc::new(LocalReplayMemory::new()) }
    }

    /// Sets what remembers the ids of deliveries. Several processes need one that they share, such as a table of a
    /// database.
    #[must_use]
    pub fn replay_memory(mut self, memory: impl ReplayMemory) -> Self {
        self.memory = Arc::new(memory);
        self
    }

    /// Makes a router as [`webhook_router`] does.
    pub fn router<H, F, E>(self, handler: H) -> Router
    where
        H: Fn(WebhookDelivery) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Send + 'static,
    {
        let receive = |State(receiver): State<Self>, VerifiedWebhook(delivery): VerifiedWebhook| async move {
            receiver.once(delivery, handler).await
        };
        Router::new().route("/", post(receive)).with_state(self)
    }

    /// Hands a delivery to a handler, unless one of the same id was handled, and returns what to answer.
    ///
    /// ```no_run
    /// use axum::extract::State;
    /// use axum::http::StatusCode;
    /// use mobiscroll_connect::axum::{VerifiedWebhook, WebhookReceiver};
    ///
    /// async fn receive(State(receiver): State<WebhookReceiver>, VerifiedWebhook(delivery): VerifiedWebhook) -> StatusCode {
    ///     receiver.once(delivery, |delivery| async move { std::fs::write("last", delivery.id) }).await
    /// }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Once the handler has begun, it comes to its end, and the id is kept or forgotten.
    pub async fn once<F, E>(&self, delivery: WebhookDelivery, handler: impl FnOnce(WebhookDelivery) -> F) -> StatusCode
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Send + 'static,
    {
        match self.memory.claim(&delivery.id, CLAIM).await {
            Ok(ReplayClaim::Granted) => {}
            Ok(ReplayClaim::Done) => return StatusCode::NO_CONTENT,
            Ok(ReplayClaim::Pending | ReplayClaim::Full) | Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        }
        let id = delivery.id.clone();
        // Nothing is awaited between the claim and the task: a caller that gives up leaves no claim behind.
        let handled = tokio::spawn(handler(delivery));
        let (memory, ttl) = (self.memory.clone(), self.replayable());
        let settled = tokio::spawn(async move {
            // What cannot be written ends by itself.
            match handled.await {
                Ok(Ok(())) => {
                    let _ = memory.keep(&id, ttl).await;
                    StatusCode::NO_CONTENT
                }
                Ok(Err(_)) | Err(_) => {
                    let _ = memory.forget(&id).await;
                    StatusCode::INTERNAL_SERVER_ERROR
                }
            }
        });
        settled.await.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// How long a delivery that was accepted now may be sent again: its timestamp may be ahead by the tolerance.
    fn replayable(&self) -> Duration {
        self.client.receiving().options.tolerance.saturating_mul(2).saturating_add(Duration::from_secs(2))
    }

    async fn verify(&self, request: Request) -> Result<WebhookDelivery, WebhookRejection> {
        let options = &self.client.receiving().options;
        let (head, body) = request.into_parts();
        check_size(usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX), options)?;
        let envelope = Envelope::open(&head.headers, options)?;
        let body = timeout(BODY_TIMEOUT, read(body, options)).await;
        let body = body.map_err(|_| WebhookRejection { status: StatusCode::REQUEST_TIMEOUT, error: None })??;
        Ok(self.client.receiving().verify(&self.client.caller().transport, &body, &envelope).await?)
    }
}

impl fmt::Debug for WebhookReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookReceiver").field("client", &self.client).finish_non_exhaustive()
    }
}

/// An extractor that takes the raw body, and gives the delivery if it is genuine.
///
/// It is to be the last argument of a handler, and the router's state has a [`WebhookReceiver`]. It knows no replays:
/// [`WebhookReceiver::once`] does.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "patterns take it apart")]
pub struct VerifiedWebhook(pub WebhookDelivery);

impl<S> FromRequest<S> for VerifiedWebhook
where
    S: Send + Sync,
    WebhookReceiver: FromRef<S>,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        WebhookReceiver::from_ref(state).verify(request).await.map(Self)
    }
}

/// Why a request was rejected. It answers with a status, and an empty body.
#[derive(Debug)]
pub struct WebhookRejection {
    status: StatusCode,
    error: Option<Error>,
}

impl WebhookRejection {
    /// Returns the status that is answered.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error, unless it is that the body did not arrive.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl From<Error> for WebhookRejection {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::WebhookVerification(failure) if failure.kind == TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::WebhookVerification(failure) if !failure.is_retryable => StatusCode::UNAUTHORIZED,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self { status, error: Some(error) }
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        self.status.into_response()
    }
}

/// Reads a body, and no more of it than it may have.
async fn read(body: Body, options: &WebhookOptions) -> Result<Vec<u8>, WebhookRejection> {
    let (mut chunks, mut whole) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut chunks).poll_next(context)).await {
        let chunk = chunk.map_err(|_| WebhookRejection { status: StatusCode::BAD_REQUEST, error: None })?;
        check_size(whole.len() + chunk.len(), options)?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}
