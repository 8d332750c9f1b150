//! The health check.

use crate::call::{CallOptions, Caller, Endpoint};
use crate::error::Error;
use crate::models::Health;
use crate::params::CheckHealth;
use crate::sync::BoxFuture;
use crate::transport::or_empty;

impl Endpoint for CheckHealth {
    type Output = Health;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Health, Error>> {
        // A success says all that there is to say.
        Box::pin(async move {
            let reply = or_empty(caller.reply(self, CallOptions::default()).await)?;
            Ok(reply.map(|reply| reply.value).unwrap_or_default())
        })
    }
}
