//! Writing events: the shapes of responses, what is kept, what is refused.

use reqwest::Method;
use serde_json::{Value, json};

use super::presence;
use crate::Outcome;
use crate::context::Context;
use crate::dispute::{Dispute, dispute};
use crate::own::{with_id, written};
use crate::wire::{self, Response};

const URL: &str = "https://meet.example.com/confirm";

#[rustfmt::skip]
pub(crate) static DISPUTES: &[Dispute] = &[
    dispute("create-shape", "Where has the response to a created event its members?", &["root", "nested"], "src/events/write.rs"),
    dispute("create-status", "What is the status of a created event?", &["200", "201", "20*"], "openapi.yaml"),
    dispute("create-calendar-id", "Has the response to a created event a calendarId?", &["present", "absent"], "src/events/write.rs"),
    dispute("update-shape", "Where has the response to an updated event its members?", &["root", "nested"], "src/events/write.rs"),
    dispute("update-partial", "Does an update keep the members that it leaves out?", &["kept"], "src/events/mod.rs"),
    dispute("update-null", "Does null in an update clear a member?", &["cleared"], "openapi.yaml"),
    dispute("listed-calendar-id", "Has a listed event a calendarId?", &["present", "absent"], "openapi.yaml"),
    dispute("custom", "Does the service keep custom?", &["kept"], "src/events/once.rs"),
    dispute("conference-input", "Is a conference accepted as a text?", &["accepted"], "openapi.yaml"),
    dispute("conference-object", "Is a conference accepted as an object?", &[], "openapi.yaml"),
    dispute("conference", "Which form has the conference of a listed event?", &["text", "object", "absent"], "openapi.yaml"),
    dispute("attendees", "Are attendees accepted as texts?", &["accepted"], "openapi.yaml"),
    dispute("attendee-objects", "Are attendees accepted as objects?", &[], "openapi.yaml"),
    dispute("delete-query", "Is a deletion accepted with query parameters?", &["accepted"], "openapi.yaml"),
    dispute("delete-response", "What does a deletion return?", &["200-json", "204-empty", "200-empty"], "src/events/write.rs"),
    dispute("delete-body", "Is a deletion accepted with a JSON body?", &[], "openapi.yaml"),
    dispute("delete-missing", "How is the deletion of a deleted event refused?", &["404"], "src/transport/failure.rs"),
    dispute("invalid-event", "How is an event without a calendarId refused?", &["400", "422"], "src/transport/failure.rs"),
    dispute("invalid-event-body", "Which members has that refusal?", &[], "src/transport/body.rs"),
];

pub(crate) async fn probe(context: &Context) -> Outcome {
    let times = json!({ "start": context.at(0, 15, 0)?, "end": context.at(0, 16, 0)? });
    let members = merged(
        &times,
        json!({
            "description": "Made by a program, and deleted by it.", "location": "Nowhere", "custom": { "run": context.marker },
            "conference": URL, "availability": "free",
        }),
    );
    let created = context.create("written", members).await?;
    context.note("conference-input", created.outcome());
    let created = created.ok("creating an event")?;
    let (shape, event) = written(&created.body);
    context.note("create-shape", shape);
    context.note("create-status", created.status.to_string());
    context.note("create-calendar-id", presence(&event["calendarId"]));
    let id = event["id"].as_str().ok_or("the response to a created event has no id")?;
    let listed = listed_now(context, id, 1).await?;
    context.note("listed-calendar-id", presence(&listed["calendarId"]));
    context.note("custom", if listed["custom"]["run"] == context.marker.as_str() { "kept" } else { "dropped" });
    context.note("conference", form(&listed["conference"]));

    updates(context, id).await?;

    let object = merged(&times, json!({ "conference": { "url": URL, "provider": "zoom" } }));
    let object = context.create("conference object", object).await?;
    let observed = match written(&object.body).1["id"].as_str() {
        Some(id) if presence(&listed_now(context, id, 2).await?["conference"]) == "absent" => "dropped".to_owned(),
        _ => object.outcome(),
    };
    context.note("conference-object", observed);
    attendees(context, &times).await?;
    deletions(context, id).await?;
    invalid(context, &times).await
}

async fn updates(context: &Context, id: &str) -> Outcome {
    let title = context.title("written, changed");
    let updated = context.update(id, json!({ "title": title })).await?.ok("updating an event")?;
    context.note("update-shape", written(&updated.body).0);
    let event = context.list_day(0, "true", 1).await?;
    let event = with_id(&event, id).unwrap_or(&Value::Null);
    context.note("update-partial", if event["location"] == "Nowhere" { "kept" } else { "lost" });

    let cleared = context.update(id, json!({ "location": null })).await?;
    let event = context.list_day(0, "true", 1).await?;
    let location = with_id(&event, id).map(|event| &event["location"]);
    let observed = match location {
        _ if !cleared.is_success() => cleared.refusal(),
        Some(Value::String(text)) if !text.is_empty() => "kept".to_owned(),
        _ => "cleared".to_owned(),
    };
    context.note("update-null", observed);
    Ok(())
}

/// Invites the address that the person has given: anybody else would get mail.
async fn attendees(context: &Context, times: &Value) -> Outcome {
    let Some(address) = &context.settings.attendee else {
        for id in ["attendees", "attendee-objects"] {
            context.report().pass(id, "needs --attendee");
        }
        return Ok(());
    };
    for (id, attendee) in [("attendees", json!(address)), ("attendee-objects", json!({ "email": address }))] {
        let created = context.create(id, merged(times, json!({ "attendees": [attendee] }))).await?;
        context.note(id, created.outcome());
    }
    Ok(())
}

async fn deletions(context: &Context, id: &str) -> Outcome {
    let deleted = context.delete(id, &[]).await?;
    context.note("delete-query", deleted.outcome());
    if deleted.is_success() {
        let body = if deleted.is_empty { "empty" } else { "json" };
        context.note("delete-response", format!("{}-{body}", deleted.status));
    }
    context.note("delete-missing", context.delete(id, &[]).await?.status.to_string());

    let other = context.create_at("deleted by a body", 18).await?;
    let (calendar, token) = (context.calendar()?, context.access_token()?);
    let body = json!({ "provider": calendar.provider, "calendarId": calendar.id, "eventId": other });
    let request = wire::json(context.wire.request(Method::DELETE, "/event", Some(&token)), &body);
    let deleted = context.wire.send(request).await?;
    context.note("delete-body", deleted.outcome());
    if deleted.is_success() && with_id(&context.list_day(0, "true", 0).await?, &other).is_none() {
        context.forget(&other);
    }
    Ok(())
}

async fn invalid(context: &Context, times: &Value) -> Outcome {
    let refused = context.create("invalid", merged(times, json!({ "calendarId": null }))).await?;
    context.note("invalid-event", refused.status.to_string());
    context.note("invalid-event-body", members(&refused));
    Ok(())
}

/// Names the members of an error that are known.
pub(crate) fn members(response: &Response) -> String {
    let known = ["error", "error_description", "message", "code", "details"];
    let names: Vec<_> = known.into_iter().filter(|name| !response.body[name].is_null()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join("+") }
}

async fn listed_now(context: &Context, id: &str, wanted: usize) -> Outcome<Value> {
    let events = context.list_day(0, "true", wanted).await?;
    Ok(with_id(&events, id).ok_or("a created event is not listed")?.clone())
}

fn form(conference: &Value) -> &'static str {
    match conference {
        Value::String(_) => "text",
        Value::Object(_) => "object",
        Value::Null => "absent",
        _ => "other",
    }
}

fn merged(first: &Value, second: Value) -> Value {
    let mut merged = first.clone();
    if let (Value::Object(merged), Value::Object(second)) = (&mut merged, second) {
        merged.extend(second);
    }
    merged
}
