//! Subscribing to the changes in calendars, and ending subscriptions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{CallOptions, Caller, Endpoint, RawCall};
use crate::error::{DecodeFailure, Error, InputFailure};
use crate::json::{self, DecodeMismatch, RawJson};
use crate::models::{Provider, SubscribeWebhookResponse, UnsubscribeWebhookResponse};
use crate::params::{SubscribeWebhook, UnsubscribeWebhook};
use crate::sync::BoxFuture;
use crate::transport::{Failure, Reply, Response, Undecodable, or_empty};

/// A subscription to the changes in a calendar, with what [ending](crate::Webhooks::unsubscribe) and
/// [renewing](crate::Webhooks::renew) it need.
///
/// Store it, for example as JSON: the API has no call that lists subscriptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[doc(alias = "SubscribeWebhookResponse")]
#[non_exhaustive]
pub struct Subscription {
    /// Provider of the calendar.
    pub provider: Provider,
    /// Id of the calendar.
    pub calendar_id: String,
    /// Id of the channel.
    pub channel_id: String,
    /// Id of the watched resource at the provider. Google needs it for unsubscribing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// When deliveries stop, unless it is renewed before; `None` if the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<json::InstantSchema>"))]
    pub expiration: Option<Timestamp>,
    /// The webhook URL of the application, to which changes are delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// The provider's callback URL at Connect. For information only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_webhook_url: Option<String>,
    /// The whole response of the service, with what a newer contract adds to it.
    #[serde(default)]
    pub response: SubscribeWebhookResponse,
    /// Members of the subscription at the provider that this release does not know, as they arrived.
    #[serde(default, flatten)]
    pub unknown_members: BTreeMap<String, RawJson>,
}

impl Endpoint for SubscribeWebhook {
    type Output = Subscription;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Subscription, Error>> {
        Box::pin(async move {
            let operation = Self::OPERATION;
            let ids = [
                ("provider", Some(self.body.provider.as_str())),
                ("calendar id", Some(&*self.body.calendar_id)),
                ("channel id", self.body.channel_id.as_deref()),
            ];
            InputFailure::require(operation, &ids)?;
            let body = self.body.clone();
            let Reply { value: response, head, secrets } =
                caller.call::<RawJson>(operation, CallOptions::default(), |api| self.clone().build(api)).await?;
            let subscribed = read(response.get()).map_err(|mismatch| {
                let response = Response { operation, head, body: response.get().to_owned().into(), secrets };
                Error::from(Failure::Undecodable(Box::new(Undecodable { response, mismatch })))
            })?;
            Subscription::new(subscribed, body.provider, body.calendar_id, body.channel_id)
        })
    }
}

impl Subscription {
    /// Makes it of a response, and of the request where the response says nothing.
    fn new(
        response: SubscribeWebhookResponse,
        provider: Provider,
        calendar_id: String,
        channel_id: Option<String>,
    ) -> Result<Self, Error> {
        let inner = response.subscription.clone();
        let named = inner.as_ref().map(|inner| inner.channel_id.clone());
        let channel_id = named.or_else(|| response.channel_id.clone()).or(channel_id).filter(|id| !id.is_empty());
        let channel_id = channel_id
            .ok_or_else(|| DecodeFailure::error(SubscribeWebhook::OPERATION.id, "the response has no channel id"))?;
        let mut subscription = Self {
            provider: response.provider.clone().unwrap_or(provider),
            calendar_id,
            channel_id,
            resource_id: None,
            expiration: None,
            webhook_url: None,
            server_webhook_url: response.server_webhook_url.clone(),
            response,
            unknown_members: BTreeMap::new(),
        };
        if let Some(inner) = inner {
            subscription.resource_id = inner.resource_id;
            subscription.expiration = inner.expiration;
            subscription.webhook_url = inner.webhook_url;
            subscription.unknown_members = inner.unknown_members;
        }
        Ok(subscription)
    }
}

/// Reads the response to a subscription. Where the inner channel id is missing, it is the outer one.
fn read(body: &str) -> Result<SubscribeWebhookResponse, DecodeMismatch> {
    type Members = BTreeMap<String, RawJson>;
    let body = &*json::clean(body);
    let filled = serde_json::from_str(body).ok().and_then(|mut members: Members| {
        let channel_id = members.get("channelId")?.clone();
        let mut subscription: Members = members.get("subscription")?.parse().ok()?;
        let missing = subscription.get("channelId").is_none_or(|id| id.get() == "null");
        missing.then(|| subscription.insert("channelId".to_owned(), channel_id))?;
        members.insert("subscription".to_owned(), RawJson::from_serialize(&subscription).ok()?);
        serde_json::to_string(&members).ok()
    });
    json::read(filled.as_deref().unwrap_or(body), &[])
}

impl Endpoint for UnsubscribeWebhook {
    type Output = UnsubscribeWebhookResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<UnsubscribeWebhookResponse, Error>> {
        Box::pin(async move {
            let ids = [
                ("provider", Some(self.body.provider.as_str())),
                ("channel id", Some(&*self.body.channel_id)),
                ("resource id", self.body.resource_id.as_deref()),
            ];
            InputFailure::require(Self::OPERATION, &ids)?;
            let reply = caller.reply(self, CallOptions::default()).await;
            let empty = || UnsubscribeWebhookResponse { success: true, ..Default::default() };
            Ok(or_empty(reply)?.map_or_else(empty, |reply| UnsubscribeWebhookResponse { success: true, ..reply.value }))
        })
    }
}
