use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    series::{overlaps, span},
    users::User,
};
use crate::provider::Provider;

/// What a listing asks for, and how far it has come. This is what a page token carries.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) window: (Timestamp, Timestamp),
    pub(crate) filter: Filter,
    pub(crate) single_events: bool,
    pub(crate) after: Option<Position>,
}

/// The place of an event in a listing: its start, its number, and for an instance the start that the rule gives.
pub(crate) type Position = (i64, u64, i64);

/// The calendars that a listing is limited to; none means all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter(Vec<(Option<String>, String)>);

impl Filter {
    /// Reads the object of providers to calendar ids, or the older plain array of ids.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let pairs = |provider: Option<&String>, ids: &Value| -> Option<Vec<_>> {
            ids.as_array()?.iter().map(|id| Some((provider.cloned(), id.as_str()?.to_owned()))).collect()
        };
        match serde_json::from_str(text).ok()? {
            Value::Object(providers) => {
                let all: Option<Vec<_>> = providers.iter().map(|(name, ids)| pairs(Some(name), ids)).collect();
                Some(Self(all?.concat()))
            }
            ids => pairs(None, &ids).map(Self),
        }
    }

    fn lets_pass(&self, event: &Value) -> bool {
        let holds = |name: &str, value: &str| event.get(name).is_some_and(|found| found == value);
        self.0.is_empty()
            || self.0.iter().any(|(provider, calendar)| {
                provider.as_ref().is_none_or(|provider| holds("provider", provider)) && holds("calendarId", calendar)
            })
    }
}

impl Query {
    /// Reads a page token.
    pub(crate) fn from_token(token: &str) -> Option<Self> {
        let token: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let instant = |name: &str| token[name].as_str()?.parse::<Timestamp>().ok();
        let filter = token["filter"]
            .as_array()?
            .iter()
            .map(|pair| Some((pair[0].as_str().map(str::to_owned), pair[1].as_str()?.to_owned())));
        let after = &token["after"];
        Some(Self {
            window: (instant("start")?, instant("end")?),
            filter: Filter(filter.collect::<Option<_>>()?),
            single_events: token["single"].as_bool()?,
            after: Some((after[0].as_i64()?, after[1].as_u64()?, after[2].as_i64()?)),
        })
    }

    fn token(&self) -> String {
        let (start, end) = self.window;
        let token = json!({
            "start": start.to_string(),
            "end": end.to_string(),
            "filter": self.filter.0,
            "single": self.single_events,
            "after": self.after,
        });
        URL_SAFE_NO_PAD.encode(token.to_string())
    }
}

impl User {
    /// Lists a page of events, and gives the token of the next page if there is one.
    pub(crate) fn page(&self, query: &Query, size: usize) -> (Vec<Value>, Option<String>) {
        let mut listed = self.listed(query);
        listed.sort_by_key(|(position, _)| *position);
        let from = query.after.map_or(0, |after| listed.partition_point(|(position, _)| *position <= after));
        let rest = listed.split_off(from);
        let last = rest.get(size.saturating_sub(1)).map(|(position, _)| *position);
        let next = last.filter(|_| rest.len() > size).map(|last| Query { after: Some(last), ..query.clone() }.token());
        (rest.into_iter().take(size).map(|(_, event)| event).collect(), next)
    }

    fn listed(&self, query: &Query) -> Vec<(Position, Value)> {
        let mut listed = Vec::new();
        for event in &self.events {
            if !query.filter.lets_pass(&event.body) || self.hides(&event.body) {
                continue;
            }
            match (&event.series, event.body.as_object()) {
                (Some(series), Some(master)) => {
                    let instances = series.instances(master, query.window);
                    if query.single_events {
                        listed.extend(instances.into_iter().map(|instance| {
                            let start = span(&instance.body).map_or(instance.original_start, |(start, _)| start);
                            let original = instance.original_start.as_millisecond();
                            let position = (start.as_millisecond(), event.number, original);
                            (position, event.shown(instance.body))
                        }));
                    } else if !instances.is_empty() {
                        listed.push((position(master, event.number), event.to_json()));
                    }
                }
                // Dates that cannot be read do not keep an event from the tests that put it in.
                (None, Some(body)) if span(body).is_none_or(|span| overlaps(span, query.window)) => {
                    listed.push((position(body, event.number), event.to_json()));
                }
                (_, Some(_)) => {}
                (_, None) => listed.push(((i64::MIN, event.number, 0), event.to_json())),
            }
        }
        listed
    }

    /// Tells whether the event belongs to an account without calendar permission.
    fn hides(&self, event: &Value) -> bool {
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        let account = text("provider")
            .and_then(Provider::parse)
            .zip(text("calendarId"))
            .and_then(|(provider, calendar)| self.account_of(provider, calendar));
        account.is_some_and(|account| account.is_blocked())
    }
}

/// Reduces an event to the time that it takes.
pub(crate) fn sanitize(event: &mut Value) {
    const KEPT: [&str; 9] =
        ["provider", "id", "calendarId", "start", "end", "allDay", "recurringEventId", "availability", "status"];
    if let Some(event) = event.as_object_mut() {
        event.retain(|name, _| KEPT.contains(&name.as_str()));
    }
}

fn position(body: &Map<String, Value>, number: u64) -> Position {
    (span(body).map_or(i64::MIN, |(start, _)| start.as_millisecond()), number, 0)
}
