//! Presenting a refresh token: how often, and how far apart.
//!
//! A token that is two rotations behind revokes the authorization, and a request without a result may have been a
//! rotation. So a token is presented twice at once, and then once per interval, which doubles. The count stands beside
//! the lease, so that processes and restarts share it. It delays, and never ends consent.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::lease::Term;
use super::task::Work;
use super::{Session, no_refresh_token};
use crate::backoff::{Backoff, Jitter};
use crate::error::{BoxError, Error, NetworkFailure, NetworkKind};
use crate::models::{GrantType, TokenRequest, TokenResponse};
use crate::raw::operations;
use crate::tokens::{Presented, Tokens};

/// How often a refresh token is presented at once without a result.
const AT_ONCE: u32 = 2;

/// The longest interval after that, as a multiple of the first.
const LONGEST_INTERVAL: u32 = 15;

/// How often connecting is attempted.
pub(super) const MAX_CONNECTS: u32 = 3;

/// Between the attempts of one refresh.
pub(super) const ATTEMPTS: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(60));

impl Session {
    /// Returns the delay before a token that was presented so often without a result is presented again.
    pub(super) fn interval(&self, presented: u32) -> Option<Duration> {
        let first = self.shared.settings.presentation_interval;
        let intervals = Backoff::new(first, first.saturating_mul(LONGEST_INTERVAL));
        presented.checked_sub(AT_ONCE).map(|further| intervals.delay(further))
    }

    /// Returns how often a token may be presented now.
    pub(super) fn presentations(&self, before: Presented) -> Result<u32, Error> {
        let Some(interval) = self.interval(before.times) else { return Ok(AT_ONCE - before.times) };
        match interval.saturating_sub(before.since) {
            Duration::ZERO => Ok(1),
            left => {
                let why = format!("the refresh token was presented {} times without a result", before.times);
                let source = BoxError::from(why).into();
                let error = NetworkFailure::error(operations::TOKEN.id, NetworkKind::Broken, Some(source));
                Err(error.with_retry_after(left))
            }
        }
    }

    /// Presents the refresh token until there is a response, at most `times` times. Counts what remains without a result.
    pub(super) async fn present(
        &self,
        tokens: &Tokens,
        before: Presented,
        term: &Term,
        work: &mut Work,
    ) -> Result<TokenResponse, Error> {
        let times = self.presentations(before)?;
        let refresh_token = tokens.refresh_token().ok_or_else(no_refresh_token)?;
        let request = TokenRequest::new(GrantType::RefreshToken)
            .refresh_token(refresh_token.expose())
            .redirect_uri(&self.shared.transport.app().redirect_uri);
        let secrets = [refresh_token, tokens.access_token()];
        let (mut presented, mut unsent) = (0, 0);
        let mut last = None;
        loop {
            work.enter().await;
            if term.is_over() && !self.renew_term(term).await {
                return Err(last.unwrap_or_else(out_of_time));
            }
            if let Some(paused) = self.shared.admission.paused(Instant::now()) {
                return Err(last.unwrap_or(paused));
            }
            // Counted before it leaves: a process that takes over must know of it.
            self.count_presented(term.fence, presented + 1);
            let transport = &self.shared.transport;
            let request = transport.request_tokens(request.clone(), &secrets, transport.settings().timeout);
            let error = match request.await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let arrival = Arrival::of(&error);
            match arrival {
                Arrival::Answered => {}
                Arrival::Never => unsent += 1,
                Arrival::Maybe => presented += 1,
            }
            self.count_presented(term.fence, presented);
            if matches!(arrival, Arrival::Answered) || presented == times || unsent == MAX_CONNECTS {
                return match self.interval(before.times.saturating_add(presented)) {
                    Some(interval) if matches!(arrival, Arrival::Maybe) => Err(error.with_retry_after(interval)),
                    _ => Err(error),
                };
            }
            last = Some(error);
            work.leave();
            sleep(Jitter::Around.apply(ATTEMPTS.delay(presented + unsent - 1))).await;
        }
    }
}

/// What a failed request says about the token in it.
pub(super) enum Arrival {
    /// It was definitely not sent.
    Never,
    /// The service may have retired it.
    Maybe,
    /// The service refused it, or did not process it.
    Answered,
}

impl Arrival {
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Network(failure) if failure.kind() == NetworkKind::Connect => Self::Never,
            Error::Network(_) | Error::Decode(_) => Self::Maybe,
            Error::Server(_) if error.status() != Some(503) => Self::Maybe,
            _ => Self::Answered,
        }
    }
}

fn out_of_time() -> Error {
    NetworkFailure::error(operations::TOKEN.id, NetworkKind::Timeout, None)
}
