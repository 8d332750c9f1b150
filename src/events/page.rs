//! A page of events, also when the service got some of them wrong.

use http::HeaderMap;
use serde::Deserialize;

use crate::RawJson;
use crate::calendars::blocked_accounts;
use crate::call::{Failure, Reply, Undecodable};
use crate::lenient::{self, MalformedItem};
use crate::raw::types::{BlockedAccount, CalendarEvent, EventsListResponse};
use crate::wire::null_as_default;

/// One page of events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventPage {
    /// The events, in the order of their start. An empty page need not be the last one.
    pub events: Vec<CalendarEvent>,
    /// The token of the next page, for [`ListEvents::next_page_token`](crate::ListEvents::next_page_token); `None` on
    /// the last page.
    pub next_page_token: Option<String>,
    /// How many events the service puts on a page.
    pub page_size: Option<i32>,
    /// Connected accounts whose events are missing here, because the user withheld the permission for them.
    pub blocked_accounts: Vec<BlockedAccount>,
    /// Events of this page that cannot be read, as they came.
    pub malformed: Vec<MalformedItem>,
}

impl EventPage {
    pub(crate) fn new(page: EventsListResponse, headers: &HeaderMap) -> Self {
        Self {
            events: page.events,
            next_page_token: page.next_page_token.filter(|token| !token.is_empty()),
            page_size: page.page_size,
            blocked_accounts: blocked_accounts(headers),
            malformed: Vec::new(),
        }
    }
}

/// Reads a page event by event, so that a bad one does not hide the others.
pub(crate) fn salvage(undecodable: Box<Undecodable>) -> Result<EventPage, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Page {
        #[serde(default, deserialize_with = "null_as_default")]
        events: Vec<RawJson>,
        next_page_token: Option<String>,
        page_size: Option<i32>,
    }
    if !undecodable.body.trim_ascii_start().starts_with(b"{") {
        return Err(Failure::Undecodable(undecodable));
    }
    let Reply { value: page, head, .. } = undecodable.read_again::<Page>()?;
    let (events, malformed) = lenient::items(page.events);
    let (next_page_token, page_size) = (page.next_page_token, page.page_size);
    Ok(EventPage {
        malformed,
        ..EventPage::new(EventsListResponse { events, next_page_token, page_size }, &head.headers)
    })
}
