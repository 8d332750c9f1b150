//! The state of a sandbox as JSON: written, read back, and kept in files.

mod error;
mod reader;

use std::{fmt, fs, path::Path, sync::Arc};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

pub use self::error::StateError;
pub(crate) use self::reader::Reader;
use crate::{
    admin, instant,
    service::Service,
    settings::Settings,
    state::{SavedTokens, SavedUser, Template},
    webhooks::Keyring,
};

/// The version of the format that is written, and the only one that is read.
const VERSION: u64 = 1;

/// The state of a sandbox: users with their accounts, events and channels, tokens, webhook keys, settings, time.
///
/// It comes from [`Sandbox::export_state`](crate::Sandbox::export_state) or from a file, and a sandbox starts with it
/// ([`SandboxBuilder::state`](crate::SandboxBuilder::state)) or changes to it
/// ([`Sandbox::import_state`](crate::Sandbox::import_state)). It is complete and valid, so importing cannot fail.
///
/// In a file, every member but `version` may be left out; the README describes them. `newUsers` is what each further user
/// finds, instead of a [`Seed`](crate::Seed). Faults, requests, deliveries,
/// authorization codes and the history of events are not part of it.
///
/// ```
/// use mobiscroll_connect_sandbox::{Sandbox, State};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let state = State::parse(r#"{
///     "version": 1,
///     "users": { "alice": {
///         "accounts": [{ "provider": "google", "id": "alice@example.com", "calendars": [{ "id": "primary" }] }],
///         "events": [{ "event": {
///             "provider": "google", "calendarId": "primary", "id": "e-1", "title": "Lunch",
///             "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z"
///         } }]
///     } }
/// }"#)?;
/// let sandbox = Sandbox::builder().state(state).start_blocking()?;
/// assert_eq!(sandbox.events("alice")[0]["title"], "Lunch");
///
/// let error = State::parse(r#"{ "version": 1, "users": { "bob": { "accounts": [{}] } } }"#).unwrap_err();
/// assert_eq!(error.to_string(), "users.bob.accounts[0].provider: is required");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct State {
    json: Arc<Value>,
    saved: Arc<Saved>,
}

/// What was read.
struct Saved {
    time: Option<Timestamp>,
    frozen: Option<bool>,
    settings: Map<String, Value>,
    users: Vec<(String, SavedUser)>,
    new_users: Option<Template>,
    tokens: Option<SavedTokens>,
    keys: Option<Keyring>,
}

impl State {
    /// Reads a state from JSON text.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or a member is missing, unknown or malformed; [`StateError::path`] says which.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let json = serde_json::from_str(text).map_err(|error| StateError::new("", format!("is not JSON: {error}")))?;
        Self::from_json(json)
    }

    /// Reads a state from JSON.
    ///
    /// # Errors
    ///
    /// If a member is missing, unknown or malformed; [`StateError::path`] says which.
    pub fn from_json(json: Value) -> Result<Self, StateError> {
        let saved = Saved::read(&json)?;
        Ok(Self { json: Arc::new(json), saved: Arc::new(saved) })
    }

    /// Reads a state from a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or as [`parse`](Self::parse).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, StateError> {
        let path = path.as_ref();
        let read = fs::read_to_string(path).map_err(|error| StateError::new("", format!("cannot be read: {error}")));
        read.and_then(|text| Self::parse(&text)).map_err(|error| error.in_file(path))
    }

    /// Gives the state as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        (*self.json).clone()
    }

    /// Writes down what a service holds.
    pub(crate) fn of(service: &Service) -> Result<Self, StateError> {
        let users: Map<String, Value> = service.users().map(|(id, user)| (id.clone(), user.save())).collect();
        let new_users = service.template.as_ref().map(Template::to_json);
        Self::from_json(json!({
            "version": VERSION,
            "time": instant::exact(service.now()),
            "frozen": service.clock.is_frozen(),
            "settings": admin::settings_to_json(&service.settings),
            "users": users,
            "newUsers": new_users,
            "tokens": service.tokens.save(),
            "webhookKeys": service.keys.save(),
        }))
    }

    /// Puts a service that holds nothing yet into this state.
    pub(crate) fn restore(&self, service: &mut Service) {
        let saved = &self.saved;
        // It was tried when the state was read.
        let _ = admin::change_settings(&mut service.settings, saved.settings.clone());
        match saved.frozen {
            Some(true) => service.clock.freeze(),
            Some(false) => service.clock.unfreeze(),
            None => {}
        }
        if let Some(time) = saved.time {
            service.clock.set(time);
        }
        service.rename_streams(&self.digest());
        if let Some(tokens) = &saved.tokens {
            service.tokens.restore(tokens.clone());
        }
        if let Some(keys) = &saved.keys {
            service.keys = keys.clone();
        }
        service.template = saved.new_users.clone();
        for (id, user) in &saved.users {
            service.restore_user(id, user.clone());
        }
    }

    /// Lists the events that are shown exactly as they are.
    #[cfg(feature = "contract")]
    pub(crate) fn raw_events(&self) -> impl Iterator<Item = &Value> {
        let template = self.saved.new_users.iter().flat_map(Template::raw_events);
        self.saved.users.iter().flat_map(|(_, user)| user.raw_events()).chain(template)
    }

    /// Ids made after an import must differ from those in it, and be the same after each import.
    fn digest(&self) -> String {
        let digest = Sha256::digest(self.json.to_string());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Saved {
    fn read(json: &Value) -> Result<Self, StateError> {
        let mut root = Reader::new(json).members()?;
        let version = root.required("version")?;
        if version.count()? != VERSION {
            return Err(version.error(format_args!("must be {VERSION}")));
        }
        let settings = root.optional("settings", |settings| {
            let fields = settings.object()?.clone();
            match admin::change_settings(&mut Settings::default(), fields.clone()) {
                Ok(()) => Ok(fields),
                Err((None, problem)) => Err(settings.error(problem)),
                Err((Some(field), problem)) => Err(settings.error_at(&field, problem)),
            }
        })?;
        let saved = Self {
            time: root.optional("time", |time| time.instant())?,
            frozen: root.optional("frozen", |frozen| frozen.flag())?,
            settings: settings.unwrap_or_default(),
            users: root.optional("users", |users| users.entries(SavedUser::read))?.unwrap_or_default(),
            new_users: root.optional("newUsers", Template::read)?,
            tokens: root.optional("tokens", SavedTokens::read)?,
            keys: root.optional("webhookKeys", Keyring::read)?,
        };
        root.finish()?;
        Ok(saved)
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let users: Vec<&String> = self.saved.users.iter().map(|(id, _)| id).collect();
        f.debug_struct("State").field("users", &users).finish_non_exhaustive()
    }
}

/// Writes the JSON of a file, indented.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.json)
    }
}
