//! Offboarding: everything that ends with a user, in one call.

use serde::{Deserialize, Serialize};

use super::tokens::{DeleteCredentials, Revoke};
use crate::call::{Caller, Endpoint, Request};
use crate::error::Error;
use crate::models::Provider;
use crate::params::{Disconnect, GetConnectionStatus, UnsubscribeWebhook};
use crate::raw::operations;
use crate::sync::BoxFuture;

/// Parameters of [`Auth::offboard`](crate::Auth::offboard).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Offboard {
    subscriptions: Vec<UnsubscribeWebhook>,
    force: bool,
}

impl Offboard {
    /// Names no subscriptions yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds subscriptions to end: [`Subscription`](crate::Subscription)s, or what names their channels.
    pub fn subscriptions(mut self, subscriptions: impl IntoIterator<Item = impl Into<UnsubscribeWebhook>>) -> Self {
        self.subscriptions.extend(subscriptions.into_iter().map(Into::into));
        self
    }

    /// Revokes and erases even after a failure that a retry may cure.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }
}

impl<C> Request<Offboard, C> {
    /// Adds subscriptions to end: see [`Offboard::subscriptions`].
    pub fn subscriptions(self, subscriptions: impl IntoIterator<Item = impl Into<UnsubscribeWebhook>>) -> Self {
        self.map(|params| params.subscriptions(subscriptions))
    }

    /// Revokes and erases even after a failure that a retry may cure: see [`Offboard::force`].
    pub fn force(self) -> Self {
        self.map(Offboard::force)
    }
}

/// What [`Auth::offboard`](crate::Auth::offboard) did, step by step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OffboardReport {
    /// The steps, in their order.
    pub steps: Vec<OffboardStep>,
}

impl OffboardReport {
    /// Reports whether nothing is left to do: no step failed or was postponed.
    pub fn is_complete(&self) -> bool {
        let is_left =
            |step: &OffboardStep| matches!(step.outcome, OffboardOutcome::Failed(_) | OffboardOutcome::Postponed);
        !self.steps.iter().any(is_left)
    }

    /// Reports whether to call it again: a step failed so that a retry may cure it, or was postponed.
    pub fn is_retryable(&self) -> bool {
        self.steps.iter().any(|step| match &step.outcome {
            OffboardOutcome::Failed(error) => is_curable(error),
            outcome => matches!(outcome, OffboardOutcome::Postponed),
        })
    }
}

/// A step of an [`OffboardReport`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OffboardStep {
    /// What was to be done.
    pub action: OffboardAction,
    /// What became of it.
    pub outcome: OffboardOutcome,
}

/// What a step of offboarding does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OffboardAction {
    /// End the subscription of a channel: `POST /unsubscribe-webhook`.
    #[non_exhaustive]
    Unsubscribe {
        /// Provider of the calendar.
        provider: Provider,
        /// Id of the channel.
        channel_id: String,
    },
    /// Find the providers with accounts: `GET /oauth/connection-status`.
    ListAccounts,
    /// Disconnect all accounts of a provider: `POST /oauth/disconnect`.
    #[non_exhaustive]
    Disconnect {
        /// The provider.
        provider: Provider,
    },
    /// Revoke all tokens of the user: `POST /oauth/revoke`.
    Revoke,
    /// Remove the user's record from the store.
    Erase,
}

/// What became of a step of offboarding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum OffboardOutcome {
    /// It is done.
    Done,
    /// It failed.
    Failed(Error),
    /// There are no tokens with which it could be done, such as when the user was offboarded before.
    Skipped,
    /// It was not attempted, because a step before it failed and its retry needs the tokens.
    Postponed,
}

impl Endpoint for Offboard {
    type Output = OffboardReport;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<OffboardReport, Error>> {
        Box::pin(async move {
            let newest = caller.within_deadline(&operations::REVOKE, caller.session.newest()).await?;
            let mut run = Run { force: self.force, has_tokens: newest.is_some(), is_left: false, steps: Vec::new() };
            for subscription in self.subscriptions {
                let (provider, channel_id) = (subscription.body.provider.clone(), subscription.body.channel_id.clone());
                let action = OffboardAction::Unsubscribe { provider, channel_id };
                run.with_tokens(action, subscription.call(caller.clone())).await;
            }
            let status = GetConnectionStatus::new().call(caller.clone());
            let status = run.with_tokens(OffboardAction::ListAccounts, status).await;
            let connections = status.map(|status| status.connections).unwrap_or_default();
            for (provider, _) in connections.into_iter().filter(|(_, accounts)| !accounts.is_empty()) {
                let provider = Provider::from(provider);
                let action = OffboardAction::Disconnect { provider: provider.clone() };
                run.with_tokens(action, Disconnect::new(provider).call(caller.clone())).await;
            }
            if run.may_end(OffboardAction::Revoke) {
                run.with_tokens(OffboardAction::Revoke, Revoke {}.call(caller.clone())).await;
            }
            if run.may_end(OffboardAction::Erase) {
                run.step(OffboardAction::Erase, DeleteCredentials {}.call(caller)).await;
            }
            Ok(OffboardReport { steps: run.steps })
        })
    }
}

struct Run {
    force: bool,
    has_tokens: bool,
    /// Whether something is left that needs the tokens.
    is_left: bool,
    steps: Vec<OffboardStep>,
}

impl Run {
    /// Makes a step that needs tokens.
    async fn with_tokens<T>(
        &mut self,
        action: OffboardAction,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Option<T> {
        match self.has_tokens {
            true => self.step(action, step).await,
            false => self.note(action, OffboardOutcome::Skipped),
        }
    }

    async fn step<T>(&mut self, action: OffboardAction, step: impl Future<Output = Result<T, Error>>) -> Option<T> {
        match step.await {
            Ok(value) => {
                self.note::<T>(action, OffboardOutcome::Done);
                Some(value)
            }
            Err(error) => {
                self.is_left |= is_curable(&error);
                self.note(action, OffboardOutcome::Failed(error))
            }
        }
    }

    /// Reports whether a step may end the tokens.
    fn may_end(&mut self, action: OffboardAction) -> bool {
        let may = self.force || !self.is_left;
        if !may {
            self.note::<()>(action, OffboardOutcome::Postponed);
        }
        may
    }

    fn note<T>(&mut self, action: OffboardAction, outcome: OffboardOutcome) -> Option<T> {
        self.steps.push(OffboardStep { action, outcome });
        None
    }
}

/// Reports whether a later attempt may succeed, at least after somebody has corrected a setting. Tokens that are not
/// accepted any more, and what does not exist, stay so.
fn is_curable(error: &Error) -> bool {
    !matches!(
        error,
        Error::Authentication(_)
            | Error::PermissionDenied(_)
            | Error::Validation(_)
            | Error::NotFound(_)
            | Error::InvalidInput(_)
    )
}
