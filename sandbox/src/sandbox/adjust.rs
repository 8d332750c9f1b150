//! What a test may change while the sandbox runs.

use std::time::Duration;

use jiff::Timestamp;

use super::Sandbox;
#[cfg(feature = "contract")]
use crate::snapshot::State;
use crate::{
    clock::Clock,
    settings::{Consent, DeleteDialect, ReuseRule, ScopeDenial, Settings, WriteDialect},
};

impl Sandbox {
    /// Tells the time by the sandbox's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.app.service().now()
    }

    /// Moves the sandbox's clock ahead; codes, access tokens, subscriptions and keys age with it, and
    /// deliveries that wait become due.
    pub fn advance(&self, by: Duration) {
        self.turn_clock(|clock| clock.advance(by));
    }

    /// Moves the sandbox's clock back; what had expired in between is good again.
    pub fn rewind(&self, by: Duration) {
        self.turn_clock(|clock| clock.rewind(by));
    }

    /// Sets the sandbox's clock. It runs on from there, unless it is [frozen](Self::freeze_time).
    pub fn set_time(&self, now: Timestamp) {
        self.turn_clock(|clock| clock.set(now));
    }

    /// Stops the sandbox's clock; it moves only when it is set, advanced or rewound.
    pub fn freeze_time(&self) {
        self.turn_clock(Clock::freeze);
    }

    /// Lets the sandbox's clock run on from where it stands.
    pub fn unfreeze_time(&self) {
        self.turn_clock(Clock::unfreeze);
    }

    /// Tells whether the sandbox's clock stands still.
    #[must_use]
    pub fn is_time_frozen(&self) -> bool {
        self.app.service().clock.is_frozen()
    }

    /// Decides how users respond from now on to a consent request.
    pub fn set_consent(&self, consent: Consent) {
        self.with_settings(|settings| settings.consent = consent);
    }

    /// Lets the access tokens issued from now on live this long; see [`SandboxBuilder::access_token_ttl`].
    ///
    /// [`SandboxBuilder::access_token_ttl`]: crate::SandboxBuilder::access_token_ttl
    pub fn set_access_token_ttl(&self, ttl: Duration) {
        self.with_settings(|settings| settings.access_token_ttl = ttl);
    }

    /// Chooses the form of the response to an event created or updated from now on.
    pub fn set_write_dialect(&self, dialect: WriteDialect) {
        self.with_settings(|settings| settings.write_dialect = dialect);
    }

    /// Chooses the form of the response to an event deleted from now on.
    pub fn set_delete_dialect(&self, dialect: DeleteDialect) {
        self.with_settings(|settings| settings.delete_dialect = dialect);
    }

    /// Chooses the status that refuses a write because of its scope from now on.
    pub fn set_scope_denial(&self, denial: ScopeDenial) {
        self.with_settings(|settings| settings.scope_denial = denial);
    }

    /// Decides how refreshing with a token that was already retired counts from now on.
    pub fn set_reuse_rule(&self, rule: ReuseRule) {
        self.with_settings(|settings| settings.reuse_rule = rule);
    }

    /// Registers the application with another webhook URL, or with none; waiting deliveries go there, too.
    pub fn set_webhook_url(&self, url: Option<&str>) {
        self.with_settings(|settings| settings.webhooks.url = url.map(str::to_owned));
    }

    /// Publishes the webhook keys with this `Cache-Control` from now on, or without any.
    pub fn set_webhook_keys_cache_control(&self, value: Option<&str>) {
        self.with_settings(|settings| settings.webhooks.cache_control = value.map(str::to_owned));
    }

    /// Puts everything back to how it was at the start, or to the state that was imported last: users, tokens, settings, clock, keys, faults, requests,
    /// deliveries, counters.
    ///
    /// Connection attempts are not swallowed any more, and no TCP connection is limited; those that are frozen or
    /// otherwise not served as usual are closed.
    /// Tokens and codes issued before are unknown afterwards.
    pub fn reset(&self) {
        let state = self.app.reset_state();
        self.app.service().restart(self.settings.clone(), state.as_ref());
        self.app.faults.clear();
        self.app.log.clear();
        self.app.journal.clear();
        self.app.connections.restart();
        self.accept_handshakes();
        #[cfg(feature = "contract")]
        {
            self.clear_tolerated();
            state.iter().flat_map(State::raw_events).for_each(|event| self.app.monitor.exempt(event));
        }
    }

    fn turn_clock(&self, turn: impl FnOnce(&mut Clock)) {
        let mut service = self.app.service();
        turn(&mut service.clock);
        service.outbox.wake.notify_one();
    }

    pub(crate) fn with_settings<T>(&self, look: impl FnOnce(&mut Settings) -> T) -> T {
        look(&mut self.app.service().settings)
    }
}
