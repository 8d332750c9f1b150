//! What a test may do with webhooks and find out about them.

use bytes::Bytes;

use super::Sandbox;
use crate::{
    service::Service,
    webhooks::{
        Cause, Delivery, DeliveryCounts, Disturbance, Flood, Forgery, Record, ReleaseOrder, SignedDelivery, Signing,
        WebhookKey, new_id, sign,
    },
};

/// Keys and signatures of webhooks.
impl Sandbox {
    /// Lists every key that signs or ever signed deliveries, the newest first.
    #[must_use]
    pub fn webhook_keys(&self) -> Vec<WebhookKey> {
        let service = self.app.service();
        service.keys.all(service.now())
    }

    /// Activates a new key. The one before signs beside it, and is published, until the overlap is over.
    ///
    /// That is 90 days by the sandbox's clock, unless [`SandboxBuilder::webhook_key_overlap`] says otherwise.
    ///
    /// [`SandboxBuilder::webhook_key_overlap`]: crate::SandboxBuilder::webhook_key_overlap
    pub fn rotate_webhook_key(&self) -> WebhookKey {
        self.with_service(|service| {
            let (overlap, now) = (service.settings.webhooks.key_overlap, service.now());
            service.keys.rotate(overlap, now)
        })
    }

    /// Ends the overlap now: only the active key goes on. Tells how many keys retired.
    pub fn retire_webhook_keys(&self) -> usize {
        self.with_service(|service| {
            let now = service.now();
            service.keys.retire(now)
        })
    }

    /// Ends a key at once, as if it had leaked; a new one takes the place of the active one. Tells whether the key is
    /// known.
    ///
    /// What waits to be sent is signed without it.
    pub fn revoke_webhook_key(&self, id: &str) -> bool {
        self.with_service(|service| {
            let now = service.now();
            service.keys.revoke(id, now)
        })
    }

    /// Signs any body as a delivery now is, and sends nothing.
    #[must_use]
    pub fn sign_webhook(&self, body: impl Into<Bytes>) -> SignedDelivery {
        let service = self.app.service();
        let now = service.now();
        let keys: Vec<_> = service.keys.signing(now).collect();
        sign(new_id(&service.delivery_ids), now.as_second().to_string(), body.into(), &keys)
    }

    /// Signs any body in this way, and sends nothing; `None` if a key is unknown.
    #[must_use]
    pub fn sign_webhook_with(&self, body: impl Into<Bytes>, signing: Signing) -> Option<SignedDelivery> {
        let service = self.app.service();
        signing.sign(body.into(), &service.keys, &service.delivery_ids, service.now())
    }
}

/// Deliveries.
impl Sandbox {
    /// Signs any body and delivers it, and tries again as usual. Gives the `webhook-id`.
    pub fn deliver_webhook(&self, body: impl Into<Bytes>) -> String {
        self.with_service(|service| {
            let (id, now) = (new_id(&service.delivery_ids), service.now());
            service.outbox.add(Record::new(id.clone(), Cause::Command, None, body.into()), now);
            id
        })
    }

    /// Posts a delivery to the webhook URL as it is, once.
    pub fn send_webhook(&self, delivery: SignedDelivery) {
        let headers = delivery.to_headers();
        self.send_webhook_with(delivery.id, headers, delivery.body);
    }

    pub(crate) fn send_webhook_with(&self, id: String, headers: Vec<(String, String)>, body: Bytes) {
        let record = Record::new(id, Cause::Command, None, body).with_headers(headers);
        self.with_service(|service| {
            let now = service.now();
            service.outbox.enqueue(record, now);
        });
    }

    /// Posts a delivery again, once, byte for byte as it was first sent; tells whether one of this id was sent.
    pub fn replay_webhook(&self, id: &str) -> bool {
        self.with_service(|service| {
            let now = service.now();
            let replay = service.outbox.sent(id);
            replay.map(|replay| service.outbox.enqueue(replay, now)).is_some()
        })
    }

    /// Posts forged deliveries over four connections at once, beside the genuine ones; a million at most.
    ///
    /// They are not listed among the deliveries, only counted.
    pub fn flood_webhook(&self, count: usize, forgery: Forgery) {
        self.with_service(|service| {
            service.outbox.floods.push_back(Flood::new(count, forgery));
            service.outbox.wake.notify_one();
        });
    }

    /// Makes something go wrong with the deliveries made from now on.
    pub fn disturb_deliveries(&self, disturbance: Disturbance) {
        self.with_service(|service| service.outbox.disturbances.push(disturbance));
    }

    /// Ends all disturbances; deliveries that were already disturbed stay so.
    pub fn clear_disturbances(&self) {
        self.with_service(|service| service.outbox.disturbances.clear());
    }

    /// Keeps deliveries back until [`release_deliveries`](Self::release_deliveries). Floods go on.
    pub fn hold_deliveries(&self) {
        self.with_service(|service| service.outbox.hold());
    }

    /// Sends what was kept back, in this order.
    pub fn release_deliveries(&self, order: ReleaseOrder) {
        self.with_service(|service| {
            let now = service.now();
            service.outbox.release(order, now);
        });
    }

    /// Lists the deliveries, oldest first; of very many only the newest 10,000. Forged ones are only counted.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.app.service().outbox.all()
    }

    /// Counts the deliveries, whether they are still listed or not.
    #[must_use]
    pub fn delivery_counts(&self) -> DeliveryCounts {
        self.app.service().outbox.counts.clone()
    }

    /// Forgets the deliveries that have come to an end, and resets the counts.
    pub fn clear_deliveries(&self) {
        self.with_service(|service| service.outbox.clear_ended());
    }

    /// Waits until nothing is being sent and nothing is due by the sandbox's clock.
    ///
    /// Returns how many deliveries still wait: held ones, delayed ones, and those that failed and are retried later by
    /// the sandbox's clock. Their state is [`DeliveryState::Waiting`](crate::DeliveryState::Waiting);
    /// [`advance`](Self::advance) brings them on.
    pub async fn deliveries_settled(&self) -> usize {
        let done = self.app.service().outbox.done.clone();
        loop {
            let ended = done.notified();
            {
                let service = self.app.service();
                if service.outbox.is_idle(service.now()) {
                    return service.outbox.waiting();
                }
            }
            ended.await;
        }
    }

    fn with_service<T>(&self, change: impl FnOnce(&mut Service) -> T) -> T {
        change(&mut self.app.service())
    }
}
