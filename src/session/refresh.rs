//! The refresh: single-flight per user, across all processes that share the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::sleep;

use super::events::AuthEvent;
use super::lineage::PairId;
use super::save::{Pending, Unsaved};
use super::{Active, Session, no_credentials, no_refresh_token};
use crate::backoff::{Backoff, Jitter};
use crate::error::{Error, NetworkFailure, NetworkKind, StoreKind};
use crate::models::{GrantType, TokenRequest, TokenResponse};
use crate::raw::operations;
use crate::tokens::{LeaseOutcome, Tokens};

/// How often a refresh token is presented whose request may have arrived. A token that is two rotations behind revokes the
/// authorization.
const MAX_PRESENTATIONS: u32 = 2;

/// How often connecting is attempted.
pub(super) const MAX_CONNECTS: u32 = 3;

/// Between the attempts of one refresh.
pub(super) const ATTEMPTS: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(60));

/// Between looks at a lease that another process holds.
const LEASE_POLL: Backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(500));

/// Between refreshes, while they fail.
const REFRESHES: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));

/// The longest `Retry-After` that refreshes obey.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// How waiting for the lease ended.
enum Acquired {
    Lease(Lease),
    /// Another process has refreshed meanwhile.
    Newer(Tokens),
}

/// The lease for a refresh, and what the store held when it was granted.
struct Lease {
    fence: u64,
    version: u64,
    stored: Option<Tokens>,
    /// After this, another process may refresh: nothing must be sent any more.
    send_until: Instant,
}

impl Session {
    /// Loads credentials from the store.
    pub(super) async fn load(self: &Arc<Self>, generation: u64) -> Result<(), Error> {
        self.settle(generation).await?;
        if self.state().active.is_none()
            && let (Some(stored), _) = self.stored().await?
        {
            self.adopt(stored, generation);
        }
        Ok(())
    }

    /// Makes newer tokens than `used` active: those of the store, else those of a refresh.
    pub(super) async fn renew_tokens(self: &Arc<Self>, used: Active, generation: u64) -> Result<(), Error> {
        let failure = self.state().backing_off(Instant::now());
        if let Some(failure) = failure {
            return match self.stored().await {
                Ok((Some(newer), _)) if self.is_newer(&newer, &used) => {
                    self.adopt(newer, generation);
                    Ok(())
                }
                _ => Err(failure),
            };
        }
        let outcome = self.try_renew(&used, generation).await;
        if let Err(error) = &outcome {
            self.refresh_failed(error, generation);
        }
        outcome
    }

    async fn try_renew(self: &Arc<Self>, used: &Active, generation: u64) -> Result<(), Error> {
        // After a crash, only one rotation beyond what the store has can be recovered.
        self.settle(generation).await?;
        if self.state().active.as_ref().is_none_or(|active| active.id != used.id) {
            return Ok(());
        }
        let lease = match self.acquire(used).await? {
            Acquired::Lease(lease) => lease,
            Acquired::Newer(tokens) => {
                self.adopt(tokens, generation);
                return Ok(());
            }
        };
        let fence = lease.fence;
        let outcome = self.refresh_under(lease, used, generation).await;
        self.release(fence).await;
        outcome
    }

    /// Waits for the lease.
    async fn acquire(&self, used: &Active) -> Result<Acquired, Error> {
        let ttl = self.shared.settings.refresh_lease;
        self.release_left().await;
        let (started, mut polls) = (Instant::now(), 0);
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
                        return Ok(Acquired::Newer(newer));
                    }
                    // The rest is for saving.
                    return Ok(Acquired::Lease(Lease { fence, version, stored, send_until: asked + ttl * 3 / 4 }));
                }
                LeaseOutcome::Held { remaining } => {
                    if let (Some(newer), _) = self.stored().await?
                        && self.is_newer(&newer, used)
                    {
                        return Ok(Acquired::Newer(newer));
                    }
                    if started.elapsed() > ttl + LEASE_POLL.max {
                        return Err(Error::store(StoreKind::Lease, "another process holds it for too long"));
                    }
                    let delay = LEASE_POLL.delay(polls);
                    sleep(Jitter::Around.apply(delay.min(remaining.unwrap_or(delay)))).await;
                    polls += 1;
                }
            }
        }
    }

    /// Reports whether tokens from the store make a refresh unnecessary.
    fn is_newer(&self, stored: &Tokens, used: &Active) -> bool {
        PairId::of(stored) != used.id
            && self.restored(Arc::new(stored.clone())).expiry.is_none_or(|expiry| expiry.refresh_at > Instant::now())
    }

    async fn refresh_under(self: &Arc<Self>, lease: Lease, used: &Active, generation: u64) -> Result<(), Error> {
        let Lease { fence, version, stored, send_until } = lease;
        let source = match stored {
            Some(stored) => stored,
            // They were deleted.
            None if version > 0 => return Err(no_credentials()),
            None => (*used.tokens).clone(),
        };
        let response = match self.present(&source, send_until).await {
            Ok(response) => response,
            Err(refusal @ Error::Authentication(_)) => {
                // A process that refreshed without a lease, or with an expired one, may have saved meanwhile.
                return match self.stored().await? {
                    (Some(newer), _) if newer.refresh_token() != source.refresh_token() => {
                        self.adopt(newer, generation);
                        Ok(())
                    }
                    _ => Err(refusal),
                };
            }
            Err(error) => return Err(error),
        };
        let fresh = Arc::new(source.refreshed(response, Timestamp::now()));
        let refreshed = Unsaved::new(fresh, Pending::CompareAndSwap { version, fence }, Some(Arc::new(source)));
        let replaced = {
            let mut state = self.state();
            let replaced = state.is_replaced(generation);
            if !replaced {
                state.unsaved = Some(Box::new(refreshed.clone()));
            }
            replaced
        };
        // Other credentials were set meanwhile, and are on their way into the store.
        if replaced {
            self.hand_over(&refreshed).await;
            return Ok(());
        }
        self.pin();
        self.settle(generation).await
    }

    /// Presents the refresh token until there is a response, at most as often as is safe.
    async fn present(&self, tokens: &Tokens, until: Instant) -> Result<TokenResponse, Error> {
        let refresh_token = tokens.refresh_token().ok_or_else(no_refresh_token)?;
        let request = TokenRequest::new(GrantType::RefreshToken)
            .refresh_token(refresh_token.expose())
            .redirect_uri(&self.shared.transport.app().redirect_uri);
        let secrets = [refresh_token, tokens.access_token()];
        let (mut presented, mut unsent) = (0, 0);
        let mut last = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(last.unwrap_or_else(out_of_time));
            }
            let transport = &self.shared.transport;
            let timeout = transport.settings().timeout.min(left);
            let error = match transport.request_tokens(request.clone(), &secrets, timeout).await {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            match Arrival::of(&error) {
                Arrival::Answered => return Err(error),
                Arrival::Never => unsent += 1,
                Arrival::Maybe => presented += 1,
            }
            if presented == MAX_PRESENTATIONS || unsent == MAX_CONNECTS {
                return Err(error);
            }
            last = Some(error);
            sleep(Jitter::Around.apply(ATTEMPTS.delay(presented + unsent - 1))).await;
        }
    }

    /// Makes tokens from the store active, unless others were set from outside.
    pub(super) fn adopt(&self, stored: Tokens, generation: u64) {
        let active = self.restored(Arc::new(stored));
        let mut state = self.state();
        if state.lineage.generation == generation {
            state.advance(Some(active));
            state.refreshed();
        }
    }

    fn refresh_failed(&self, error: &Error, generation: u64) {
        let next_try = {
            let mut state = self.state();
            if state.lineage.generation != generation || error.is_unsaved() {
                return;
            }
            let is_final = error.needs_reauthorization();
            if is_final {
                state.lineage.end();
            }
            let delay = REFRESHES.delay(state.failures);
            let delay = error.retry_after().unwrap_or_default().clamp(delay, MAX_RETRY_AFTER);
            state.failures = state.failures.saturating_add(1);
            state.not_before = Instant::now().checked_add(delay);
            state.last_failure = Some(error.clone()).filter(|_| !is_final && !matches!(error, Error::TokenStore(_)));
            delay
        };
        let (user, error) = (self.user.to_string(), error.clone());
        self.shared.events.send(|| match error.needs_reauthorization() {
            true => AuthEvent::ReauthorizationNeeded { user, error },
            false => AuthEvent::RefreshFailed { user, error, next_try },
        });
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
