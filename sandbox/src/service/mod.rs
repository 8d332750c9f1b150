//! Everything the sandbox remembers, behind one lock.

mod announce;

use std::{collections::BTreeMap, mem, time::Duration};

use jiff::Timestamp;

use crate::{
    clock::Clock,
    consent::session::{Session, Sessions},
    error::ApiError,
    latency::Paces,
    operation::Operation,
    provider::Provider,
    random::Random,
    rate_limit::Windows,
    scope::Scope,
    seed,
    settings::Settings,
    snapshot::State,
    state::{Access, ChangeReason, SavedUser, Template, Tokens, User},
    webhooks::{Keyring, Outbox},
};

/// Who changed an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The application, through the API
    Application,
    /// The user, at the provider
    User,
}

impl Author {
    fn reason(self) -> ChangeReason {
        match self {
            Self::Application => ChangeReason::Application,
            Self::User => ChangeReason::User,
        }
    }
}

/// Everything the sandbox remembers.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    /// Gives the ids of sessions and channels
    pub(crate) random: Random,
    pub(crate) delivery_ids: Random,
    /// Gives what forged deliveries hold
    pub(crate) forged: Random,
    pub(crate) tokens: Tokens,
    pub(crate) sessions: Sessions,
    pub(crate) keys: Keyring,
    pub(crate) outbox: Outbox,
    pub(crate) paces: Paces,
    pub(crate) windows: Windows,
    /// What new users have, if not the data of the seed
    pub(crate) template: Option<Template>,
    users: BTreeMap<String, User>,
}

impl Service {
    pub(crate) fn new(settings: Settings) -> Self {
        let random = Random::new(settings.random_seed);
        let tokens = Tokens::new(settings.client_id.clone(), random.stream("tokens"));
        let clock = Clock::start(settings.start_time, settings.is_clock_frozen);
        let key_source =
            settings.webhooks.key_seed.map_or_else(|| random.stream("keys"), |seed| Random::new(Some(seed)));
        let keys = Keyring::new(key_source.source(), clock.now());
        let (delivery_ids, forged) = (random.stream("deliveries"), random.stream("forged"));
        let (sessions, outbox, users) = (Sessions::default(), Outbox::default(), BTreeMap::new());
        let (paces, windows) = (Paces::default(), Windows::default());
        Self {
            settings,
            clock,
            random,
            delivery_ids,
            forged,
            tokens,
            sessions,
            keys,
            outbox,
            paces,
            windows,
            template: None,
            users,
        }
    }

    /// Forgets everything, and restarts with these settings and this state.
    pub(crate) fn restart(&mut self, settings: Settings, state: Option<&State>) {
        let outbox = mem::take(&mut self.outbox).cleared();
        *self = Self { outbox, ..Self::new(settings) };
        if let Some(state) = state {
            state.restore(self);
        }
    }

    /// Makes ids from here on differ from those made under another name.
    pub(crate) fn rename_streams(&mut self, name: &str) {
        self.random = self.random.stream(name);
        self.delivery_ids = self.delivery_ids.stream(name);
        self.tokens = Tokens::new(self.settings.client_id.clone(), self.random.stream("tokens"));
    }

    /// Adds a user from a saved state.
    pub(crate) fn restore_user(&mut self, id: &str, saved: SavedUser) {
        let now = self.now();
        self.user_as_is(id).restore(saved, now);
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = (&String, &User)> {
        self.users.iter()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn user_ids(&self) -> Vec<String> {
        self.users.keys().cloned().collect()
    }

    /// Gives the user, filled from the seed at the first mention.
    pub(crate) fn user(&mut self, id: &str) -> &mut User {
        if !self.users.contains_key(id) {
            self.connect(id, &Provider::ALL);
        }
        self.user_as_is(id)
    }

    /// Gives the user, without accounts at the first mention.
    pub(crate) fn user_as_is(&mut self, id: &str) -> &mut User {
        let random = &self.random;
        self.users.entry(id.to_owned()).or_insert_with(|| User::new(random.stream(&format!("user {id}"))))
    }

    /// Connects the user's accounts at these providers, and gives a code for tokens of this scope.
    pub(crate) fn authorize(&mut self, user: &str, scope: Scope, providers: &[Provider]) -> String {
        self.connect(user, providers);
        let now = self.now();
        self.tokens.issue_code(user, scope, Session::end_of(now), now)
    }

    /// Connects the user's accounts at these providers, unless there are some already, up to the limit.
    ///
    /// A user from a saved state keeps to its accounts unless certain providers are named.
    pub(crate) fn connect(&mut self, user_id: &str, providers: &[Provider]) {
        let (limit, seed, now) = (self.settings.connection_limit, self.settings.seed, self.now());
        if let Some(template) = &self.template
            && !self.users.contains_key(user_id)
        {
            let saved = template.of_user(user_id);
            self.restore_user(user_id, saved);
        }
        let user = self.user_as_is(user_id);
        if user.is_restored && providers == Provider::ALL {
            return;
        }
        for provider in providers {
            if user.room(limit) != Some(0) {
                seed::connect(user, user_id, &[*provider], seed, now);
            }
        }
        user.note_seeded(now);
    }

    /// Refuses a request beyond the limits.
    pub(crate) fn admit(&mut self, operation: Operation) -> Result<(), ApiError> {
        let now = self.now();
        self.windows.admit(&self.settings.rate_limits, operation, now).map_err(ApiError::too_many_requests)
    }

    /// Gives the time that the response to the next request of an operation takes.
    pub(crate) fn next_latency(&mut self, operation: Option<Operation>) -> Duration {
        self.paces.next(&self.settings.latencies, operation)
    }

    /// Finds out whom an access token speaks for.
    pub(crate) fn authenticate(&self, bearer: Option<&str>) -> Result<Access, ApiError> {
        let token = bearer.ok_or_else(|| ApiError::unauthorized("An access token is required"))?;
        self.tokens
            .access(token, self.now())
            .ok_or_else(|| ApiError::unauthorized("The access token is invalid, expired or revoked"))
    }
}
