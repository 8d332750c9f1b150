//! Webhooks: subscriptions to changes in calendars, and the verification of deliveries.

#[cfg(feature = "webhooks")]
mod delivery;
#[cfg(feature = "webhooks")]
mod fetch_keys;
#[cfg(feature = "webhooks")]
mod key_store;
#[cfg(feature = "webhooks")]
mod keys;
#[cfg(feature = "webhooks")]
mod receiver;
#[cfg(feature = "webhooks")]
mod receiving;
mod renew;
#[cfg(feature = "webhooks")]
mod replay;
mod subscriptions;
#[cfg(feature = "webhooks")]
mod verify;

#[cfg(feature = "webhooks")]
pub(crate) use self::receiving::{Receiver, Receiving};
pub use self::renew::{RenewSubscription, Renewal};
#[cfg(all(feature = "webhooks", any(feature = "postgres", feature = "sqlite")))]
pub use self::replay::SqlReplayMemory;
pub use self::subscriptions::Subscription;
#[cfg(feature = "webhooks")]
pub use self::{
    delivery::WebhookDelivery,
    keys::WebhookKeys,
    receiver::{WebhookOutcome, WebhookReceiver, WebhookRejection},
    receiving::VerifyWebhook,
    replay::{LocalReplayMemory, ReplayClaim, ReplayFuture, ReplayMemory, Retention},
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
    /// Store the [`Subscription`]: unsubscribing and renewing need it, and the API has no call that lists
    /// subscriptions. The first delivery of a new subscription may contain the calendar's present events; see
    /// [`is_initial_sync`](crate::WebhookDeliveryMetadata::is_initial_sync). Calls `POST /subscribe-webhook`.
    ///
    /// # Errors
    ///
    /// - [`Error::Validation`](crate::Error::Validation) when the application has no webhook URL.
    /// - [`Error::Decode`](crate::Error::Decode) when the response cannot be read: there may be a subscription, which expires
    ///   by itself.
    pub fn subscribe_webhook(self, provider: Provider, calendar_id: impl Into<String>) -> Request<SubscribeWebhook, C> {
        Request::new(SubscribeWebhook::new(provider, calendar_id), self.client.clone())
    }

    /// Renews a subscription before it expires: opens a new channel first, and ends the old one after it.
    ///
    /// Store the new subscription in the place of the old one. Without a renewal, deliveries end at the
    /// [`expiration`](Subscription::expiration): the providers that push limit it, Google to about a week and Outlook to about
    /// three days; Apple and CalDAV are polled and may have none. What the service allows is not documented: go by the
    /// `expiration`, and renew well before it.
    ///
    /// While both channels are open, a change may be delivered twice, under two ids, and the new channel may start with
    /// an initial sync: compare [`last_modified`](crate::WebhookEvent::last_modified). The service does not document
    /// whether ending the old channel can end the new one. If deliveries stop after a renewal, use
    /// [`keep_old`](crate::Request::keep_old). Calls `POST /subscribe-webhook` and `POST /unsubscribe-webhook`.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client, stored: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use mobiscroll_connect::Subscription;
    ///
    /// let subscription: Subscription = serde_json::from_str(stored)?;
    /// let renewal = client.webhooks().renew(&subscription).await?;
    /// let stored = serde_json::to_string(&renewal.subscription)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A delivery of the old channel that waits for its retry may be lost: list the calendar after a renewal, or use
    /// `keep_old`.
    ///
    /// # Errors
    ///
    /// As [`subscribe_webhook`](Self::subscribe_webhook): the old subscription is untouched then. If the old channel could not
    /// be ended, that is in [`Renewal::old_error`].
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, there may be a new channel besides the old one. It expires by itself.
    pub fn renew(self, subscription: &Subscription) -> Request<RenewSubscription, C> {
        Request::new(RenewSubscription::new(subscription.clone()), self.client.clone())
    }

    /// Ends a subscription: [`unsubscribe_webhook`](Self::unsubscribe_webhook) with what it needs.
    ///
    /// # Errors
    ///
    /// As [`unsubscribe_webhook`](Self::unsubscribe_webhook).
    pub fn unsubscribe(self, subscription: &Subscription) -> Request<UnsubscribeWebhook, C> {
        Request::new(UnsubscribeWebhook::from(subscription), self.client.clone())
    }

    /// Ends the subscription of a channel; see also [`unsubscribe`](Self::unsubscribe).
    ///
    /// Deliveries stop in any case; a `message` in the response reports what the provider did. Calls
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
    /// URL](crate::ClientBuilder::base_url). They are cached for the whole process, for the `max-age` of the response,
    /// and refetched shortly before it ends, or when no signature matches: at most once a minute. If fetching fails,
    /// the cached keys remain in use. Nothing is fetched for a delivery whose headers are already invalid. Replays are
    /// not detected here, but by [`WebhookReceiver`].
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
