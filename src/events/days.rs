//! All-day events by civil date.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::error::{Error, InputFailure};
use crate::models::{CalendarEvent, EventCreate, EventUpdate, Provider};

impl CalendarEvent {
    /// Returns the first and the last day of an all-day event, both included.
    ///
    /// `None` for other events, and for those without a start. The service sends dates as instants at midnight. An
    /// instant that is not midnight in UTC is rounded to the nearest midnight, which is right for time zones from
    /// UTC-11 to UTC+12. For other time zones, use [`days_in`](Self::days_in).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use jiff::civil::date;
    /// use mobiscroll_connect::CalendarEvent;
    ///
    /// let event: CalendarEvent = serde_json::from_str(
    ///     r#"{ "provider": "google", "id": "1", "allDay": true,
    ///          "start": "2026-11-23", "end": "2026-11-25" }"#,
    /// )?;
    /// assert_eq!(event.days(), Some((date(2026, 11, 23), date(2026, 11, 24))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn days(&self) -> Option<(Date, Date)> {
        self.days_by(|instant| Some(Offset::UTC.to_datetime(instant.checked_add(12.hours()).ok()?).date()))
    }

    /// Returns the first and the last day of an all-day event in a time zone, such as the calendar's, both included; `None`
    /// as for [`days`](Self::days).
    ///
    /// A midnight of the zone is taken as it is, otherwise a midnight of UTC. Any other instant is rounded to the
    /// nearest midnight of the zone.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use jiff::civil::date;
    /// use jiff::tz::{TimeZone, offset};
    /// use mobiscroll_connect::CalendarEvent;
    ///
    /// let event: CalendarEvent = serde_json::from_str(
    ///     r#"{ "provider": "google", "id": "1", "allDay": true,
    ///          "start": "2026-11-22T11:00:00Z", "end": "2026-11-23T11:00:00Z" }"#,
    /// )?;
    /// let auckland_in_summer = TimeZone::fixed(offset(13));
    /// let day = date(2026, 11, 23);
    /// assert_eq!(event.days_in(&auckland_in_summer), Some((day, day)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn days_in(&self, zone: &TimeZone) -> Option<(Date, Date)> {
        self.days_by(|instant| {
            let (local, utc) = (zone.to_datetime(instant), Offset::UTC.to_datetime(instant));
            match (local.time(), utc.time()) {
                (Time::MIN, _) => Some(local.date()),
                (_, Time::MIN) => Some(utc.date()),
                _ => Some(local.checked_add(12.hours()).ok()?.date()),
            }
        })
    }

    fn days_by(&self, day: impl Fn(Timestamp) -> Option<Date>) -> Option<(Date, Date)> {
        let first = day(self.start.filter(|_| self.all_day)?)?;
        // The end is the midnight after the last day; without one, the event takes a day.
        let last = self.end.and_then(day).and_then(|end| end.yesterday().ok());
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
    /// let google = Provider::Google;
    /// let offsite = EventCreate::new_all_day(google, "primary", "Offsite", monday, friday)?;
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
        Self::new_all_day_in(provider, calendar_id, title, first, last, &TimeZone::UTC)
    }

    /// Creates an all-day event, from `first` to `last`, both included, of a time zone: the event begins at its midnight.
    ///
    /// **Use [`new_all_day`](Self::new_all_day) with the documented service**, whose all-day events begin at midnight UTC
    /// whatever the calendar's zone: there, midnight of a zone east of UTC is a day early. This constructor is for a server that
    /// reads instants in the zone of the calendar.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// use jiff::civil::date;
    /// use jiff::tz::{TimeZone, offset};
    /// use mobiscroll_connect::{EventCreate, Provider};
    ///
    /// let day = date(2026, 11, 23);
    /// let auckland_in_summer = TimeZone::fixed(offset(13));
    /// let google = Provider::Google;
    /// let zone = &auckland_in_summer;
    /// let offsite = EventCreate::new_all_day_in(google, "primary", "Offsite", day, day, zone)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new_all_day`](Self::new_all_day).
    pub fn new_all_day_in(
        provider: Provider,
        calendar_id: impl Into<String>,
        title: impl Into<String>,
        first: Date,
        last: Date,
        zone: &TimeZone,
    ) -> Result<Self, Error> {
        let (start, end) = midnights(first, last, zone)?;
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
        self.days_in(first, last, &TimeZone::UTC)
    }

    /// Moves an event to whole days of a time zone, from `first` to `last`, both included. It is for servers that read
    /// instants in the zone of the calendar, which the documented service does not: see [`EventCreate::new_all_day_in`].
    ///
    /// # Errors
    ///
    /// As [`days`](Self::days).
    pub fn days_in(self, first: Date, last: Date, zone: &TimeZone) -> Result<Self, Error> {
        let (start, end) = midnights(first, last, zone)?;
        Ok(self.start(start).end(end).all_day(true))
    }
}

/// The start and end of an all-day event: midnight of the first day, and of the day after the last.
fn midnights(first: Date, last: Date, zone: &TimeZone) -> Result<(Timestamp, Timestamp), Error> {
    if last < first {
        return Err(InputFailure::new(format!("an event cannot end on {last} and begin on {first}")).into());
    }
    let midnight = |day: Date| zone.to_timestamp(day.into());
    let ends = midnight(first).and_then(|start| Ok((start, midnight(last.tomorrow()?)?)));
    ends.map_err(|e| InputFailure::new("the days are out of range").source(e).into())
}
