use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{named::named, provider::Provider, settings::DateDialect};

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
    pub(crate) time_zone: String,
    pub(crate) color: Option<String>,
    pub(crate) description: String,
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

    pub(super) fn has_calendar(&self, id: &str) -> bool {
        self.calendars.iter().any(|calendar| calendar.id == id)
    }

    /// Writes the account as connection status shows it.
    pub(crate) fn to_json(&self, dates: DateDialect) -> Value {
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
            "syncStateUpdatedAt": self.sync_state_updated_at.map(|at| dates.write(at)),
        })
    }
}
