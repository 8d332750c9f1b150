//! Creating an event whose response may get lost.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::stream::{EventItem, EventStream};
use super::write;
use crate::call::{Caller, Endpoint};
use crate::error::{ApiFailure, DecodeFailure, Error, InputFailure, SendStatus};
use crate::json::{self, RawJson};
use crate::models::{BlockedAccount, CalendarEvent, EventCreate, Provider};
use crate::params::{CreateEvent, ListEvents};
use crate::raw::operations;
use crate::sync::BoxFuture;

/// The member of `custom` in which [`Events::create_once`](crate::Events::create_once) stores its key.
pub const IDEMPOTENCY_KEY: &str = "idempotencyKey";

/// How far around an event the search extends: all-day events move with the time zone.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);

/// Parameters of [`Events::create_once`](crate::Events::create_once).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CreateOnce {
    event: EventCreate,
    key: String,
}

impl CreateOnce {
    /// Names the event, and the idempotency key: one that is never used for another event.
    pub fn new(event: EventCreate, key: impl Into<String>) -> Self {
        Self { event, key: key.into() }
    }
}

impl Endpoint for CreateOnce {
    type Output = CalendarEvent;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<CalendarEvent, Error>> {
        Box::pin(create(caller, self.event, self.key))
    }
}

/// Parameters of [`Events::find_created`](crate::Events::find_created).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct FindCreated {
    event: EventCreate,
    key: String,
}

impl FindCreated {
    /// Names the event as it was to be created, and its idempotency key.
    pub fn new(event: EventCreate, key: impl Into<String>) -> Self {
        Self { event, key: key.into() }
    }
}

impl Endpoint for FindCreated {
    type Output = Option<CalendarEvent>;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<Option<CalendarEvent>, Error>> {
        Box::pin(async move {
            InputFailure::require(&operations::LIST_EVENTS, &[("idempotency key", Some(&self.key))])?;
            find(&caller.begin(), &self.event, &self.key).await
        })
    }
}

async fn create(caller: Caller, mut event: EventCreate, key: String) -> Result<CalendarEvent, Error> {
    InputFailure::require(&operations::CREATE_EVENT, &[("idempotency key", Some(&key))])?;
    event.custom.get_or_insert_default().insert(IDEMPOTENCY_KEY.to_owned(), key.clone().into());
    let (caller, mut retried) = (caller.begin(), false);
    loop {
        let error = match CreateEvent::new(event.clone()).call(caller.clone()).await {
            Err(error) if may_be_done(&error) => error,
            outcome => return outcome,
        };
        match find(&caller, &event, &key).await {
            Ok(Some(created)) => return Ok(created),
            // It exists, since the service said so.
            Ok(None) if error.status().is_some_and(|status| status < 300) => return Err(error),
            Ok(None) if !retried => retried = true,
            Ok(None) | Err(_) => return Err(error),
        }
    }
}

/// Reports whether an event may exist although its creation failed.
fn may_be_done(error: &Error) -> bool {
    match error.send_status() {
        SendStatus::NotSent => false,
        SendStatus::MaybeSent => true,
        SendStatus::Answered => match error {
            Error::Network(_) | Error::Decode(_) => true,
            // A gateway that gave up does not know what happened behind it.
            error => error.status().is_some_and(|status| status >= 500),
        },
    }
}

/// Looks for the key in an event that cannot be read.
fn has_key(raw: &RawJson, key: &str) -> bool {
    json::value(raw.get()).is_ok_and(|event| event["custom"][IDEMPOTENCY_KEY] == key)
}

fn unreadable() -> Error {
    DecodeFailure::error(operations::LIST_EVENTS.id, "an event with this key exists, but cannot be read")
}

async fn find(caller: &Caller, event: &EventCreate, key: &str) -> Result<Option<CalendarEvent>, Error> {
    let start = event.start.checked_sub(MARGIN).unwrap_or(Timestamp::MIN);
    let end = event.end.checked_add(MARGIN).unwrap_or(Timestamp::MAX);
    let list = ListEvents::new().start(start).end(end).single_events(false).page_size(1000);
    let list = list.calendar_ids([(event.provider.clone(), [&event.calendar_id])]);
    let mut items = EventStream::new(list, caller.clone()).read_ahead(false);
    while let Some(item) = poll_fn(|context| Pin::new(&mut items).poll_next(context)).await {
        match item? {
            EventItem::Event(event) if event.custom.get(IDEMPOTENCY_KEY).is_some_and(|stamp| stamp == key) => {
                return Ok(Some(*event));
            }
            EventItem::Malformed(item) if has_key(&item.raw, key) => {
                // It exists, so it must not be created again, whether it can be read or not.
                let found = write::read(item.raw.get(), &event.provider, &event.calendar_id);
                return found.map(Some).map_err(|_| unreadable());
            }
            _ => {}
        }
    }
    unless_blocked(items.blocked_accounts(), &event.provider)
}

/// Finds no event, unless it may be in an account that was not searched.
fn unless_blocked(blocked: &[BlockedAccount], provider: &Provider) -> Result<Option<CalendarEvent>, Error> {
    let is_concerned = |account: &&BlockedAccount| account.provider.as_ref().is_none_or(|blocked| blocked == provider);
    let accounts: Vec<_> = blocked.iter().filter(is_concerned).cloned().collect();
    if accounts.is_empty() {
        return Ok(None);
    }
    let message = "accounts that lack the calendar permission were not searched: the event may be in one of them";
    let failure = ApiFailure::without_response(operations::LIST_EVENTS.id, message);
    Err(Error::CalendarPermissionRequired(Box::new(ApiFailure {
        accounts,
        send_status: SendStatus::Answered,
        ..*failure
    })))
}
