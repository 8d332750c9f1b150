//! Faults that mislead with what they say: most of them in lists.

use super::{Fault, mislead::Mislead};

impl Fault {
    /// Leaves out the first event of a page, as when something moved between two pages: it lives, and no page has it.
    ///
    /// With [`skip`](Self::skip) it is that of a later page.
    pub fn lost_event(self) -> Self {
        self.misleading(Mislead::LostEvent)
    }

    /// Leaves a calendar out of calendar lists, and all its events out of event lists: to the client it looks empty.
    pub fn vanished_calendar(self, calendar_id: &str) -> Self {
        self.misleading(Mislead::VanishedCalendar(calendar_id.to_owned()))
    }

    /// Ignores the `calendarIds` of an event list in silence, as if they were foreign: every calendar is listed.
    ///
    /// The page token then knows no filter either, so a fault on a listing of several pages has to strike each.
    pub fn ignored_filter(self) -> Self {
        Self { ignores_filter: true, ..self }
    }

    /// Lets the page token of an event list lead back to the first page, so that paging goes in a circle.
    ///
    /// With [`skip`](Self::skip) there are other pages in between, and no token is equal to the one before.
    pub fn token_circle(self) -> Self {
        Self { circles: true, ..self }
    }

    /// Takes the addresses from the attendees of every event, and adds one whose address is null and one without any
    /// member.
    pub fn no_addresses(self) -> Self {
        self.misleading(Mislead::NoAddresses)
    }

    /// Adds a member that nobody has heard of to every object of the body.
    pub fn unknown_members(self) -> Self {
        self.misleading(Mislead::UnknownMembers)
    }

    /// Ends every title in half of a surrogate pair (`\ud83d`), or without titles the first text of the body.
    pub fn lone_surrogate(self) -> Self {
        self.misleading(Mislead::LoneSurrogate)
    }

    /// Begins the body with a byte order mark.
    pub fn byte_order_mark(self) -> Self {
        self.misleading(Mislead::ByteOrderMark)
    }

    fn misleading(mut self, mislead: Mislead) -> Self {
        self.misleads.push(mislead);
        self
    }
}
