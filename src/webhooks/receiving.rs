//! The verification of deliveries with the service's keys.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::Instant;
use url::Url;

use super::delivery::WebhookDelivery;
use super::fetch_keys::keys_url;
use super::key_store::KeyStore;
use super::keys::WebhookKeys;
use super::verify::{Envelope, WebhookOptions, check_size};
use crate::call::{Caller, Endpoint};
use crate::error::WebhookKind::NoMatchingSignature;
use crate::error::{Error, WebhookFailure};
use crate::sync::BoxFuture;
use crate::transport::Transport;

/// Keys and options of an application.
#[derive(Debug)]
pub(crate) struct Receiving {
    keys: Arc<KeyStore>,
    pinned: WebhookKeys,
    pub(super) options: WebhookOptions,
}

/// A client that verifies deliveries.
pub(crate) trait Receiver {
    fn receiving(&self) -> &Arc<Receiving>;
}

impl Receiving {
    pub(crate) fn new(base_url: &Url, pinned: WebhookKeys, options: WebhookOptions) -> Self {
        Self { keys: KeyStore::of(keys_url(base_url)), pinned, options }
    }

    /// Verifies a delivery whose headers are valid by themselves.
    pub(super) async fn verify(
        &self,
        transport: &Transport,
        body: &[u8],
        envelope: &Envelope,
    ) -> Result<WebhookDelivery, Error> {
        let arrived = Instant::now();
        // The pinned key is only a fallback: once keys are fetched, a retired one must not be accepted.
        let keys = self.keys.current(transport).await?.unwrap_or_else(|| self.pinned.clone());
        let verified = envelope.verify(body, &keys);
        if !is_mismatch(&verified) {
            return verified;
        }
        let (newest, is_newest) = self.keys.renewed(arrived, transport).await?;
        match newest.filter(|newest| *newest != keys) {
            Some(newest) => envelope.verify(body, &newest),
            None => verified,
        }
        // It may be signed with a key that could not be fetched yet.
        .map_err(|error| if is_newest { error } else { WebhookFailure::retryable(NoMatchingSignature) })
    }
}

fn is_mismatch(verified: &Result<WebhookDelivery, Error>) -> bool {
    matches!(verified, Err(Error::WebhookVerification(failure)) if failure.kind == NoMatchingSignature)
}

/// Parameters of [`Webhooks::verify_webhook`](crate::Webhooks::verify_webhook).
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyWebhook {
    body: Bytes,
    headers: HeaderMap,
    receiving: Arc<Receiving>,
}

impl VerifyWebhook {
    pub(super) fn new(body: &[u8], headers: &HeaderMap, receiving: &Arc<Receiving>) -> Self {
        Self { body: Bytes::copy_from_slice(body), headers: headers.clone(), receiving: receiving.clone() }
    }
}

impl Endpoint for VerifyWebhook {
    type Output = WebhookDelivery;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<WebhookDelivery, Error>> {
        Box::pin(async move {
            let options = &self.receiving.options;
            check_size(self.body.len(), options)?;
            let envelope = Envelope::open(&self.headers, options)?;
            self.receiving.verify(&caller.transport, &self.body, &envelope).await
        })
    }
}
