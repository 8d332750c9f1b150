//! Calls about the user's tokens.

use serde_json::Value;

use crate::call::{CallOptions, Caller, Endpoint, no_credentials};
use crate::error::Error;
use crate::models::RevokeRequest;
use crate::raw::operations;
use crate::secret::Secret;
use crate::sync::BoxFuture;
use crate::tokens::Tokens;
use crate::transport::{or_empty, rejected};

/// Parameters of [`Auth::get_token`](crate::Auth::get_token).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GetToken {
    code: Secret,
}

impl GetToken {
    /// Names the authorization code.
    pub fn new(code: impl Into<Secret>) -> Self {
        Self { code: code.into() }
    }
}

impl Endpoint for GetToken {
    type Output = Tokens;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Tokens, Error>> {
        Box::pin(async move { caller.session.exchange(&self.code).await })
    }
}

/// Parameters of [`Auth::refresh`](crate::Auth::refresh): none.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Refresh {}

impl Endpoint for Refresh {
    type Output = Tokens;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Tokens, Error>> {
        Box::pin(async move { caller.session.refresh().await })
    }
}

/// Parameters of [`Auth::revoke`](crate::Auth::revoke): none.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Revoke {}

impl Endpoint for Revoke {
    type Output = ();

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(revoke(caller))
    }
}

async fn revoke(caller: Caller) -> Result<(), Error> {
    let operation = &operations::REVOKE;
    let access = caller.session.newest().await?.ok_or_else(|| no_credentials(operation))?;
    let tokens = &*access.tokens;
    let token = tokens.refresh_token().unwrap_or(tokens.access_token());
    let options = CallOptions { secrets: &[token], ..CallOptions::default() };
    let request = RevokeRequest::new(token.expose());
    let reply = or_empty(caller.call::<Value>(operation, options, |api| api.revoke().body(request).request()).await)?;
    match reply {
        Some(reply) if reply.value["success"] == false => {
            Err(rejected(operation, reply.head, &reply.value.to_string(), &reply.secrets))
        }
        _ => caller.session.forget(&access).await,
    }
}
