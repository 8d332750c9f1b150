//! Reading one page of events.

use std::collections::BTreeMap;

use super::page::{self, EventPage};
use crate::call::{CallOptions, Caller, Endpoint, Request};
use crate::error::Error;
use crate::models::{CalendarIds, Provider};
use crate::params::ListEvents;
use crate::sync::BoxFuture;
use crate::transport::Failure;

impl ListEvents {
    /// Adds calendars to read. A provider without ids adds nothing. Default: all calendars.
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
            let options = CallOptions { strict: true, ..CallOptions::default() };
            match caller.reply(self, options).await {
                Ok(reply) => Ok(EventPage::new(reply.value, &reply.head.headers)),
                Err(Failure::Undecodable(undecodable)) => Ok(page::salvage(undecodable)?),
                Err(failure) => Err(failure.into()),
            }
        })
    }
}
