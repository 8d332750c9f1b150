//! Calendars of the connected accounts.

use crate::blocked_accounts::blocked_accounts;
use crate::call::{CallOptions, Caller, Endpoint, Handle, Request, resource};
use crate::error::Error;
use crate::json::{self, MalformedItem};
use crate::models::{BlockedAccount, Calendar};
use crate::params::ListCalendars;
use crate::sync::BoxFuture;
use crate::transport::{Failure, Reply, Undecodable};

resource! {
    /// Calendars, from [`Client::calendars`](crate::Client::calendars).
    Calendars
}

impl<C: Handle> Calendars<'_, C> {
    /// Lists the calendars of all connected accounts.
    ///
    /// Needs the scope `read` or `read-write`. Calls `GET /calendars`.
    ///
    /// # Errors
    ///
    /// - [`Error::PermissionDenied`] when the scope is `free-busy`.
    /// - [`Error::CalendarPermissionRequired`] when no connected account grants access to its calendars.
    pub fn list(self) -> Request<ListCalendars, C> {
        Request::new(ListCalendars::new(), self.client.clone())
    }
}

impl Endpoint for ListCalendars {
    type Output = CalendarList;

    fn call(self, caller: Caller) -> BoxFuture<'static, Result<CalendarList, Error>> {
        Box::pin(async move {
            let options = CallOptions { strict: true, ..CallOptions::default() };
            match caller.reply(self, options).await {
                Ok(Reply { value: calendars, head, .. }) => {
                    let blocked_accounts = blocked_accounts(&head.headers);
                    Ok(CalendarList { calendars, blocked_accounts, malformed: Vec::new(), empty: false })
                }
                Err(Failure::Undecodable(undecodable)) => Ok(salvage(undecodable)?),
                Err(failure) => Err(failure.into()),
            }
        })
    }
}

/// The calendars of a user.
///
/// Iterating over it yields the calendars.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalendarList {
    /// The calendars.
    pub calendars: Vec<Calendar>,
    /// Connected accounts whose calendars are missing, because the user withheld the permission for them.
    pub blocked_accounts: Vec<BlockedAccount>,
    /// Malformed calendars, as they arrived.
    pub malformed: Vec<MalformedItem>,
    /// Whether the response had no body to read.
    empty: bool,
}

impl CalendarList {
    /// Reports whether all calendars are listed: the response had a body, no calendar is malformed, and no account is left
    /// out.
    ///
    /// If it is not complete, a calendar that is not listed may still exist: do not delete your copy.
    pub fn is_complete(&self) -> bool {
        !self.empty && self.malformed.is_empty() && self.blocked_accounts.is_empty()
    }
}

impl IntoIterator for CalendarList {
    type Item = Calendar;
    type IntoIter = std::vec::IntoIter<Calendar>;

    fn into_iter(self) -> Self::IntoIter {
        self.calendars.into_iter()
    }
}

impl<'a> IntoIterator for &'a CalendarList {
    type Item = &'a Calendar;
    type IntoIter = std::slice::Iter<'a, Calendar>;

    fn into_iter(self) -> Self::IntoIter {
        self.calendars.iter()
    }
}

/// Reads a list calendar by calendar, so that a malformed one does not hide the others.
fn salvage(undecodable: Box<Undecodable>) -> Result<CalendarList, Failure> {
    if undecodable.is_empty() {
        let blocked_accounts = blocked_accounts(&undecodable.response.head.headers);
        return Ok(CalendarList { calendars: Vec::new(), blocked_accounts, malformed: Vec::new(), empty: true });
    }
    let Reply { value: list, head, .. } = undecodable.decode_leniently()?;
    let (calendars, malformed) = json::items(list);
    Ok(CalendarList { calendars, blocked_accounts: blocked_accounts(&head.headers), malformed, empty: false })
}
