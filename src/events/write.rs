//! Writing events.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::call::{CallOptions, Caller, Endpoint};
use crate::error::{Error, InputFailure};
use crate::json::{self, DecodeMismatch, Object, RawJson};
use crate::models::{CalendarEvent, EventCreate, EventDeleteResponse, EventUpdate, Provider, SeriesMode};
use crate::operation::Operation;
use crate::raw::{self, operations};
use crate::sync::BoxFuture;
use crate::transport::{Failure, Reply, Response, Undecodable, or_empty, rejected};

/// Parameters of [`Events::create`](crate::Events::create).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CreateEvent {
    body: EventCreate,
}

impl CreateEvent {
    /// Names the event.
    pub fn new(event: EventCreate) -> Self {
        Self { body: event }
    }
}

impl Endpoint for CreateEvent {
    type Output = CalendarEvent;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<CalendarEvent, Error>> {
        Box::pin(async move {
            let operation = &operations::CREATE_EVENT;
            let (provider, calendar_id) = (self.body.provider.clone(), self.body.calendar_id.clone());
            let ids = [("provider", Some(provider.as_str())), ("calendar id", Some(&*calendar_id))];
            InputFailure::require(operation, &ids)?;
            addressed(operation, self.body.attendees.iter().flatten())?;
            let build = |api: &raw::Client| api.create_event().body(self.body).request();
            written(operation, caller.call(operation, CallOptions::default(), build).await?, &provider, &calendar_id)
        })
    }
}

/// Parameters of [`Events::update`](crate::Events::update).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct UpdateEvent {
    body: EventUpdate,
}

impl UpdateEvent {
    /// Names the event and its changes.
    pub fn new(event: EventUpdate) -> Self {
        Self { body: event }
    }
}

impl Endpoint for UpdateEvent {
    type Output = CalendarEvent;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<CalendarEvent, Error>> {
        Box::pin(async move {
            let operation = &operations::UPDATE_EVENT;
            let (provider, calendar_id) = (self.body.provider.clone(), self.body.calendar_id.clone());
            let ids = [
                ("provider", Some(provider.as_str())),
                ("calendar id", Some(&*calendar_id)),
                ("event id", Some(&*self.body.event_id)),
            ];
            InputFailure::require(operation, &ids)?;
            addressed(operation, self.body.attendees.iter().flatten().flatten())?;
            let build = |api: &raw::Client| api.update_event().body(self.body).request();
            written(operation, caller.call(operation, CallOptions::default(), build).await?, &provider, &calendar_id)
        })
    }
}

/// Parameters of [`Events::delete`](crate::Events::delete): the event, or the part of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct EventDelete {
    provider: Provider,
    calendar_id: String,
    event_id: String,
    recurring_event_id: Option<String>,
    delete_mode: Option<SeriesMode>,
}

impl EventDelete {
    /// Names the event.
    pub fn new(provider: Provider, calendar_id: impl Into<String>, event_id: impl Into<String>) -> Self {
        Self {
            provider,
            calendar_id: calendar_id.into(),
            event_id: event_id.into(),
            recurring_event_id: None,
            delete_mode: None,
        }
    }

    /// Sets the id of the series. Required for an instance.
    pub fn recurring_event_id(mut self, recurring_event_id: impl Into<String>) -> Self {
        self.recurring_event_id = Some(recurring_event_id.into());
        self
    }

    /// Sets which part of a series to delete. Default: the event, or the whole series.
    pub fn delete_mode(mut self, delete_mode: SeriesMode) -> Self {
        self.delete_mode = Some(delete_mode);
        self
    }
}

impl Endpoint for EventDelete {
    type Output = EventDeleteResponse;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<EventDeleteResponse, Error>> {
        Box::pin(async move {
            let operation = &operations::DELETE_EVENT;
            let ids = [
                ("provider", Some(self.provider.as_str())),
                ("calendar id", Some(&*self.calendar_id)),
                ("event id", Some(&*self.event_id)),
                ("id of the series", self.recurring_event_id.as_deref()),
            ];
            InputFailure::require(operation, &ids)?;
            let reply = caller.call::<EventDeleteResponse>(operation, CallOptions::default(), |api| {
                let mut request =
                    api.delete_event().provider(self.provider).calendar_id(self.calendar_id).event_id(self.event_id);
                if let Some(recurring_event_id) = self.recurring_event_id {
                    request = request.recurring_event_id(recurring_event_id);
                }
                if let Some(delete_mode) = self.delete_mode {
                    request = request.delete_mode(delete_mode);
                }
                request.request()
            });
            match or_empty(reply.await)? {
                None => Ok(EventDeleteResponse { success: Some(true), message: None }),
                Some(reply) => Ok(reply.value),
            }
        })
    }
}

/// Refuses attendees without an address, such as a list of attendees that was read has them.
fn addressed<'a>(operation: &Operation, attendees: impl IntoIterator<Item = &'a String>) -> Result<(), InputFailure> {
    match attendees.into_iter().any(|address| address.trim().is_empty()) {
        true => Err(InputFailure::new(format!("{}: an attendee has no address: leave it out", operation.id))),
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
    type Members = BTreeMap<String, Box<RawValue>>;
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
            event.insert(name.to_owned(), to_raw_value(value)?);
        }
        Ok(())
    };
    fill("provider", provider.as_str())?;
    fill("calendarId", calendar_id)?;
    // The event is written, so only a missing id is worth an error.
    json::read(&serde_json::to_string(&event)?, &[])
}
