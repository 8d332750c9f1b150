use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    conference,
    draft::{Draft, Problems},
    original,
    recurrence::Rule,
    series::{self, Series},
    users::User,
};
use crate::{error::ApiError, instant, provider::Provider};

/// An event as the listing shows it, and its recurrence if it has one.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Tells events of the same start apart.
    pub(super) number: u64,
    pub(crate) body: Value,
    pub(super) series: Option<Series>,
    /// An event that a test put in is shown as it is, without a provider's record made up for it.
    raw: bool,
}

/// The event that a request means.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) calendar_id: String,
    event_id: String,
    recurring_event_id: Option<String>,
}

/// How much of a series a request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    This,
    Following,
    All,
}

/// What a target turned out to be: an event or an instance, by its index and the start that the rule gives.
enum Found {
    Event(usize),
    Instance(usize, Timestamp),
}

impl Event {
    pub(crate) fn provider(&self) -> Option<Provider> {
        Provider::parse(self.body.get("provider")?.as_str()?)
    }

    /// Writes the event as the listing shows it.
    pub(crate) fn to_json(&self) -> Value {
        match self.body.as_object() {
            Some(body) => self.shown(body.clone()),
            None => self.body.clone(),
        }
    }

    /// Adds the provider's record to the body of this event or of an instance.
    pub(super) fn shown(&self, mut body: Map<String, Value>) -> Value {
        if let (false, Some(provider)) = (self.raw, self.provider()) {
            let record = original::event(provider, &body);
            body.insert("original".into(), record);
        }
        Value::Object(body)
    }

    fn is(&self, target: &Target, id: &str) -> bool {
        let holds = |name: &str, value: &str| self.body.get(name).is_some_and(|found| found == value);
        holds("id", id) && holds("provider", target.provider.as_str()) && holds("calendarId", &target.calendar_id)
    }
}

impl Target {
    pub(crate) fn read(fields: &Map<String, Value>, problems: &mut Problems) -> Self {
        Self {
            provider: problems.provider(fields),
            calendar_id: problems.text(fields, "calendarId"),
            event_id: problems.text(fields, "eventId"),
            recurring_event_id: problems.optional_text(fields, "recurringEventId"),
        }
    }
}

impl Mode {
    pub(crate) fn read(fields: &Map<String, Value>, name: &str, problems: &mut Problems) -> Option<Self> {
        match problems.optional_text(fields, name)?.as_str() {
            "this" => Some(Self::This),
            "following" => Some(Self::Following),
            "all" => Some(Self::All),
            _ => {
                problems.add(name, "must be one of this, following, all");
                None
            }
        }
    }
}

impl User {
    /// Puts any JSON among the events.
    pub(crate) fn add_raw(&mut self, body: Value) {
        self.push(body, None, true);
    }

    /// Creates an event in one of the user's calendars.
    pub(crate) fn create(&mut self, provider: Provider, calendar_id: &str, mut draft: Draft, now: Timestamp) -> Value {
        conference::settle(provider, &mut draft.members);
        self.add_organizer(provider, calendar_id, &mut draft.members);
        let id = new_id(provider, calendar_id);
        let mut body = Map::new();
        for (name, value) in [
            ("provider", json!(provider.as_str())),
            ("id", json!(id)),
            ("calendarId", json!(calendar_id)),
            ("allDay", json!(false)),
            ("availability", json!("busy")),
            ("privacy", json!("public")),
            ("status", json!("confirmed")),
        ] {
            body.insert(name.into(), value);
        }
        match provider {
            Provider::Google => {
                body.insert("link".into(), format!("https://calendar.google.example/event?eid={id}").into())
            }
            Provider::Microsoft => {
                body.insert("link".into(), format!("https://outlook.example/calendar/item/{id}").into())
            }
            Provider::Apple | Provider::CalDav => None,
        };
        apply(&mut body, draft.members, now);
        self.push(Value::Object(body), draft.recurrence.flatten(), false)
    }

    /// Changes an event, an instance or a part of a series.
    pub(crate) fn update(
        &mut self,
        target: &Target,
        mode: Option<Mode>,
        mut draft: Draft,
        now: Timestamp,
    ) -> Result<Value, ApiError> {
        conference::settle(target.provider, &mut draft.members);
        self.add_organizer(target.provider, &target.calendar_id, &mut draft.members);
        match (self.find(target)?, mode) {
            (Found::Event(at), Some(Mode::This)) if self.events[at].series.is_some() => Err(instance_needed()),
            (Found::Event(at), _) => self.update_event(at, draft, now),
            (Found::Instance(at, start), None | Some(Mode::This)) => self.update_instance(at, start, draft, now),
            (Found::Instance(at, start), Some(Mode::Following)) => self.update_following(at, start, draft, now),
            (Found::Instance(at, start), Some(Mode::All)) => {
                self.move_series(at, start, &mut draft);
                self.update_event(at, draft, now)
            }
        }
    }

    /// Deletes an event, an instance or a part of a series.
    pub(crate) fn delete(&mut self, target: &Target, mode: Option<Mode>) -> Result<(), ApiError> {
        match (self.find(target)?, mode) {
            (Found::Event(at), Some(Mode::This)) if self.events[at].series.is_some() => {
                return Err(instance_needed());
            }
            (Found::Event(at), _) | (Found::Instance(at, _), Some(Mode::All)) => drop(self.events.remove(at)),
            (Found::Instance(at, start), None | Some(Mode::This)) => {
                if let Some(series) = &mut self.events[at].series {
                    series.exceptions.insert(start, None);
                }
            }
            (Found::Instance(at, start), Some(Mode::Following)) => {
                if self.is_first(at, start) {
                    self.events.remove(at);
                } else if let Event { body: Value::Object(body), series: Some(series), .. } = &mut self.events[at] {
                    series.split(body, start);
                }
            }
        }
        Ok(())
    }

    fn update_event(&mut self, at: usize, draft: Draft, now: Timestamp) -> Result<Value, ApiError> {
        let event = &mut self.events[at];
        let Some(body) = event.body.as_object_mut() else {
            return Err(event_missing());
        };
        let moved = draft.members.contains_key("start");
        *body = changed(body, draft.members, now)?;
        match draft.recurrence {
            Some(rule) => event.series = rule.map(Series::new),
            // The exceptions are known by the starts that the rule gave before the move.
            None if moved => {
                if let Some(series) = &mut event.series {
                    series.exceptions.clear();
                }
            }
            None => {}
        }
        Ok(event.to_json())
    }

    fn update_instance(
        &mut self,
        at: usize,
        start: Timestamp,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Value, ApiError> {
        if draft.recurrence.is_some() {
            let details = json!({ "recurrence": ["cannot be set on one instance"] });
            return Err(ApiError::validation("Validation failed", details));
        }
        let Event { body: Value::Object(master), series: Some(series), .. } = &mut self.events[at] else {
            return Err(event_missing());
        };
        let body = changed(&series.instance(master, start), draft.members, now)?;
        series.exceptions.insert(start, Some(body.clone()));
        Ok(self.events[at].shown(body))
    }

    fn update_following(
        &mut self,
        at: usize,
        start: Timestamp,
        mut draft: Draft,
        now: Timestamp,
    ) -> Result<Value, ApiError> {
        if self.is_first(at, start) {
            return self.update_event(at, draft, now);
        }
        let Event { body: Value::Object(master), series: Some(series), .. } = &mut self.events[at] else {
            return Err(event_missing());
        };
        let mut body = master.clone();
        series::set_span(&mut body, start, instant::shift(start, series::length(master)));
        keep_length(&body, &mut draft);
        let moved = draft.members.contains_key("start");
        let mut body = changed(&body, draft.members, now)?;
        let mut rest = series.split(master, start);
        if moved {
            rest.exceptions.clear();
        }
        if let Some(provider) = self.events[at].provider() {
            let calendar_id = body.get("calendarId").and_then(Value::as_str).unwrap_or_default();
            body.insert("id".into(), new_id(provider, calendar_id).into());
        }
        let shown = self.push(Value::Object(body), None, self.events[at].raw);
        if let Some(event) = self.events.last_mut() {
            event.series = match draft.recurrence {
                Some(rule) => rule.map(Series::new),
                None => Some(rest),
            };
        }
        Ok(shown)
    }

    /// Turns the new dates of one instance into those of the first.
    fn move_series(&self, at: usize, start: Timestamp, draft: &mut Draft) {
        let Some(master) = self.events[at].body.as_object() else {
            return;
        };
        let Some((first_start, first_end)) = series::span(master) else {
            return;
        };
        let to_first = first_start.duration_since(start);
        let end = instant::shift(start, first_end.duration_since(first_start));
        keep_length(&json_span(start, end), draft);
        for name in ["start", "end"] {
            if let Some(moved) = draft.instant(name) {
                draft.members.insert(name.into(), instant::format(instant::shift(moved, to_first)).into());
            }
        }
    }

    fn find(&self, target: &Target) -> Result<Found, ApiError> {
        let position = |id: &str| self.events.iter().position(|event| event.is(target, id));
        if let Some(at) = position(&target.event_id) {
            return Ok(Found::Event(at));
        }
        let (series_id, start) = series::parse_instance_id(&target.event_id).ok_or_else(event_missing)?;
        let at = position(series_id).ok_or_else(event_missing)?;
        match &self.events[at] {
            Event { body: Value::Object(master), series: Some(series), .. } if series.has(master, start) => {}
            _ => return Err(event_missing()),
        }
        match &target.recurring_event_id {
            Some(id) if id == series_id => Ok(Found::Instance(at, start)),
            Some(_) => Err(event_missing()),
            None => Err(ApiError::validation(
                "Validation failed",
                json!({ "recurringEventId": ["is required for an instance"] }),
            )),
        }
    }

    fn is_first(&self, at: usize, start: Timestamp) -> bool {
        let Event { body: Value::Object(master), series: Some(series), .. } = &self.events[at] else {
            return false;
        };
        series::span(master).is_some_and(|(first, _)| series.rule.starts(first).next() == Some(start))
    }

    // Google shows the guests that were invited and no one else.
    fn add_organizer(&self, provider: Provider, calendar_id: &str, members: &mut Map<String, Value>) {
        if provider == Provider::Google {
            return;
        }
        let (Some(Value::Array(guests)), Some(account)) =
            (members.get_mut("attendees"), self.account_of(provider, calendar_id))
        else {
            return;
        };
        if !guests.is_empty() && guests.iter().all(|guest| guest["email"] != account.id.as_str()) {
            guests.insert(0, json!({ "email": account.id, "status": "accepted", "organizer": true }));
        }
    }

    fn push(&mut self, body: Value, rule: Option<Rule>, raw: bool) -> Value {
        let event = Event { number: self.next_event, body, series: rule.map(Series::new), raw };
        self.next_event += 1;
        let shown = event.to_json();
        self.events.push(event);
        shown
    }
}

/// Gives the body with the changes made to it.
fn changed(
    body: &Map<String, Value>,
    members: Map<String, Value>,
    now: Timestamp,
) -> Result<Map<String, Value>, ApiError> {
    let mut body = body.clone();
    apply(&mut body, members, now);
    match series::span(&body) {
        Some((start, end)) if end < start => {
            Err(ApiError::validation("Validation failed", json!({ "end": ["must not be before start"] })))
        }
        _ => Ok(body),
    }
}

fn apply(body: &mut Map<String, Value>, members: Map<String, Value>, now: Timestamp) {
    for (name, value) in members {
        if value.is_null() {
            body.remove(&name);
        } else {
            body.insert(name, value);
        }
    }
    body.insert("lastModified".into(), instant::format(now).into());
}

/// Completes new dates of which only the start is given, so that the event is as long as before.
fn keep_length(body: &Map<String, Value>, draft: &mut Draft) {
    if let (Some(start), None) = (draft.instant("start"), draft.instant("end")) {
        let end = instant::shift(start, series::length(body));
        draft.members.insert("end".into(), instant::format(end).into());
    }
}

fn json_span(start: Timestamp, end: Timestamp) -> Map<String, Value> {
    let mut span = Map::new();
    series::set_span(&mut span, start, end);
    span
}

fn event_missing() -> ApiError {
    ApiError::not_found("The event was not found")
}

fn instance_needed() -> ApiError {
    ApiError::validation("Validation failed", json!({ "eventId": ["must name an instance for the mode this"] }))
}

/// Makes up an id of the form that the provider uses.
fn new_id(provider: Provider, calendar_id: &str) -> String {
    let unique = Uuid::new_v4();
    match provider {
        Provider::Google => unique.simple().to_string()[..26].to_owned(),
        Provider::Microsoft => format!("AAMkAGI{}AAA=", unique.simple()),
        Provider::Apple => unique.to_string().to_uppercase(),
        Provider::CalDav => format!("{}/{unique}.ics", calendar_id.trim_end_matches('/')),
    }
}
