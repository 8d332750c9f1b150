//! Faults that mislead with what they say: most of them in lists.

use super::{Fault, mislead::Mislead};

impl Fault {
    /// Omits the first event of a page, as when an event moves between pages: it still exists, but no page lists it.
    ///
    /// Use [`skip`](Self::skip) to hit a later page.
    pub fn lost_event(self) -> Self {
        self.misleading(Mislead::LostEvent)
    }

    /// Omits a calendar from calendar lists, and its events from event lists: it looks empty.
    pub fn vanished_calendar(self, calendar_id: &str) -> Self {
        self.misleading(Mislead::VanishedCalendar(calendar_id.to_owned()))
    }

    /// Silently ignores the `calendarIds` of an event list, as foreign ids are: the events of all calendars are listed.
    ///
    /// The page token has no filter either, so in a listing of several pages every page needs the fault.
    pub fn ignored_filter(self) -> Self {
        Self { ignores_filter: true, ..self }
    }

    /// Returns the page token of the first page in an event list, so that paging never ends.
    ///
    /// Use [`skip`](Self::skip) for a circle of several pages: then no page token equals the previous one.
    pub fn token_circle(self) -> Self {
        Self { circles: true, ..self }
    }

    /// Removes the email addresses of all attendees, and adds one attendee whose `email` is null and an empty one.
    pub fn no_addresses(self) -> Self {
        self.misleading(Mislead::NoAddresses)
    }

    /// Adds an unknown member to every object of the body.
    pub fn unknown_members(self) -> Self {
        self.misleading(Mislead::UnknownMembers)
    }

    /// Appends an unpaired surrogate (`\ud83d`) to every title, or to the first string of the body if there is no title.
    pub fn lone_surrogate(self) -> Self {
        self.misleading(Mislead::LoneSurrogate)
    }

    /// Sends a byte order mark before the body.
    pub fn byte_order_mark(self) -> Self {
        self.misleading(Mislead::ByteOrderMark)
    }

    fn misleading(mut self, mislead: Mislead) -> Self {
        self.misleads.push(mislead);
        self
    }
}
