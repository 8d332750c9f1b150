//! Everything that the builder decides.

mod events;
mod oauth;
mod webhooks;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use jiff::SignedDuration;

pub use self::{
    events::{CalendarIdDialect, ConferenceDialect, CreateStatus, DateDialect, DeleteDialect, WriteDialect},
    oauth::{AccessTokenDialect, ExpiresInDialect, RedirectUriRule, RefreshDialect, RefreshRefusal},
    webhooks::{ChannelDialect, InitialSyncDialect, WebhookEcho},
};
pub(crate) use self::{oauth::OAuthSettings, webhooks::WebhookSettings};
use crate::{
    access::Access, clock::StartTime, latency::Latency, named::named, operation::Operation, rate_limit::RateLimit,
};

/// Chooses what a new user's accounts hold; on a command line by the names in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Seed {
    /// Calendars with a few dozen events around today, an all-day event and a weekly series of ten years (`small`). The default.
    #[default]
    Demo,
    /// Calendars without events (`empty`).
    Empty,
    /// A year of work around today: some 1,600 events and series of every kind, with exceptions (`busy-year`).
    BusyYear,
    /// 10,000 single events within half a year of today, 2,500 for each provider (`large`).
    Large,
    /// Events as the contract hardly allows them: nulls, unknown values, bare and odd dates, members that are missing,
    /// of another type or unheard of (`awkward`).
    ///
    /// They are shown exactly as they are, within two weeks of today; some have no readable date and come first in
    /// every listing. The second page of every listing is empty and has a token.
    Awkward,
}

/// Decides what the user answers to a consent request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Consent {
    /// Sends the browser straight back with a code. The default.
    #[default]
    Approve,
    /// Sends the browser straight back with `error=access_denied`.
    Deny,
    /// Sends the browser to a page where the user chooses accounts, and allows or denies.
    ///
    /// A user has no accounts before that, unless a method of the sandbox gave some. The browser has two hours, by the
    /// sandbox's clock: later the page says that it has expired, and a code from shortly before is refused as
    /// `session_expired`.
    Ask,
}

/// Chooses the status that refuses a write because of its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ScopeDenial {
    /// 401, as the service documents it. The default.
    #[default]
    Unauthorized,
    /// 403, as some deployments answer.
    Forbidden,
}

/// Decides how refreshing with a token that was already retired counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ReuseRule {
    /// Any number of refreshes with the same token stand side by side, as one rotation. The default.
    #[default]
    SideBySide,
    /// Every refresh is a rotation of its own, so a third use of the same token is two rotations late.
    EveryRefreshCounts,
}

named!(Consent { Approve => "approve", Deny => "deny", Ask => "ask" });
named!(ScopeDenial { Unauthorized => "unauthorized", Forbidden => "forbidden" });
named!(ReuseRule { SideBySide => "side-by-side", EveryRefreshCounts => "every-refresh-counts" });
named!(Seed {
    Demo => "small",
    Empty => "empty",
    BusyYear => "busy-year",
    Large => "large",
    Awkward => "awkward",
});

/// Everything that the builder decides and the routes look up.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
    pub(crate) webhooks: WebhookSettings,
    pub(crate) oauth: OAuthSettings,
    pub(crate) start_time: StartTime,
    pub(crate) is_clock_frozen: bool,
    /// What ids, tokens and keys are derived from; unpredictable without it
    pub(crate) random_seed: Option<u64>,
    /// By operation; without one, of those that have none of their own
    pub(crate) latencies: BTreeMap<Option<Operation>, Latency>,
    /// By operation; without one, of all together
    pub(crate) rate_limits: BTreeMap<Option<Operation>, RateLimit>,
    pub(crate) access_token_ttl: Duration,
    pub(crate) seed: Seed,
    pub(crate) consent: Consent,
    pub(crate) app_name: String,
    pub(crate) connection_limit: Option<usize>,
    pub(crate) legacy_paths_only: bool,
    pub(crate) write_dialect: WriteDialect,
    pub(crate) delete_dialect: DeleteDialect,
    pub(crate) create_status: CreateStatus,
    pub(crate) calendar_id_dialect: CalendarIdDialect,
    pub(crate) conference_dialect: ConferenceDialect,
    pub(crate) date_dialect: DateDialect,
    pub(crate) scope_denial: ScopeDenial,
    pub(crate) reuse_rule: ReuseRule,
    pub(crate) admin: bool,
    pub(crate) listen: IpAddr,
    pub(crate) access: Access,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            client_id: "sandbox-client".into(),
            client_secret: "sandbox-secret".into(),
            redirect_uri: "https://app.example/oauth/callback".into(),
            webhooks: WebhookSettings::default(),
            oauth: OAuthSettings::default(),
            start_time: StartTime::Offset(SignedDuration::ZERO),
            is_clock_frozen: false,
            random_seed: None,
            latencies: BTreeMap::new(),
            rate_limits: BTreeMap::new(),
            access_token_ttl: Duration::from_secs(3600),
            seed: Seed::default(),
            consent: Consent::default(),
            app_name: "Demo App".into(),
            connection_limit: None,
            legacy_paths_only: false,
            write_dialect: WriteDialect::default(),
            delete_dialect: DeleteDialect::default(),
            create_status: CreateStatus::default(),
            calendar_id_dialect: CalendarIdDialect::default(),
            conference_dialect: ConferenceDialect::default(),
            date_dialect: DateDialect::default(),
            scope_denial: ScopeDenial::default(),
            reuse_rule: ReuseRule::default(),
            admin: true,
            listen: Ipv4Addr::LOCALHOST.into(),
            access: Access::default(),
        }
    }
}
