use jiff::Timestamp;
use serde_json::{Value, json};

use super::events::Event;
use crate::{instant, named::named, provider::Provider};

/// One of the application's users, with everything connected.
#[derive(Debug, Default)]
pub(crate) struct User {
    pub(crate) accounts: Vec<Account>,
    pub(crate) events: Vec<Event>,
    pub(crate) channels: Vec<WebhookChannel>,
    pub(super) next_event: u64,
}

/// An account at a provider.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) provider: Provider,
    pub(crate) id: String,
    pub(crate) calendars: Vec<Calendar>,
    /// `None` where the provider has no such permission.
    pub(crate) calendar_permission: Option<bool>,
    pub(crate) sync_state: SyncState,
    pub(crate) sync_state_updated_at: Option<Timestamp>,
}

/// Tells whether the provider still accepts an account's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SyncState {
    /// It does.
    #[default]
    Active,
    /// It does not; the user has to connect the account again.
    ReauthRequired,
}

named!(SyncState { Active => "active", ReauthRequired => "reauth_required" });

/// A calendar of an account.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) time_zone: &'static str,
    pub(crate) color: Option<&'static str>,
    pub(crate) description: &'static str,
}

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
    /// Gives the account, connected without calendars if it was unknown.
    pub(crate) fn account(&mut self, provider: Provider, id: &str) -> &mut Account {
        let known = self.accounts.iter().position(|account| account.provider == provider && account.id == id);
        let at = known.unwrap_or_else(|| {
            self.accounts.push(Account::new(provider, id.to_owned(), Vec::new()));
            self.accounts.len() - 1
        });
        &mut self.accounts[at]
    }

    /// Counts the accounts that the limit still allows, if there is one.
    pub(crate) fn room(&self, limit: Option<usize>) -> Option<usize> {
        limit.map(|limit| limit.saturating_sub(self.accounts.len()))
    }

    /// Finds the account that a calendar belongs to.
    pub(crate) fn account_of(&self, provider: Provider, calendar_id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.provider == provider && account.has_calendar(calendar_id))
    }

    /// Lists the accounts whose consent left out the calendars.
    pub(crate) fn blocked(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(|account| account.is_blocked())
    }

    /// Removes the matching accounts with their events and channels, and tells how many there were.
    pub(crate) fn disconnect(&mut self, provider: Provider, account_id: Option<&str>) -> usize {
        let leaves = |account: &Account| account.provider == provider && account_id.is_none_or(|id| account.id == id);
        let (gone, stays): (Vec<_>, Vec<_>) = self.accounts.drain(..).partition(leaves);
        self.accounts = stays;
        let is_gone = |calendar: &str| gone.iter().any(|account| account.has_calendar(calendar));
        self.events.retain(|event| {
            let calendar = event.body.get("calendarId").and_then(Value::as_str);
            event.provider() != Some(provider) || !calendar.is_some_and(is_gone)
        });
        self.channels.retain(|channel| channel.provider != provider || !is_gone(&channel.calendar_id));
        gone.len()
    }
}

impl Account {
    pub(crate) fn new(provider: Provider, id: String, calendars: Vec<Calendar>) -> Self {
        Self {
            provider,
            id,
            calendars,
            calendar_permission: provider.has_calendar_permission().then_some(true),
            sync_state: SyncState::Active,
            sync_state_updated_at: None,
        }
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.calendar_permission == Some(false)
    }

    fn has_calendar(&self, id: &str) -> bool {
        self.calendars.iter().any(|calendar| calendar.id == id)
    }

    /// Writes the account as connection status shows it.
    pub(crate) fn to_json(&self) -> Value {
        let calendars_granted = self.calendar_permission != Some(false);
        let granted_scopes = match self.provider {
            Provider::Google if calendars_granted => {
                json!(["openid", "email", "https://www.googleapis.com/auth/calendar"])
            }
            Provider::Google => json!(["openid", "email"]),
            Provider::Microsoft if calendars_granted => {
                json!(["openid", "User.Read", "Calendars.ReadWrite"])
            }
            Provider::Microsoft => json!(["openid", "User.Read"]),
            Provider::Apple | Provider::CalDav => json!([]),
        };
        json!({
            "id": self.id,
            "display": self.id,
            "grantedScopes": granted_scopes,
            "calendarPermissionGranted": self.calendar_permission,
            "syncState": self.sync_state.as_str(),
            "syncStateUpdatedAt": self.sync_state_updated_at.map(instant::format),
        })
    }
}

impl Calendar {
    /// Writes the calendar as the calendar list shows it.
    pub(crate) fn to_json(&self, account: &Account) -> Value {
        let mut calendar = json!({
            "provider": account.provider.as_str(),
            "id": self.id,
            "title": self.title,
            "timeZone": self.time_zone,
            "description": self.description,
            "original": super::original::calendar(self, account),
        });
        if let Some(color) = self.color {
            calendar["color"] = color.into();
        }
        calendar
    }
}
