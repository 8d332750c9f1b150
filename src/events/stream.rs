//! Pagination: the events of all pages as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::call::Caller;
use crate::error::{DecodeFailure, Error, NetworkFailure, NetworkKind};
use crate::json::MalformedItem;
use crate::models::EventPage;
use crate::models::{BlockedAccount, CalendarEvent};
use crate::params::ListEvents;
use crate::raw::operations;
use crate::sync::{BoxFuture, in_span};
use crate::transport::runtime;

/// What an [`EventStream`] yields.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an event can be read or not")]
pub enum EventItem {
    /// An event.
    Event(Box<CalendarEvent>),
    /// A malformed event, as it arrived.
    Malformed(Box<MalformedItem>),
}

impl EventItem {
    /// Returns the event, unless it is malformed.
    pub fn into_event(self) -> Option<CalendarEvent> {
        match self {
            Self::Event(event) => Some(*event),
            Self::Malformed(_) => None,
        }
    }
}

/// Every event of every page, from [`Request::stream`](crate::Request::stream): pagination without page tokens.
#[must_use = "streams do nothing unless polled"]
pub struct EventStream {
    request: Box<ListEvents>,
    caller: Caller,
    read_ahead: bool,
    items: vec::IntoIter<EventItem>,
    page_token: Option<String>,
    /// Those of all pages so far.
    blocked_accounts: Vec<BlockedAccount>,
    circle: CircleDetector,
    next: Next,
}

/// The page after the current one.
enum Next {
    Page(Option<String>),
    Fetching(Option<String>, Fetch),
    Failed(Error),
    End,
}

enum Fetch {
    Here(BoxFuture<'static, Result<EventPage, Error>>),
    Ahead(Ahead),
}

/// A page that is fetched on a task of its own, until the stream is dropped.
struct Ahead(JoinHandle<Result<EventPage, Error>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl EventStream {
    pub(crate) fn new(request: ListEvents, caller: Caller) -> Self {
        Self {
            next: Next::Page(request.page_token()),
            request: Box::new(request),
            caller,
            read_ahead: true,
            items: Vec::new().into_iter(),
            page_token: None,
            blocked_accounts: Vec::new(),
            circle: CircleDetector::default(),
        }
    }

    /// Sets whether the next page is fetched while you process the current one. Default: `true`.
    pub fn read_ahead(mut self, read_ahead: bool) -> Self {
        self.read_ahead = read_ahead;
        self
    }

    /// Returns the token of the page that the last item came from; `None` for the first page.
    ///
    /// To continue later, start there with `next_page_token`: no event is skipped, and those of this page are repeated.
    pub fn page_token(&self) -> Option<&str> {
        self.page_token.as_deref()
    }

    /// Returns the connected accounts whose events are missing on the pages so far, because the user withheld the
    /// permission for them. After the last item, they are those of the whole read: what is not in it may still exist.
    pub fn blocked_accounts(&self) -> &[BlockedAccount] {
        &self.blocked_accounts
    }

    fn fetch(&self, token: Option<String>) -> BoxFuture<'static, Result<EventPage, Error>> {
        // Unlike a page by itself, one without a body must not end the list as if it were complete.
        let mut request = (*self.request).clone();
        request.next_page_token = token;
        let page = request.read(self.caller.clone());
        Box::pin(async move { Ok(page.await?) })
    }

    /// Makes a page the current one, and starts fetching the next.
    fn turn_to(&mut self, token: Option<String>, page: EventPage) {
        let next = page.next_page_token.clone();
        let circular = next.as_ref().is_some_and(|next| !self.circle.continues(token.as_deref(), next));
        self.page_token = token;
        let new = page.blocked_accounts.iter().filter(|account| !self.blocked_accounts.contains(account));
        self.blocked_accounts.extend(new.cloned().collect::<Vec<_>>());
        self.items = items(page).into_iter();
        self.next = match (next, runtime()) {
            (None, _) => Next::End,
            _ if circular => Next::Failed(circle()),
            (next, Ok(runtime)) if self.read_ahead => {
                let fetch = runtime.spawn(in_span(self.fetch(next.clone())));
                Next::Fetching(next, Fetch::Ahead(Ahead(fetch)))
            }
            (next, _) => Next::Page(next),
        };
    }
}

impl Stream for EventStream {
    type Item = Result<EventItem, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match &mut self.next {
                Next::End => return Poll::Ready(None),
                Next::Failed(_) => {
                    if let Next::Failed(error) = std::mem::replace(&mut self.next, Next::End) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                Next::Page(token) => {
                    let token = token.take();
                    self.next = Next::Fetching(token.clone(), Fetch::Here(self.fetch(token)));
                }
                Next::Fetching(token, fetch) => {
                    let page = match fetch {
                        Fetch::Here(fetch) => ready!(fetch.as_mut().poll(context)),
                        Fetch::Ahead(Ahead(fetch)) => {
                            ready!(Pin::new(fetch).poll(context)).unwrap_or_else(|_| Err(interrupted()))
                        }
                    };
                    let token = token.take();
                    self.next = Next::End;
                    match page {
                        Ok(page) => self.turn_to(token, page),
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
            }
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("buffered", &self.items.len()).finish_non_exhaustive()
    }
}

/// Merges the malformed events back into their positions among the others.
fn items(page: EventPage) -> Vec<EventItem> {
    let mut malformed = page.malformed.into_iter().peekable();
    let mut items = Vec::with_capacity(page.events.len() + malformed.len());
    for event in page.events {
        while let Some(item) = malformed.next_if(|item| item.index == items.len()) {
            items.push(EventItem::Malformed(Box::new(item)));
        }
        items.push(EventItem::Event(Box::new(event)));
    }
    items.extend(malformed.map(|item| EventItem::Malformed(Box::new(item))));
    items
}

/// Detects page tokens that repeat, without remembering them all: by Brent's algorithm.
#[derive(Default)]
struct CircleDetector {
    mark: Option<String>,
    steps: usize,
    until_mark: usize,
}

impl CircleDetector {
    fn continues(&mut self, token: Option<&str>, next: &str) -> bool {
        if token == Some(next) || self.mark.as_deref() == Some(next) {
            return false;
        }
        if self.steps == self.until_mark {
            self.mark = Some(next.to_owned());
            self.until_mark = 2 * self.until_mark + 1;
            self.steps = 0;
        }
        self.steps += 1;
        true
    }
}

fn circle() -> Error {
    DecodeFailure::error(operations::LIST_EVENTS.id, "the page tokens repeat: the list does not end")
}

fn interrupted() -> Error {
    NetworkFailure::error(operations::LIST_EVENTS.id, NetworkKind::Broken, None)
}
