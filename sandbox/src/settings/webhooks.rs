//! What is decided of subscriptions and deliveries.

use std::time::Duration;

use super::events::{ConferenceDialect, DateDialect};
use crate::named::named;

/// Decides whether what the application changed through the API comes back to it in deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WebhookEcho {
    /// It does, as the service's filter is only a best effort. The default.
    #[default]
    Delivered,
    /// It does not, as when the service's filter works.
    Withheld,
}

/// Decides how several channels of one calendar are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ChannelDialect {
    /// Each is a subscription of its own: a change is delivered once per channel, with two `webhook-id`s. The default.
    #[default]
    Separate,
    /// A calendar has one subscription, and the newest channel replaces the others: a change is delivered once, and
    /// unsubscribing a replaced channel ends the newest.
    Shared,
}

/// Decides which channels begin with a delivery of what the calendar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum InitialSyncDialect {
    /// Every new channel. The default.
    #[default]
    PerChannel,
    /// Only one whose calendar has no other channel.
    PerCalendar,
}

named!(WebhookEcho { Delivered => "delivered", Withheld => "withheld" });
named!(ChannelDialect { Separate => "separate", Shared => "shared" });
named!(InitialSyncDialect { PerChannel => "per-channel", PerCalendar => "per-calendar" });

/// What the builder decides of webhooks.
#[derive(Debug, Clone)]
pub(crate) struct WebhookSettings {
    pub(crate) url: Option<String>,
    /// Whether the URL may be another machine's
    pub(crate) anywhere: bool,
    pub(crate) timeout: Duration,
    /// The pauses before the second attempt and those after it
    pub(crate) retries: Vec<Duration>,
    /// How often Apple and CalDAV are asked for changes
    pub(crate) poll: Duration,
    pub(crate) echo: WebhookEcho,
    pub(crate) conference: ConferenceDialect,
    pub(crate) channels: ChannelDialect,
    pub(crate) expiration: DateDialect,
    pub(crate) initial_sync: bool,
    pub(crate) initial_sync_dialect: InitialSyncDialect,
    pub(crate) cache_control: Option<String>,
    pub(crate) key_seed: Option<u64>,
    /// How long a key goes on signing after a rotation
    pub(crate) key_overlap: Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            url: Some("https://app.example/webhooks/connect".into()),
            anywhere: false,
            timeout: Duration::from_secs(15),
            // The schedule that Standard Webhooks suggests, for a day.
            retries: [5, 300, 1_800, 7_200, 18_000, 36_000].map(Duration::from_secs).into(),
            poll: Duration::from_secs(300),
            echo: WebhookEcho::default(),
            conference: ConferenceDialect::default(),
            channels: ChannelDialect::default(),
            expiration: DateDialect::default(),
            initial_sync: true,
            initial_sync_dialect: InitialSyncDialect::default(),
            cache_control: Some("public, max-age=300".into()),
            key_seed: None,
            key_overlap: Duration::from_secs(90 * 24 * 3600),
        }
    }
}
