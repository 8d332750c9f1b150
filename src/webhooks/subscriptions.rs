//! Webhook subscriptions.

use crate::call::{CallOptions, Caller, Endpoint};
use crate::error::Error;
use crate::models::{SubscribeWebhookResponse, UnsubscribeWebhookResponse};
use crate::params::{SubscribeWebhook, UnsubscribeWebhook};
use crate::sync::BoxFuture;
use crate::transport::or_empty;

impl Endpoint for SubscribeWebhook {
    type Output = SubscribeWebhookResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<SubscribeWebhookResponse, Error>> {
        Box::pin(async move { Ok(caller.send(self).await?) })
    }
}

impl Endpoint for UnsubscribeWebhook {
    type Output = UnsubscribeWebhookResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<UnsubscribeWebhookResponse, Error>> {
        Box::pin(async move {
            let reply = caller.reply(self, CallOptions::default()).await;
            let empty = || UnsubscribeWebhookResponse { success: true, ..Default::default() };
            Ok(or_empty(reply)?.map_or_else(empty, |reply| UnsubscribeWebhookResponse { success: true, ..reply.value }))
        })
    }
}
