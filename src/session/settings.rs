//! What the sessions of all users share.

use std::sync::Arc;
use std::time::Duration;

use super::admission::Admission;
use super::events::{AuthEvents, EventSender};
use super::hook::Hook;
use super::task::InFlight;
use crate::tokens::TokenStore;
use crate::transport::Transport;

pub(crate) struct SessionSettings {
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) hook: Option<Arc<Hook>>,
    pub(crate) refresh_ahead: Duration,
    pub(crate) refresh_lease: Duration,
    pub(crate) save_timeout: Duration,
    /// The delay before a token whose presentation had no result is presented a third time.
    pub(crate) presentation_interval: Duration,
    pub(crate) max_refreshes: usize,
    pub(crate) idle_time: Duration,
    pub(crate) max_idle_users: usize,
    pub(crate) login_timeout: Duration,
    /// Whether tokens of another user are refused.
    pub(crate) verify_subject: bool,
    /// Whether traces name the user.
    pub(crate) trace_user_ids: bool,
}

pub(crate) struct Shared {
    pub(super) transport: Arc<Transport>,
    pub(super) settings: SessionSettings,
    pub(super) events: EventSender,
    pub(super) in_flight: InFlight,
    pub(super) admission: Admission,
}

impl Shared {
    pub(crate) fn new(transport: Arc<Transport>, settings: SessionSettings) -> Self {
        let admission = Admission::new(settings.max_refreshes);
        let events = EventSender::new(settings.trace_user_ids);
        Self { transport, settings, events, in_flight: InFlight::default(), admission }
    }

    pub(crate) fn subscribe(&self) -> AuthEvents {
        self.events.subscribe()
    }
}
