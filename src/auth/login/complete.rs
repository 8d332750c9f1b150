//! Completing a login.

use jiff::Timestamp;

use super::pending::PendingLogin;
use super::seal;
use crate::auth::callback::CallbackParams;
use crate::auth::tokens::GetToken;
use crate::call::Caller;
use crate::error::{AuthCallbackFailure, AuthCallbackKind, Error};
use crate::secret::Secret;

/// Parameters of [`Auth::complete_login`](crate::Auth::complete_login).
#[derive(Clone, Debug, PartialEq)]
pub struct CompleteLogin {
    callback: CallbackParams,
    sealed: Secret,
}

impl CompleteLogin {
    /// Names the callback and the sealed login.
    pub fn new(callback: impl Into<CallbackParams>, sealed: impl Into<Secret>) -> Self {
        Self { callback: callback.into(), sealed: sealed.into() }
    }

    /// Checks everything that can be checked before the code is sent. Returns the user and the code.
    pub(crate) fn check(self, caller: &Caller) -> Result<(String, GetToken), Error> {
        let pending = open(caller, &self.sealed)?;
        let code = self.callback.code(pending.state())?;
        Ok((pending.user().to_owned(), GetToken::new(code)))
    }
}

/// Opens a sealed login, which must be of the handle's user if it has one.
pub(in crate::auth) fn open(caller: &Caller, sealed: &Secret) -> Result<PendingLogin, Error> {
    let pending = seal::open(caller.transport.app(), sealed.expose(), Timestamp::now())?;
    let user = caller.session.user();
    match user.is_empty() || user == pending.user() {
        true => Ok(pending),
        false => Err(AuthCallbackFailure::error(AuthCallbackKind::PendingOfAnotherUser)),
    }
}
