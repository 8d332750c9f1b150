//! Calls about the user's tokens.

use crate::call::{CallOptions, Caller, Endpoint, no_credentials};
use crate::error::{Error, SendStatus, StoreKind};
use crate::models::{RevokeRequest, RevokeResponse};
use crate::raw::operations;
use crate::secret::Secret;
use crate::sync::BoxFuture;
use crate::tokens::{StoredUser, Tokens};
use crate::transport::or_empty;

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
        Box::pin(async move {
            let exchange = caller.session.exchange(&self.code, caller.settings.http.timeout);
            caller.within_deadline(&operations::TOKEN, exchange).await
        })
    }
}

/// Parameters of [`Auth::refresh`](crate::Auth::refresh): none.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Refresh {}

impl Endpoint for Refresh {
    type Output = Tokens;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Tokens, Error>> {
        Box::pin(async move { caller.within_deadline(&operations::TOKEN, caller.session.refresh()).await })
    }
}

/// Parameters of [`Auth::load_credentials`](crate::Auth::load_credentials): none.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LoadCredentials {}

impl Endpoint for LoadCredentials {
    type Output = Option<Tokens>;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Option<Tokens>, Error>> {
        Box::pin(async move {
            let access = caller.within_deadline(&operations::TOKEN, caller.session.look()).await?;
            Ok(access.map(|access| (*access.tokens).clone()))
        })
    }
}

/// Parameters of [`Auth::seed_credentials`](crate::Auth::seed_credentials).
#[derive(Clone, Debug, PartialEq)]
pub struct SeedCredentials {
    tokens: Tokens,
}

impl SeedCredentials {
    /// Names the tokens.
    pub fn new(tokens: Tokens) -> Self {
        Self { tokens }
    }
}

impl Endpoint for SeedCredentials {
    type Output = bool;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<bool, Error>> {
        Box::pin(async move { caller.within_deadline(&operations::TOKEN, caller.session.seed(self.tokens)).await })
    }
}

/// Parameters of [`Auth::delete_credentials`](crate::Auth::delete_credentials): none.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DeleteCredentials {}

impl Endpoint for DeleteCredentials {
    type Output = ();

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(async move { caller.within_deadline(&operations::TOKEN, caller.session.delete()).await })
    }
}

/// Parameters of [`Auth::list_stored_users`](crate::Auth::list_stored_users).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ListStoredUsers {
    after: Option<String>,
    limit: usize,
}

impl ListStoredUsers {
    /// Names the user behind whom the list begins, if any, and the maximum length.
    pub fn new(after: Option<String>, limit: usize) -> Self {
        Self { after, limit }
    }
}

impl Endpoint for ListStoredUsers {
    type Output = Vec<StoredUser>;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Vec<StoredUser>, Error>> {
        Box::pin(async move {
            let users = caller.session.list_users(self.after.as_deref(), self.limit);
            caller.within_deadline(&operations::TOKEN, users).await
        })
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
    let (operation, caller) = (&operations::REVOKE, caller.begin());
    let newest = caller.within_deadline(operation, caller.session.newest()).await;
    let newest = newest.map_err(|error| error.with_send_status(SendStatus::NotSent))?;
    let access = newest.ok_or_else(|| no_credentials(operation))?;
    let tokens = &*access.tokens;
    let token = tokens.refresh_token().unwrap_or(tokens.access_token());
    let options = CallOptions { secrets: &[token], ..CallOptions::default() };
    let request = RevokeRequest::new(token.expose());
    or_empty(
        caller
            .call::<RevokeResponse>(operation, options, |api| Ok(api.revoke().body(request.clone()).request()?))
            .await,
    )?;
    let forgotten = caller.within_deadline(operation, caller.session.forget(&access)).await;
    // The service has answered: what took too long is the store.
    forgotten.map_err(|error| match error {
        Error::Network(_) => Error::store(StoreKind::Save, "the store did not respond before the deadline"),
        error => error,
    })
}
