use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    conference,
    draft::Draft,
    ids,
    original::{self, Record},
    series::{self, Series},
    span::{self, Span},
    users::User,
    zone::Zone,
};
use crate::{provider::Provider, settings::ConferenceDialect, webhooks::Gone};

/// A stored event, and its recurrence if it has one.
#[derive(Debug)]
pub(crate) struct Event {
    /// Tells events of the same start apart.
    pub(super) number: u64,
    /// The members that are not made up when the event is shown.
    pub(crate) body: Value,
    /// When it takes place, or for a series its first instance; nothing if that cannot be read.
    pub(super) span: Option<Span>,
    pub(super) series: Option<Series>,
    pub(super) zone: Zone,
    /// An event that a test put in is shown as it is, without a provider's record made up for it.
    pub(super) raw: bool,
}

/// An event, or the instance of a series that the rule places at `instance`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(super) at: usize,
    pub(super) instance: Option<Timestamp>,
}

/// How events are shown.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Form {
    pub(crate) conference: ConferenceDialect,
    /// Reduces events to the time that they take.
    pub(crate) free_busy: bool,
}

impl Event {
    pub(crate) fn provider(&self) -> Option<Provider> {
        Provider::parse(self.text("provider")?)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    pub(super) fn set_body(&mut self, body: Map<String, Value>) {
        self.span = span::of(&body);
        self.body = Value::Object(body);
    }

    /// Gives one member of the event, or of an instance.
    pub(super) fn member(&self, instance: Option<Timestamp>, name: &str) -> Option<&Value> {
        match (instance, &self.series) {
            (Some(start), Some(series)) => series.member(&self.body, start, name),
            _ => self.body.get(name),
        }
    }

    /// Gives the stored members of the event, or of an instance; nothing if the event is not even an object.
    pub(super) fn members(&self, instance: Option<Timestamp>) -> Option<Map<String, Value>> {
        let master = self.body.as_object()?;
        let (Some(start), Some(series), Some(provider)) = (instance, &self.series, self.provider()) else {
            return Some(master.clone());
        };
        let mut body = series.instance(master, start);
        let series_id = self.text("id").unwrap_or_default();
        body.insert("id".into(), ids::instance(provider, series_id, start, span::is_all_day(master)).into());
        body.insert("recurringEventId".into(), series_id.into());
        Some(body)
    }

    /// Tells what is known of the event when it is no more; nothing if no calendar is known.
    pub(super) fn into_gone(self) -> Option<Gone> {
        Some(Gone {
            provider: self.provider()?,
            calendar_id: self.text("calendarId")?.to_owned(),
            id: self.text("id")?.to_owned(),
            series_id: None,
        })
    }
}

impl User {
    /// Puts any JSON among the events.
    pub(crate) fn add_raw(&mut self, body: Value) -> Spot {
        let span = body.as_object().and_then(span::of);
        let mut event = Event { number: 0, body, span, series: None, zone: Zone::UTC, raw: true };
        if let Some((provider, calendar_id)) = event.provider().zip(event.text("calendarId")) {
            event.zone = self.zone_of(provider, calendar_id);
        }
        self.push(event)
    }

    /// Changes members of an event or a whole series, other than through the API; nothing if there is none, or if it
    /// would end before it begins.
    pub(crate) fn change_stored(&mut self, id: &str, members: Map<String, Value>, now: Timestamp) -> Option<Spot> {
        let at = self.events.iter().position(|event| event.text("id") == Some(id))?;
        let event = &mut self.events[at];
        if !event.raw {
            return self.update_event(at, Draft { members, recurrence: None }, now).ok();
        }
        let mut body = event.body.as_object()?.clone();
        series::apply(&mut body, members);
        event.set_body(body);
        Some(Spot { at, instance: None })
    }

    /// Removes an event or a whole series, other than through the API.
    pub(crate) fn remove_stored(&mut self, id: &str) -> Option<Gone> {
        let at = self.events.iter().position(|event| event.text("id") == Some(id))?;
        self.events.remove(at).into_gone()
    }

    /// Lists the events of a calendar, a series without its instances.
    pub(crate) fn spots_of(&self, provider: Provider, calendar_id: &str) -> impl Iterator<Item = Spot> {
        (0..self.events.len())
            .map(|at| Spot { at, instance: None })
            .filter(move |spot| self.place(*spot) == Some((provider, calendar_id)))
    }

    /// Tells the calendar of an event, if a test did not put it in without one.
    pub(crate) fn place(&self, spot: Spot) -> Option<(Provider, &str)> {
        let event = &self.events[spot.at];
        event.provider().zip(event.text("calendarId"))
    }

    pub(super) fn push(&mut self, event: Event) -> Spot {
        self.events.push(Event { number: self.next_event, ..event });
        self.next_event += 1;
        Spot { at: self.events.len() - 1, instance: None }
    }

    /// Shows every event as it is stored, a series without its instances.
    pub(crate) fn stored(&self) -> Vec<Value> {
        let spots = (0..self.events.len()).map(|at| Spot { at, instance: None });
        spots.map(|spot| self.show(spot, Form::default())).collect()
    }

    /// Writes an event as a listing shows it.
    pub(crate) fn show(&self, Spot { at, instance }: Spot, form: Form) -> Value {
        let event = &self.events[at];
        let Some(mut body) = event.members(instance) else {
            return event.body.clone();
        };
        if form.free_busy {
            body.retain(|name, _| FREE_BUSY_MEMBERS.contains(&name.as_str()));
        } else if let (false, Some(provider)) = (event.raw, event.provider()) {
            let calendar_id = event.text("calendarId").unwrap_or_default();
            let record = Record {
                body: &body,
                zone: event.zone,
                owner: self.account_of(provider, calendar_id).map_or("", |account| account.id.as_str()),
                number: event.number,
                rule: event.series.as_ref().filter(|_| instance.is_none()).map(|series| &series.rule),
                instance,
                is_exception: event.series.as_ref().zip(instance).is_some_and(|(series, at)| series.is_exception(at)),
            };
            let record = original::event(provider, &record);
            body.insert("original".into(), record);
            if form.conference == ConferenceDialect::Object {
                conference::to_object(&mut body);
            }
        }
        Value::Object(body)
    }
}

/// What the scope `free-busy` lets through.
const FREE_BUSY_MEMBERS: [&str; 9] =
    ["provider", "id", "calendarId", "start", "end", "allDay", "recurringEventId", "availability", "status"];
