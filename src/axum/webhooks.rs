//! Receiving deliveries.

use ::axum::Router;
use ::axum::extract::{FromRef, FromRequest, Request};
use ::axum::response::{IntoResponse, Response};
use ::axum::routing::post;

use crate::webhooks::{WebhookDelivery, WebhookOutcome, WebhookReceiver, WebhookRejection};

/// Creates a router that receives deliveries by `POST /`, for an application with any state.
///
/// The responses are those of the [`WebhookReceiver`]. For handling deliveries in a handler of your own, there is the
/// extractor [`VerifiedWebhook`].
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use mobiscroll_connect::axum::webhook_router;
/// use mobiscroll_connect::{Client, WebhookDelivery, WebhookReceiver};
///
/// async fn handle(delivery: WebhookDelivery) -> std::io::Result<()> {
///     println!("{} events of {:?} changed", delivery.events.len(), delivery.user_id);
///     Ok(())
/// }
///
/// let receiver = WebhookReceiver::new(Client::from_env()?, handle);
/// let app: axum::Router = axum::Router::new().nest("/webhooks", webhook_router(receiver));
/// # Ok(())
/// # }
/// ```
pub fn webhook_router<S: Clone + Send + Sync + 'static>(receiver: WebhookReceiver) -> Router<S> {
    Router::new().route("/", post(move |request: Request| async move { receive(&receiver, request).await }))
}

async fn receive(receiver: &WebhookReceiver, request: Request) -> WebhookOutcome {
    let (head, body) = request.into_parts();
    receiver.receive_body(&head.headers, body).await
}

/// Extracts the delivery from the raw body, if it is genuine.
///
/// Make it the last argument of a handler. The router's state must contain a [`WebhookReceiver`]. Replays are not
/// detected here, but by [`WebhookReceiver::handle`].
///
/// ```no_run
/// use axum::extract::State;
/// use mobiscroll_connect::axum::VerifiedWebhook;
/// use mobiscroll_connect::{WebhookOutcome, WebhookReceiver};
///
/// async fn receive(
///     State(receiver): State<WebhookReceiver>,
///     VerifiedWebhook(delivery): VerifiedWebhook,
/// ) -> WebhookOutcome {
///     println!("{} was sent at {}", delivery.id, delivery.sent_at);
///     receiver.handle(delivery).await
/// }
/// ```
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
        let (head, body) = request.into_parts();
        WebhookReceiver::from_ref(state).verify_body(&head.headers, body).await.map(Self)
    }
}

impl IntoResponse for WebhookOutcome {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}
