//! The health check.

use crate::call::{Caller, Endpoint};
use crate::error::Error;
use crate::models::Health;
use crate::params::CheckHealth;
use crate::sync::BoxFuture;

impl Endpoint for CheckHealth {
    type Output = Health;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Health, Error>> {
        Box::pin(async move { Ok(caller.send(self).await?) })
    }
}
