//! Renewing subscriptions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::subscriptions::Subscription;
use crate::call::{Caller, Endpoint, Request};
use crate::error::Error;
use crate::params::{SubscribeWebhook, UnsubscribeWebhook};
use crate::sync::BoxFuture;

/// Parameters of [`Webhooks::renew`](crate::Webhooks::renew).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct RenewSubscription {
    old: Subscription,
    expiration: Option<Timestamp>,
    keep_old: bool,
}

impl RenewSubscription {
    /// Names the subscription to renew.
    pub fn new(old: Subscription) -> Self {
        Self { old, expiration: None, keep_old: false }
    }

    /// Sets the end of the new subscription. Default: the provider decides.
    pub fn expiration(mut self, expiration: impl Into<Timestamp>) -> Self {
        self.expiration = Some(expiration.into());
        self
    }

    /// Does not end the old channel: it expires.
    ///
    /// For a service where ending the old channel ends the new subscription, too. Until it expires, a change may be
    /// delivered twice, under two ids.
    pub fn keep_old(mut self) -> Self {
        self.keep_old = true;
        self
    }
}

impl<C> Request<RenewSubscription, C> {
    /// Sets the end of the new subscription: see [`RenewSubscription::expiration`].
    pub fn expiration(self, expiration: impl Into<Timestamp>) -> Self {
        self.map(|params| params.expiration(expiration))
    }

    /// Does not end the old channel: see [`RenewSubscription::keep_old`].
    pub fn keep_old(self) -> Self {
        self.map(RenewSubscription::keep_old)
    }
}

/// What [`Webhooks::renew`](crate::Webhooks::renew) returns.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Renewal {
    /// The new subscription: store it in the place of the old one.
    pub subscription: Subscription,
    /// Why the old channel could not be ended; `None` if it was ended, or was to be kept. It expires, or can be
    /// [ended](crate::Webhooks::unsubscribe) later.
    pub old_error: Option<Error>,
}

impl Endpoint for RenewSubscription {
    type Output = Renewal;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Renewal, Error>> {
        Box::pin(async move {
            let (Self { old, expiration, keep_old }, caller) = (self, caller.begin());
            let mut subscribe = SubscribeWebhook::new(old.provider.clone(), old.calendar_id.clone());
            if let Some(expiration) = expiration {
                subscribe = subscribe.expiration(expiration);
            }
            let subscription = subscribe.call(caller.clone()).await?;
            // A server that renews in place has nothing to end.
            let is_replaced = subscription.channel_id != old.channel_id;
            let old_error = match is_replaced && !keep_old {
                true => UnsubscribeWebhook::from(&old).call(caller).await.err(),
                false => None,
            };
            Ok(Renewal { subscription, old_error })
        })
    }
}

impl From<&Subscription> for UnsubscribeWebhook {
    fn from(subscription: &Subscription) -> Self {
        let request = Self::new(subscription.provider.clone(), subscription.channel_id.clone());
        match &subscription.resource_id {
            Some(resource_id) => request.resource_id(resource_id),
            None => request,
        }
    }
}

impl From<Subscription> for UnsubscribeWebhook {
    fn from(subscription: Subscription) -> Self {
        Self::from(&subscription)
    }
}
