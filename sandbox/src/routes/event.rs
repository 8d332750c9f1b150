use hyper::StatusCode;
use serde_json::{Value, json};

use super::permission;
use crate::{
    error::ApiError,
    http::{Answer, Request},
    scope::Scope,
    settings::{DeleteDialect, Settings, WriteDialect},
    state::{Access, Draft, Mode, Problems, State, Target},
};

/// Creates an event or a series.
pub(super) fn create(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    let access = may_write(state, request)?;
    let fields = request.json_object()?;
    let mut problems = Problems::default();
    let provider = problems.provider(&fields);
    let calendar_id = problems.text(&fields, "calendarId");
    let draft = Draft::of_new(&fields, &mut problems);
    problems.check()?;

    let now = state.now();
    let user = state.user(&access.user);
    permission::check_write(user, provider, &calendar_id)?;
    let event = user.create(provider, &calendar_id, draft, now);
    Ok(written(&state.settings, event))
}

/// Changes an event, an instance or a part of a series.
pub(super) fn update(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    let access = may_write(state, request)?;
    let fields = request.json_object()?;
    let mut problems = Problems::default();
    let target = Target::read(&fields, &mut problems);
    let mode = Mode::read(&fields, "updateMode", &mut problems);
    let draft = Draft::of_changes(&fields, &mut problems);
    problems.check()?;

    let now = state.now();
    let user = state.user(&access.user);
    permission::check_write(user, target.provider, &target.calendar_id)?;
    let event = user.update(&target, mode, draft, now)?;
    Ok(written(&state.settings, event))
}

/// Deletes an event, an instance or a part of a series, named in the query or in a JSON body.
pub(super) fn delete(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    let access = may_write(state, request)?;
    let mut fields = request.query_object();
    if fields.is_empty() && !request.body.is_empty() {
        fields = request.json_object()?;
    }
    let mut problems = Problems::default();
    let target = Target::read(&fields, &mut problems);
    let mode = Mode::read(&fields, "deleteMode", &mut problems);
    problems.check()?;

    let user = state.user(&access.user);
    permission::check_write(user, target.provider, &target.calendar_id)?;
    user.delete(&target, mode)?;
    Ok(match state.settings.delete_dialect {
        DeleteDialect::Json => Answer::ok(&json!({ "success": true })),
        DeleteDialect::NoContent => Answer::empty(StatusCode::NO_CONTENT),
    })
}

fn may_write(state: &State, request: &Request) -> Result<Access, ApiError> {
    let access = state.authenticate(request.bearer())?;
    if access.scope == Scope::ReadWrite { Ok(access) } else { Err(ApiError::write_denied(state.settings.scope_denial)) }
}

fn written(settings: &Settings, mut event: Value) -> Answer {
    match settings.write_dialect {
        WriteDialect::Root => {
            event["success"] = true.into();
            Answer::ok(&event)
        }
        WriteDialect::Nested => Answer::ok(&json!({ "success": true, "event": event })),
    }
}
