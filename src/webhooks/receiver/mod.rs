//! Receives deliveries, whatever the web framework.

mod outcome;
mod task;
mod trace;

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::{HeaderMap, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::time::timeout;

pub use outcome::{WebhookOutcome, WebhookRejection};

use super::delivery::WebhookDelivery;
use super::receiving::{Receiver, Receiving};
use super::replay::{LocalReplayMemory, ReplayMemory};
use super::verify::{Envelope, WebhookOptions, check_size};
use crate::backoff::{LONGEST, LONGEST_STEP};
use crate::call::Handle;
use crate::sync::BoxFuture;
use crate::transport::Transport;

/// The timeout for reading a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long ids are remembered by default.
const REMEMBER: Duration = Duration::from_secs(24 * 60 * 60);

/// The default time limit of a handler.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(60);

/// Runs the application's handler, and reports whether it succeeded.
type Handler = Arc<dyn Fn(WebhookDelivery) -> BoxFuture<'static, bool> + Send + Sync>;

/// Called with each rejection.
type RejectionHook = Arc<dyn Fn(&WebhookRejection) + Send + Sync>;

/// Receives deliveries: verifies each, and passes it to a handler once.
///
/// It works with any web framework: give it headers and body, and respond with the status of the outcome and an empty body,
/// so that a forger learns nothing. The feature `axum` has a router; below are actix-web, warp and hyper.
///
/// ```no_run
/// # async fn run(headers: http::HeaderMap, body: bytes::Bytes) -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::{Client, WebhookDelivery, WebhookReceiver};
///
/// async fn handle(delivery: WebhookDelivery) -> std::io::Result<()> {
///     println!("{} events of {:?} changed", delivery.events.len(), delivery.user_id);
///     Ok(())
/// }
///
/// let receiver = WebhookReceiver::new(Client::from_env()?, handle);
/// let status = receiver.receive(&headers, body).await.status();
/// # Ok(())
/// # }
/// ```
///
/// # Responses
///
/// | status | when | the service |
/// |---|---|---|
/// | 204 | the handler succeeded, now or for an earlier delivery with this id | is done |
/// | 401 | the delivery is not genuine, or is malformed | gives up |
/// | 413 | the body or a header exceeds its [limit](crate::WebhookOptions) | gives up |
/// | 400, 408 | the body is incomplete, or took more than 30 seconds | gives up, or has done so |
/// | 500 | the handler failed, panicked, or exceeded its [time limit](Self::handler_timeout) | retries |
/// | 503 | authenticity or replay cannot be checked now, or the handler is still running | retries |
///
/// A signature that no known key verifies is a 503 as long as newer keys cannot be fetched: the service may have
/// rotated its key. Keys are fetched at most once a minute, so that forged deliveries cannot cause a fetch each.
///
/// # Deduplication
///
/// One task claims the id, runs the handler, and then stores the id, or releases it if the handler failed. The task
/// completes even if the connection breaks, or the future of [`receive`](Self::receive) is dropped. If the process
/// dies, its claim expires one minute after the handler's time limit, and the service's next attempt is handled. So a
/// handler succeeds once for each id, unless the process dies between the handler's success and the storing of the id:
/// make it idempotent. The service does not wait long: push the delivery to a queue, and return.
///
/// Ids are [remembered](Self::remember) for a day, in a [`LocalReplayMemory`]. Several processes need a memory that they
/// share, such as `SqlReplayMemory` (features `postgres` and `sqlite`).
///
/// # Order
///
/// Deliveries arrive in any order, and the service may describe one change several times, under several ids. If your
/// copy of an event has a later `last_modified`, ignore the event; if it has the same one, the change is known already.
/// The first delivery of a new subscription has `metadata.is_initial_sync`: it contains the calendar's present events.
/// If an event has no `last_modified`, or a delivery has [malformed](WebhookDelivery::malformed) events or an unknown
/// `change_type`, something changed: list the calendar.
///
/// # Other frameworks
///
/// actix-web:
///
/// ```text
#[doc = include_str!("../../../docs/receivers/actix.rs")]
/// ```
///
/// warp:
///
/// ```text
#[doc = include_str!("../../../docs/receivers/warp.rs")]
/// ```
///
/// hyper, and any framework whose bodies implement `http_body::Body`: pass the body to
/// [`receive_body`](Self::receive_body). The example `webhook_hyper` is a complete server.
#[derive(Clone)]
pub struct WebhookReceiver {
    transport: Arc<Transport>,
    receiving: Arc<Receiving>,
    handler: Handler,
    memory: Arc<dyn ReplayMemory>,
    remember: Duration,
    handler_timeout: Duration,
    on_rejected: Option<RejectionHook>,
}

impl WebhookReceiver {
    /// Creates a receiver that verifies deliveries with the keys and the [options](crate::ClientBuilder::webhook_options) of a
    /// client, and passes them to a handler.
    #[expect(private_bounds, reason = "sealed")]
    pub fn new<C, H, F, E>(client: C, handler: H) -> Self
    where
        C: Handle + Receiver,
        H: Fn(WebhookDelivery) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        Self {
            transport: client.caller().transport.clone(),
            receiving: client.receiving().clone(),
            // The handler is called within its future, so that a panic before it returns one is one of the task.
            handler: Arc::new(move |delivery| {
                let handler = handler.clone();
                Box::pin(async move { handler(delivery).await.is_ok() })
            }),
            memory: Arc::new(LocalReplayMemory::new()),
            remember: REMEMBER,
            handler_timeout: HANDLER_TIMEOUT,
            on_rejected: None,
        }
    }

    /// Sets the replay memory. Default: a [`LocalReplayMemory`] for 100,000 ids.
    #[must_use]
    pub fn replay_memory(mut self, memory: impl ReplayMemory) -> Self {
        self.memory = Arc::new(memory);
        self
    }

    /// Sets how long the ids of handled deliveries are remembered. Default: a day.
    ///
    /// If our response was lost, the service retries the delivery with a new signature. The id shows that it was
    /// handled. An id costs about 250 bytes in a [`LocalReplayMemory`], and a row in `SqlReplayMemory`. Until the
    /// signature of a delivery expires, its id is remembered in any case.
    #[must_use]
    pub fn remember(mut self, remember: Duration) -> Self {
        self.remember = remember.min(LONGEST);
        self
    }

    /// Sets the time limit of the handler. Default: 60 seconds.
    ///
    /// A handler that exceeds it is aborted where it awaits, and the response is 500. One that blocks its thread cannot be
    /// aborted; its id stays claimed until it returns or the claim expires.
    #[must_use]
    pub fn handler_timeout(mut self, limit: Duration) -> Self {
        self.handler_timeout = limit.min(LONGEST_STEP);
        self
    }

    /// Sets a hook that is called with each rejected request and the reason. Default: none. Its panics are caught.
    ///
    /// The sender gets the status only. With the feature `tracing`, rejections are also events of the level `WARN`.
    ///
    /// ```no_run
    /// # fn run(receiver: mobiscroll_connect::WebhookReceiver) -> mobiscroll_connect::WebhookReceiver {
    /// receiver.on_rejected(|rejection| {
    ///     eprintln!("{}: {rejection}", rejection.status());
    ///     if let Some(offset) = rejection.clock_offset() {
    ///         eprintln!("the clocks differ by {offset}");
    ///     }
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn on_rejected(mut self, hook: impl Fn(&WebhookRejection) + Send + Sync + 'static) -> Self {
        self.on_rejected = Some(Arc::new(hook));
        self
    }

    /// Receives a delivery whose body has been read.
    ///
    /// `body` is the raw body as it arrived. Limit what is read of it to [`WebhookOptions::max_body`]: a longer one is
    /// rejected here, too. Needs a Tokio runtime.
    ///
    /// [`WebhookOptions::max_body`]: crate::WebhookOptions::max_body
    ///
    /// # Cancel safety
    ///
    /// Once the delivery is verified, it is handled, and its id is stored or released.
    pub async fn receive(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> WebhookOutcome {
        self.verified(self.verify(headers, body.into()).await).await
    }

    /// Receives a delivery, and reads its body: not at all if the headers are invalid already, not beyond its limit, and for
    /// 30 seconds at most.
    ///
    /// # Cancel safety
    ///
    /// As [`receive`](Self::receive).
    pub async fn receive_body<B: Body>(&self, headers: &HeaderMap, body: B) -> WebhookOutcome {
        self.verified(self.read_and_verify(headers, body).await).await
    }

    /// Verifies a delivery, and reports a rejection.
    #[cfg(feature = "axum")]
    pub(crate) async fn verify_body<B: Body>(
        &self,
        headers: &HeaderMap,
        body: B,
    ) -> Result<WebhookDelivery, WebhookRejection> {
        self.read_and_verify(headers, body).await.inspect_err(|rejection| self.tell(rejection))
    }

    /// Passes a verified delivery to the handler, unless one with the same id was handled.
    ///
    /// For deliveries that [`Webhooks::verify_webhook`](crate::Webhooks::verify_webhook) has verified. Needs a Tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// The delivery is handled, and its id is stored or released.
    pub async fn handle(&self, delivery: WebhookDelivery) -> WebhookOutcome {
        task::start(self, delivery).await
    }

    async fn verified(&self, verified: Result<WebhookDelivery, WebhookRejection>) -> WebhookOutcome {
        match verified {
            Ok(delivery) => self.handle(delivery).await,
            Err(rejection) => {
                self.tell(&rejection);
                WebhookOutcome::Rejected(rejection)
            }
        }
    }

    async fn verify(&self, headers: &HeaderMap, body: Bytes) -> Result<WebhookDelivery, WebhookRejection> {
        let options = &self.receiving.options;
        check_size(body.len(), options)?;
        let envelope = Envelope::open(headers, options)?;
        Ok(self.receiving.verify(&self.transport, &body, &envelope).await?)
    }

    async fn read_and_verify<B: Body>(
        &self,
        headers: &HeaderMap,
        body: B,
    ) -> Result<WebhookDelivery, WebhookRejection> {
        let options = &self.receiving.options;
        check_size(usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX), options)?;
        let envelope = Envelope::open(headers, options)?;
        let read = timeout(BODY_TIMEOUT, read(body, options)).await;
        let body = read.map_err(|_| WebhookRejection::of(StatusCode::REQUEST_TIMEOUT))??;
        Ok(self.receiving.verify(&self.transport, &body, &envelope).await?)
    }

    fn tell(&self, rejection: &WebhookRejection) {
        trace::rejected(rejection);
        if let Some(hook) = &self.on_rejected {
            // A panic of the hook must not cost the response.
            let _ = catch_unwind(AssertUnwindSafe(|| hook(rejection)));
        }
    }

    /// How long a delivery accepted now can be replayed: its timestamp may be ahead by the tolerance.
    fn replayable(&self) -> Duration {
        self.receiving.options.tolerance.saturating_mul(2).saturating_add(Duration::from_secs(2))
    }
}

/// Reads a body up to its limit.
async fn read<B: Body>(body: B, options: &WebhookOptions) -> Result<Vec<u8>, WebhookRejection> {
    let (mut body, mut whole) = (std::pin::pin!(body), Vec::new());
    while let Some(frame) = body.as_mut().frame().await {
        let frame = frame.map_err(|_| WebhookRejection::of(StatusCode::BAD_REQUEST))?;
        let Ok(mut data) = frame.into_data() else { continue };
        check_size(whole.len().saturating_add(data.remaining()), options)?;
        if !data.has_remaining() {
            // A body that always has an empty frame would never come to its time limit.
            tokio::task::yield_now().await;
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            whole.extend_from_slice(chunk);
            let read = chunk.len();
            data.advance(read);
        }
    }
    Ok(whole)
}

impl fmt::Debug for WebhookReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookReceiver")
            .field("options", &self.receiving.options)
            .field("remember", &self.remember)
            .field("handler_timeout", &self.handler_timeout)
            .finish_non_exhaustive()
    }
}
