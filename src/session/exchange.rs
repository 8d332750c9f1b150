//! The exchange of an authorization code.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::Session;
use super::hook::hook_session;
use super::present::{ATTEMPTS, Arrival, MAX_CONNECTS};
use super::save::{Origin, Pending, Unsaved};
use super::store::Pair;
use super::task::{self, Goal, beating};
use crate::backoff::Jitter;
use crate::error::{AuthCallbackFailure, AuthCallbackKind, Error, SendStatus};
use crate::models::{GrantType, TokenRequest, TokenResponse};
use crate::secret::Secret;
use crate::sync::in_span;
use crate::tokens::Tokens;
use crate::transport::runtime;

impl Session {
    /// Exchanges a code, which works once, on a task of its own: a caller that is cancelled loses nothing.
    pub(crate) async fn exchange(self: &Arc<Self>, code: &Secret, timeout: Duration) -> Result<Tokens, Error> {
        let (session, code, in_hook) = (self.clone(), code.clone(), hook_session() == Some(self.id));
        let guard = self.shared.in_flight.start();
        let exchange = async move {
            let request = TokenRequest::new(GrantType::AuthorizationCode)
                .code(code.expose())
                .redirect_uri(&session.shared.transport.app().redirect_uri);
            let response = exchange_code(&session, request, &code, timeout).await?;
            let tokens = Arc::new(Tokens::received(response, Timestamp::now()));
            session.check_subject(&tokens)?;
            let (task, dropped) = {
                let mut state = session.state();
                let active = state.active.take();
                let replaced = active.as_ref().map(|active| active.tokens.clone());
                let mut pair = Pair::new(tokens.clone());
                // The application may still have the pairs before it.
                pair.lineage.retire_all(&state.lineage);
                active.iter().for_each(|active| pair.lineage.retire(active.id));
                let lineage = pair.lineage.clone();
                let unsaved = Unsaved::new(pair, Pending::overwrite(Origin::Code), replaced).within_hook(in_hook);
                let dropped = state.replace(active, Some(unsaved));
                state.lineage = lineage;
                (session.join(&mut state, Goal::Save), dropped)
            };
            session.pin();
            // The task has a guard of its own, and its hook may wait for all others.
            drop(guard);
            session.hand_over_later(dropped);
            let saved = session.wait(task?, &Goal::Save).await;
            saved.map(|()| (*tokens).clone())
        };
        let shared = self.shared.clone();
        let exchange = runtime()?.spawn(in_span(async move { beating([&shared.in_flight.beats; 2], exchange).await }));
        exchange.await.unwrap_or_else(|_| Err(task::interrupted()))
    }

    /// Refuses tokens of another user. Revoking them would end the other user's authorization.
    fn check_subject(&self, tokens: &Tokens) -> Result<(), Error> {
        let is_checked = self.shared.settings.verify_subject && !self.user.is_empty();
        match is_checked && tokens.are_of_another_user(&self.user) {
            true => Err(AuthCallbackFailure::error(AuthCallbackKind::TokensOfAnotherUser)),
            false => Ok(()),
        }
    }
}

/// Sends the request until it may have arrived, and then once more if there was no response: connections of the pool may be
/// dead, and the next one is new. A code that was used up by the first request is refused, and nothing more is lost.
async fn exchange_code(
    session: &Session,
    request: TokenRequest,
    code: &Secret,
    timeout: Duration,
) -> Result<TokenResponse, Error> {
    let (mut unsent, mut unanswered) = (0, 0);
    loop {
        match session.shared.transport.request_tokens(request.clone(), &[code], timeout).await {
            Err(error) if unsent + 1 < MAX_CONNECTS && matches!(Arrival::of(&error), Arrival::Never) => {
                sleep(Jitter::Around.apply(ATTEMPTS.delay(unsent))).await;
                unsent += 1;
            }
            Err(error) if unanswered == 0 && is_unanswered(&error) => unanswered += 1,
            outcome => return outcome,
        }
    }
}

/// Reports whether a request may have arrived, and nothing came back.
fn is_unanswered(error: &Error) -> bool {
    matches!(error, Error::Network(_)) && error.send_status() == SendStatus::MaybeSent
}
