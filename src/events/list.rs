//! Reading one page of events.

use std::collections::BTreeMap;

use super::page;
use crate::call::{CallOptions, Caller, Endpoint, RawCall, Request};
use crate::error::{Error, InputFailure};
use crate::models::{CalendarIds, EventPage, Provider};
use crate::params::ListEvents;
use crate::raw;
use crate::sync::BoxFuture;
use crate::transport::Failure;

/// The longest query that is sent: servers and proxies usually accept 8 KiB for the whole first line.
const MAX_QUERY: usize = 8_000;

impl ListEvents {
    /// Adds calendars to read. A provider without ids adds nothing. Default: all calendars.
    ///
    /// A URL has room for some dozens, depending on the length of the ids. With more, the call fails with
    /// [`Error::InvalidInput`], and nothing is sent.
    pub fn calendar_ids<I>(mut self, calendar_ids: impl IntoIterator<Item = (Provider, I)>) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        for (provider, ids) in calendar_ids {
            let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
            if !ids.is_empty() {
                let all = self.calendar_ids.get_or_insert_with(|| CalendarIds(BTreeMap::new()));
                all.0.entry(provider.as_str().to_owned()).or_default().extend(ids);
            }
        }
        self
    }

    pub(super) fn page_token(&self) -> Option<String> {
        self.next_page_token.clone()
    }
}

impl<C> Request<ListEvents, C> {
    /// Adds calendars to read. A provider without ids adds nothing. Default: all calendars.
    pub fn calendar_ids<I>(self, calendar_ids: impl IntoIterator<Item = (Provider, I)>) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        self.map(|params| params.calendar_ids(calendar_ids))
    }
}

impl Endpoint for ListEvents {
    type Output = EventPage;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<EventPage, Error>> {
        Box::pin(async move {
            match self.read(caller).await {
                Err(Failure::Undecodable(undecodable)) if undecodable.is_empty() => {
                    EventPage::empty(&undecodable.response.head.headers)
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
            let ids = self.calendar_ids.iter().flat_map(|ids| ids.0.values().flatten());
            let ids: Vec<_> = ids.map(|id| ("calendar id", Some(id.as_str()))).collect();
            InputFailure::require(Self::OPERATION, &ids).map_err(Error::from)?;
            let names_calendars = !ids.is_empty();
            let build = |api: &raw::Client| {
                let request = self.clone().build(api)?;
                match request.url().query().map_or(0, str::len) {
                    length if length > MAX_QUERY && names_calendars => Err(raw::Error::InvalidRequest(format!(
                        "a query of {length} bytes is more than servers and proxies accept: list the events of fewer \
                         calendars at a time, or of all"
                    ))
                    .into()),
                    _ => Ok(request),
                }
            };
            let options = CallOptions { strict: true, ..CallOptions::default() };
            match caller.call(Self::OPERATION, options, build).await {
                Ok(reply) => Ok(EventPage::new(reply.value, &reply.head.headers)),
                Err(Failure::Undecodable(undecodable)) => page::salvage(undecodable),
                Err(failure) => Err(failure),
            }
        })
    }
}
