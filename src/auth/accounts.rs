//! Calls about the connected accounts.

use crate::call::{CallOptions, Caller, Endpoint};
use crate::error::{Error, InputFailure};
use crate::models::{ConnectedAccount, ConnectionStatus, DisconnectResponse, SyncState};
use crate::params::{Disconnect, GetConnectionStatus};
use crate::raw::operations;
use crate::sync::BoxFuture;
use crate::transport::{Failure, or_empty};

impl ConnectedAccount {
    /// Returns the state of syncing: [`SyncState::Active`] where the service says nothing.
    pub fn sync_state(&self) -> SyncState {
        self.sync_state.clone().unwrap_or(SyncState::Active)
    }
}

impl Endpoint for GetConnectionStatus {
    type Output = ConnectionStatus;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<ConnectionStatus, Error>> {
        Box::pin(async move {
            let caller = caller.begin();
            let current = caller.reply(self.clone(), CallOptions::default()).await;
            let reply = or_legacy(current, || caller.reply_at(&operations::CONNECTION_STATUS_LEGACY, self));
            Ok(reply.await?.value)
        })
    }
}

impl Endpoint for Disconnect {
    type Output = DisconnectResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<DisconnectResponse, Error>> {
        Box::pin(async move {
            InputFailure::require(&operations::DISCONNECT, &[("provider", Some(self.provider.as_str()))])?;
            let caller = caller.begin();
            let current = caller.reply(self.clone(), CallOptions::default()).await;
            let reply = or_legacy(current, || caller.reply_at(&operations::DISCONNECT_LEGACY, self));
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
