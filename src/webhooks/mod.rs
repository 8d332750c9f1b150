//! Webhooks: subscriptions to changes in calendars, and the verification of deliveries.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "webhooks")]
mod delivery;
#[cfg(feature = "webhooks")]
mod fetch_keys;
#[cfg(feature = "webhooks")]
mod key_store;
#[cfg(feature = "webhooks")]
mod keys;
#[cfg(feature = "webhooks")]
mod receiving;
#[cfg(feature = "axum")]
mod replay;
#[cfg(all(feature = "axum", feature = "postgres"))]
mod replay_postgres;
mod subscriptions;
#[cfg(feature = "webhooks")]
mod verify;

#[cfg(feature = "webhooks")]
pub(crate) use self::receiving::{Receiver, Receiving};
#[cfg(feature = "webhooks")]
pub use self::{
    delivery::WebhookDelivery,
    keys::WebhookKeys,
    receiving::VerifyWebhook,
    verify::{WebhookOptions, verify_webhook_signature},
};

#[cfg(feature = "webhooks")]
use http::HeaderMap;

use crate::call::{Handle, Request, resource};
use crate::models::Provider;
use crate::params::{SubscribeWebhook, UnsubscribeWebhook};

resource! {
    /// Webhook subscriptions and deliveries, from [`Client::webhooks`](crate::Client::webhooks).
    ///
    /// Deliveries are sent to the one webhook URL that the application has in the Connect dashboard.
    Webhooks
}

impl<C: Handle> Webhooks<'_, C> {
    /// Subscribes to the changes in a calendar.
    ///
    /// Keep the channel id and the resource id of the response: unsubscribing needs them. Calls
    /// `POST /subscribe-webhook`.
    ///
    /// # Errors
    ///
    /// [`Error::Validation`](crate::Error::Validation) when the application has no webhook URL.
    pub fn subscribe_webhook(self, provider: Provider, calendar_id: impl Into<String>) -> Request<SubscribeWebhook, C> {
        Request::new(SubscribeWebhook::new(provider, calendar_id), self.client.clone())
    }

    /// Ends a subscription.
    ///
    /// Deliveries end in any case; a `message` in the response reports what the provider did. Calls
    /// `POST /unsubscribe-webhook`.
    ///
    /// # Errors
    ///
    /// [`Error::Validation`](crate::Error::Validation) when the service finds the request invalid.
    pub fn unsubscribe_webhook(
        self,
        provider: Provider,
        channel_id: impl Into<String>,
    ) -> Request<UnsubscribeWebhook, C> {
        Request::new(UnsubscribeWebhook::new(provider, channel_id), self.client.clone())
    }
}

#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
#[expect(private_bounds, reason = "sealed")]
impl<C: Handle + Receiver> Webhooks<'_, C> {
    /// Verifies a delivery with the service's keys, and reads it.
    ///
    /// `body` is the raw body as it arrived: parsed and serialized again, it does not verify. The first delivery
    /// fetches the keys from `/.well-known/webhook-keys` on the origin of the [base
    /// URL](crate::ClientBuilder::base_url). They are cached for the whole process, for as long as the service says,
    /// and fetched again a little ahead of that, or when no signature matches: at most once a minute. If fetching
    /// fails, the cached keys stay active. Nothing is fetched for a delivery whose headers are already invalid. Replays
    /// are not detected here; the feature `axum` has a receiver with replay protection.
    ///
    /// ```no_run
    /// # async fn receive(
    /// #     client: mobiscroll_connect::Client, headers: http::HeaderMap, body: Vec<u8>,
    /// # ) -> http::StatusCode {
    /// match client.webhooks().verify_webhook(&body, &headers).await {
    ///     Ok(delivery) => {
    ///         println!("{} events of {:?} changed", delivery.events.len(), delivery.user_id);
    ///         http::StatusCode::NO_CONTENT
    ///     }
    ///     Err(error) if error.is_retryable() => http::StatusCode::SERVICE_UNAVAILABLE,
    ///     Err(_) => http::StatusCode::UNAUTHORIZED,
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::WebhookVerification`](crate::Error::WebhookVerification), as [`verify_webhook_signature`]. It is
    /// [retryable](crate::Error::is_retryable) when there are no keys, and when no signature matches but keys newer
    /// than the delivery could not be fetched.
    ///
    /// # Cancel safety
    ///
    /// A fetch that it started continues, and serves the next delivery.
    pub fn verify_webhook(self, body: impl AsRef<[u8]>, headers: &HeaderMap) -> Request<VerifyWebhook, C> {
        Request::new(VerifyWebhook::new(body.as_ref(), headers, self.client.receiving()), self.client.clone())
    }
}
