//! What the tests share. Nothing here is async.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mobiscroll_connect::blocking::{BlockingTokenStore, Client, ClientBuilder, StoreResult};
use mobiscroll_connect::{LeaseOutcome, Presented, SaveIf, SaveOutcome, Secret, StoredTokens, StoredUser, Tokens};
use mobiscroll_connect_sandbox::{Sandbox, Seed};

use crate::watch;

pub(crate) const ADA: &str = "ada";

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Empty).start_blocking().unwrap()
}

pub(crate) fn builder(sandbox: &Sandbox) -> ClientBuilder {
    watch::begin();
    Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri()).base_url(sandbox.base_url())
}

pub(crate) fn tokens(sandbox: &Sandbox) -> Tokens {
    let issued = sandbox.issue_tokens(ADA);
    Tokens::new(issued.access_token).with_refresh_token(issued.refresh_token)
}

pub(crate) fn signed_in(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = builder.build().unwrap();
    client.set_credentials(tokens(sandbox));
    client
}

/// A client whose access token has expired.
pub(crate) fn expired(sandbox: &Sandbox, builder: ClientBuilder) -> Client {
    let client = signed_in(sandbox, builder);
    sandbox.expire_access_tokens();
    client
}

pub(crate) fn until(mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never happened");
        sleep(Duration::from_millis(1));
    }
}

/// A store whose every step takes a while, during which its thread does nothing else.
#[derive(Clone, Default)]
pub(crate) struct SlowStore {
    pub(crate) records: Arc<Mutex<HashMap<String, (StoredTokens, u64)>>>,
    pub(crate) pause: Duration,
}

impl SlowStore {
    pub(crate) fn tokens(&self, user: &str) -> Option<Tokens> {
        let stored = self.load(user).unwrap().tokens?;
        Some(Tokens::from_json(stored.expose()).unwrap())
    }

    fn record<T>(&self, user: &str, step: impl FnOnce(&mut (StoredTokens, u64)) -> T) -> T {
        sleep(self.pause);
        step(self.records.lock().unwrap().entry(user.to_owned()).or_default())
    }
}

impl BlockingTokenStore for SlowStore {
    fn load(&self, user: &str) -> StoreResult<StoredTokens> {
        Ok(self.record(user, |(stored, _)| stored.clone()))
    }

    fn save(&self, user: &str, tokens: Option<&Secret>, condition: SaveIf) -> StoreResult<SaveOutcome> {
        Ok(self.record(user, |(stored, newest)| {
            let holds = match condition {
                SaveIf::Version(version) => stored.version == version,
                SaveIf::Lease { version, fence } => stored.version == version && *newest == fence,
            };
            if !holds {
                return SaveOutcome::Conflict;
            }
            *stored = StoredTokens { tokens: tokens.cloned(), version: stored.version + 1 };
            SaveOutcome::Saved { version: stored.version }
        }))
    }

    /// One process has no need to wait for its turn.
    fn lease(&self, user: &str, _: Duration) -> StoreResult<LeaseOutcome> {
        Ok(self.record(user, |(stored, fence)| {
            *fence += 1;
            LeaseOutcome::Granted { fence: *fence, stored: stored.clone(), presented: Presented::default() }
        }))
    }

    fn extend(&self, _: &str, _: u64, _: Duration) -> StoreResult<bool> {
        Ok(true)
    }

    fn release(&self, _: &str, _: u64, _: u32) -> StoreResult<()> {
        Ok(())
    }

    fn list(&self, after: Option<&str>, limit: usize) -> StoreResult<Vec<StoredUser>> {
        let records = self.records.lock().unwrap();
        let mut users: Vec<_> =
            records.iter().filter(|(user, _)| after.is_none_or(|after| user.as_str() > after)).collect();
        users.sort_by_key(|(user, _)| *user);
        let stored = |(user, (stored, _)): (&String, &(StoredTokens, u64))| StoredUser {
            user: user.clone(),
            has_tokens: stored.tokens.is_some(),
        };
        Ok(users.into_iter().take(limit).map(stored).collect())
    }

    fn delete(&self, user: &str) -> StoreResult<()> {
        self.records.lock().unwrap().remove(user);
        Ok(())
    }
}
