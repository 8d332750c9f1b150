//! The health check.

use crate::call::{CallOptions, Caller, Endpoint};
use crate::error::Error;
use crate::models::Health;
use crate::raw::operations;
use crate::sync::BoxFuture;

/// Parameters of [`Client::health`](crate::Client::health): none.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct CheckHealth {}

impl Endpoint for CheckHealth {
    type Output = Health;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Health, Error>> {
        Box::pin(async move {
            let reply = caller.call(&operations::HEALTH, CallOptions::default(), |api| api.health().request());
            Ok(reply.await?.value)
        })
    }
}
