//! Users: their accounts, events and subscriptions.

use serde_json::Value;

use super::Sandbox;
use crate::{
    provider::Provider,
    service::Author,
    state::{SyncState, Touched, WebhookChannel},
};

impl Sandbox {
    /// Connects an account without calendars, unless it is connected already.
    pub fn add_account(&self, user_id: &str, provider: Provider, account_id: &str) {
        self.app.service().user(user_id).account(provider, account_id);
    }

    /// Grants or withholds an account's calendar permission, connecting the account if it was unknown.
    pub fn set_calendar_permission(&self, user_id: &str, provider: Provider, account_id: &str, granted: bool) {
        self.app.service().user(user_id).account(provider, account_id).calendar_permission = Some(granted);
    }

    /// Sets what connection status says of an account's credentials, connecting the account if it was unknown.
    ///
    /// While an account has to be connected again, its calendars and events are still listed as they were last known,
    /// and writes to them fail with 500: nothing reaches the provider.
    pub fn set_sync_state(&self, user_id: &str, provider: Provider, account_id: &str, sync_state: SyncState) {
        let mut service = self.app.service();
        let now = service.now();
        let account = service.user(user_id).account(provider, account_id);
        account.sync_state = sync_state;
        account.sync_state_updated_at = Some(now);
    }

    /// Lists the ids of the user's accounts, in the order in which they were connected.
    #[must_use]
    pub fn accounts(&self, user_id: &str) -> Vec<(Provider, String)> {
        let mut service = self.app.service();
        service.user(user_id).accounts.iter().map(|account| (account.provider, account.id.clone())).collect()
    }

    /// Puts any JSON into the user's listings, exactly as it is.
    ///
    /// An event whose `start` or `end` cannot be read is in every listing, before all others. One without a known
    /// `provider` and `calendarId` is left out when a listing is limited to certain calendars, and is in no delivery.
    pub fn add_event(&self, user_id: &str, event: Value) {
        #[cfg(feature = "contract")]
        self.app.monitor.exempt(&event);
        let mut service = self.app.service();
        let spot = service.user(user_id).add_raw(event);
        service.announce(user_id, Author::User, &[Touched::Created(spot)]);
    }

    /// Changes members of an event or a whole series, as if the user had done it at the provider; `null` removes one.
    ///
    /// Tells whether it was done: not without such an event, nor if it would end before it begins, nor if the members
    /// are no JSON object.
    pub fn change_event(&self, user_id: &str, event_id: &str, members: Value) -> bool {
        let Value::Object(members) = members else { return false };
        let mut service = self.app.service();
        let now = service.now();
        let spot = service.user(user_id).change_stored(event_id, members, now);
        service.announce(user_id, Author::User, spot.map(Touched::Updated).as_slice());
        spot.is_some()
    }

    /// Removes an event or a whole series, as if the user had done it at the provider; tells whether there was one.
    pub fn remove_event(&self, user_id: &str, event_id: &str) -> bool {
        let mut service = self.app.service();
        let gone = service.user(user_id).remove_stored(event_id);
        let is_gone = gone.is_some();
        service.announce(user_id, Author::User, gone.map(Touched::Deleted).as_slice());
        is_gone
    }

    /// Lists the users that anything is known of.
    #[must_use]
    pub fn users(&self) -> Vec<String> {
        self.app.service().user_ids()
    }

    /// Lists the user's events as they are stored: a series once, without its instances.
    #[must_use]
    pub fn events(&self, user_id: &str) -> Vec<Value> {
        self.app.service().user(user_id).stored()
    }

    /// Lists the user's webhook subscriptions that have not expired.
    #[must_use]
    pub fn webhook_channels(&self, user_id: &str) -> Vec<WebhookChannel> {
        let mut service = self.app.service();
        let now = service.now();
        service.user(user_id).channels.iter().filter(|channel| channel.is_live(now)).cloned().collect()
    }
}
