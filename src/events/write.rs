//! Writing events.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::to_raw_value;

use crate::call::{CallOptions, Caller, Endpoint, RawCall};
use crate::error::{Error, InputFailure};
use crate::json::{self, DecodeMismatch, Object, RawJson};
use crate::models::{CalendarEvent, EventDeleteResponse, Provider};
use crate::operation::Operation;
use crate::params::{CreateEvent, EventDelete, UpdateEvent};
use crate::sync::BoxFuture;
use crate::transport::{Failure, Reply, Response, Undecodable, or_empty, rejected};

impl Endpoint for CreateEvent {
    type Output = CalendarEvent;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<CalendarEvent, Error>> {
        Box::pin(async move {
            let (provider, calendar_id) = (self.body.provider.clone(), self.body.calendar_id.clone());
            let ids = [("provider", Some(provider.as_str())), ("calendar id", Some(&*calendar_id))];
            InputFailure::require(Self::OPERATION, &ids)?;
            addressed(Self::OPERATION, self.body.attendees.iter().flatten())?;
            write(caller, self, provider, calendar_id).await
        })
    }
}

impl Endpoint for UpdateEvent {
    type Output = CalendarEvent;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<CalendarEvent, Error>> {
        Box::pin(async move {
            let (provider, calendar_id) = (self.body.provider.clone(), self.body.calendar_id.clone());
            let ids = [
                ("provider", Some(provider.as_str())),
                ("calendar id", Some(&*calendar_id)),
                ("event id", Some(&*self.body.event_id)),
            ];
            InputFailure::require(Self::OPERATION, &ids)?;
            addressed(Self::OPERATION, self.body.attendees.iter().flatten().flatten())?;
            write(caller, self, provider, calendar_id).await
        })
    }
}

async fn write<P: RawCall<Response = RawJson>>(
    caller: Caller,
    params: P,
    provider: Provider,
    calendar_id: String,
) -> Result<CalendarEvent, Error> {
    let reply = caller.reply(params, CallOptions::default()).await?;
    written(P::OPERATION, reply, &provider, &calendar_id)
}

impl Endpoint for EventDelete {
    type Output = EventDeleteResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<EventDeleteResponse, Error>> {
        Box::pin(async move {
            let ids = [
                ("provider", Some(self.provider.as_str())),
                ("calendar id", Some(&*self.calendar_id)),
                ("event id", Some(&*self.event_id)),
                ("id of the series", self.recurring_event_id.as_deref()),
            ];
            InputFailure::require(Self::OPERATION, &ids)?;
            match or_empty(caller.reply(self, CallOptions::default()).await)? {
                None => Ok(EventDeleteResponse { success: Some(true), ..Default::default() }),
                Some(reply) => Ok(reply.value),
            }
        })
    }
}

/// Refuses attendees without an address, such as a list of attendees that was read has them.
fn addressed<'a>(operation: &Operation, attendees: impl IntoIterator<Item = &'a String>) -> Result<(), InputFailure> {
    match attendees.into_iter().any(|address| address.trim().is_empty()) {
        true => Err(InputFailure::new("an attendee has no email address").of(operation)),
        false => Ok(()),
    }
}

/// Reads the response to a write in both of its shapes: the event as a member `event`, or its members at the root.
fn written(
    operation: &'static Operation,
    reply: Reply<RawJson>,
    provider: &Provider,
    calendar_id: &str,
) -> Result<CalendarEvent, Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Verdict {
        message: Option<IgnoredAny>,
        id: Option<IgnoredAny>,
        event: Option<IgnoredAny>,
    }
    let Reply { value: body, head, secrets } = reply;
    // A response that is not an object has no verdict, and fails as an event below.
    let object = Object(&mut serde_json::Deserializer::from_str(body.get()));
    let verdict = Verdict::deserialize(object).unwrap_or_default();
    read(body.get(), provider, calendar_id).map_err(|mismatch| {
        // Neither shape of an event, but an explanation.
        if verdict.message.is_some() && verdict.id.is_none() && verdict.event.is_none() {
            return rejected(operation, head, body.get(), &secrets);
        }
        let response = Response { operation, head, body: body.get().to_owned().into(), secrets };
        Failure::Undecodable(Box::new(Undecodable { response, mismatch })).into()
    })
}

/// Reads an event of which some may be malformed.
pub(super) fn read(body: &str, provider: &Provider, calendar_id: &str) -> Result<CalendarEvent, DecodeMismatch> {
    type Members = BTreeMap<String, RawJson>;
    let body = &*json::clean(body);
    let root: Members = serde_json::from_str(body)?;
    let nested = root.get("event").filter(|event| event.get().starts_with('{'));
    let mut event: Members = match nested {
        Some(event) => serde_json::from_str(event.get())?,
        None => root,
    };
    // The service may leave out what the request said already.
    let mut fill = |name: &str, value: &str| -> Result<(), serde_json::Error> {
        if event.get(name).is_none_or(|member| !member.get().starts_with('"')) {
            event.insert(name.to_owned(), RawJson::from_raw(to_raw_value(value)?));
        }
        Ok(())
    };
    fill("provider", provider.as_str())?;
    fill("calendarId", calendar_id)?;
    // The event is written, so only a missing id is worth an error.
    json::read(&serde_json::to_string(&event)?, &[])
}
