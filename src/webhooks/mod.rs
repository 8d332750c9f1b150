//! Subscriptions to changes in calendars.

use std::fmt;

use jiff::Timestamp;

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

/// A request to subscribe, as [`Webhooks::subscribe_webhook`] begins it.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct SubscribeWebhook {
    client: Client,
    request: SubscribeWebhookRequest,
}

impl SubscribeWebhook {
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

impl fmt::Debug for SubscribeWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeWebhook").field("request", &self.request).finish_non_exhaustive()
    }
}

/// A request to end a subscription, as [`Webhooks::unsubscribe_webhook`] begins it.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct UnsubscribeWebhook {
    client: Client,
    request: UnsubscribeWebhookRequest,
}

impl UnsubscribeWebhook {
    /// Sets the provider's id of the subscription, without which Google's goes on.
    pub fn resource_id(mut self, resource_id: impl Into<String>) -> Self {
        self.request = self.request.resource_id(resource_id);
        self
    }

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

impl fmt::Debug for UnsubscribeWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsubscribeWebhook").field("request", &self.request).finish_non_exhaustive()
    }
}
