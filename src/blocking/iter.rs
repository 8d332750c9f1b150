//! What the async client gives bit by bit, by iteration.

use std::fmt;
use std::future::poll_fn;
use std::iter::FusedIterator;
use std::pin::Pin;

use futures_core::Stream;

use super::client::Client;
use super::driver::Waiter;
use crate::error::Error;
use crate::events::{self, EventItem};
use crate::raw::types::BlockedAccount;
use crate::session::{self, AuthEvent};

/// Every event of every page, as [`ListEvents::stream`](crate::ListEvents) returns them: an iterator.
///
/// It yields an error once and ends.
#[must_use = "nothing is read before the first event is asked for"]
pub struct EventStream {
    client: Client,
    /// Gone when the stream has ended.
    stream: Option<events::EventStream>,
}

impl EventStream {
    pub(super) fn new(stream: events::EventStream, client: Client) -> Self {
        Self { client, stream: Some(stream) }
    }

    /// Returns the token of the page that the last item came from: as [`page_token`](crate::EventStream::page_token).
    pub fn page_token(&self) -> Option<&str> {
        self.stream.as_ref()?.page_token()
    }

    /// Returns the accounts whose events are missing: as [`blocked_accounts`](crate::EventStream::blocked_accounts).
    pub fn blocked_accounts(&self) -> &[BlockedAccount] {
        self.stream.as_ref().map_or(&[], events::EventStream::blocked_accounts)
    }
}

impl Iterator for EventStream {
    type Item = Result<EventItem, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut stream = self.stream.take()?;
        let step = self.client.driver.waiter.wait(async move {
            let item = poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await;
            (item, stream)
        });
        match step {
            Ok((item, stream)) => {
                self.stream = item.is_some().then_some(stream);
                item
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl FusedIterator for EventStream {}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// The events of all users of a client, from [`Client::auth_events`] on: an iterator that waits for each, and ends when
/// the client and all its clones are gone.
#[derive(Debug)]
pub struct AuthEvents {
    waiter: Waiter,
    events: Option<session::AuthEvents>,
}

impl AuthEvents {
    pub(super) fn new(events: session::AuthEvents, waiter: Waiter) -> Self {
        Self { waiter, events: Some(events) }
    }
}

impl Iterator for AuthEvents {
    type Item = AuthEvent;

    fn next(&mut self) -> Option<AuthEvent> {
        let mut events = self.events.take()?;
        let (event, events) = self.waiter.wait(async move { (events.next().await, events) }).ok()?;
        self.events = event.is_some().then_some(events);
        event
    }
}

impl FusedIterator for AuthEvents {}
