//! One user's credentials: the active tokens, their refresh, and their persistence.
//!
//! Whatever changes them runs as a [`SharedTask`]: at most one per user at a time (single-flight), and on a task of its
//! own, so that a caller that is cancelled takes nothing with it. What the tasks do is in [`refresh`] and [`save`].

mod admission;
mod events;
mod exchange;
mod hook;
mod idle;
mod lease;
mod outside;
mod present;
mod refresh;
mod save;
mod seed;
mod settings;
mod store;
mod task;
mod trace;
mod users;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Mutex as AsyncMutex;
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
use crate::tokens::{Expiry, Lineage, PairId, Tokens};
use crate::transport::{AccessToken, TokenSource};
use idle::Usage;
use save::Unsaved;
use store::{Leased, Stored};
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
    /// Held while a hook of the user runs.
    hooks: OnceLock<Arc<AsyncMutex<()>>>,
    usage: Usage,
}

#[derive(Default)]
struct State {
    active: Option<Active>,
    /// That of the active pair, or of the unsaved one
    lineage: Lineage,
    /// The version of the store's record that the active pair is from, or is newer than
    version: u64,
    /// Counts the replacements: a refresh of earlier credentials must not bring them back.
    replaced: u64,
    task: Option<SharedTask>,
    /// Counts the tasks.
    tasks: u64,
    /// The lease of the task, or of one that was lost with its runtime.
    leased: Option<Leased>,
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
    replaced: u64,
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

/// How what the store has relates to the pair in memory.
#[derive(Clone, Copy, PartialEq)]
enum Relation {
    Same,
    Newer,
    /// The store has lost something.
    Older,
    /// The tokens were deleted.
    Gone,
}

impl State {
    fn access(&self) -> Option<Access> {
        let Active { tokens, id, adopted, .. } = self.active.as_ref()?;
        let replaced = self.replaced;
        Some(Access { tokens: tokens.clone(), id: *id, replaced, adopted: *adopted, failed: None, in_hook: false })
    }

    /// Returns the newest tokens, also while they are not persisted yet.
    fn newest(&self) -> Option<Access> {
        let unsaved = self.unsaved.as_ref().map(|unsaved| (unsaved.pair.tokens.clone(), unsaved.pair.id));
        let access = self.access()?;
        let (tokens, id) = unsaved.unwrap_or((access.tokens, access.id));
        Some(Access { tokens, id, ..access })
    }

    /// Makes credentials from outside the active ones, or none. Returns a pair that the hook does not have, if no task
    /// in flight takes care of it.
    fn replace(&mut self, active: Option<Active>, unsaved: Option<Unsaved>) -> Option<Unsaved> {
        let unsaved = unsaved.map(Box::new);
        let lineage = unsaved.as_ref().map(|unsaved| unsaved.pair.lineage.clone()).unwrap_or_default();
        let Self { version, replaced, tasks, leased, .. } = *self;
        let next = Self { active, unsaved, lineage, version, replaced: replaced + 1, tasks, leased, ..Self::default() };
        let old = std::mem::replace(self, next);
        old.unsaved.filter(|_| old.task.is_none_or(|task| task.is_lost())).map(|unsaved| *unsaved)
    }

    /// Makes a pair of the store active. The one before it counts as retired.
    fn adopt(&mut self, active: Active, mut lineage: Lineage, version: u64) {
        if let Some(old) = self.active.as_ref().filter(|old| old.id != active.id) {
            lineage.retire(old.id);
        }
        (self.active, self.lineage, self.version) = (Some(active), lineage, version);
    }

    /// Reports how what the store has relates to a pair of the lineage.
    fn relation(&self, pair: PairId, stored: &Stored) -> Relation {
        self.relation_to(pair, &self.lineage, stored)
    }

    fn relation_to(&self, id: PairId, lineage: &Lineage, stored: &Stored) -> Relation {
        let went_back = stored.version < self.version;
        let Some(pair) = &stored.pair else {
            return if stored.version == 0 || went_back { Relation::Older } else { Relation::Gone };
        };
        if pair.id == id {
            return Relation::Same;
        }
        let is_newer = pair.lineage.is_as_far_as(lineage).unwrap_or(!went_back || pair.lineage.has_retired(id));
        if is_newer { Relation::Newer } else { Relation::Older }
    }

    /// Reports whether a pair is the active one, the one that becomes it, or one that was rotated away.
    fn knows(&self, pair: PairId) -> bool {
        self.active.as_ref().is_some_and(|active| active.id == pair)
            || self.unsaved.as_ref().is_some_and(|unsaved| unsaved.pair.id == pair)
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

    fn is_replaced(&self, replaced: u64) -> bool {
        self.replaced != replaced
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
        !unsaved.tried && unsaved.pair.id == active.id
    }

    fn seems_valid(&self, now: Instant) -> bool {
        self.active.as_ref().is_some_and(|active| active.expiry.is_none_or(|expiry| expiry.at > now))
    }
}

impl Session {
    fn new(shared: Arc<Shared>, user: &str, users: Weak<Users>) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let (state, hooks, usage) = (Mutex::default(), OnceLock::new(), Usage::default());
        Self { id, shared, user: user.into(), users, state, hooks, usage }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// Returns how long a login may take.
    pub(crate) fn login_timeout(&self) -> Duration {
        self.shared.settings.login_timeout
    }

    /// Returns the active tokens, as far as they were loaded.
    pub(crate) fn tokens(&self) -> Option<Tokens> {
        self.state().active.as_ref().map(|active| (*active.tokens).clone())
    }

    /// Returns what to make a call with: tokens that are saved, and not about to end. `None` without credentials.
    pub(crate) async fn access(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        if let Some(tokens) = hook::hook_tokens(self) {
            let id = PairId::of(&tokens);
            return Ok(Some(Access { tokens, id, replaced: 0, adopted: false, failed: None, in_hook: true }));
        }
        let begun = self.state().access().map(|access| access.replaced);
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
                Goal::Renew(_) if valid => match timeout(AHEAD_WAIT, self.wait(task.clone(), &goal)).await {
                    Ok(outcome) => outcome.err(),
                    Err(_) => {
                        task.mark_slow();
                        break;
                    }
                },
                _ => self.wait(task, &goal).await.err(),
            };
            if begun.is_some_and(|replaced| self.replaced_since(replaced)) {
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
        let access = self.state().access();
        if access.is_some() {
            self.touch();
        }
        Ok(access)
    }

    /// Returns the user, if traces are to name it.
    pub(crate) fn traced_user(&self) -> Option<&str> {
        Some(&*self.user).filter(|_| self.shared.settings.trace_user_ids)
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
        self.wait(task, &Goal::Load).await?;
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
            let (task, goal) = {
                let mut state = self.state();
                match &state.active {
                    None => return Ok(Renewal::None),
                    Some(_) if state.is_replaced(used.replaced) => return Ok(Renewal::Replaced),
                    Some(active) if active.id != used.id => {
                        return Ok(state.access().map_or(Renewal::None, Renewal::Access));
                    }
                    Some(active) => {
                        let goal = Goal::Renew(active.clone());
                        (self.join(&mut state, goal.clone())?, goal)
                    }
                }
            };
            match self.wait(task, &goal).await {
                Err(_) if self.replaced_since(used.replaced) => {}
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

    /// Determines the expiry of tokens that come from a store or from the caller.
    fn restored(&self, tokens: Arc<Tokens>) -> Active {
        let expiry = Expiry::restored(&tokens, self.shared.settings.refresh_ahead, Timestamp::now());
        Active { id: PairId::of(&tokens), tokens, expiry, adopted: true }
    }

    fn replaced_since(&self, replaced: u64) -> bool {
        self.state().is_replaced(replaced)
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
