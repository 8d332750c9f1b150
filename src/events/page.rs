//! A page of events, malformed ones included.

use std::collections::BTreeMap;

use http::HeaderMap;

use crate::blocked_accounts::blocked_accounts;
use crate::call::RawCall;
use crate::error::{DecodeFailure, Error};
use crate::json::{self, RawJson};
use crate::models::{EventPage, EventsListResponse};
use crate::params::ListEvents;
use crate::transport::{Failure, Reply, Response, Undecodable};

impl EventPage {
    pub(super) fn new(response: EventsListResponse, headers: &HeaderMap) -> Self {
        let page = Self::of(response);
        Self {
            next_page_token: page.next_page_token.filter(|token| !token.is_empty()),
            blocked_accounts: blocked_accounts(headers),
            ..page
        }
    }

    /// Makes the page of a response without a body.
    pub(super) fn empty(headers: &HeaderMap) -> Result<Self, Error> {
        // A newer contract may require more of a page than its events.
        let response = serde_json::from_str(r#"{"events":[]}"#)
            .map_err(|_| DecodeFailure::error(ListEvents::OPERATION.id, "the response has no body"))?;
        Ok(Self { is_empty: true, ..Self::new(response, headers) })
    }

    /// Reports whether the page has all of its events: the response had a body, no event is malformed, and no account is
    /// left out.
    ///
    /// If it is not complete, an event that is not on it may still exist: do not delete your copy.
    pub fn is_complete(&self) -> bool {
        !self.is_empty && self.malformed.is_empty() && self.blocked_accounts.is_empty()
    }
}

/// Reads a page event by event, so that a malformed one does not hide the others.
pub(super) fn salvage(undecodable: Box<Undecodable>) -> Result<EventPage, Failure> {
    if undecodable.is_list() {
        return Err(Failure::Undecodable(undecodable));
    }
    let Reply { value: page, head, secrets } = undecodable.decode_leniently::<Page>()?;
    let (events, malformed) = json::items(page.events);
    let none = RawJson::from_serialize(&[(); 0]).map_err(Failure::Final)?;
    let mut rest = page.rest;
    rest.insert("events".to_owned(), none);
    let rest = RawJson::from_serialize(&rest).map_err(Failure::Final)?;
    // Without its token, the page would be taken for the last one.
    match json::read(rest.get(), &["nextPageToken"]) {
        Ok(rest) => Ok(EventPage { events, malformed, ..EventPage::new(rest, &head.headers) }),
        Err(mismatch) => {
            let body = rest.get().to_owned().into();
            let response = Response { operation: ListEvents::OPERATION, head, body, secrets };
            Err(Failure::Undecodable(Box::new(Undecodable { response, mismatch })))
        }
    }
}

/// A page whose events are read one by one.
struct Page {
    events: Vec<RawJson>,
    /// All other members.
    rest: BTreeMap<String, RawJson>,
}

json::members! {
    Page "EventsListResponse" object [rest];
    0 "events" events: required OrDefault<Vec<RawJson>>;
}
