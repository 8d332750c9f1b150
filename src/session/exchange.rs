//! The exchange of an authorization code.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::Session;
use super::refresh::{ATTEMPTS, Arrival, MAX_CONNECTS};
use super::save::{Pending, Unsaved};
use super::task::{self, Goal};
use crate::backoff::Jitter;
use crate::error::Error;
use crate::models::{GrantType, TokenRequest, TokenResponse};
use crate::secret::Secret;
use crate::tokens::Tokens;
use crate::transport::runtime;

impl Session {
    /// Exchanges a code, which works once, on a task of its own: a caller that is cancelled loses nothing.
    pub(crate) async fn exchange(self: &Arc<Self>, code: &Secret, timeout: Duration) -> Result<Tokens, Error> {
        let (session, code) = (self.clone(), code.clone());
        let guard = self.shared.in_flight.start();
        let exchange = runtime()?.spawn(async move {
            let request = TokenRequest::new(GrantType::AuthorizationCode)
                .code(code.expose())
                .redirect_uri(&session.shared.transport.app().redirect_uri);
            let response = exchange_code(&session, request, &code, timeout).await?;
            let tokens = Arc::new(Tokens::received(response, Timestamp::now()));
            let (task, dropped) = {
                let mut state = session.state();
                let active = state.active.take();
                let replaced = active.as_ref().map(|active| active.tokens.clone());
                let unsaved = Unsaved::new(tokens.clone(), Pending::Overwrite { notify: true }, replaced);
                let dropped = state.replace(active, Some(unsaved));
                (session.join(&mut state, Goal::Save), dropped)
            };
            session.pin();
            // The task has a guard of its own, and its hook may wait for all others.
            drop(guard);
            session.hand_over_later(dropped);
            let saved = session.wait(task?).await;
            saved.map(|()| (*tokens).clone())
        });
        exchange.await.unwrap_or_else(|_| Err(task::interrupted()))
    }
}

/// Sends the request until it may have arrived.
async fn exchange_code(
    session: &Session,
    request: TokenRequest,
    code: &Secret,
    timeout: Duration,
) -> Result<TokenResponse, Error> {
    let mut unsent = 0;
    loop {
        match session.shared.transport.request_tokens(request.clone(), &[code], timeout).await {
            Err(error) if unsent + 1 < MAX_CONNECTS && matches!(Arrival::of(&error), Arrival::Never) => {
                sleep(Jitter::Around.apply(ATTEMPTS.delay(unsent))).await;
                unsent += 1;
            }
            outcome => return outcome,
        }
    }
}
