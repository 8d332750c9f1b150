//! Writing events.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::RawJson;
use crate::answer;
use crate::auth::or_empty;
use crate::call::{Failure, Operation, Reply, Undecodable};
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{self, Misfit};
use crate::raw::operations;
use crate::raw::types::{CalendarEvent, EventCreate, EventDeleteResponse, EventUpdate, Provider, SeriesMode};
use crate::wire::Object;

/// A request to delete an event, or a part of a series.
#[derive(Clone, Debug, PartialEq)]
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

    /// Sets the id of the series, which an instance of it needs.
    pub fn recurring_event_id(mut self, recurring_event_id: impl Into<String>) -> Self {
        self.recurring_event_id = Some(recurring_event_id.into());
        self
    }

    /// Sets how much of a series to delete. By default the event, or the whole series.
    pub fn delete_mode(mut self, delete_mode: SeriesMode) -> Self {
        self.delete_mode = Some(delete_mode);
        self
    }
}

pub(crate) async fn create(client: &Client, event: EventCreate) -> Result<CalendarEvent, Error> {
    let operation = &operations::CREATE_EVENT;
    let reply = client.call(operation, |api| {
        let event = event.clone();
        async move { api.create_event().body(event).send().await }
    });
    written(operation, reply.await?, &event.provider, &event.calendar_id)
}

pub(crate) async fn update(client: &Client, event: EventUpdate) -> Result<CalendarEvent, Error> {
    let operation = &operations::UPDATE_EVENT;
    let reply = client.call(operation, |api| {
        let event = event.clone();
        async move { api.update_event().body(event).send().await }
    });
    written(operation, reply.await?, &event.provider, &event.calendar_id)
}

pub(crate) async fn delete(client: &Client, event: EventDelete) -> Result<EventDeleteResponse, Error> {
    let operation = &operations::DELETE_EVENT;
    let reply = client.call(operation, |api| {
        let event = event.clone();
        async move {
            let mut request =
                api.delete_event().provider(event.provider).calendar_id(event.calendar_id).event_id(event.event_id);
            if let Some(recurring_event_id) = event.recurring_event_id {
                request = request.recurring_event_id(recurring_event_id);
            }
            if let Some(delete_mode) = event.delete_mode {
                request = request.delete_mode(delete_mode);
            }
            request.send().await
        }
    });
    match or_empty(reply.await)? {
        None => Ok(EventDeleteResponse { success: Some(true), message: None }),
        Some(Reply { value, head, secrets }) if value.success == Some(false) => {
            let body = serde_json::to_string(&value).unwrap_or_default();
            Err(answer::rejected(operation, head, &body, &secrets))
        }
        Some(reply) => Ok(reply.value),
    }
}

/// Reads the answer to a write in both of its forms: the event as a member `event`, or its members at the root.
fn written(
    operation: &'static Operation,
    reply: Reply<RawJson>,
    provider: &Provider,
    calendar_id: &str,
) -> Result<CalendarEvent, Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Verdict {
        success: Option<Value>,
        message: Option<Value>,
        id: Option<IgnoredAny>,
        event: Option<IgnoredAny>,
    }
    let Reply { value: answer, head, secrets } = reply;
    // An answer that is no object has no verdict, and fails as an event below.
    let object = Object(&mut serde_json::Deserializer::from_str(answer.get()));
    let verdict = Verdict::deserialize(object).unwrap_or_default();
    if verdict.success == Some(Value::Bool(false)) {
        return Err(answer::rejected(operation, head, answer.get(), &secrets));
    }
    read(answer.get(), provider, calendar_id).map_err(|misfit| {
        // Neither form of an event, but an explanation.
        if verdict.message.is_some() && verdict.id.is_none() && verdict.event.is_none() {
            return answer::rejected(operation, head, answer.get(), &secrets);
        }
        let undecodable =
            Undecodable { operation: operation.id, head, body: answer.get().to_owned().into(), misfit, secrets };
        Failure::Undecodable(Box::new(undecodable)).into()
    })
}

fn read(answer: &str, provider: &Provider, calendar_id: &str) -> Result<CalendarEvent, Misfit> {
    type Members = BTreeMap<String, Box<RawValue>>;
    let root: Members = serde_json::from_str(answer)?;
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
    // The event is written, so nothing but its id is worth an error.
    lenient::read(&serde_json::to_string(&event)?, &[])
}
