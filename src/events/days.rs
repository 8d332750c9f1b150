//! All-day events by civil date.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use crate::error::{Error, InputFailure};
use crate::models::{CalendarEvent, EventCreate, EventUpdate, Provider};

impl CalendarEvent {
    /// Returns the first and the last day of an all-day event, both included.
    ///
    /// `None` for other events, and for those without a start. The service sends such days as instants at midnight. An
    /// instant that is not midnight in UTC is rounded to the nearest one.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use jiff::civil::date;
    /// use mobiscroll_connect::CalendarEvent;
    ///
    /// let event: CalendarEvent = serde_json::from_str(
    ///     r#"{ "provider": "google", "id": "1", "allDay": true, "start": "2026-11-23", "end": "2026-11-25" }"#,
    /// )?;
    /// assert_eq!(event.days(), Some((date(2026, 11, 23), date(2026, 11, 24))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn days(&self) -> Option<(Date, Date)> {
        let nearest = |instant: Timestamp| Some(Offset::UTC.to_datetime(instant.checked_add(12.hours()).ok()?).date());
        let first = nearest(self.start.filter(|_| self.all_day)?)?;
        // The end is the midnight after the last day. An event without an end takes one day.
        let last = self.end.and_then(nearest).and_then(|end| end.yesterday().ok());
        Some((first, last.unwrap_or(first).max(first)))
    }
}

impl EventCreate {
    /// Creates an all-day event, from `first` to `last`, both included.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// use jiff::civil::date;
    /// use mobiscroll_connect::{EventCreate, Provider};
    ///
    /// let (monday, friday) = (date(2026, 11, 23), date(2026, 11, 27));
    /// let offsite = EventCreate::new_all_day(Provider::Google, "primary", "Offsite", monday, friday)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when `last` comes before `first`, or is the last day that there is.
    pub fn new_all_day(
        provider: Provider,
        calendar_id: impl Into<String>,
        title: impl Into<String>,
        first: Date,
        last: Date,
    ) -> Result<Self, Error> {
        let (start, end) = midnights(first, last)?;
        Ok(Self::new(provider, calendar_id, title, start, end).all_day(true))
    }
}

impl EventUpdate {
    /// Moves an event to whole days, from `first` to `last`, both included.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when `last` comes before `first`, or is the last day that there is.
    pub fn days(self, first: Date, last: Date) -> Result<Self, Error> {
        let (start, end) = midnights(first, last)?;
        Ok(self.start(start).end(end).all_day(true))
    }
}

/// The start and end of an all-day event: midnight in UTC of the first day, and of the day after the last.
fn midnights(first: Date, last: Date) -> Result<(Timestamp, Timestamp), Error> {
    if last < first {
        return Err(InputFailure::new(format!("an event cannot end on {last} and begin on {first}")).into());
    }
    let midnight = |day: Date| Offset::UTC.to_timestamp(day.into());
    let ends = midnight(first).and_then(|start| Ok((start, midnight(last.tomorrow()?)?)));
    ends.map_err(|e| InputFailure::new("the days are out of range").source(e).into())
}
