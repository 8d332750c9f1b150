//! One user's credentials: the tokens in force, and who may use them when.
//!
//! Whatever changes them runs as a [`Flight`]: a task of its own, at most one for a user at a time, so that a caller who
//! gives up takes nothing with it. What flights do is in [`refresh`] and [`save`].

mod events;
mod flight;
mod hook;
mod refresh;
mod save;
mod users;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(crate) use events::EventSender;
pub use events::{AuthEvent, AuthEvents};
pub(crate) use flight::UnderWay;
#[cfg(feature = "blocking")]
pub(crate) use flight::interrupted;
pub(crate) use hook::Hook;
pub use hook::{HookOutcome, TokensHook};
#[cfg(feature = "blocking")]
pub(crate) use hook::{apart, retelling};
pub(crate) use users::Users;

use crate::call;
use crate::client::App;
use crate::error::{ApiFailure, Error};
use crate::raw::operations;
use crate::raw::types::{GrantType, TokenRequest};
use crate::tokens::store::SaveIf;
use crate::tokens::{Life, Tokens};
use crate::values::Secret;
use flight::{Flight, Goal};
use save::{Missing, Unsaved};

/// How long a call waits for a refresh while its own token still lives.
const AHEAD_WAIT: Duration = Duration::from_secs(2);

/// Other flights that a caller sits out before its own begins.
const ROUNDS: usize = 4;

/// The credentials of one user. All handles that act for the user share it, so that one refresh serves them all.
pub(crate) struct Session {
    app: Arc<App>,
    user: Box<str>,
    users: Weak<Users>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    live: Option<Live>,
    /// Counts how often credentials came from outside: a refresh of those before must not bring them back.
    epoch: u64,
    flight: Option<Flight>,
    /// The lease of the flight, or of one that was lost with its runtime.
    leased: Option<u64>,
    /// A pair that the store or the hook does not have yet.
    unsaved: Option<Box<Unsaved>>,
    saving_later: Option<JoinHandle<()>>,
    /// How often in a row refreshing ahead of time failed, and until when it is left alone.
    failures: u32,
    not_before: Option<Instant>,
}

/// The tokens in force.
#[derive(Clone)]
struct Live {
    tokens: Arc<Tokens>,
    life: Option<Life>,
}

/// What a call is made with.
pub(crate) struct Access {
    pub(crate) tokens: Arc<Tokens>,
    epoch: u64,
    /// Why they are not newer, although they should be.
    failed: Option<Error>,
    /// Whether the hook makes the call, which is what a refresh waits for.
    in_hook: bool,
}

impl State {
    fn access(&self) -> Option<Access> {
        let tokens = self.live.as_ref()?.tokens.clone();
        Some(Access { tokens, epoch: self.epoch, failed: None, in_hook: false })
    }

    /// Puts credentials from outside in force, or none.
    fn replace(&mut self, live: Option<Live>, unsaved: Option<Unsaved>) {
        let (epoch, leased) = (self.epoch + 1, self.leased);
        *self = Self { live, unsaved: unsaved.map(Box::new), epoch, leased, ..Self::default() };
    }

    /// What has to happen before the tokens in force are used, if anything.
    fn first_step(&self, now: Instant) -> Option<Goal> {
        let Some(live) = &self.live else { return Some(Goal::Load) };
        if self.must_save() {
            return Some(Goal::Save);
        }
        let due = live.life.is_some_and(|life| life.renew_at <= now);
        let due = due && live.tokens.refresh_token().is_some() && self.not_before.is_none_or(|then| then <= now);
        due.then(|| Goal::Renew(live.tokens.clone()))
    }

    /// Tells whether the tokens in force came from outside, and saving them was not tried yet.
    fn must_save(&self) -> bool {
        let (Some(live), Some(unsaved)) = (&self.live, &self.unsaved) else { return false };
        !unsaved.tried && Arc::ptr_eq(&unsaved.tokens, &live.tokens)
    }

    fn seems_alive(&self, now: Instant) -> bool {
        self.live.as_ref().is_some_and(|live| live.life.is_none_or(|life| life.ends_at > now))
    }
}

impl Session {
    fn new(app: Arc<App>, user: &str, users: Weak<Users>) -> Self {
        Self { app, user: user.into(), users, state: Mutex::default() }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// The tokens in force, as far as they were looked up.
    pub(crate) fn tokens(&self) -> Option<Tokens> {
        self.state().live.as_ref().map(|live| (*live.tokens).clone())
    }

    /// Returns what to make a call with: tokens that are saved, and not about to end. `None` without credentials.
    pub(crate) async fn access(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        if let Some(tokens) = hook::told(self) {
            return Ok(Some(Access { tokens, epoch: 0, failed: None, in_hook: true }));
        }
        for _ in 0..ROUNDS {
            let (goal, flight, alive) = {
                let mut state = self.state();
                let now = Instant::now();
                let Some(goal) = state.first_step(now) else { break };
                let flight = self.join(&mut state, goal.clone())?;
                (goal, flight, state.seems_alive(now))
            };
            let failed = match goal {
                // While a token lives, it serves.
                Goal::Renew(_) if alive => match timeout(AHEAD_WAIT, self.landing(flight)).await {
                    Ok(outcome) => outcome.err(),
                    Err(_) => break,
                },
                _ => self.landing(flight).await.err(),
            };
            match (failed, &goal) {
                // A failed look at the store says nothing against the token at hand; a failed save has to be told.
                (Some(error), Goal::Renew(_)) if !error.is_unsaved() => {
                    return Ok(self.state().access().map(|access| Access { failed: Some(error), ..access }));
                }
                // The flight was somebody else's, who wanted more than a save.
                (Some(error), Goal::Save) if !error.is_unsaved() && !self.state().must_save() => {}
                (Some(error), _) => return Err(error),
                (None, Goal::Load) if self.state().live.is_none() => break,
                (None, _) => {}
            }
        }
        Ok(self.state().access())
    }

    /// Returns the tokens in force, after a look into the store if there are none.
    pub(crate) async fn look(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        let flight = {
            let mut state = self.state();
            match state.access() {
                Some(access) => return Ok(Some(access)),
                None => self.join(&mut state, Goal::Load)?,
            }
        };
        self.landing(flight).await?;
        Ok(self.state().access())
    }

    /// Returns tokens newer than those of a call: those that are in force by now, else those of a refresh. `None` when a
    /// refresh cannot help, or when credentials were set meanwhile: they may be another user's, and a call must not
    /// change hands.
    pub(crate) async fn renew(self: &Arc<Self>, used: &Access) -> Result<Option<Arc<Tokens>>, Error> {
        if used.in_hook {
            return Ok(None);
        }
        if let Some(error) = &used.failed {
            return Err(error.clone());
        }
        for _ in 0..ROUNDS {
            let flight = {
                let mut state = self.state();
                let Some(live) = state.live.clone().filter(|_| state.epoch == used.epoch) else { return Ok(None) };
                if live.tokens.access_token() != used.tokens.access_token() {
                    return Ok(Some(live.tokens));
                }
                self.join(&mut state, Goal::Renew(live.tokens))?
            };
            match self.landing(flight).await {
                Err(_) if used.tokens.refresh_token().is_none() => return Ok(None),
                outcome => outcome?,
            }
        }
        Ok(None)
    }

    /// Refreshes the tokens, whatever is left of their life.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<Tokens, Error> {
        if let Some(tokens) = hook::told(self) {
            return Ok((*tokens).clone());
        }
        let Some(used) = self.look().await? else { return Err(no_credentials()) };
        if used.tokens.refresh_token().is_none() {
            return Err(no_refresh_token());
        }
        // Credentials that came in between are new enough.
        let renewed = self.renew(&used).await?.map(|tokens| (*tokens).clone()).or_else(|| self.tokens());
        renewed.ok_or_else(no_credentials)
    }

    /// Puts other credentials in force. The store gets them before they are used.
    pub(crate) fn set(self: &Arc<Self>, tokens: Tokens) {
        let tokens = Arc::new(tokens);
        let live = self.kept(tokens.clone());
        self.state().replace(Some(live), Some(Unsaved::new(tokens, Missing::Put { tell: false })));
        self.pin();
    }

    /// Forgets credentials that were revoked, here and in the store, unless others have come in their place.
    pub(crate) async fn forget(&self, tokens: &Tokens) -> Result<(), Error> {
        {
            let mut state = self.state();
            if state.live.as_ref().is_some_and(|live| *live.tokens == *tokens) {
                state.replace(None, None);
            }
        }
        self.unpin();
        for _ in 0..ROUNDS {
            let (stored, version) = self.stored().await?;
            if stored.as_ref() != Some(tokens) || self.save(None, SaveIf::Version(version)).await? {
                break;
            }
        }
        Ok(())
    }

    /// Exchanges a code, which works once, on a task of its own: a caller that gives up takes nothing with it.
    pub(crate) async fn exchange(self: &Arc<Self>, code: &Secret) -> Result<Tokens, Error> {
        let (session, code) = (self.clone(), code.clone());
        let under_way = self.app.under_way.begin();
        let exchange = call::runtime()?.spawn(async move {
            let request = TokenRequest::new(GrantType::AuthorizationCode)
                .code(code.expose())
                .redirect_uri(&session.app.redirect_uri);
            let response = call::request_tokens(&session.app, request, &[&code], session.app.settings.timeout).await?;
            let tokens = Arc::new(Tokens::received(response, Timestamp::now()));
            let flight = {
                let mut state = session.state();
                let live = state.live.take();
                state.replace(live, Some(Unsaved::new(tokens.clone(), Missing::Put { tell: true })));
                session.join(&mut state, Goal::Save)
            };
            session.pin();
            let saved = session.landing(flight?).await;
            drop(under_way);
            saved.map(|()| (*tokens).clone())
        });
        exchange.await.unwrap_or_else(|_| Err(flight::interrupted()))
    }

    /// Plans the life of tokens that come out of a store or out of the caller's hands.
    fn kept(&self, tokens: Arc<Tokens>) -> Live {
        let life = Life::of_kept(&tokens, self.app.refresh_ahead, Timestamp::now());
        Live { tokens, life }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and every state is a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Session")
            .field("user", &self.user)
            .field("tokens", &state.live.as_ref().map(|live| &live.tokens))
            .field("unsaved", &state.unsaved.is_some())
            .finish_non_exhaustive()
    }
}

fn no_credentials() -> Error {
    Error::Authentication(ApiFailure::without_answer(operations::TOKEN.id, "there are no credentials"))
}

fn no_refresh_token() -> Error {
    Error::Authentication(ApiFailure::without_answer(operations::TOKEN.id, "there is no refresh token"))
}
