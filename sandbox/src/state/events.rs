use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    conference,
    draft::Draft,
    event::{Event, Form, Spot, write_dates},
    gone::Gone,
    original::{self, Record},
    series, span,
    users::User,
    zone::Zone,
};
use crate::{
    provider::Provider,
    settings::{ConferenceDialect, DateDialect},
};

impl User {
    /// Puts any JSON among the events.
    pub(crate) fn add_raw(&mut self, body: Value) -> Spot {
        let span = body.as_object().and_then(span::of);
        let mut event = Event { number: 0, body: Arc::new(body), span, series: None, zone: Zone::UTC, raw: true };
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
            return (*event.body).clone();
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
        if !event.raw && form.dates != DateDialect::Text {
            write_dates(&mut body, form.dates);
        }
        Value::Object(body)
    }
}

/// What the scope `free-busy` lets through.
const FREE_BUSY_MEMBERS: [&str; 9] =
    ["provider", "id", "calendarId", "start", "end", "allDay", "recurringEventId", "availability", "status"];
