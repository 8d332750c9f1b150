use serde_json::Value;

use super::permission;
use crate::{
    error::ApiError,
    http::{Answer, Request},
    scope::Scope,
    state::State,
};

/// Lists the calendars of all connected accounts, as a bare array.
pub(super) fn list(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    let access = state.authenticate(request.bearer())?;
    if access.scope == Scope::FreeBusy {
        return Err(ApiError::calendars_denied());
    }
    let user = state.user(&access.user);
    permission::check_read(user)?;
    let accounts = user.accounts.iter().filter(|account| !account.is_blocked());
    let calendars: Vec<Value> =
        accounts.flat_map(|account| account.calendars.iter().map(move |calendar| calendar.to_json(account))).collect();
    Ok(permission::mark_missing(Answer::ok(&Value::Array(calendars)), user))
}
