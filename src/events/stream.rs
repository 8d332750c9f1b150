//! Reading events of all pages, one after the other.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::call;
use crate::error::{Error, NetworkFailure, NetworkKind};
use crate::events::list::ListEvents;
use crate::events::page::EventPage;
use crate::lenient::MalformedItem;
use crate::raw::operations;
use crate::raw::types::{BlockedAccount, CalendarEvent};

/// What an [`EventStream`] yields.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an event can be read or not")]
pub enum EventItem {
    /// An event.
    Event(Box<CalendarEvent>),
    /// An event that cannot be read, as it came.
    Malformed(Box<MalformedItem>),
}

impl EventItem {
    /// Returns the event, if it can be read.
    pub fn into_event(self) -> Option<CalendarEvent> {
        match self {
            Self::Event(event) => Some(*event),
            Self::Malformed(_) => None,
        }
    }
}

/// Every event of every page, as [`ListEvents::stream`] returns them.
#[must_use = "streams do nothing unless polled"]
pub struct EventStream {
    request: Box<ListEvents>,
    items: vec::IntoIter<EventItem>,
    page_token: Option<String>,
    blocked_accounts: Vec<BlockedAccount>,
    round: Round,
    next: Next,
}

/// The page that comes after the one at hand.
enum Next {
    Page(Option<String>),
    Fetching(Option<String>, Fetch),
    End,
}

enum Fetch {
    Here(Pin<Box<dyn Future<Output = Result<EventPage, Error>> + Send>>),
    Ahead(Ahead),
}

/// A page that is fetched on a task of its own, as long as somebody wants it.
struct Ahead(JoinHandle<Result<EventPage, Error>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl EventStream {
    pub(crate) fn new(request: ListEvents) -> Self {
        Self {
            next: Next::Page(request.page_token()),
            request: Box::new(request),
            items: Vec::new().into_iter(),
            page_token: None,
            blocked_accounts: Vec::new(),
            round: Round::default(),
        }
    }

    /// Returns the token of the page that the last item came from; `None` for the first page.
    ///
    /// To go on later, begin there with [`ListEvents::next_page_token`]: no event is passed over, and those of this page
    /// come again.
    pub fn page_token(&self) -> Option<&str> {
        self.page_token.as_deref()
    }

    /// Returns the connected accounts whose events are missing on the page at hand, because the user withheld the
    /// permission for them.
    pub fn blocked_accounts(&self) -> &[BlockedAccount] {
        &self.blocked_accounts
    }

    fn fetch(&self, token: Option<String>) -> Pin<Box<dyn Future<Output = Result<EventPage, Error>> + Send>> {
        Box::pin((*self.request).clone().next_page_token(token.unwrap_or_default()).send())
    }

    /// Puts a page at hand, and has the next one fetched.
    fn turn_to(&mut self, token: Option<String>, page: EventPage) {
        let next = page.next_page_token.clone().filter(|next| self.round.goes_on(token.as_deref(), next));
        self.page_token = token;
        self.blocked_accounts.clone_from(&page.blocked_accounts);
        self.items = items(page).into_iter();
        self.next = match (next, call::runtime()) {
            (None, _) => Next::End,
            (next, Ok(runtime)) if self.request.reads_ahead() => {
                let fetch = runtime.spawn(self.fetch(next.clone()));
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

/// Puts what could not be read back to its place among the events.
fn items(page: EventPage) -> Vec<EventItem> {
    let mut malformed = page.malformed.into_iter().peekable();
    let mut items = Vec::with_capacity(page.events.len() + malformed.len());
    for event in page.events {
        while let Some(odd) = malformed.next_if(|odd| odd.index == items.len()) {
            items.push(EventItem::Malformed(Box::new(odd)));
        }
        items.push(EventItem::Event(Box::new(event)));
    }
    items.extend(malformed.map(|odd| EventItem::Malformed(Box::new(odd))));
    items
}

/// Notices when page tokens go round in circles, without remembering them all: by Brent's method.
#[derive(Default)]
struct Round {
    mark: Option<String>,
    steps: usize,
    until_mark: usize,
}

impl Round {
    fn goes_on(&mut self, token: Option<&str>, next: &str) -> bool {
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

fn interrupted() -> Error {
    NetworkFailure::error(operations::LIST_EVENTS.id, NetworkKind::Broken, None)
}
