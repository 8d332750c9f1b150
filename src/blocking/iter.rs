//! The streams of the async client as iterators.

use std::fmt;
use std::future::poll_fn;
use std::iter::FusedIterator;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;

use super::driver::{Driver, Waiter};
use crate::error::Error;
use crate::events::{self, EventItem};
use crate::models::BlockedAccount;
use crate::session::{self, AuthEvent};

/// Every event of every page, from [`Request::stream`](crate::Request::stream): an iterator.
///
/// It yields an error once and ends.
#[must_use = "nothing is read before the first event is asked for"]
pub struct EventStream {
    driver: Arc<Driver>,
    /// Gone when the stream has ended.
    stream: Option<events::EventStream>,
}

impl EventStream {
    pub(super) fn new(stream: events::EventStream, driver: Arc<Driver>) -> Self {
        Self { driver, stream: Some(stream) }
    }

    /// Sets whether the next page is fetched ahead: as [`read_ahead`](crate::EventStream::read_ahead).
    pub fn read_ahead(mut self, read_ahead: bool) -> Self {
        self.stream = self.stream.map(|stream| stream.read_ahead(read_ahead));
        self
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
        let step = self.driver.waiter.wait(async move {
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

/// The events of all users' authorizations, from [`Client::auth_events`](super::Client::auth_events): an iterator.
///
/// It waits for each event, and ends when the client and all its clones are dropped.
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
