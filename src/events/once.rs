//! Creating an event whose answer may get lost.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use jiff::{SignedDuration, Timestamp};

use super::{EventItem, Events, write};
use crate::client::Client;
use crate::error::{Delivery, Error};
use crate::raw::types::{CalendarEvent, EventCreate};

/// How far around an event it is looked for: whole days move with the time zone.
const AROUND: SignedDuration = SignedDuration::from_hours(24);

pub(crate) async fn create(client: &Client, mut event: EventCreate, key: String) -> Result<CalendarEvent, Error> {
    event.custom.get_or_insert_default().insert(Events::IDEMPOTENCY_KEY.to_owned(), key.clone().into());
    let mut repeated = false;
    loop {
        let error = match write::create(client, event.clone()).await {
            Err(error) if may_be_done(&error) => error,
            outcome => return outcome,
        };
        match find(client, &event, &key).await {
            Ok(Some(created)) => return Ok(created),
            // It is there, for the service said so.
            Ok(None) if error.status().is_some_and(|status| status < 300) => return Err(error),
            Ok(None) if !repeated => repeated = true,
            Ok(None) | Err(_) => return Err(error),
        }
    }
}

/// Tells whether an event may be there although its creation failed.
fn may_be_done(error: &Error) -> bool {
    match error.delivery() {
        Delivery::NotSent => false,
        Delivery::MaybeSent => true,
        Delivery::Answered => match error {
            Error::Network(_) | Error::Decode(_) => true,
            // A proxy that gave up says nothing of what went on behind it.
            error => error.status().is_some_and(|status| status >= 500),
        },
    }
}

pub(crate) async fn find(client: &Client, event: &EventCreate, key: &str) -> Result<Option<CalendarEvent>, Error> {
    let start = event.start.checked_sub(AROUND).unwrap_or(Timestamp::MIN);
    let end = event.end.checked_add(AROUND).unwrap_or(Timestamp::MAX);
    let list = client.events().list().start(start).end(end).single_events(false).page_size(1000);
    let mut items = list.calendar_ids([(event.provider.clone(), [&event.calendar_id])]).read_ahead(false).stream();
    while let Some(item) = poll_fn(|context| Pin::new(&mut items).poll_next(context)).await {
        if let EventItem::Event(event) = item?
            && event.custom.get(Events::IDEMPOTENCY_KEY).is_some_and(|stamp| stamp == key)
        {
            return Ok(Some(*event));
        }
    }
    Ok(None)
}
