use jiff::Timestamp;

use super::users::User;
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

impl User {
    /// Lets a new channel take over the others of its calendar, and gives those.
    pub(crate) fn supersede(&mut self, new: &WebhookChannel) -> Vec<WebhookChannel> {
        let is_alike = |old: &mut WebhookChannel| old.provider == new.provider && old.calendar_id == new.calendar_id;
        let old: Vec<WebhookChannel> = self.channels.extract_if(.., is_alike).collect();
        self.superseded.retain(|old| old.channel_id != new.channel_id);
        self.superseded.extend(old.iter().cloned());
        old
    }

    /// Ends a channel, and gives what ended with it: of one that another took over, that other.
    pub(crate) fn end_channel(&mut self, provider: Provider, channel_id: &str) -> Vec<WebhookChannel> {
        let is_meant = |channel: &mut WebhookChannel| channel.provider == provider && channel.channel_id == channel_id;
        let gone: Vec<WebhookChannel> = self.superseded.extract_if(.., is_meant).collect();
        let ends = |channel: &mut WebhookChannel| {
            is_meant(channel)
                || (channel.provider == provider && gone.iter().any(|gone| gone.calendar_id == channel.calendar_id))
        };
        self.channels.extract_if(.., ends).collect()
    }
}
