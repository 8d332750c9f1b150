//! A page of events, malformed ones included.

use http::HeaderMap;
use serde::Deserialize;

use crate::blocked_accounts::blocked_accounts;
use crate::json::{self, MalformedItem, RawJson, null_as_default};
use crate::models::{BlockedAccount, CalendarEvent, EventsListResponse};
use crate::transport::{Failure, Reply, Undecodable};

/// One page of events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventPage {
    /// The events, ordered by start. An empty page need not be the last one.
    pub events: Vec<CalendarEvent>,
    /// The token of the next page, for [`next_page_token`](crate::requests::ListEvents::next_page_token); `None` on
    /// the last page.
    pub next_page_token: Option<String>,
    /// The page size that the service applied.
    pub page_size: Option<i32>,
    /// Connected accounts whose events are missing, because the user withheld the permission for them.
    pub blocked_accounts: Vec<BlockedAccount>,
    /// Malformed events of this page, as they arrived.
    pub malformed: Vec<MalformedItem>,
    /// Whether the response had no body to read.
    empty: bool,
}

impl EventPage {
    pub(super) fn new(page: EventsListResponse, headers: &HeaderMap) -> Self {
        Self::of(page.events, page.next_page_token, page.page_size, headers)
    }

    fn of(
        events: Vec<CalendarEvent>,
        next_page_token: Option<String>,
        page_size: Option<i32>,
        headers: &HeaderMap,
    ) -> Self {
        Self {
            events,
            next_page_token: next_page_token.filter(|token| !token.is_empty()),
            page_size,
            blocked_accounts: blocked_accounts(headers),
            malformed: Vec::new(),
            empty: false,
        }
    }

    /// Makes the page of a response without a body.
    pub(super) fn empty(headers: &HeaderMap) -> Self {
        Self { empty: true, ..Self::of(Vec::new(), None, None, headers) }
    }

    /// Reports whether the page has all of its events: the response had a body, no event is malformed, and no account is
    /// left out.
    ///
    /// If it is not complete, an event that is not on it may still exist: do not delete your copy.
    pub fn is_complete(&self) -> bool {
        !self.empty && self.malformed.is_empty() && self.blocked_accounts.is_empty()
    }
}

/// Reads a page event by event, so that a malformed one does not hide the others.
pub(super) fn salvage(undecodable: Box<Undecodable>) -> Result<EventPage, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Page {
        #[serde(default, deserialize_with = "null_as_default")]
        events: Vec<RawJson>,
        next_page_token: Option<String>,
        page_size: Option<i32>,
    }
    if undecodable.is_list() {
        return Err(Failure::Undecodable(undecodable));
    }
    let Reply { value: page, head, .. } = undecodable.decode_leniently::<Page>()?;
    let (events, malformed) = json::items(page.events);
    let page = EventPage::of(events, page.next_page_token, page.page_size, &head.headers);
    Ok(EventPage { malformed, ..page })
}
