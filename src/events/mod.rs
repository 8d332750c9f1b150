//! Events: reading them by page or as a stream, and writing them.

mod list;
mod once;
mod page;
mod stream;
mod write;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

pub use self::list::ListEvents;
pub use self::page::EventPage;
pub use self::stream::{EventItem, EventStream};
pub use self::write::EventDelete;

use crate::client::Client;
use crate::error::{Error, InputFailure};
use crate::raw::types::{CalendarEvent, EventCreate, EventDeleteResponse, EventUpdate, Provider};

/// Events, as [`Client::events`] returns them.
#[derive(Clone, Copy, Debug)]
pub struct Events<'a> {
    client: &'a Client,
}

impl<'a> Events<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Begins to list events: [one page](ListEvents::send), or [all of them](ListEvents::stream).
    ///
    /// Calls `GET /events`.
    pub fn list(self) -> ListEvents {
        ListEvents::new(self.client.clone())
    }

    /// Creates an event, and returns it as the provider keeps it.
    ///
    /// Needs the scope `read-write`. Calls `POST /event`.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::{EventCreate, Frequency, Provider, RecurrenceRule, Weekday};
    ///
    /// let start: jiff::Timestamp = "2026-11-24T09:00:00Z".parse().expect("a fixed instant");
    /// let end: jiff::Timestamp = "2026-11-24T09:30:00Z".parse().expect("a fixed instant");
    /// let weekly = RecurrenceRule::new(Frequency::Weekly).by_day([Weekday::Tuesday]).count(10);
    /// let event = EventCreate::new(Provider::Google, "primary", "Team meeting", start, end)
    ///     .location("Room A")
    ///     .attendees(["ada@example.com"])
    ///     .recurrence(weekly);
    /// let event = client.events().create(event).await?;
    /// println!("created {}", event.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::PermissionDenied`] when the scope does not allow writing.
    /// - [`Error::Validation`] when the service finds the event invalid, [`Error::NotFound`] when the calendar is gone.
    /// - [`Error::Network`] when no answer came: the event may have been created.
    /// - [`Error::Decode`] when the answer cannot be read: the event has been created.
    pub async fn create(self, event: EventCreate) -> Result<CalendarEvent, Error> {
        write::create(self.client, event).await
    }

    /// Creates an event once, although its answer may get lost: as [`create`](Self::create), with a key that is yours alone.
    ///
    /// The key goes into the event's `custom` as [`IDEMPOTENCY_KEY`](Self::IDEMPOTENCY_KEY). When a request may have arrived and its answer has
    /// not, an event with the key is [looked for](Self::find_created) around the time of this one. If there is none, the event is created
    /// again, once. This narrows the gap and does not close it: the provider may be slower than the look, or may not
    /// keep `custom`.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// # use mobiscroll_connect::{EventCreate, Provider};
    /// # let (start, end) = (jiff::Timestamp::now(), jiff::Timestamp::now());
    /// let event = EventCreate::new(Provider::Google, "primary", "Dentist", start, end);
    /// let event = client.events().create_once(event, "appointment-4711").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create). With [`Delivery::NotSent`](crate::Delivery::NotSent), and after a refusal, nothing was created; else it is not
    /// known.
    pub async fn create_once(self, event: EventCreate, key: impl Into<String>) -> Result<CalendarEvent, Error> {
        once::create(self.client, event, key.into()).await
    }

    /// Looks for the event that [`create_once`](Self::create_once) has created with this key, such as after a restart.
    ///
    /// It is looked for in the calendar of `event`, from a day before its start to a day after its end. Calls `GET /events`.
    ///
    /// # Errors
    ///
    /// As [`ListEvents::send`].
    pub async fn find_created(self, event: &EventCreate, key: &str) -> Result<Option<CalendarEvent>, Error> {
        once::find(self.client, event, key).await
    }

    /// The member of `custom` in which [`create_once`](Self::create_once) leaves its key.
    pub const IDEMPOTENCY_KEY: &'static str = "idempotencyKey";

    /// Edits an event, and returns it as the provider keeps it.
    ///
    /// Fields that were not set stay as they are. Of a series, [`EventUpdate::update_mode`] says which part is meant.
    /// Needs the scope `read-write`. Calls `PUT /event`.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::{EventUpdate, Provider, SeriesMode};
    ///
    /// let update = EventUpdate::new(Provider::Google, "primary", "evt-1_20261124")
    ///     .title("Moved upstairs")
    ///     .clear_location()
    ///     .recurring_event_id("evt-1")
    ///     .update_mode(SeriesMode::This);
    /// client.events().update(update).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), and [`Error::NotFound`] when the event is gone: drop your copy.
    pub async fn update(self, event: EventUpdate) -> Result<CalendarEvent, Error> {
        write::update(self.client, event).await
    }

    /// Deletes an event. It cannot be brought back.
    ///
    /// Of a series, [`EventDelete::delete_mode`] says which part is meant. Needs the scope `read-write`. Calls
    /// `DELETE /event`.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::{EventDelete, Provider};
    ///
    /// client.events().delete(EventDelete::new(Provider::Google, "primary", "evt-1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub async fn delete(self, event: EventDelete) -> Result<EventDeleteResponse, Error> {
        write::delete(self.client, event).await
    }
}

impl CalendarEvent {
    /// Returns the first and the last day of an event of whole days, both included; `None` for other events, and for
    /// those without a start.
    ///
    /// The service sends such days as instants at midnight. Where a midnight is not that of UTC, the nearest one is
    /// meant.
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
        // The end is the midnight after the last day; without one, the event takes a day.
        let last = self.end.and_then(nearest).and_then(|end| end.yesterday().ok());
        Some((first, last.unwrap_or(first).max(first)))
    }
}

impl EventCreate {
    /// Makes an event of whole days, from `first` to `last`, both included.
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

/// The ends of an event of whole days: the service has both at midnight, the second on the day after.
fn midnights(first: Date, last: Date) -> Result<(Timestamp, Timestamp), Error> {
    if last < first {
        return Err(InputFailure::new(format!("an event cannot end on {last} and begin on {first}")).into());
    }
    let midnight = |day: Date| Offset::UTC.to_timestamp(day.into());
    let ends = midnight(first).and_then(|start| Ok((start, midnight(last.tomorrow()?)?)));
    ends.map_err(|e| InputFailure::new("the days are out of range").source(e).into())
}
