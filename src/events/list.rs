//! Reading events.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use jiff::Timestamp;

use crate::call::Failure;
use crate::client::Client;
use crate::error::Error;
use crate::events::page::{self, EventPage};
use crate::raw::operations;
use crate::raw::types::{CalendarEvent, Provider};
use crate::wire::to_millis;

/// A request for events, as [`Events::list`](crate::Events::list) begins it.
///
/// Without an interval the service takes the current month in UTC, without calendars all of them.
#[derive(Clone)]
#[must_use = "nothing is sent before `send` or `stream`"]
pub struct ListEvents {
    client: Client,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    calendar_ids: BTreeMap<Provider, Vec<String>>,
    page_size: Option<i32>,
    next_page_token: Option<String>,
    single_events: Option<bool>,
}

impl ListEvents {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            start: None,
            end: None,
            calendar_ids: BTreeMap::new(),
            page_size: None,
            next_page_token: None,
            single_events: None,
        }
    }

    /// Sets where the interval begins, to the millisecond.
    pub fn start(mut self, start: impl Into<Timestamp>) -> Self {
        self.start = Some(to_millis(start.into()));
        self
    }

    /// Sets where the interval ends, to the millisecond.
    pub fn end(mut self, end: impl Into<Timestamp>) -> Self {
        self.end = Some(to_millis(end.into()));
        self
    }

    /// Adds calendars to read. A provider without ids adds nothing.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::Provider;
    ///
    /// let page = client.events().list().calendar_ids([(Provider::Google, ["primary", "team@example.com"])]).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn calendar_ids<I>(mut self, calendar_ids: impl IntoIterator<Item = (Provider, I)>) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        for (provider, ids) in calendar_ids {
            self.calendar_ids.entry(provider).or_default().extend(ids.into_iter().map(Into::into));
        }
        self
    }

    /// Sets how many events a page holds, for all providers together: 1 to 1000, by default 250.
    ///
    /// What lies outside is taken for the nearest of the two.
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = Some(i32::try_from(page_size.clamp(1, 1000)).unwrap_or(1000));
        self
    }

    /// Sets which page to read, by the [token](EventPage::next_page_token) of the one before. Keep the other settings
    /// the same.
    pub fn next_page_token(mut self, token: impl Into<String>) -> Self {
        self.next_page_token = Some(token.into()).filter(|token| !token.is_empty());
        self
    }

    /// Sets whether a series comes as its instances (`true`, the default) or as one event.
    pub fn single_events(mut self, single_events: bool) -> Self {
        self.single_events = Some(single_events);
        self
    }

    /// Reads one page.
    ///
    /// # Errors
    ///
    /// - [`Error::Validation`] when the page token is not one of the service's.
    /// - [`Error::CalendarPermissionRequired`] when no connected account grants access to its calendars.
    pub async fn send(self) -> Result<EventPage, Error> {
        let calendar_ids: BTreeMap<_, _> = self.calendar_ids.iter().filter(|(_, ids)| !ids.is_empty()).collect();
        let calendar_ids = (!calendar_ids.is_empty()).then(|| page::calendar_ids(&calendar_ids));
        let outcome = self.client.call(&operations::LIST_EVENTS, |api| {
            let (calendar_ids, next_page_token) = (calendar_ids.clone(), self.next_page_token.clone());
            let Self { start, end, page_size, single_events, .. } = self;
            async move {
                let mut request = api.list_events();
                if let Some(start) = start {
                    request = request.start(start);
                }
                if let Some(end) = end {
                    request = request.end(end);
                }
                if let Some(calendar_ids) = calendar_ids {
                    request = request.calendar_ids(calendar_ids);
                }
                if let Some(page_size) = page_size {
                    request = request.page_size(page_size);
                }
                if let Some(next_page_token) = next_page_token {
                    request = request.next_page_token(next_page_token);
                }
                if let Some(single_events) = single_events {
                    request = request.single_events(single_events);
                }
                request.send().await
            }
        });
        match outcome.await {
            Ok(reply) => Ok(EventPage::new(reply.value, &reply.head.headers)),
            Err(Failure::Undecodable(undecodable)) => page::salvage(*undecodable),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Reads every event of every page, each page when its first event is asked for.
    ///
    /// The stream owns what it needs, yields an error once and ends. It ends, too, when the service repeats a page
    /// token. [Malformed events](EventPage::malformed) are passed over: read by page to see them.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut events = client.events().list().stream();
    /// while let Some(event) = events.try_next().await? {
    ///     println!("{:?} {:?}", event.start, event.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "iter_all")]
    pub fn stream(self) -> EventStream {
        EventStream { buffer: VecDeque::new(), tokens: HashSet::new(), next: Next::Page(Box::new(self)) }
    }
}

impl fmt::Debug for ListEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListEvents")
            .field("start", &self.start)
            .field("end", &self.end)
            .field("calendar_ids", &self.calendar_ids)
            .field("page_size", &self.page_size)
            .field("next_page_token", &self.next_page_token)
            .field("single_events", &self.single_events)
            .finish_non_exhaustive()
    }
}

/// Every event of every page, as [`ListEvents::stream`] returns them.
#[must_use = "streams do nothing unless polled"]
pub struct EventStream {
    buffer: VecDeque<CalendarEvent>,
    /// The page tokens so far: one that comes again would lead round for ever.
    tokens: HashSet<String>,
    next: Next,
}

/// A page, and the request that it answers.
type Fetch = Pin<Box<dyn Future<Output = Result<(EventPage, ListEvents), Error>> + Send>>;

enum Next {
    Page(Box<ListEvents>),
    Fetching(Fetch),
    End,
}

impl Stream for EventStream {
    type Item = Result<CalendarEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.buffer.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            match std::mem::replace(&mut self.next, Next::End) {
                Next::End => return Poll::Ready(None),
                Next::Page(request) => {
                    let fetch = async move { Ok((request.clone().send().await?, *request)) };
                    self.next = Next::Fetching(Box::pin(fetch));
                }
                Next::Fetching(mut fetch) => match fetch.as_mut().poll(context) {
                    Poll::Pending => {
                        self.next = Next::Fetching(fetch);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Ok((page, request))) => {
                        self.buffer = page.events.into();
                        self.tokens.extend(request.next_page_token.clone());
                        if let Some(token) = page.next_page_token
                            && !self.tokens.contains(&token)
                        {
                            self.next = Next::Page(Box::new(request.next_page_token(token)));
                        }
                    }
                },
            }
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("buffered", &self.buffer.len()).finish_non_exhaustive()
    }
}
