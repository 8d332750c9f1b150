//! Events: reading them by page or as a stream, and writing them.

mod days;
mod list;
mod once;
mod page;
mod stream;
mod write;

pub use self::once::{CreateOnce, FindCreated, IDEMPOTENCY_KEY};
pub use self::stream::{EventItem, EventStream};
pub use crate::models::EventPage;

use crate::call::{Handle, Request, resource};
use crate::models::{EventCreate, EventUpdate};
use crate::params::{CreateEvent, EventDelete, ListEvents, UpdateEvent};

resource! {
    /// Events, from [`Client::events`](crate::Client::events).
    Events
}

impl<C: Handle> Events<'_, C> {
    /// Lists events: one page, or all of them as a [stream](Request::stream).
    ///
    /// Calls `GET /events`.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::Provider;
    ///
    /// let team = [(Provider::Google, ["primary", "team@example.com"])];
    /// let page = client.events().list().calendar_ids(team).page_size(50).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::Validation`](crate::Error::Validation) when the page token is not one of the service's.
    /// - [`Error::CalendarPermissionRequired`](crate::Error::CalendarPermissionRequired) when no connected account
    ///   grants access to its calendars.
    pub fn list(self) -> Request<ListEvents, C> {
        Request::new(ListEvents::new(), self.client.clone())
    }

    /// Creates an event, and returns it as the provider stored it.
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
    /// - [`Error::PermissionDenied`](crate::Error::PermissionDenied) when the scope does not allow writing.
    /// - [`Error::Validation`](crate::Error::Validation) when the service finds the event invalid.
    /// - [`Error::NotFound`](crate::Error::NotFound) when the calendar does not exist.
    /// - [`Error::Network`](crate::Error::Network) when there was no response: the event may have been created.
    /// - [`Error::Decode`](crate::Error::Decode) when the response cannot be read: the event has been created.
    pub fn create(self, event: EventCreate) -> Request<CreateEvent, C> {
        Request::new(CreateEvent::new(event), self.client.clone())
    }

    /// Creates an event once, even if the response is lost: like [`create`](Self::create), with an idempotency key.
    ///
    /// The key is stored in the event's `custom` as [`IDEMPOTENCY_KEY`](crate::IDEMPOTENCY_KEY). If a request may have
    /// been sent and there is no response, an event with the key is [searched for](Self::find_created) around the time
    /// of this one. If there is none, the create is retried once. This is best effort: the provider may be
    /// slower than the search, or may not store `custom`.
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
    /// As [`create`](Self::create). With [`SendStatus::NotSent`](crate::SendStatus::NotSent), and after a refusal,
    /// nothing was created; otherwise the outcome is unknown.
    #[doc(alias("idempotency key"))]
    pub fn create_once(self, event: EventCreate, key: impl Into<String>) -> Request<CreateOnce, C> {
        Request::new(CreateOnce::new(event, key), self.client.clone())
    }

    /// Searches for the event that [`create_once`](Self::create_once) created with this key, such as after a restart.
    ///
    /// The search covers the calendar of `event`, from a day before its start to a day after its end. Calls `GET /events`.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list). [`Error::CalendarPermissionRequired`](crate::Error::CalendarPermissionRequired) also when an
    /// account of the provider could not be searched, and the event was not found elsewhere.
    pub fn find_created(self, event: &EventCreate, key: &str) -> Request<FindCreated, C> {
        Request::new(FindCreated::new(event.clone(), key), self.client.clone())
    }

    /// Edits an event, and returns it as the provider stored it.
    ///
    /// Fields that are not set stay unchanged. For a series, [`EventUpdate::update_mode`] selects the instance, the
    /// following ones, or all.
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
    /// As [`create`](Self::create), and [`Error::NotFound`](crate::Error::NotFound) when the event is gone: list again
    /// before you delete your copy.
    pub fn update(self, event: EventUpdate) -> Request<UpdateEvent, C> {
        Request::new(UpdateEvent::new(event), self.client.clone())
    }

    /// Deletes an event. It cannot be restored.
    ///
    /// For a series, [`EventDelete::delete_mode`] selects the instance, the following ones, or all. Needs the scope
    /// `read-write`. Calls `DELETE /event`.
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
    pub fn delete(self, event: EventDelete) -> Request<EventDelete, C> {
        Request::new(event, self.client.clone())
    }
}
