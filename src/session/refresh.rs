//! The refresh: one for a user at a time, over all processes that share the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::sleep;

use super::events::AuthEvent;
use super::save::{Missing, Unsaved};
use super::{Session, no_credentials, no_refresh_token};
use crate::call;
use crate::error::{Error, NetworkFailure, NetworkKind, StoreOperation};
use crate::raw::operations;
use crate::raw::types::{GrantType, TokenRequest, TokenResponse};
use crate::tokens::Tokens;
use crate::tokens::store::LeaseOutcome;

/// How often a refresh token that may have arrived is presented. Two steps back, the service revokes the authorization.
const PRESENTATIONS: u32 = 2;

/// How often a connection is tried that never came about.
const CONNECTIONS: u32 = 3;

/// Between tries of one refresh.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Between looks at a lease that somebody else holds.
const LEASE_PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// Between tries to refresh ahead of time, as long as they fail.
const AHEAD_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// How the wish for the right to refresh ended.
enum Turn {
    Ours(Lease),
    /// Somebody else has refreshed meanwhile.
    Newer(Tokens),
}

/// The right to refresh, and what the store held when it was granted.
struct Lease {
    fence: u64,
    version: u64,
    stored: Option<Tokens>,
    /// After this, somebody else may refresh: nothing must be sent any more.
    send_until: Instant,
}

impl Session {
    /// Looks for credentials in the store.
    pub(super) async fn load(self: &Arc<Self>, epoch: u64) -> Result<(), Error> {
        self.settle(epoch).await?;
        if self.state().live.is_none()
            && let (Some(stored), _) = self.stored().await?
        {
            self.adopt(stored, epoch);
        }
        Ok(())
    }

    /// Brings newer tokens than `used` into force: those of the store, else those of a refresh.
    pub(super) async fn renew_tokens(self: &Arc<Self>, used: Arc<Tokens>, epoch: u64) -> Result<(), Error> {
        let outcome = self.try_renew(&used, epoch).await;
        if let Err(error) = &outcome {
            self.refresh_failed(error, epoch);
        }
        outcome
    }

    async fn try_renew(self: &Arc<Self>, used: &Tokens, epoch: u64) -> Result<(), Error> {
        // Only one step from what the store has can be made up for after a crash.
        self.settle(epoch).await?;
        if self.state().live.as_ref().is_none_or(|live| live.tokens.access_token() != used.access_token()) {
            return Ok(());
        }
        let lease = match self.turn(used).await? {
            Turn::Ours(lease) => lease,
            Turn::Newer(tokens) => {
                self.adopt(tokens, epoch);
                return Ok(());
            }
        };
        let fence = lease.fence;
        let outcome = self.refresh_under(lease, used, epoch).await;
        self.release(fence).await;
        outcome
    }

    /// Waits for the right to refresh.
    async fn turn(&self, used: &Tokens) -> Result<Turn, Error> {
        let ttl = self.app.refresh_lease;
        let lost = self.state().leased;
        if let Some(fence) = lost {
            self.release(fence).await;
        }
        let (begun, mut pause) = (Instant::now(), LEASE_PAUSE.0);
        loop {
            let asked = Instant::now();
            match self.lease(ttl).await? {
                LeaseOutcome::Granted { fence, stored } => {
                    let version = stored.version;
                    let stored = match self.read(stored) {
                        Ok(stored) => stored,
                        Err(error) => {
                            self.release(fence).await;
                            return Err(error);
                        }
                    };
                    if let Some(newer) = stored.clone().filter(|stored| self.is_newer(stored, used)) {
                        self.release(fence).await;
                        return Ok(Turn::Newer(newer));
                    }
                    // The rest is for saving.
                    return Ok(Turn::Ours(Lease { fence, version, stored, send_until: asked + ttl * 3 / 4 }));
                }
                LeaseOutcome::Held { remaining } => {
                    if let (Some(newer), _) = self.stored().await?
                        && self.is_newer(&newer, used)
                    {
                        return Ok(Turn::Newer(newer));
                    }
                    if begun.elapsed() > ttl + LEASE_PAUSE.1 {
                        return Err(Error::store(StoreOperation::Lease, "another process holds it for too long"));
                    }
                    sleep(pause.min(remaining.unwrap_or(pause)).mul_f64(0.5 + fastrand::f64())).await;
                    pause = (pause * 2).min(LEASE_PAUSE.1);
                }
            }
        }
    }

    /// Tells whether tokens from the store make a refresh needless.
    fn is_newer(&self, stored: &Tokens, used: &Tokens) -> bool {
        stored.access_token() != used.access_token()
            && self.kept(Arc::new(stored.clone())).life.is_none_or(|life| life.renew_at > Instant::now())
    }

    async fn refresh_under(self: &Arc<Self>, lease: Lease, used: &Tokens, epoch: u64) -> Result<(), Error> {
        let Lease { fence, version, stored, send_until } = lease;
        let source = match stored {
            Some(stored) => stored,
            // Somebody has deleted them.
            None if version > 0 => return Err(no_credentials()),
            None => used.clone(),
        };
        let response = match self.present(&source, send_until).await {
            Ok(response) => response,
            Err(refusal @ Error::Authentication(_)) => {
                // Whoever refreshed without a lease, or with one that ended, may have saved meanwhile.
                return match self.stored().await? {
                    (Some(newer), _) if newer.refresh_token() != source.refresh_token() => {
                        self.adopt(newer, epoch);
                        Ok(())
                    }
                    _ => Err(refusal),
                };
            }
            Err(error) => return Err(error),
        };
        let fresh = Arc::new(source.refreshed(response, Timestamp::now()));
        let refreshed = Unsaved::new(fresh, Missing::Follow { version, fence: Some(fence) });
        {
            let mut state = self.state();
            // Other credentials are in force by now, and on their way into the store.
            if state.epoch != epoch {
                return Ok(());
            }
            state.unsaved = Some(Box::new(refreshed));
        }
        self.pin();
        self.settle(epoch).await
    }

    /// Sends the refresh token until there is an answer, but no oftener than it can bear.
    async fn present(&self, tokens: &Tokens, until: Instant) -> Result<TokenResponse, Error> {
        let refresh_token = tokens.refresh_token().ok_or_else(no_refresh_token)?;
        let request = TokenRequest::new(GrantType::RefreshToken)
            .refresh_token(refresh_token.expose())
            .redirect_uri(&self.app.redirect_uri);
        let secrets = [refresh_token, tokens.access_token()];
        let (mut arrived, mut missed, mut pause) = (0, 0, FIRST_PAUSE);
        let mut last = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(last.unwrap_or_else(out_of_time));
            }
            let timeout = self.app.settings.timeout.min(left);
            let error = match call::request_tokens(&self.app, request.clone(), &secrets, timeout).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            match Arrival::of(&error) {
                Arrival::Answered => return Err(error),
                Arrival::Never => missed += 1,
                Arrival::Maybe => arrived += 1,
            }
            if arrived == PRESENTATIONS || missed == CONNECTIONS {
                return Err(error);
            }
            last = Some(error);
            sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
            pause *= 2;
        }
    }

    /// Puts tokens from the store in force, unless others came from outside.
    pub(super) fn adopt(&self, stored: Tokens, epoch: u64) {
        let live = self.kept(Arc::new(stored));
        let mut state = self.state();
        if state.epoch == epoch {
            state.live = Some(live);
            (state.failures, state.not_before) = (0, None);
        }
    }

    fn refresh_failed(&self, error: &Error, epoch: u64) {
        let next_try = {
            let mut state = self.state();
            if state.epoch != epoch || error.is_unsaved() {
                return;
            }
            let pause = AHEAD_PAUSE.0.saturating_mul(1 << state.failures.min(6)).min(AHEAD_PAUSE.1);
            let pause = error.retry_after().unwrap_or_default().clamp(pause, AHEAD_PAUSE.1 * 60);
            state.failures = state.failures.saturating_add(1);
            state.not_before = Instant::now().checked_add(pause);
            pause
        };
        let (user, error) = (self.user.to_string(), error.clone());
        self.app.events.send(|| match error.needs_reauthorization() {
            true => AuthEvent::ReauthorizationNeeded { user, error },
            false => AuthEvent::RefreshFailed { user, error, next_try },
        });
    }
}

/// What a failed request tells of the token in it.
enum Arrival {
    /// It surely never left.
    Never,
    /// The service may have retired it.
    Maybe,
    /// The service has refused it, or was too busy to look at it.
    Answered,
}

impl Arrival {
    fn of(error: &Error) -> Self {
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
