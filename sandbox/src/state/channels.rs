use jiff::Timestamp;

use crate::provider::Provider;

/// Describes a subscription to the changes of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookChannel {
    /// The calendar's provider
    pub provider: Provider,
    /// The calendar
    pub calendar_id: String,
    /// The channel, named by the client or by the sandbox
    pub channel_id: String,
    /// The provider's own name for the channel; Google only
    pub resource_id: Option<String>,
    /// The end of the subscription, if it has one
    pub expiration: Option<Timestamp>,
}

impl WebhookChannel {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.expiration.is_none_or(|end| now < end)
    }
}
