//! One user's credentials: the tokens in force, and their refresh.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::call;
use crate::client::App;
use crate::error::{ApiFailure, Error, NetworkFailure, NetworkKind, StoreFailure};
use crate::raw::operations;
use crate::raw::types::{GrantType, TokenRequest};
use crate::tokens::Tokens;
use crate::values::Secret;

/// The tokens of one user. All handles that act for the user share it, so that one refresh serves them all.
pub(crate) struct Session {
    app: Arc<App>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tokens: Option<Tokens>,
    /// Counts how often credentials were set from outside: a refresh of replaced ones must not bring them back.
    epoch: u64,
    /// The refresh under way. Nothing arrives on it but its outcome.
    refresh: Option<watch::Receiver<Option<Outcome>>>,
}

type Outcome = Result<Tokens, Error>;

impl State {
    fn replace(&mut self, tokens: Option<Tokens>) {
        self.tokens = tokens;
        self.epoch += 1;
        self.refresh = None;
    }
}

impl Session {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app, state: Mutex::default() }
    }

    pub(crate) fn tokens(&self) -> Option<Tokens> {
        self.state().tokens.clone()
    }

    /// Returns the tokens in force, and the epoch to [`renew`](Self::renew) them in.
    pub(crate) fn current(&self) -> Option<(Tokens, u64)> {
        let state = self.state();
        Some((state.tokens.clone()?, state.epoch))
    }

    /// Puts other credentials in force, or none.
    pub(crate) fn set(&self, tokens: Option<Tokens>) {
        self.state().replace(tokens);
    }

    /// Forgets credentials, unless others have come in their place.
    pub(crate) fn forget(&self, tokens: &Tokens) {
        let mut state = self.state();
        if state.tokens.as_ref() == Some(tokens) {
            state.replace(None);
        }
    }

    /// Exchanges a code, which works once, on a task of its own: a caller that gives up takes nothing with it.
    pub(crate) async fn exchange(self: &Arc<Self>, code: &Secret) -> Outcome {
        let (session, code) = (self.clone(), code.clone());
        let exchange = call::runtime()?.spawn(async move {
            let request = TokenRequest::new(GrantType::AuthorizationCode)
                .code(code.expose())
                .redirect_uri(&session.app.redirect_uri);
            let response = call::request_tokens(&session.app, request, &[&code]).await?;
            let tokens = Tokens::received(response, Timestamp::now());
            let saved = session.app.save(&tokens).await;
            session.set(Some(tokens.clone()));
            saved.map(|()| tokens).map_err(store_error)
        });
        exchange.await.unwrap_or_else(|_| Err(interrupted()))
    }

    /// Returns tokens newer than `used`: those that are in force by now, else those of a refresh. `None` when
    /// credentials were set since `epoch`: they may be another user's, and a call must not change hands.
    pub(crate) async fn renew(self: &Arc<Self>, used: &Tokens, epoch: u64) -> Result<Option<Tokens>, Error> {
        let mut outcome = {
            let mut state = self.state();
            let Some(tokens) = state.tokens.clone().filter(|_| state.epoch == epoch) else { return Ok(None) };
            if tokens.access_token() != used.access_token() {
                return Ok(Some(tokens));
            }
            match &state.refresh {
                // One whose sender is gone was lost with its runtime, and will never tell.
                Some(under_way) if under_way.has_changed().is_ok() => under_way.clone(),
                _ => self.start_refresh(&mut state, tokens)?,
            }
        };
        let arrived = outcome.wait_for(Option::is_some).await;
        match arrived.map(|outcome| outcome.clone()) {
            Ok(Some(outcome)) => outcome.map(Some),
            Ok(None) | Err(_) => Err(interrupted()),
        }
    }

    /// Refreshes on a task of its own: a caller that gives up takes nothing with it.
    fn start_refresh(
        self: &Arc<Self>,
        state: &mut State,
        tokens: Tokens,
    ) -> Result<watch::Receiver<Option<Outcome>>, Error> {
        let runtime = call::runtime()?;
        let (sender, receiver) = watch::channel(None);
        state.refresh = Some(receiver.clone());
        let (session, epoch) = (self.clone(), state.epoch);
        runtime.spawn(async move {
            let outcome = session.refresh(&tokens, epoch).await;
            let mut state = session.state();
            if state.epoch == epoch {
                state.refresh = None;
            }
            drop(state);
            sender.send_replace(Some(outcome));
        });
        Ok(receiver)
    }

    async fn refresh(&self, tokens: &Tokens, epoch: u64) -> Outcome {
        let refresh_token = tokens.refresh_token().ok_or_else(no_credentials)?;
        let request = TokenRequest::new(GrantType::RefreshToken)
            .refresh_token(refresh_token.expose())
            .redirect_uri(&self.app.redirect_uri);
        let secrets = [refresh_token, tokens.access_token()];
        let response = call::request_tokens(&self.app, request, &secrets).await?;
        let fresh = tokens.refreshed(response, Timestamp::now());

        // The old refresh token is retired, so save first, and let nobody use the new tokens before.
        let saved = self.app.save(&fresh).await;
        let mut state = self.state();
        if state.epoch == epoch {
            state.tokens = Some(fresh.clone());
        }
        saved.map(|()| fresh).map_err(store_error)
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
            .field("tokens", &state.tokens)
            .field("refreshing", &state.refresh.is_some())
            .finish_non_exhaustive()
    }
}

/// The runtime was shut down around the request.
fn interrupted() -> Error {
    let (operation, kind) = (operations::TOKEN.id, NetworkKind::Broken);
    Error::Network(Box::new(NetworkFailure { operation, kind, source: None }))
}

fn no_credentials() -> Error {
    Error::Authentication(ApiFailure::without_answer(operations::TOKEN.id, "there is no refresh token"))
}

fn store_error(source: crate::error::BoxError) -> Error {
    Error::TokenStore(Box::new(StoreFailure { source: source.into() }))
}
