//! Webhook subscriptions.

use std::collections::BTreeMap;

use crate::call::{CallOptions, Caller, Endpoint, RawCall};
use crate::error::{Error, InputFailure};
use crate::json::{self, DecodeMismatch, RawJson};
use crate::models::{SubscribeWebhookResponse, UnsubscribeWebhookResponse};
use crate::params::{SubscribeWebhook, UnsubscribeWebhook};
use crate::sync::BoxFuture;
use crate::transport::{Failure, Reply, Response, Undecodable, or_empty};

impl Endpoint for SubscribeWebhook {
    type Output = SubscribeWebhookResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<SubscribeWebhookResponse, Error>> {
        Box::pin(async move {
            let operation = Self::OPERATION;
            let ids = [
                ("provider", Some(self.body.provider.as_str())),
                ("calendar id", Some(&*self.body.calendar_id)),
                ("channel id", self.body.channel_id.as_deref()),
            ];
            InputFailure::require(operation, &ids)?;
            let Reply { value: body, head, secrets } =
                caller.call::<RawJson>(operation, CallOptions::default(), |api| self.clone().build(api)).await?;
            subscribed(body.get()).map_err(|mismatch| {
                let response = Response { operation, head, body: body.get().to_owned().into(), secrets };
                Failure::Undecodable(Box::new(Undecodable { response, mismatch })).into()
            })
        })
    }
}

/// Reads the response to a subscription. Where the inner channel id is missing, it is the outer one.
fn subscribed(body: &str) -> Result<SubscribeWebhookResponse, DecodeMismatch> {
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
    let response: SubscribeWebhookResponse = json::read(filled.as_deref().unwrap_or(body), &[])?;
    // A failure would say so.
    Ok(SubscribeWebhookResponse { success: true, ..response })
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
