use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    input::{Input, PREFIX, Refusal},
    setting::change_settings,
};
use crate::{
    applications::{Application, Applications, LIMIT, OpenError},
    clock::StartTime,
    instant,
    sandbox::Sandbox,
    snapshot::State,
};

pub(super) fn list(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    Ok(json!({ "applications": of(sandbox)?.list(describe), "limit": LIMIT }))
}

/// Opens an application on a port of its own, with the settings that this sandbox was started with, and those given.
pub(super) fn open(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let applications = of(sandbox)?;
    let mut builder = sandbox.sibling();
    let name = input.text("name")?;
    if let Some(port) = input.count("port")? {
        builder.port = u16::try_from(port).map_err(|_| Refusal::field("port", "must be a number from 0 to 65535"))?;
    }
    let settings = &mut builder.settings;
    for (name, setting) in [
        ("clientId", &mut settings.client_id),
        ("clientSecret", &mut settings.client_secret),
        ("redirectUri", &mut settings.redirect_uri),
    ] {
        if let Some(given) = input.text(name)? {
            *setting = given;
        }
    }
    settings.random_seed = input.count("randomSeed")?.or(settings.random_seed);
    if let Some(time) = input.optional("time", "must be an ISO 8601 date", |value| instant::parse(value.as_str()?))? {
        settings.start_time = StartTime::At(time);
    }
    settings.is_clock_frozen = input.flag("frozen")?.unwrap_or(settings.is_clock_frozen);
    let changes = input.optional("settings", "must be an object", |value| value.as_object().cloned())?;
    change_settings(settings, changes.unwrap_or_default()).map_err(|(field, problem)| {
        let field = field.map_or_else(|| "settings".to_owned(), |field| format!("settings.{field}"));
        Refusal::field(&field, problem)
    })?;
    if let Some(state) = input.take("state").filter(|state| !state.is_null()) {
        let state = State::from_json(state);
        builder.state = Some(state.map_err(|error| {
            let separator = if error.path().is_empty() { "" } else { "." };
            Refusal::field(&format!("state{separator}{}", error.path()), error.problem())
        })?);
    }
    input.finish()?;
    applications.open(name, builder, describe).map_err(|error| match error {
        OpenError::TooMany => Refusal::of(
            StatusCode::TOO_MANY_REQUESTS,
            format!("{LIMIT} applications are open; close some with DELETE {PREFIX}applications"),
        ),
        OpenError::Io(error) => Refusal::failed(format!("the application cannot be opened: {error}")),
    })
}

/// Closes one application and tells of its violations, or closes all.
pub(super) fn close(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    let applications = of(sandbox)?;
    let id = input.count("id")?;
    input.finish()?;
    match id {
        Some(id) => {
            let closed =
                applications.take(id).ok_or_else(|| Refusal::not_found(format!("application {id} is not open")))?;
            Ok(violations(&closed.sandbox).into())
        }
        None => Ok(json!({ "closed": applications.take_all().len() })),
    }
}

fn of(sandbox: &Sandbox) -> Result<&Applications, Refusal> {
    let applications = sandbox.applications.as_deref();
    applications.ok_or_else(|| Refusal::not_found("an application cannot open others".into()))
}

fn describe(application: &Application) -> Value {
    let Application { id, name, sandbox } = application;
    let mut described = Map::new();
    described.insert("id".into(), json!(id));
    described.insert("name".into(), json!(name));
    described.insert("adminUrl".into(), format!("{}{PREFIX}", sandbox.origin()).into());
    described.extend(super::address(sandbox));
    described.into()
}

fn violations(sandbox: &Sandbox) -> Map<String, Value> {
    let mut closed = Map::from_iter([("success".to_owned(), json!(true))]);
    #[cfg(feature = "contract")]
    closed.insert("violations".into(), super::contract::violations(sandbox));
    closed.insert("journal".into(), sandbox.journal().to_string().into());
    closed
}
