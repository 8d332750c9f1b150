//! Reading events.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::RawJson;
use crate::call::Failure;
use crate::client::Client;
use crate::error::Error;
use crate::events::page::{self, EventPage};
use crate::events::stream::EventStream;
use crate::raw::operations;
use crate::raw::types::Provider;
use crate::wire::to_millis;

/// A request for events, as [`Events::list`](crate::Events::list) begins it.
///
/// Without an interval the service takes the current month in UTC, without calendars all of them.
#[derive(Clone)]
#[must_use = "nothing is sent before `send` or `stream`"]
pub struct ListEvents<C = Client> {
    pub(crate) client: C,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    calendar_ids: BTreeMap<Provider, Vec<String>>,
    page_size: Option<i32>,
    next_page_token: Option<String>,
    single_events: Option<bool>,
    read_ahead: bool,
}

impl<C> ListEvents<C> {
    pub(crate) fn new(client: C) -> Self {
        Self {
            client,
            start: None,
            end: None,
            calendar_ids: BTreeMap::new(),
            page_size: None,
            next_page_token: None,
            single_events: None,
            read_ahead: true,
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
            let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
            if !ids.is_empty() {
                self.calendar_ids.entry(provider).or_default().extend(ids);
            }
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

    /// Sets whether a [stream](ListEvents::stream) fetches the next page while you work on the one at hand. Default: `true`.
    pub fn read_ahead(mut self, read_ahead: bool) -> Self {
        self.read_ahead = read_ahead;
        self
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn on<D>(self, client: D) -> ListEvents<D> {
        let Self { client: _, start, end, calendar_ids, page_size, next_page_token, single_events, read_ahead } = self;
        ListEvents { client, start, end, calendar_ids, page_size, next_page_token, single_events, read_ahead }
    }
}

impl ListEvents {
    pub(crate) fn page_token(&self) -> Option<String> {
        self.next_page_token.clone()
    }

    pub(crate) fn reads_ahead(&self) -> bool {
        self.read_ahead
    }

    /// Reads one page.
    ///
    /// # Errors
    ///
    /// - [`Error::Validation`] when the page token is not one of the service's.
    /// - [`Error::CalendarPermissionRequired`] when no connected account grants access to its calendars.
    pub async fn send(self) -> Result<EventPage, Error> {
        // Compact JSON is how one query parameter holds them.
        let calendar_ids = (!self.calendar_ids.is_empty()).then(|| RawJson::from_serialize(&self.calendar_ids));
        let calendar_ids = calendar_ids.transpose()?;
        let outcome = self.client.call_strictly(&operations::LIST_EVENTS, |api| {
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
                    request = request.calendar_ids(calendar_ids.get());
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
            Err(Failure::Undecodable(undecodable)) => Ok(page::salvage(undecodable)?),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Reads every event of every page.
    ///
    /// The stream owns what it needs, yields an error once and ends. It ends, too, when the service goes round in circles
    /// with its page tokens. [Malformed events](crate::EventItem::Malformed) are items like the others, so that one does not hide
    /// the rest. While you work on a page the next one is fetched, unless [`read_ahead`](Self::read_ahead) is off; there are never more
    /// than two in memory.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use futures_util::TryStreamExt;
    /// use mobiscroll_connect::EventItem;
    ///
    /// let mut items = client.events().list().stream();
    /// while let Some(item) = items.try_next().await? {
    ///     match item {
    ///         EventItem::Event(event) => println!("{:?} {:?}", event.start, event.title),
    ///         EventItem::Malformed(odd) => eprintln!("passed over {}: {}", odd.raw.get(), odd.reason),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "iter_all")]
    pub fn stream(self) -> EventStream {
        EventStream::new(self)
    }
}

impl<C> fmt::Debug for ListEvents<C> {
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
