use serde_json::Value;

use super::permission;
use crate::{error::ApiError, http::Answer, request::Request, scope::Scope, service::Service};

/// Lists the calendars of all connected accounts, as a bare array.
pub(super) fn list(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = service.authenticate(request.bearer())?;
    if access.scope == Scope::FreeBusy {
        return Err(ApiError::calendars_denied());
    }
    let user = service.user(&access.user);
    permission::check_read(user)?;
    Ok(permission::mark_missing(Answer::ok(&Value::Array(user.calendars())), user))
}
