//! One user's credentials: the active tokens, their refresh, and their persistence.
//!
//! Whatever changes them runs as a [`SharedTask`]: at most one per user at a time (single-flight), and on a task of its
//! own, so that a caller that is cancelled takes nothing with it. What the tasks do is in [`refresh`] and [`save`].

mod events;
mod exchange;
mod hook;
mod lineage;
mod refresh;
mod save;
mod seed;
mod settings;
mod task;
mod trace;
mod users;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub use events::{AuthEvent, AuthEvents};
pub(crate) use hook::Hook;
pub use hook::{HookOutcome, TokenRotation, TokensHook};
#[cfg(feature = "blocking")]
pub(crate) use hook::{carry_hook_scope, on_blocking_thread};
pub(crate) use settings::{SessionSettings, Shared};
#[cfg(feature = "blocking")]
pub(crate) use task::interrupted;
pub(crate) use users::Users;

use crate::error::{ApiFailure, Error};
use crate::raw::operations;
use crate::secret::Secret;
use crate::sync::{BoxFuture, lock};
use crate::tokens::{Expiry, SaveIf, Tokens};
use crate::transport::{AccessToken, TokenSource};
use lineage::{Lineage, PairId};
use save::{Pending, Unsaved};
use task::{Goal, SharedTask};

/// How long a call waits for a refresh while its own token is still valid.
const AHEAD_WAIT: Duration = Duration::from_secs(2);

/// How many other tasks a caller waits for before its own starts.
const ROUNDS: usize = 4;

/// The credentials of one user, shared by all handles that act for the user, so that one refresh serves them all.
pub(crate) struct Session {
    /// Unlike an address, never used again.
    id: u64,
    shared: Arc<Shared>,
    user: Box<str>,
    users: Weak<Users>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    active: Option<Active>,
    lineage: Lineage,
    task: Option<SharedTask>,
    /// The lease of the task, or of one that was lost with its runtime.
    leased: Option<u64>,
    /// A pair that the store or the hook does not have yet.
    unsaved: Option<Box<Unsaved>>,
    save_retry: Option<JoinHandle<()>>,
    /// How often in a row refreshing ahead of expiry failed, and until when it backs off.
    failures: u32,
    not_before: Option<Instant>,
    /// What the token endpoint failed with, if it did.
    last_failure: Option<Error>,
}

/// The active tokens.
#[derive(Clone)]
struct Active {
    tokens: Arc<Tokens>,
    id: PairId,
    expiry: Option<Expiry>,
    /// Whether they came from a store or a caller, rather than from a refresh of this process.
    adopted: bool,
}

/// What a call is made with.
pub(crate) struct Access {
    pub(crate) tokens: Arc<Tokens>,
    id: PairId,
    generation: u64,
    /// Whether the tokens came from elsewhere: a refusal of them may still be cured by a refresh.
    pub(crate) adopted: bool,
    /// Why a refresh that was due has failed.
    failed: Option<Error>,
    /// Whether the hook makes the call, for which a refresh waits.
    in_hook: bool,
}

/// What a call that was refused goes on with.
pub(crate) enum Renewal {
    /// Newer tokens.
    Access(Access),
    /// Nothing: a refresh cannot help.
    None,
    /// Nothing: credentials were set meanwhile. They may be another user's, and a call must not change its user.
    Replaced,
}

impl State {
    fn access(&self) -> Option<Access> {
        let Active { tokens, id, adopted, .. } = self.active.as_ref()?;
        let generation = self.lineage.generation;
        Some(Access { tokens: tokens.clone(), id: *id, generation, adopted: *adopted, failed: None, in_hook: false })
    }

    /// Returns the newest tokens, also while they are not persisted yet.
    fn newest(&self) -> Option<Access> {
        let unsaved = self.unsaved.as_ref().map(|unsaved| (unsaved.tokens.clone(), unsaved.id));
        let access = self.access()?;
        let (tokens, id) = unsaved.unwrap_or((access.tokens, access.id));
        Some(Access { tokens, id, ..access })
    }

    /// Makes credentials from outside the active ones, or none. Returns a pair that the hook does not have, if no task
    /// in flight takes care of it.
    fn replace(&mut self, active: Option<Active>, unsaved: Option<Unsaved>) -> Option<Unsaved> {
        let (lineage, leased) = (self.lineage.next(), self.leased);
        let unsaved = unsaved.map(Box::new);
        let old = std::mem::replace(self, Self { active, unsaved, lineage, leased, ..Self::default() });
        old.unsaved.filter(|_| old.task.is_none_or(|task| task.is_lost())).map(|unsaved| *unsaved)
    }

    /// Makes a newer pair of the same lineage active.
    fn advance(&mut self, active: Option<Active>) {
        if let Some(old) = &self.active
            && active.as_ref().is_none_or(|active| active.id != old.id)
        {
            self.lineage.retire(old.id);
        }
        self.active = active;
    }

    /// Reports whether a pair is the active one, the one that becomes it, or one that was rotated away.
    fn knows(&self, pair: PairId) -> bool {
        self.active.as_ref().is_some_and(|active| active.id == pair)
            || self.unsaved.as_ref().is_some_and(|unsaved| unsaved.id == pair)
            || self.lineage.has_retired(pair)
    }

    /// Returns the last failure of the token endpoint, while refreshes back off.
    fn backing_off(&self, now: Instant) -> Option<Error> {
        let left = self.not_before?.checked_duration_since(now).filter(|left| !left.is_zero())?;
        Some(self.last_failure.clone()?.with_retry_after(left))
    }

    fn refreshed(&mut self) {
        (self.failures, self.not_before, self.last_failure) = (0, None, None);
    }

    fn is_replaced(&self, generation: u64) -> bool {
        self.lineage.generation != generation
    }

    /// What has to happen before the active tokens are used, if anything.
    fn first_step(&self, now: Instant) -> Option<Goal> {
        let Some(active) = &self.active else { return Some(Goal::Load) };
        if self.must_save() {
            return Some(Goal::Save);
        }
        let due = active.expiry.is_some_and(|expiry| expiry.refresh_at <= now);
        let due = due && active.tokens.refresh_token().is_some() && self.not_before.is_none_or(|then| then <= now);
        due.then(|| Goal::Renew(active.clone()))
    }

    /// Reports whether the active tokens came from outside, and saving them was not attempted yet.
    fn must_save(&self) -> bool {
        let (Some(active), Some(unsaved)) = (&self.active, &self.unsaved) else { return false };
        !unsaved.tried && unsaved.id == active.id
    }

    fn seems_valid(&self, now: Instant) -> bool {
        self.active.as_ref().is_some_and(|active| active.expiry.is_none_or(|expiry| expiry.at > now))
    }
}

impl Session {
    fn new(shared: Arc<Shared>, user: &str, users: Weak<Users>) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        Self { id, shared, user: user.into(), users, state: Mutex::default() }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// Returns the active tokens, as far as they were loaded.
    pub(crate) fn tokens(&self) -> Option<Tokens> {
        self.state().active.as_ref().map(|active| (*active.tokens).clone())
    }

    /// Returns what to make a call with: tokens that are saved, and not about to end. `None` without credentials.
    pub(crate) async fn access(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        if let Some(tokens) = hook::hook_tokens(self) {
            let id = PairId::of(&tokens);
            return Ok(Some(Access { tokens, id, generation: 0, adopted: false, failed: None, in_hook: true }));
        }
        let begun = self.state().access().map(|access| access.generation);
        for _ in 0..ROUNDS {
            let (goal, task, valid) = {
                let mut state = self.state();
                let now = Instant::now();
                let Some(goal) = state.first_step(now) else { break };
                let valid = state.seems_valid(now);
                // A call has waited for it already.
                if valid && matches!(goal, Goal::Renew(_)) && state.task.as_ref().is_some_and(|task| task.is_slow()) {
                    break;
                }
                (goal.clone(), self.join(&mut state, goal)?, valid)
            };
            let failed = match goal {
                // While the token is valid, it is used.
                Goal::Renew(_) if valid => match timeout(AHEAD_WAIT, self.wait(task.clone())).await {
                    Ok(outcome) => outcome.err(),
                    Err(_) => {
                        task.mark_slow();
                        break;
                    }
                },
                _ => self.wait(task).await.err(),
            };
            if begun.is_some_and(|generation| self.replaced_since(generation)) {
                return Err(replaced());
            }
            match (failed, &goal) {
                // A failed load says nothing against the active token; a failed save has to be reported.
                (Some(error), Goal::Renew(_)) if !error.is_unsaved() => {
                    return Ok(self.state().access().map(|access| Access { failed: Some(error), ..access }));
                }
                // The task was somebody else's, who wanted more than a save.
                (Some(error), Goal::Save) if !error.is_unsaved() && !self.state().must_save() => {}
                (Some(error), _) => return Err(error),
                (None, Goal::Load) if self.state().active.is_none() => break,
                (None, _) => {}
            }
        }
        Ok(self.state().access())
    }

    /// Returns the active tokens, loaded from the store if there are none.
    pub(crate) async fn look(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        let task = {
            let mut state = self.state();
            match state.access() {
                Some(access) => return Ok(Some(access)),
                None => self.join(&mut state, Goal::Load)?,
            }
        };
        self.wait(task).await?;
        Ok(self.state().access())
    }

    /// Returns newer tokens than those of a call: the active ones if they differ, else those of a refresh.
    pub(crate) async fn renew(self: &Arc<Self>, used: &Access) -> Result<Renewal, Error> {
        if used.in_hook {
            return Ok(Renewal::None);
        }
        if let Some(error) = &used.failed {
            return Err(error.clone());
        }
        for _ in 0..ROUNDS {
            let task = {
                let mut state = self.state();
                match &state.active {
                    None => return Ok(Renewal::None),
                    Some(_) if state.is_replaced(used.generation) => return Ok(Renewal::Replaced),
                    Some(active) if active.id != used.id => {
                        return Ok(state.access().map_or(Renewal::None, Renewal::Access));
                    }
                    Some(active) => {
                        let goal = Goal::Renew(active.clone());
                        self.join(&mut state, goal)?
                    }
                }
            };
            match self.wait(task).await {
                Err(_) if self.replaced_since(used.generation) => {}
                Err(_) if used.tokens.refresh_token().is_none() => return Ok(Renewal::None),
                outcome => outcome?,
            }
        }
        Ok(Renewal::None)
    }

    /// Refreshes the tokens, however long they are still valid.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<Tokens, Error> {
        if let Some(tokens) = hook::hook_tokens(self) {
            return Ok((*tokens).clone());
        }
        let Some(used) = self.look().await? else { return Err(no_credentials()) };
        if used.tokens.refresh_token().is_none() {
            return Err(no_refresh_token());
        }
        // Credentials that came in between are new enough.
        match self.renew(&used).await? {
            Renewal::Access(access) => Ok((*access.tokens).clone()),
            Renewal::None | Renewal::Replaced => self.tokens().ok_or_else(no_credentials),
        }
    }

    /// Sets credentials, unless the lineage has them or had them. They are saved before they are used.
    pub(crate) fn set(self: &Arc<Self>, tokens: Tokens) {
        let tokens = Arc::new(tokens);
        let active = self.restored(tokens.clone());
        let dropped = {
            let mut state = self.state();
            if state.knows(active.id) {
                return;
            }
            state.replace(Some(active), Some(Unsaved::new(tokens, Pending::Overwrite { notify: false }, None)))
        };
        self.pin();
        self.hand_over_later(dropped);
    }

    /// Returns the newest tokens: those of the store, if another process has refreshed.
    pub(crate) async fn newest(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        let Some(access) = self.look().await? else { return Ok(None) };
        if let (Some(stored), _) = self.stored().await? {
            let mut state = self.state();
            // What is not saved yet is newer than what is.
            if !state.is_replaced(access.generation) && state.unsaved.is_none() && !state.knows(PairId::of(&stored)) {
                state.advance(Some(self.restored(Arc::new(stored))));
            }
        }
        Ok(self.state().newest())
    }

    /// Clears credentials that were revoked, here and in the store, unless others have replaced them.
    pub(crate) async fn forget(&self, revoked: &Access) -> Result<(), Error> {
        let lineage = {
            let mut state = self.state();
            let mut lineage = Lineage::default();
            if !state.is_replaced(revoked.generation) {
                lineage = std::mem::take(&mut state.lineage);
                state.lineage.generation = lineage.generation;
                lineage.retire_all(state.active.iter().map(|active| active.id));
                lineage.retire_all(state.unsaved.iter().map(|unsaved| unsaved.id));
                state.replace(None, None);
            }
            lineage.retire_all([revoked.id]);
            lineage
        };
        self.unpin();
        for _ in 0..ROUNDS {
            let (stored, version) = self.stored().await?;
            let is_revoked = stored.is_some_and(|stored| lineage.has_retired(PairId::of(&stored)));
            if !is_revoked || self.save(None, SaveIf::Version(version)).await? {
                break;
            }
        }
        Ok(())
    }

    /// Determines the expiry of tokens that come from a store or from the caller.
    fn restored(&self, tokens: Arc<Tokens>) -> Active {
        let expiry = Expiry::restored(&tokens, self.shared.settings.refresh_ahead, Timestamp::now());
        Active { id: PairId::of(&tokens), tokens, expiry, adopted: true }
    }

    fn replaced_since(&self, generation: u64) -> bool {
        self.state().is_replaced(generation)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl AccessToken for Tokens {
    fn access_token(&self) -> &Secret {
        self.access_token()
    }
}

impl TokenSource for Session {
    fn active(self: Arc<Self>) -> BoxFuture<'static, Result<Option<Arc<dyn AccessToken>>, Error>> {
        Box::pin(async move { Ok(self.look().await?.map(|access| access.tokens as Arc<dyn AccessToken>)) })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Session")
            .field("user", &self.user)
            .field("tokens", &state.active.as_ref().map(|active| &active.tokens))
            .field("unsaved", &state.unsaved.is_some())
            .finish_non_exhaustive()
    }
}

fn no_credentials() -> Error {
    Error::Authentication(ApiFailure::without_response(operations::TOKEN.id, "there are no credentials"))
}

fn replaced() -> Error {
    Error::CredentialsChanged(ApiFailure::without_response(operations::TOKEN.id, "other credentials were set"))
}

fn no_refresh_token() -> Error {
    Error::Authentication(ApiFailure::without_response(operations::TOKEN.id, "there is no refresh token"))
}
