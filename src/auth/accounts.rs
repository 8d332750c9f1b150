//! Calls about the connected accounts.

use serde::{Deserialize, Serialize};

use crate::call::{CallOptions, Caller, Endpoint, forward_setters};
use crate::error::{Error, InputFailure};
use crate::models::{ConnectedAccount, ConnectionStatus, DisconnectRequest, DisconnectResponse, Provider, SyncState};
use crate::raw::operations;
use crate::sync::BoxFuture;
use crate::transport::{Failure, or_empty};

impl ConnectedAccount {
    /// Returns the state of syncing: [`SyncState::Active`] where the service says nothing.
    pub fn sync_state(&self) -> SyncState {
        self.sync_state.clone().unwrap_or(SyncState::Active)
    }
}

/// Parameters of [`Auth::get_connection_status`](crate::Auth::get_connection_status): none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetConnectionStatus {}

impl Endpoint for GetConnectionStatus {
    type Output = ConnectionStatus;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<ConnectionStatus, Error>> {
        Box::pin(async move {
            let options = CallOptions::default();
            let current =
                caller.call(&operations::CONNECTION_STATUS, options, |api| api.connection_status().request()).await;
            let reply = or_legacy(current, || {
                caller.call(&operations::CONNECTION_STATUS_LEGACY, options, |api| {
                    api.connection_status_legacy().request()
                })
            });
            Ok(reply.await?.value)
        })
    }
}

/// Parameters of [`Auth::disconnect`](crate::Auth::disconnect).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Disconnect {
    provider: Provider,
    account: Option<String>,
}

impl Disconnect {
    /// Names the provider.
    pub fn new(provider: Provider) -> Self {
        Self { provider, account: None }
    }

    /// Sets the one account to disconnect, by its id in the
    /// [connection status](crate::Auth::get_connection_status).
    ///
    /// An empty id counts as none, which is all accounts of the provider.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into()).filter(|account| !account.is_empty());
        self
    }
}

forward_setters! { Disconnect:
    account(account: impl Into<String>);
}

impl Endpoint for Disconnect {
    type Output = DisconnectResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<DisconnectResponse, Error>> {
        Box::pin(async move {
            let Self { provider, account } = &self;
            InputFailure::require(&operations::DISCONNECT, &[("provider", Some(provider.as_str()))])?;
            let options = CallOptions::default();
            let current = caller.call(&operations::DISCONNECT, options, |api| {
                let request = api.disconnect().provider(provider.clone()).body(DisconnectRequest::new());
                match account {
                    Some(account) => request.account(account).request(),
                    None => request.request(),
                }
            });
            let reply = or_legacy(current.await, || {
                caller.call(&operations::DISCONNECT_LEGACY, options, |api| {
                    let request = api.disconnect_legacy().provider(provider.clone()).body(DisconnectRequest::new());
                    match account {
                        Some(account) => request.account(account).request(),
                        None => request.request(),
                    }
                })
            });
            let empty = || DisconnectResponse { success: true, ..Default::default() };
            Ok(or_empty(reply.await)?.map_or_else(empty, |reply| DisconnectResponse { success: true, ..reply.value }))
        })
    }
}

/// Falls back to the path of older deployments for a 404 of the endpoint itself, whatever its body. Two 404s are reported
/// as the first.
async fn or_legacy<T, Fut>(current: Result<T, Failure>, legacy: impl FnOnce() -> Fut) -> Result<T, Failure>
where
    Fut: Future<Output = Result<T, Failure>>,
{
    match current {
        Err(Failure::Final(first)) if is_missing(&first) => match legacy().await {
            Err(Failure::Final(second)) if is_missing(&second) => Err(first.into()),
            outcome => outcome,
        },
        outcome => outcome,
    }
}

fn is_missing(error: &Error) -> bool {
    error.status() == Some(404) && error.operation() != Some(operations::TOKEN.id)
}
