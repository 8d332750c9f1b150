//! Reading one page of events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::page::{self, EventPage};
use crate::call::{CallOptions, Caller, Endpoint, forward_setters};
use crate::error::{Error, InputFailure};
use crate::json::{RawJson, to_millis};
use crate::models::Provider;
use crate::raw::{self, operations};
use crate::sync::BoxFuture;
use crate::transport::Failure;

/// The longest query that is sent: servers and proxies usually take 8 KiB for the whole first line.
const MAX_QUERY: usize = 8_000;

/// Parameters of [`Events::list`](crate::Events::list).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct ListEvents {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    calendar_ids: BTreeMap<Provider, Vec<String>>,
    page_size: Option<i32>,
    next_page_token: Option<String>,
    single_events: Option<bool>,
}

impl ListEvents {
    /// Creates parameters for the events of the current month in UTC, in all calendars.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the start of the interval, truncated to milliseconds. Default: the start of the current month in UTC.
    pub fn start(mut self, start: impl Into<Timestamp>) -> Self {
        self.start = Some(to_millis(start.into()));
        self
    }

    /// Sets the end of the interval, truncated to milliseconds. Default: the end of the current month in UTC.
    pub fn end(mut self, end: impl Into<Timestamp>) -> Self {
        self.end = Some(to_millis(end.into()));
        self
    }

    /// Adds calendars to read. A provider without ids adds nothing. Default: all calendars.
    ///
    /// A URL holds some dozens of them, depending on the length of the ids: with more, the call is
    /// [`Error::InvalidInput`], and nothing is sent.
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

    /// Sets the number of events on a page, for all providers together. Default: 250. Values outside 1 to 1000 are clamped.
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = Some(i32::try_from(page_size.clamp(1, 1000)).unwrap_or(1000));
        self
    }

    /// Sets the page to read, by the [token](EventPage::next_page_token) of the one before. Keep the other parameters the
    /// same.
    pub fn next_page_token(mut self, token: impl Into<String>) -> Self {
        self.next_page_token = Some(token.into()).filter(|token| !token.is_empty());
        self
    }

    /// Sets whether a series is expanded into its instances (`true`, the default) or listed as one event.
    pub fn single_events(mut self, single_events: bool) -> Self {
        self.single_events = Some(single_events);
        self
    }

    pub(super) fn page_token(&self) -> Option<String> {
        self.next_page_token.clone()
    }

    fn build(self, api: &raw::Client, calendar_ids: Option<RawJson>) -> Result<reqwest::Request, raw::Error<()>> {
        let mut request = api.list_events();
        if let Some(start) = self.start {
            request = request.start(start);
        }
        if let Some(end) = self.end {
            request = request.end(end);
        }
        if let Some(calendar_ids) = calendar_ids {
            request = request.calendar_ids(calendar_ids.get());
        }
        if let Some(page_size) = self.page_size {
            request = request.page_size(page_size);
        }
        if let Some(next_page_token) = self.next_page_token {
            request = request.next_page_token(next_page_token);
        }
        if let Some(single_events) = self.single_events {
            request = request.single_events(single_events);
        }
        let names_calendars = !self.calendar_ids.is_empty();
        let request = request.request()?;
        match request.url().query().map_or(0, str::len) {
            length if length > MAX_QUERY && names_calendars => Err(raw::Error::InvalidRequest(format!(
                "a query of {length} bytes is more than servers and proxies accept: list the events of fewer calendars \
                 at a time, or of all"
            ))),
            _ => Ok(request),
        }
    }
}

forward_setters! { ListEvents:
    start(start: impl Into<Timestamp>);
    end(end: impl Into<Timestamp>);
    calendar_ids(calendar_ids: impl IntoIterator<Item = (Provider, impl IntoIterator<Item: Into<String>>)>);
    page_size(page_size: u32);
    next_page_token(token: impl Into<String>);
    single_events(single_events: bool);
}

impl Endpoint for ListEvents {
    type Output = EventPage;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<EventPage, Error>> {
        Box::pin(async move {
            match self.read(caller).await {
                Err(Failure::Undecodable(undecodable)) if undecodable.is_empty() => {
                    Ok(EventPage::empty(&undecodable.response.head.headers))
                }
                page => Ok(page?),
            }
        })
    }
}

impl ListEvents {
    /// Reads a page. A response without a body is a failure.
    pub(super) fn read(self, caller: Caller) -> BoxFuture<'static, Result<EventPage, Failure>> {
        Box::pin(async move {
            let ids = self.calendar_ids.values().flatten().map(|id| ("calendar id", Some(id.as_str())));
            InputFailure::require(&operations::LIST_EVENTS, &ids.collect::<Vec<_>>()).map_err(Error::from)?;
            // Compact JSON is how one query parameter holds them.
            let calendar_ids = (!self.calendar_ids.is_empty()).then(|| RawJson::from_serialize(&self.calendar_ids));
            let calendar_ids = calendar_ids.transpose().map_err(Failure::from)?;
            let options = CallOptions { strict: true, ..CallOptions::default() };
            match caller.call(&operations::LIST_EVENTS, options, |api| self.build(api, calendar_ids)).await {
                Ok(reply) => Ok(EventPage::new(reply.value, &reply.head.headers)),
                Err(Failure::Undecodable(undecodable)) => page::salvage(undecodable),
                Err(failure) => Err(failure),
            }
        })
    }
}
