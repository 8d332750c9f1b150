//! Calendars of the connected accounts.

use http::HeaderMap;

use crate::call::{Failure, Reply, Undecodable};
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{self, MalformedItem};
use crate::raw::operations;
use crate::raw::types::{BlockedAccount, Calendar, Provider};

/// Calendars, as [`Client::calendars`] returns them.
#[derive(Clone, Copy, Debug)]
pub struct Calendars<'a> {
    client: &'a Client,
}

impl<'a> Calendars<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Lists the calendars of all connected accounts.
    ///
    /// Needs the scope `read` or `read-write`. Calls `GET /calendars`.
    ///
    /// # Errors
    ///
    /// - [`Error::PermissionDenied`] when the scope is `free-busy`.
    /// - [`Error::CalendarPermissionRequired`] when no connected account grants access to its calendars.
    pub async fn list(self) -> Result<CalendarList, Error> {
        let operation = &operations::LIST_CALENDARS;
        let reply = self.client.call_strictly(operation, |api| async move { api.list_calendars().send().await });
        match reply.await {
            Ok(reply) => {
                let blocked_accounts = blocked_accounts(&reply.head.headers);
                Ok(CalendarList { calendars: reply.value, blocked_accounts, malformed: Vec::new() })
            }
            Err(Failure::Undecodable(undecodable)) => Ok(salvage(undecodable)?),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// The calendars of a user.
///
/// Iterate over it for the calendars.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalendarList {
    /// The calendars.
    pub calendars: Vec<Calendar>,
    /// Connected accounts whose calendars are missing here, because the user withheld the permission for them.
    pub blocked_accounts: Vec<BlockedAccount>,
    /// Calendars that cannot be read, as they came.
    pub malformed: Vec<MalformedItem>,
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

/// Reads a list calendar by calendar, so that a bad one does not hide the others.
fn salvage(undecodable: Box<Undecodable>) -> Result<CalendarList, Failure> {
    let Reply { value: list, head, .. } = undecodable.read_again()?;
    let (calendars, malformed) = lenient::items(list);
    Ok(CalendarList { calendars, blocked_accounts: blocked_accounts(&head.headers), malformed })
}

/// Reads the accounts that a partial answer leaves out: `google:ada@example.com, caldav:https://…`.
pub(crate) fn blocked_accounts(headers: &HeaderMap) -> Vec<BlockedAccount> {
    let values = headers.get_all("x-connect-calendar-permission-missing");
    let pairs = values.iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    let pairs = pairs.flat_map(|value| value.split(',')).filter_map(|pair| pair.split_once(':'));
    pairs
        .map(|(provider, account)| BlockedAccount {
            provider: Some(Provider::from(provider.trim())),
            account: Some(account.trim().to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_split_at_the_first_colon() {
        let mut headers = HeaderMap::new();
        headers.append(
            "x-connect-calendar-permission-missing",
            "google:ada@example.com, caldav:https://dav.example/ada,,broken".parse().unwrap(),
        );
        headers.append("x-connect-calendar-permission-missing", "proton:a:b".parse().unwrap());
        let accounts = blocked_accounts(&headers);
        let pairs: Vec<_> =
            accounts.iter().map(|a| (a.provider.as_ref().unwrap().as_str(), a.account.as_deref().unwrap())).collect();
        assert_eq!(pairs, [("google", "ada@example.com"), ("caldav", "https://dav.example/ada"), ("proton", "a:b")]);
    }
}
