//! Subscriptions to changes in calendars, and the deliveries that come of them.

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "webhooks")]
mod delivery;
#[cfg(feature = "webhooks")]
mod fetch;
#[cfg(feature = "webhooks")]
mod key_store;
#[cfg(feature = "webhooks")]
mod keys;
#[cfg(feature = "axum")]
mod replay;
#[cfg(all(feature = "axum", feature = "postgres"))]
mod replay_postgres;
#[cfg(feature = "webhooks")]
mod verify;

#[cfg(feature = "webhooks")]
pub use self::{
    delivery::WebhookDelivery,
    keys::WebhookKeys,
    verify::{WebhookOptions, verify_webhook_signature},
};
#[cfg(feature = "webhooks")]
pub(crate) use self::{fetch::keys_url, key_store::KeyStore};

use std::fmt;

use jiff::Timestamp;
#[cfg(feature = "webhooks")]
use {
    self::verify::{Envelope, check_size},
    crate::error::WebhookFailureReason::NoMatchingSignature,
    http::HeaderMap,
    std::sync::Arc,
    tokio::time::Instant,
};

use crate::auth::or_empty;
use crate::client::Client;
use crate::error::Error;
use crate::raw::operations;
use crate::raw::types::{
    Provider, SubscribeWebhookRequest, SubscribeWebhookResponse, UnsubscribeWebhookRequest, UnsubscribeWebhookResponse,
};

/// Subscriptions, as [`Client::webhooks`] returns them.
///
/// Deliveries go to the one webhook URL that the application has in the Connect dashboard.
#[derive(Clone, Copy, Debug)]
pub struct Webhooks<'a> {
    client: &'a Client,
}

impl<'a> Webhooks<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Begins to subscribe to the changes in a calendar.
    ///
    /// Keep the channel id and the resource id of the answer: unsubscribing needs them. Calls
    /// `POST /subscribe-webhook`.
    pub fn subscribe_webhook(self, provider: Provider, calendar_id: impl Into<String>) -> SubscribeWebhook {
        SubscribeWebhook { client: self.client.clone(), request: SubscribeWebhookRequest::new(provider, calendar_id) }
    }

    /// Begins to end a subscription.
    ///
    /// Calls `POST /unsubscribe-webhook`.
    pub fn unsubscribe_webhook(self, provider: Provider, channel_id: impl Into<String>) -> UnsubscribeWebhook {
        UnsubscribeWebhook {
            client: self.client.clone(),
            request: UnsubscribeWebhookRequest::new(provider, channel_id),
        }
    }
}

#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
impl Webhooks<'_> {
    /// Verifies a delivery with the service's keys, and reads it.
    ///
    /// `body` is the raw body as it arrived: parsed and written anew, it does not verify. The first delivery fetches the
    /// keys from `/.well-known/webhook-keys` on the origin of the [base URL](crate::ClientBuilder::base_url). They are kept
    /// for the whole process, for as long as the service says, and fetched anew a little ahead of that, or when a signature
    /// fits none of them: once a minute at most. If fetching fails, those at hand stay in force. Nothing is fetched for a
    /// delivery whose headers do not pass by themselves. Replays are not recognized here; the feature `axum` has a
    /// receiver that does.
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
    /// [`Error::WebhookVerification`], as [`verify_webhook_signature`]. It is [retryable](Error::is_retryable) when
    /// there are no keys, and when no signature fits but keys newer than the delivery could not be had.
    ///
    /// # Cancel safety
    ///
    /// A fetch that it began goes on, and serves the next delivery.
    pub async fn verify_webhook(self, body: &[u8], headers: &HeaderMap) -> Result<WebhookDelivery, Error> {
        let receiver = &self.client.app.webhooks;
        check_size(body.len(), &receiver.options)?;
        self.verify_opened(body, &Envelope::open(headers, &receiver.options)?).await
    }

    async fn verify_opened(self, body: &[u8], envelope: &Envelope) -> Result<WebhookDelivery, Error> {
        let (http, receiver) = (&self.client.app.http, &self.client.app.webhooks);
        let arrived = Instant::now();
        // The pinned key is for want of others: it must not outlive its retirement.
        let keys = receiver.keys.current(http).await?.unwrap_or_else(|| receiver.pinned.clone());
        let verified = envelope.verify(body, &keys);
        if !is_mismatch(&verified) {
            return verified;
        }
        let (newest, is_newest) = receiver.keys.renewed(arrived, http).await?;
        match newest.filter(|newest| *newest != keys) {
            Some(newest) => envelope.verify(body, &newest),
            None => verified,
        }
        // It may be signed with a key that could not be fetched yet.
        .map_err(|error| if is_newest { error } else { verify::retryable(NoMatchingSignature) })
    }
}

#[cfg(feature = "webhooks")]
fn is_mismatch(verified: &Result<WebhookDelivery, Error>) -> bool {
    matches!(verified, Err(Error::WebhookVerification(failure)) if failure.reason == NoMatchingSignature)
}

/// What an application receives deliveries with.
#[cfg(feature = "webhooks")]
pub(crate) struct Receiving {
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) pinned: WebhookKeys,
    pub(crate) options: WebhookOptions,
}

/// A request to subscribe, as [`Webhooks::subscribe_webhook`] begins it.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct SubscribeWebhook<C = Client> {
    pub(crate) client: C,
    request: SubscribeWebhookRequest,
}

impl<C> SubscribeWebhook<C> {
    /// Sets the id of the channel. By default the service makes one.
    pub fn channel_id(mut self, channel_id: impl Into<String>) -> Self {
        self.request = self.request.channel_id(channel_id);
        self
    }

    /// Sets when the subscription ends, to the millisecond. By default the provider decides.
    pub fn expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        self.request = self.request.expiration(expiration.into().as_millisecond());
        self
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn on<D>(self, client: D) -> SubscribeWebhook<D> {
        SubscribeWebhook { client, request: self.request }
    }
}

impl SubscribeWebhook {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Validation`] when the application has no webhook URL.
    pub async fn send(self) -> Result<SubscribeWebhookResponse, Error> {
        let reply = self.client.call(&operations::SUBSCRIBE_WEBHOOK, |api| {
            let request = self.request.clone();
            async move { api.subscribe_webhook().body(request).send().await }
        });
        Ok(reply.await?.value)
    }
}

impl<C> fmt::Debug for SubscribeWebhook<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeWebhook").field("request", &self.request).finish_non_exhaustive()
    }
}

/// A request to end a subscription, as [`Webhooks::unsubscribe_webhook`] begins it.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct UnsubscribeWebhook<C = Client> {
    pub(crate) client: C,
    request: UnsubscribeWebhookRequest,
}

impl<C> UnsubscribeWebhook<C> {
    /// Sets the provider's id of the subscription, without which Google's goes on.
    pub fn resource_id(mut self, resource_id: impl Into<String>) -> Self {
        self.request = self.request.resource_id(resource_id);
        self
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn on<D>(self, client: D) -> UnsubscribeWebhook<D> {
        UnsubscribeWebhook { client, request: self.request }
    }
}

impl UnsubscribeWebhook {
    /// Sends the request.
    ///
    /// Deliveries end in any case; a `message` in the answer tells what the provider made of it.
    ///
    /// # Errors
    ///
    /// [`Error::Validation`] when the service finds the request invalid.
    pub async fn send(self) -> Result<UnsubscribeWebhookResponse, Error> {
        let reply = self.client.call(&operations::UNSUBSCRIBE_WEBHOOK, |api| {
            let request = self.request.clone();
            async move { api.unsubscribe_webhook().body(request).send().await }
        });
        let empty = || UnsubscribeWebhookResponse { success: true, ..Default::default() };
        Ok(or_empty(reply.await)?.map_or_else(empty, |reply| reply.value))
    }
}

impl<C> fmt::Debug for UnsubscribeWebhook<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsubscribeWebhook").field("request", &self.request).finish_non_exhaustive()
    }
}
