//! Receives webhook deliveries with [axum].
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
//! # Responses
//!
//! | status | when | the service |
//! |---|---|---|
//! | 204 | the handler succeeded, now or for an earlier delivery with this id | is done |
//! | 401 | the delivery is not genuine, or is malformed | gives up |
//! | 413 | the body or a header exceeds its [limit](crate::WebhookOptions) | gives up |
//! | 400, 408 | the body is incomplete, or took more than 30 seconds | gives up, or has done so |
//! | 500 | the handler failed | retries |
//! | 503 | authenticity or replay cannot be checked now, or the handler is still running | retries |
//!
//! Response bodies are empty, so that a forger learns nothing.

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

/// The timeout for reading a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a claim lasts if its process dies while the handler runs.
const CLAIM: Duration = Duration::from_secs(5 * 60);

/// Creates a router that receives deliveries by `POST /`, verifies them, and passes each to a handler once.
///
/// Deliveries are deduplicated in process memory. For several processes, and for the requirements of a handler, see
/// [`WebhookReceiver`].
pub fn webhook_router<H, F, E>(client: Client, handler: H) -> Router
where
    H: Fn(WebhookDelivery) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: Send + 'static,
{
    WebhookReceiver::new(client).router(handler)
}

/// Receives deliveries, with replay protection: the state of the extractor [`VerifiedWebhook`].
///
/// Each handler runs on a task of its own, and completes even if the connection breaks. If it fails or panics, the
/// service retries the delivery with the same id. The service does not wait for long: push the delivery to a queue of
/// your own, and return.
#[derive(Clone)]
pub struct WebhookReceiver {
    client: Client,
    memory: Arc<dyn ReplayMemory>,
}

impl WebhookReceiver {
    /// Creates a receiver that deduplicates deliveries in a [`LocalReplayMemory`] of its own.
    pub fn new(client: Client) -> Self {
        Self { client, memory: Arc::new(LocalReplayMemory::new()) }
    }

    /// Sets the replay memory. Several processes need one that they share, such as a database table.
    #[must_use]
    pub fn replay_memory(mut self, memory: impl ReplayMemory) -> Self {
        self.memory = Arc::new(memory);
        self
    }

    /// Creates a router: as [`webhook_router`].
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

    /// Passes a delivery to a handler, unless one with the same id was handled, and returns the status to respond with.
    ///
    /// ```no_run
    /// use axum::extract::State;
    /// use axum::http::StatusCode;
    /// use mobiscroll_connect::axum::{VerifiedWebhook, WebhookReceiver};
    ///
    /// async fn receive(
    ///     State(receiver): State<WebhookReceiver>,
    ///     VerifiedWebhook(delivery): VerifiedWebhook,
    /// ) -> StatusCode {
    ///     receiver.once(delivery, |delivery| async move { std::fs::write("last", delivery.id) }).await
    /// }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A handler that has started completes, and the id is then kept or forgotten.
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
        // Nothing is awaited between the claim and the task: a cancelled caller leaves no claim behind.
        let handled = tokio::spawn(handler(delivery));
        let (memory, ttl) = (self.memory.clone(), self.replayable());
        let settled = tokio::spawn(async move {
            // If this fails, the claim expires.
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

    /// How long a delivery accepted now can be replayed: its timestamp may be ahead by the tolerance.
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

/// Extracts the delivery from the raw body, if it is genuine.
///
/// Make it the last argument of a handler. The router's state must contain a [`WebhookReceiver`]. Replays are not
/// detected here, but by [`WebhookReceiver::once`].
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

/// Why a request was rejected. As a response, it has a status and an empty body.
#[derive(Debug)]
pub struct WebhookRejection {
    status: StatusCode,
    error: Option<Error>,
}

impl WebhookRejection {
    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error; `None` if the body was not received.
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

/// Reads a body up to its limit.
async fn read(body: Body, options: &WebhookOptions) -> Result<Vec<u8>, WebhookRejection> {
    let (mut chunks, mut whole) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut chunks).poll_next(context)).await {
        let chunk = chunk.map_err(|_| WebhookRejection { status: StatusCode::BAD_REQUEST, error: None })?;
        check_size(whole.len() + chunk.len(), options)?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}
