//! The providers' own records, which the API passes along as `original`.
//!
//! They are made up from the event whenever it is shown. Names, types and nesting are those of each provider's own API;
//! what the sandbox does not know, such as etags and sequence numbers, is filled with plausible values.

mod google;
mod graph;
mod ical;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    accounts::{Account, Calendar},
    recurrence::Rule,
    zone::Zone,
};
use crate::{instant, provider::Provider};

/// What a record is made from.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) body: &'a Map<String, Value>,
    pub(super) zone: Zone,
    /// The account's address
    pub(super) owner: &'a str,
    pub(super) number: u64,
    /// The rule of a series; an instance has none
    pub(super) rule: Option<&'a Rule>,
    /// Where the rule places the instance
    pub(super) instance: Option<Timestamp>,
    pub(super) is_exception: bool,
}

/// Writes the record that a provider would keep of a calendar.
pub(super) fn calendar(calendar: &Calendar, account: &Account) -> Value {
    match account.provider {
        Provider::Google => google::calendar(calendar),
        Provider::Microsoft => graph::calendar(calendar, account),
        Provider::Apple | Provider::CalDav => ical::calendar(calendar),
    }
}

/// Writes the record that a provider would keep of an event.
pub(super) fn event(provider: Provider, record: &Record<'_>) -> Value {
    match provider {
        Provider::Google => google::event(record),
        Provider::Microsoft => graph::event(record),
        Provider::Apple | Provider::CalDav => ical::event(provider, record),
    }
}

impl Record<'_> {
    fn get(&self, name: &str) -> Value {
        self.body.get(name).cloned().unwrap_or_default()
    }

    fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn instant(&self, name: &str) -> Timestamp {
        instant::parse(self.text(name)).unwrap_or_default()
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == value
    }

    fn is_all_day(&self) -> bool {
        super::span::is_all_day(self.body)
    }

    fn attendees(&self) -> &[Value] {
        self.body.get("attendees").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn conference(&self, name: &str) -> Value {
        self.body.get("conferenceData").and_then(|data| data.get(name)).cloned().unwrap_or_default()
    }
}

/// Gives the name that people would have at this address, without characters that mean something in a component.
fn display_name(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let mut letters = local.chars().filter(|c| c.is_alphanumeric() || *c == '-');
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Writes the date of an instant in UTC.
fn date(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d").to_string()
}
