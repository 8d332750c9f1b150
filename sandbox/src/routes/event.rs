use hyper::StatusCode;
use serde_json::{Value, json};

use super::permission;
use crate::{
    error::ApiError,
    http::Answer,
    request::Request,
    scope::Scope,
    service::{Author, Service},
    settings::{CalendarIdDialect, CreateStatus, DateDialect, DeleteDialect, Settings, WriteDialect},
    state::{Access, Draft, Form, Mode, Problems, Target, Touched, Written},
};

/// Creates an event or a series.
pub(super) fn create(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = may_write(service, request)?;
    let fields = request.json_object()?;
    let mut problems = Problems::default();
    let provider = problems.provider(&fields);
    let calendar_id = problems.text(&fields, "calendarId");
    let draft = Draft::of_new(&fields, &mut problems);
    problems.check()?;

    let (form, now) = (form(&service.settings), service.now());
    let user = service.user(&access.user);
    permission::check_write(user, provider, &calendar_id)?;
    let spot = user.create(provider, &calendar_id, draft, now)?;
    let event = user.show(spot, form);
    service.announce(&access.user, Author::Application, &[Touched::Created(spot)]);
    let status = match service.settings.create_status {
        CreateStatus::Ok => StatusCode::OK,
        CreateStatus::Created => StatusCode::CREATED,
    };
    Ok(written(&service.settings, event).with_status(status))
}

/// Changes an event, an instance or a part of a series.
pub(super) fn update(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = may_write(service, request)?;
    let fields = request.json_object()?;
    let mut problems = Problems::default();
    let target = Target::read(&fields, &mut problems);
    let mode = Mode::read(&fields, "updateMode", &mut problems);
    let draft = Draft::of_changes(&fields, &mut problems);
    problems.check()?;

    let (form, now) = (form(&service.settings), service.now());
    let user = service.user(&access.user);
    permission::check_write(user, target.provider, &target.calendar_id)?;
    let Written { spot, touched } = user.update(&target, mode, draft, now)?;
    let event = user.show(spot, form);
    service.announce(&access.user, Author::Application, &touched);
    Ok(written(&service.settings, event))
}

/// Deletes an event, an instance or a part of a series, named in the query or in a JSON body.
pub(super) fn delete(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = may_write(service, request)?;
    let mut fields = request.query_object();
    if fields.is_empty() && !request.body.is_empty() {
        fields = request.json_object()?;
    }
    let mut problems = Problems::default();
    let target = Target::read(&fields, &mut problems);
    let mode = Mode::read(&fields, "deleteMode", &mut problems);
    problems.check()?;

    let user = service.user(&access.user);
    permission::check_write(user, target.provider, &target.calendar_id)?;
    let touched = user.delete(&target, mode)?;
    service.announce(&access.user, Author::Application, touched.as_slice());
    Ok(match service.settings.delete_dialect {
        DeleteDialect::Json => Answer::ok(&json!({ "success": true })),
        DeleteDialect::NoContent => Answer::empty(StatusCode::NO_CONTENT),
    })
}

fn may_write(service: &Service, request: &Request) -> Result<Access, ApiError> {
    let access = service.authenticate(request.bearer())?;
    if access.scope == Scope::ReadWrite {
        Ok(access)
    } else {
        Err(ApiError::write_denied(service.settings.scope_denial))
    }
}

fn form(settings: &Settings) -> Form {
    Form { conference: settings.conference_dialect, dates: settings.date_dialect, free_busy: false }
}

fn written(settings: &Settings, mut event: Value) -> Answer {
    if let (CalendarIdDialect::AbsentInWrites, Some(event)) = (settings.calendar_id_dialect, event.as_object_mut()) {
        event.remove("calendarId");
    }
    let answer = match settings.write_dialect {
        WriteDialect::Root => {
            event["success"] = true.into();
            Answer::ok(&event)
        }
        WriteDialect::Nested => Answer::ok(&json!({ "success": true, "event": event })),
    };
    answer.exempt(settings.date_dialect != DateDialect::Text)
}
