//! The service's keys, kept for the whole process: one store for each address that keys come from.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use url::Url;

use super::fetch;
use super::keys::WebhookKeys;
use crate::call;
use crate::error::Error;

/// No two fetches begin within this time, once there are keys.
const INTERVAL: Duration = Duration::from_secs(60);

/// Between fetches as long as there are no keys at all; doubled for each that fails, up to [`INTERVAL`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// More than a fetch may take.
const PATIENCE: Duration = Duration::from_secs(15);

static STORES: LazyLock<Mutex<HashMap<Url, Arc<KeyStore>>>> = LazyLock::new(Mutex::default);

/// The keys of one address.
#[derive(Debug)]
pub(crate) struct KeyStore {
    url: Url,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// When the newest fetch began
    attempt: Option<Instant>,
    /// How many fetches failed in a row
    failures: u32,
    /// A fetch under way; nothing arrives but its end
    flight: Option<watch::Receiver<()>>,
}

/// Keys that were fetched. They stay until others take their place.
#[derive(Clone, Debug)]
struct Held {
    keys: WebhookKeys,
    /// When the fetch began that brought them
    asked: Instant,
    max_age: Duration,
}

impl KeyStore {
    /// Returns the store of an address.
    pub(crate) fn of(url: Url) -> Arc<Self> {
        let mut stores = STORES.lock().unwrap_or_else(PoisonError::into_inner);
        let new = |url| Arc::new(Self { url, state: Mutex::default() });
        stores.entry(url).or_insert_with_key(|url| new(url.clone())).clone()
    }

    /// Returns the keys in force, after fetching them if it is time to. `None` as long as no fetch has succeeded.
    pub(super) async fn current(self: &Arc<Self>, http: &reqwest::Client) -> Result<Option<WebhookKeys>, Error> {
        let flight = {
            let mut state = self.state();
            match &state.held {
                Some(held) if held.is_fresh() => {
                    let keys = held.keys.clone();
                    if held.ages() {
                        // Nobody waits for it.
                        self.fetch(&mut state, http)?;
                    }
                    return Ok(Some(keys));
                }
                _ => self.fetch(&mut state, http)?,
            }
        };
        self.landed(flight).await;
        Ok(self.state().held.as_ref().map(|held| held.keys.clone()))
    }

    /// Returns the newest keys after fetching them if that is allowed, and whether the service had them `since` then.
    pub(super) async fn renewed(
        self: &Arc<Self>,
        since: Instant,
        http: &reqwest::Client,
    ) -> Result<(Option<WebhookKeys>, bool), Error> {
        let newest = |state: &State| {
            let held = state.held.as_ref();
            (held.map(|held| held.keys.clone()), held.is_some_and(|held| held.asked >= since))
        };
        // A fetch that was under way already may have been answered before.
        for _ in 0..2 {
            let flight = {
                let mut state = self.state();
                if newest(&state).1 {
                    break;
                }
                self.fetch(&mut state, http)?
            };
            self.landed(flight).await;
        }
        Ok(newest(&self.state()))
    }

    /// Joins the fetch under way, or begins one if one is allowed now.
    fn fetch(
        self: &Arc<Self>,
        state: &mut State,
        http: &reqwest::Client,
    ) -> Result<Option<watch::Receiver<()>>, Error> {
        // A fetch whose sender is gone was lost with its runtime.
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Ok(Some(flight.clone()));
        }
        if state.attempt.is_some_and(|attempt| attempt.elapsed() < state.pause()) {
            return Ok(None);
        }
        let runtime = call::runtime()?;
        let (sender, flight) = watch::channel(());
        let asked = Instant::now();
        state.attempt = Some(asked);
        state.flight = Some(flight.clone());
        let (store, http) = (self.clone(), http.clone());
        runtime.spawn(async move {
            let fetched = fetch::fetch(&http, &store.url).await;
            store.land(asked, fetched);
            drop(sender);
        });
        Ok(Some(flight))
    }

    fn land(&self, asked: Instant, fetched: Option<fetch::Fetched>) {
        let mut state = self.state();
        if state.attempt == Some(asked) {
            state.flight = None;
        }
        match fetched {
            Some(_) if state.held.as_ref().is_some_and(|held| held.asked > asked) => {}
            Some(fetch::Fetched { keys, max_age }) => {
                state.failures = 0;
                state.held = Some(Held { keys, asked, max_age });
            }
            None => state.failures = state.failures.saturating_add(1),
        }
    }

    async fn landed(&self, flight: Option<watch::Receiver<()>>) {
        // Ends when the sender is gone.
        if let Some(mut flight) = flight
            && timeout(PATIENCE, flight.changed()).await.is_err()
        {
            // Its runtime lives, but nobody drives it: let others begin anew.
            self.state().flight = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How long after the newest fetch the next may begin.
    fn pause(&self) -> Duration {
        match self.held {
            Some(_) => INTERVAL,
            None => FIRST_PAUSE.saturating_mul(1 << self.failures.saturating_sub(1).min(16)).min(INTERVAL),
        }
    }
}

impl Held {
    fn is_fresh(&self) -> bool {
        self.asked.elapsed() <= self.max_age
    }

    /// Tells whether it is time to fetch ahead of the end: at nine tenths of the age.
    fn ages(&self) -> bool {
        self.asked.elapsed() > self.max_age / 10 * 9
    }
}
