//! The cache of the service's keys, for the whole process: one store per URL.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use url::Url;

use super::fetch_keys::{self, Fetched};
use super::keys::WebhookKeys;
use crate::backoff::Backoff;
use crate::error::Error;
use crate::sync::lock;
use crate::transport::{Transport, runtime};

/// The minimum interval between fetches, once there are keys.
const INTERVAL: Duration = Duration::from_secs(60);

/// The minimum interval between fetches, as long as there are no keys.
const FIRST_KEYS: Backoff = Backoff::new(Duration::from_millis(500), INTERVAL);

/// Longer than the timeout of a fetch.
const FETCH_WAIT: Duration = Duration::from_secs(15);

static STORES: LazyLock<Mutex<HashMap<Url, Arc<KeyStore>>>> = LazyLock::new(Mutex::default);

/// The keys of one URL.
#[derive(Debug)]
pub(crate) struct KeyStore {
    url: Url,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// When the newest fetch started
    attempt: Option<Instant>,
    /// How many fetches failed in a row
    failures: u32,
    /// The fetch in flight; the channel only signals its end
    fetch: Option<watch::Receiver<()>>,
}

/// Keys that were fetched. They stay active until others replace them.
#[derive(Clone, Debug)]
struct Held {
    keys: WebhookKeys,
    /// When their fetch started
    asked: Instant,
    max_age: Duration,
}

impl KeyStore {
    /// Returns the store of a URL.
    pub(crate) fn of(url: Url) -> Arc<Self> {
        let mut stores = lock(&STORES);
        let new = |url| Arc::new(Self { url, state: Mutex::default() });
        stores.entry(url).or_insert_with_key(|url| new(url.clone())).clone()
    }

    /// Returns the active keys, after fetching them if they are stale. `None` as long as no fetch has succeeded.
    pub(super) async fn current(self: &Arc<Self>, transport: &Transport) -> Result<Option<WebhookKeys>, Error> {
        let fetch = {
            let mut state = self.state();
            match &state.held {
                Some(held) if held.is_fresh() => {
                    let keys = held.keys.clone();
                    if held.is_due() {
                        // In the background: no caller waits for it.
                        self.fetch(&mut state, transport)?;
                    }
                    return Ok(Some(keys));
                }
                _ => self.fetch(&mut state, transport)?,
            }
        };
        self.wait(fetch).await;
        Ok(self.state().held.as_ref().map(|held| held.keys.clone()))
    }

    /// Returns the newest keys after fetching them if that is allowed, and whether that fetch started after `since`.
    pub(super) async fn renewed(
        self: &Arc<Self>,
        since: Instant,
        transport: &Transport,
    ) -> Result<(Option<WebhookKeys>, bool), Error> {
        let newest = |state: &State| {
            let held = state.held.as_ref();
            (held.map(|held| held.keys.clone()), held.is_some_and(|held| held.asked >= since))
        };
        // A fetch that was already in flight may have got its response before.
        for _ in 0..2 {
            let fetch = {
                let mut state = self.state();
                if newest(&state).1 {
                    break;
                }
                self.fetch(&mut state, transport)?
            };
            self.wait(fetch).await;
        }
        Ok(newest(&self.state()))
    }

    /// Joins the fetch in flight, or starts one if that is allowed now.
    fn fetch(self: &Arc<Self>, state: &mut State, transport: &Transport) -> Result<Option<watch::Receiver<()>>, Error> {
        // A fetch whose sender is gone was lost with its runtime.
        if let Some(fetch) = state.fetch.as_ref().filter(|fetch| fetch.has_changed().is_ok()) {
            return Ok(Some(fetch.clone()));
        }
        if state.attempt.is_some_and(|attempt| attempt.elapsed() < state.min_interval()) {
            return Ok(None);
        }
        let runtime = runtime()?;
        let (sender, fetch) = watch::channel(());
        let asked = Instant::now();
        state.attempt = Some(asked);
        state.fetch = Some(fetch.clone());
        let (store, http, user_agent) = (self.clone(), transport.http().clone(), transport.user_agent().clone());
        runtime.spawn(async move {
            let fetched = fetch_keys::fetch(&*http, &user_agent, &store.url).await;
            store.end_fetch(asked, fetched);
            drop(sender);
        });
        Ok(Some(fetch))
    }

    fn end_fetch(&self, asked: Instant, fetched: Option<Fetched>) {
        let mut state = self.state();
        if state.attempt == Some(asked) {
            state.fetch = None;
        }
        match fetched {
            Some(_) if state.held.as_ref().is_some_and(|held| held.asked > asked) => {}
            Some(Fetched { keys, max_age }) => {
                state.failures = 0;
                state.held = Some(Held { keys, asked, max_age });
            }
            None => state.failures = state.failures.saturating_add(1),
        }
    }

    async fn wait(&self, fetch: Option<watch::Receiver<()>>) {
        // Ends when the sender is gone.
        if let Some(mut fetch) = fetch
            && timeout(FETCH_WAIT, fetch.changed()).await.is_err()
        {
            // Its runtime exists, but nobody drives it: let others start a new fetch.
            self.state().fetch = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// How long after the newest fetch the next may start.
    fn min_interval(&self) -> Duration {
        match self.held {
            Some(_) => INTERVAL,
            None => FIRST_KEYS.delay(self.failures.saturating_sub(1)),
        }
    }
}

impl Held {
    fn is_fresh(&self) -> bool {
        self.asked.elapsed() <= self.max_age
    }

    /// Reports whether it is time to fetch ahead of expiry: at nine tenths of the age.
    fn is_due(&self) -> bool {
        self.asked.elapsed() > self.max_age / 10 * 9
    }
}
