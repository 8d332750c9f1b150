//! Creating, changing and deleting events, alone or as parts of a series.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    conference,
    draft::{Draft, Problems},
    event::{Event, Spot},
    gone::Gone,
    ids,
    recurrence::Rule,
    series::{self, Series},
    span::{self, Span},
    touched::Touched,
    users::User,
    zone::Zone,
};
use crate::{error::ApiError, instant, provider::Provider};

/// The event that a request means.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) provider: Provider,
    pub(crate) calendar_id: String,
    event_id: String,
    recurring_event_id: Option<String>,
}

/// The event that a request changed, and everything that changed with it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) spot: Spot,
    pub(crate) touched: Vec<Touched>,
}

/// How much of a series a request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    This,
    Following,
    All,
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

    /// Tells what is known of the instance that it means when that is no more.
    fn gone(&self) -> Gone {
        Gone {
            provider: self.provider,
            calendar_id: self.calendar_id.clone(),
            id: self.event_id.clone(),
            series_id: self.recurring_event_id.clone(),
        }
    }

    fn is(&self, event: &Event, id: &str) -> bool {
        event.text("id") == Some(id)
            && event.text("provider") == Some(self.provider.as_str())
            && event.text("calendarId") == Some(&self.calendar_id)
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
    /// Creates an event in one of the user's calendars.
    pub(crate) fn create(
        &mut self,
        provider: Provider,
        calendar_id: &str,
        mut draft: Draft,
        now: Timestamp,
    ) -> Result<Spot, ApiError> {
        self.complete(provider, calendar_id, &mut draft);
        let id = ids::new(&self.random, provider, calendar_id);
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
        let link = match provider {
            Provider::Google => {
                let eid = URL_SAFE_NO_PAD.encode(format!("{id} {calendar_id}"));
                Some(format!("https://calendar.google.example/calendar/event?eid={eid}"))
            }
            Provider::Microsoft => {
                Some(format!("https://outlook.example/owa/?itemid={id}&exvsurl=1&path=/calendar/item"))
            }
            Provider::Apple | Provider::CalDav => None,
        };
        body.extend(link.map(|link| ("link".to_owned(), link.into())));
        let body = changed(&body, draft.members, now)?;
        let zone = self.zone_of(provider, calendar_id);
        let series = draft.recurrence.flatten().map(|rule| follow(rule, &body, zone)).transpose()?;
        Ok(self.add(body, series, zone, false))
    }

    /// Changes an event, an instance or a part of a series.
    pub(crate) fn update(
        &mut self,
        target: &Target,
        mode: Option<Mode>,
        mut draft: Draft,
        now: Timestamp,
    ) -> Result<Written, ApiError> {
        self.complete(target.provider, &target.calendar_id, &mut draft);
        let spot = self.find(target, mode)?;
        let spot = match (spot.instance, mode) {
            (None, _) => self.update_event(spot.at, draft, now),
            (Some(start), None | Some(Mode::This)) => self.update_instance(spot.at, start, draft, now),
            (Some(start), Some(Mode::Following)) if !self.begins_at(spot.at, start) => {
                let new = self.update_following(spot.at, start, draft, now)?;
                let old = Spot { at: spot.at, instance: None };
                return Ok(Written { spot: new, touched: vec![Touched::Updated(old), Touched::Created(new)] });
            }
            (Some(start), Some(Mode::Following | Mode::All)) => {
                self.move_to_first(spot.at, start, &mut draft);
                self.update_event(spot.at, draft, now)
            }
        }?;
        Ok(Written { spot, touched: vec![Touched::Updated(spot)] })
    }

    /// Deletes an event, an instance or a part of a series.
    pub(crate) fn delete(&mut self, target: &Target, mode: Option<Mode>) -> Result<Option<Touched>, ApiError> {
        let spot = self.find(target, mode)?;
        if let (Some(start), Some(series)) = (spot.instance, &mut self.events[spot.at].series) {
            let touched = match mode {
                None | Some(Mode::This) => {
                    series.cancel(start);
                    Some(Touched::Deleted(target.gone()))
                }
                Some(Mode::Following) if !series.begins_at(start) => {
                    drop(series.split(start));
                    Some(Touched::Updated(Spot { at: spot.at, instance: None }))
                }
                Some(Mode::Following | Mode::All) => None,
            };
            if touched.is_some() && !series.is_over() {
                return Ok(touched);
            }
        }
        Ok(self.events.remove(spot.at).into_gone().map(Touched::Deleted))
    }

    /// Makes the instance of this number differ from its series; without members it is cancelled.
    pub(crate) fn set_exception(&mut self, spot: Spot, number: usize, members: Option<Map<String, Value>>) {
        if let Some(series) = &mut self.events[spot.at].series
            && let Some(start) = series.start_of(number)
        {
            match members {
                None => series.cancel(start),
                Some(members) => series.change(start, members),
            }
        }
    }

    /// Changes a single event or a whole series.
    pub(super) fn update_event(&mut self, at: usize, draft: Draft, now: Timestamp) -> Result<Spot, ApiError> {
        let event = &self.events[at];
        let body = changed(event.body.as_object().ok_or_else(event_missing)?, draft.members, now)?;
        let series = match (draft.recurrence, &event.series) {
            (Some(None), _) | (None, None) => None,
            (Some(Some(rule)), None) => Some(follow(rule, &body, event.zone)?),
            (Some(Some(rule)), Some(old)) => {
                Some(follow(rule, &body, event.zone)?.inheriting(old.clone().into_exceptions(), false))
            }
            (None, Some(old)) if is_moved(&event.body, &body) => {
                Some(self.moved_series(at, &old.rule, &body)?.inheriting(old.clone().into_exceptions(), true))
            }
            (None, Some(old)) => Some(old.clone()),
        };
        let event = &mut self.events[at];
        event.set_body(body);
        event.series = series;
        Ok(Spot { at, instance: None })
    }

    fn update_instance(&mut self, at: usize, start: Timestamp, draft: Draft, now: Timestamp) -> Result<Spot, ApiError> {
        if draft.recurrence.is_some() {
            return Err(invalid("recurrence", "cannot be set on one instance"));
        }
        let event = &mut self.events[at];
        let (Some(series), Some(master)) = (&mut event.series, event.body.as_object()) else {
            return Err(event_missing());
        };
        let names: Vec<String> = draft.members.keys().cloned().collect();
        let body = changed(&series.instance(master, start), draft.members, now)?;
        let dates: &[&str] = if names.iter().any(|name| DATES.contains(&name.as_str())) { &DATES } else { &[] };
        let own = names.iter().map(String::as_str).chain(["lastModified"]).chain(dates.iter().copied());
        let own = own.map(|name| (name.to_owned(), body.get(name).cloned().unwrap_or_default())).collect();
        series.change(start, own);
        Ok(Spot { at, instance: Some(start) })
    }

    /// Ends a series before one of its instances, and begins a new one there.
    fn update_following(
        &mut self,
        at: usize,
        start: Timestamp,
        mut draft: Draft,
        now: Timestamp,
    ) -> Result<Spot, ApiError> {
        let event = &self.events[at];
        let (Some(mut kept), Some(master)) = (event.series.clone(), event.body.as_object()) else {
            return Err(event_missing());
        };
        let mut old = master.clone();
        span_from(master, start).write_to(&mut old);
        new_dates(&kept.instance(master, start), &mut draft);
        let mut body = changed(&old, draft.members, now)?;
        let provider = event.provider().ok_or_else(event_missing)?;
        body.insert("id".into(), ids::new(&self.random, provider, event.text("calendarId").unwrap_or_default()).into());

        let (rule, exceptions) = kept.split(start);
        let zone = event.zone;
        let series = match draft.recurrence {
            Some(None) => None,
            Some(Some(rule)) => Some(follow(rule, &body, zone)?.inheriting(exceptions, false)),
            None => {
                let by = span::of(&body).map_or(start, |span| span.start).duration_since(start);
                Some(follow(rule.moved(by), &body, zone)?.inheriting(exceptions, true))
            }
        };
        let raw = event.raw;
        self.events[at].series = Some(kept);
        Ok(self.add(body, series, zone, raw))
    }

    fn moved_series(&self, at: usize, rule: &Rule, body: &Map<String, Value>) -> Result<Series, ApiError> {
        let event = &self.events[at];
        let by = match (event.span, span::of(body)) {
            (Some(from), Some(to)) => to.start.duration_since(from.start),
            _ => return Err(event_missing()),
        };
        follow(rule.moved(by), body, event.zone)
    }

    /// Turns new dates for one instance into dates for the first.
    fn move_to_first(&self, at: usize, start: Timestamp, draft: &mut Draft) {
        let event = &self.events[at];
        let (Some(master), Some(first), Some(series)) = (event.body.as_object(), event.span, &event.series) else {
            return;
        };
        let regular = span_from(master, start);
        let Some(new) = new_dates(&series.instance(master, start), draft) else {
            return;
        };
        let zone = if span::is_all_day(master) { Zone::UTC } else { event.zone };
        if let Some(start) = zone.carry(first.start, regular.start, new.start) {
            Span { start, end: instant::shift(start, new.length()) }.write_to(&mut draft.members);
        }
    }

    fn find(&self, target: &Target, mode: Option<Mode>) -> Result<Spot, ApiError> {
        let position = |id: &str| self.events.iter().position(|event| target.is(event, id));
        let wanted = target.recurring_event_id.as_deref();
        if let Some(at) = position(&target.event_id) {
            if mode == Some(Mode::This) && self.events[at].series.is_some() {
                return Err(invalid("eventId", "must name an instance for the mode this"));
            }
            let fits = wanted.is_none_or(|id| id == target.event_id);
            return if fits { Ok(Spot { at, instance: None }) } else { Err(event_missing()) };
        }
        let (series_id, second) = ids::parse_instance(target.provider, &target.event_id).ok_or_else(event_missing)?;
        let at = position(&series_id).ok_or_else(event_missing)?;
        let event = &self.events[at];
        let start = event.series.as_ref().and_then(|series| series.find(second)).ok_or_else(event_missing)?;
        let all_day = event.body.as_object().is_some_and(span::is_all_day);
        if ids::instance(target.provider, &series_id, start, all_day) != target.event_id {
            return Err(event_missing());
        }
        match wanted {
            Some(id) if id == series_id => Ok(Spot { at, instance: Some(start) }),
            Some(_) => Err(event_missing()),
            None => Err(invalid("recurringEventId", "is required for an instance")),
        }
    }

    fn begins_at(&self, at: usize, start: Timestamp) -> bool {
        self.events[at].series.as_ref().is_some_and(|series| series.begins_at(start))
    }

    pub(super) fn zone_of(&self, provider: Provider, calendar_id: &str) -> Zone {
        let calendars = self.account_of(provider, calendar_id).map_or(&[][..], |account| &account.calendars);
        let calendar = calendars.iter().find(|calendar| calendar.id == calendar_id);
        calendar.map_or(Zone::UTC, |calendar| Zone::named(&calendar.time_zone))
    }

    /// Does to a draft what the provider would do.
    fn complete(&self, provider: Provider, calendar_id: &str, draft: &mut Draft) {
        conference::settle(&self.random, provider, &mut draft.members);
        // Google shows the guests that were invited and no one else.
        if provider == Provider::Google {
            return;
        }
        let (Some(Value::Array(guests)), Some(account)) =
            (draft.members.get_mut("attendees"), self.account_of(provider, calendar_id))
        else {
            return;
        };
        if !guests.is_empty() && guests.iter().all(|guest| guest["email"] != account.id.as_str()) {
            guests.insert(0, json!({ "email": account.id, "status": "accepted", "organizer": true }));
        }
    }

    fn add(&mut self, body: Map<String, Value>, series: Option<Series>, zone: Zone, raw: bool) -> Spot {
        let span = span::of(&body);
        self.push(Event { number: 0, body: Arc::new(Value::Object(body)), span, series, zone, raw })
    }
}

const DATES: [&str; 3] = ["start", "end", "allDay"];

/// Gives the body with the changes made to it.
fn changed(
    body: &Map<String, Value>,
    members: Map<String, Value>,
    now: Timestamp,
) -> Result<Map<String, Value>, ApiError> {
    let mut body = body.clone();
    series::apply(&mut body, members);
    body.entry("allDay").or_insert(Value::Bool(false));
    body.insert("lastModified".into(), instant::format(now).into());
    span::settle(&mut body);
    match span::of(&body) {
        Some(Span { start, end }) if end < start => Err(invalid("end", "must not be before start")),
        _ => Ok(body),
    }
}

fn follow(rule: Rule, body: &Map<String, Value>, zone: Zone) -> Result<Series, ApiError> {
    Series::new(rule, body, zone).map_err(|problem| invalid("recurrence", &problem))
}

/// Tells whether a change of the dates changes where a rule places the instances.
fn is_moved(old: &Value, new: &Map<String, Value>) -> bool {
    ["start", "allDay"].iter().any(|name| old.get(name) != new.get(*name))
}

/// Gives the dates of the instance that a series has at `start`.
fn span_from(master: &Map<String, Value>, start: Timestamp) -> Span {
    let length = span::of(master).map_or_else(Default::default, Span::length);
    Span { start, end: instant::shift(start, length) }
}

/// Completes the dates that a draft has for an instance, and takes them out if they are what the instance has already.
///
/// Clients send dates back as they got them. Where an instance has dates of its own, that must not move its series.
fn new_dates(instance: &Map<String, Value>, draft: &mut Draft) -> Option<Span> {
    let old = span::of(instance)?;
    let new = match (draft.instant("start"), draft.instant("end")) {
        (None, None) => return None,
        (Some(start), None) => Span { start, end: instant::shift(start, old.length()) },
        (start, Some(end)) => Span { start: start.unwrap_or(old.start), end },
    };
    if new == old {
        draft.members.retain(|name, _| name != "start" && name != "end");
        return None;
    }
    new.write_to(&mut draft.members);
    Some(new)
}

fn event_missing() -> ApiError {
    ApiError::not_found("The event was not found")
}

fn invalid(field: &str, problem: &str) -> ApiError {
    ApiError::validation("Validation failed", json!({ field: [problem] }))
}
