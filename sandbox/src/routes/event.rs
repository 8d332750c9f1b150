use hyper::StatusCode;
use serde_json::{Value, json};

use super::permission;
use crate::{
    error::ApiError,
    http::{Answer, Request},
    scope::Scope,
    settings::{CalendarIdDialect, CreateStatus, DeleteDialect, Settings, WriteDialect},
    state::{Access, Draft, Form, Mode, Problems, State, Target, Written},
    webhooks::{Author, Touched},
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

    let (form, now) = (form(&state.settings), state.now());
    let user = state.user(&access.user);
    permission::check_write(user, provider, &calendar_id)?;
    let spot = user.create(provider, &calendar_id, draft, now)?;
    let event = user.show(spot, form);
    state.announce(&access.user, Author::Application, &[Touched::Created(spot)]);
    let status = match state.settings.create_status {
        CreateStatus::Ok => StatusCode::OK,
        CreateStatus::Created => StatusCode::CREATED,
    };
    Ok(written(&state.settings, event).with_status(status))
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

    let (form, now) = (form(&state.settings), state.now());
    let user = state.user(&access.user);
    permission::check_write(user, target.provider, &target.calendar_id)?;
    let Written { spot, touched } = user.update(&target, mode, draft, now)?;
    let event = user.show(spot, form);
    state.announce(&access.user, Author::Application, &touched);
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
    let touched = user.delete(&target, mode)?;
    state.announce(&access.user, Author::Application, touched.as_slice());
    Ok(match state.settings.delete_dialect {
        DeleteDialect::Json => Answer::ok(&json!({ "success": true })),
        DeleteDialect::NoContent => Answer::empty(StatusCode::NO_CONTENT),
    })
}

fn may_write(state: &State, request: &Request) -> Result<Access, ApiError> {
    let access = state.authenticate(request.bearer())?;
    if access.scope == Scope::ReadWrite { Ok(access) } else { Err(ApiError::write_denied(state.settings.scope_denial)) }
}

fn form(settings: &Settings) -> Form {
    Form { conference: settings.conference_dialect, free_busy: false }
}

fn written(settings: &Settings, mut event: Value) -> Answer {
    if let (CalendarIdDialect::AbsentInWrites, Some(event)) = (settings.calendar_id_dialect, event.as_object_mut()) {
        event.remove("calendarId");
    }
    match settings.write_dialect {
        WriteDialect::Root => {
            event["success"] = true.into();
            Answer::ok(&event)
        }
        WriteDialect::Nested => Answer::ok(&json!({ "success": true, "event": event })),
    }
}
