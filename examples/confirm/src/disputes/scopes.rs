//! What narrower scopes may do, and how the service refuses the rest.

use mobiscroll_connect::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::login::{Person, pair};
use crate::wire::Response;

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("default-scope", "May tokens of an authorization without a scope write?", &["read-write"], "openapi.yaml"),
    dispute("write-denial", "How is a write refused that the scope forbids?", &["401-known-text", "403"], "src/transport/body.rs"),
    dispute("write-denial-body", "Which members has that refusal?", &[], "src/transport/body.rs"),
    dispute("calendars-free-busy", "How are calendars refused to the scope free-busy?", &["403"], "src/transport/failure.rs"),
    dispute("events-free-busy", "Are events sanitised for the scope free-busy?", &["sanitised"], "openapi.yaml"),
    dispute("exchange-no-redirect-uri", "May the exchange of a code leave out the redirect_uri?", &[], "src/session/exchange.rs"),
];

/// Finds out what the tokens of the login may do: it asked for no scope.
pub(crate) async fn probe_default(context: &Context) -> Outcome {
    if context.settings.access_token.is_some() {
        context.report().pass("default-scope", "needs a login");
        return Ok(());
    }
    let times = json!({ "start": context.at(5, 9, 0)?, "end": context.at(5, 10, 0)? });
    let created = context.create("default scope", times).await?;
    context.note("default-scope", if created.is_success() { "read-write".to_owned() } else { created.refusal() });
    Ok(())
}

pub(crate) async fn probe<P: Person>(context: &Context, person: &P) -> Outcome {
    read(context, person).await?;
    free_busy(context, person).await
}

async fn read<P: Person>(context: &Context, person: &P) -> Outcome {
    let code = context.code(person, Some(Scope::Read)).await?;
    let mut exchanged = context.exchange(&code, false).await?;
    context.note("exchange-no-redirect-uri", exchanged.outcome());
    if !exchanged.is_success() {
        exchanged = context.exchange(&code, true).await?;
        // A refused exchange may have used the code up.
        if !exchanged.is_success() {
            exchanged = context.log_in(person, Some(Scope::Read)).await?;
        }
    }
    let token = pair(&exchanged)?.access;
    context.state().read_token = Some(token.clone());
    let times = json!({ "start": context.at(5, 11, 0)?, "end": context.at(5, 12, 0)? });
    let denied = context.create_as(&token, "forbidden", times).await?;
    context.note("write-denial", denial(&denied));
    if !denied.is_success() {
        context.note("write-denial-body", super::writes::members(&denied));
    }
    Ok(())
}

fn denial(response: &Response) -> String {
    let is_known = response.body["message"] == "Write access denied for current scope";
    match (response.status, is_known) {
        (401, true) => "401-known-text".to_owned(),
        // The SDK would take it for an expired token, and refresh.
        (401, false) => "401-other-text".to_owned(),
        (200..300, _) => "accepted".to_owned(),
        (status, _) => status.to_string(),
    }
}

async fn free_busy<P: Person>(context: &Context, person: &P) -> Outcome {
    let times = json!({ "start": context.at(5, 14, 0)?, "end": context.at(5, 15, 0)?, "description": "Busy" });
    context.create("busy", times).await?.ok("creating an event")?;
    context.list_day(5, "true", 1).await?;

    let token = pair(&context.log_in(person, Some(Scope::FreeBusy)).await?)?.access;
    let get = |path| context.wire.request(Method::GET, path, Some(&token));
    let calendars = context.wire.send(get("/calendars")).await?;
    context.note("calendars-free-busy", calendars.status.to_string());
    let (from, to) = (context.at(5, 13, 30)?, context.at(5, 15, 30)?);
    let events = context.wire.send(get("/events").query(&[("start", from), ("end", to)])).await?;
    let list = events.body["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    // Ids may be hidden as well, so all events in this piece of time count.
    let shows = |event: &Value| ["title", "description", "attendees"].iter().any(|name| is_filled(&event[name]));
    let observed = match events.is_success() {
        false => events.refusal(),
        true if list.iter().any(shows) => "not-sanitised".to_owned(),
        true if list.is_empty() => "no-events".to_owned(),
        true => "sanitised".to_owned(),
    };
    context.note("events-free-busy", observed);
    Ok(())
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}
