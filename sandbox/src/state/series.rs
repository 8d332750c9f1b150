use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::recurrence::Rule;
use crate::instant;

/// A client that lists the whole of time gets this much of each series.
const MAX_INSTANCES: usize = 5_000;

/// The recurrence of an event, and the instances that differ from it.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) rule: Rule,
    /// By the start that the rule gives; `None` for a cancelled instance.
    pub(super) exceptions: BTreeMap<Timestamp, Option<Map<String, Value>>>,
}

/// One occurrence of a series.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) original_start: Timestamp,
    pub(super) body: Map<String, Value>,
}

impl Series {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule, exceptions: BTreeMap::new() }
    }

    /// Tells whether the instance that the rule places at `start` exists.
    pub(super) fn has(&self, master: &Map<String, Value>, start: Timestamp) -> bool {
        match self.exceptions.get(&start) {
            Some(exception) => exception.is_some(),
            None => span(master).is_some_and(|(first, _)| {
                self.rule.starts(first).take_while(|other| *other <= start).any(|other| other == start)
            }),
        }
    }

    /// Gives the body of the instance that the rule places at `start`.
    pub(super) fn instance(&self, master: &Map<String, Value>, start: Timestamp) -> Map<String, Value> {
        let changed = self.exceptions.get(&start).cloned().flatten();
        let mut body = changed.unwrap_or_else(|| {
            let mut body = master.clone();
            if let Some((first, end)) = span(master) {
                set_span(&mut body, start, instant::shift(start, end.duration_since(first)));
            }
            body
        });
        let series_id = master.get("id").and_then(Value::as_str).unwrap_or_default();
        body.insert("id".into(), instance_id(series_id, start).into());
        body.insert("recurringEventId".into(), series_id.into());
        body
    }

    /// Lists the instances that overlap the window.
    pub(super) fn instances(&self, master: &Map<String, Value>, window: (Timestamp, Timestamp)) -> Vec<Instance> {
        let Some((first, end)) = span(master) else {
            return Vec::new();
        };
        let length = end.duration_since(first);
        let regular = self
            .rule
            .starts(first)
            .take_while(|start| *start < window.1)
            .filter(|start| overlaps((*start, instant::shift(*start, length)), window))
            .filter(|start| !self.exceptions.contains_key(start))
            .take(MAX_INSTANCES);
        let changed = self
            .exceptions
            .iter()
            .filter(|(_, body)| body.as_ref().and_then(span).is_some_and(|span| overlaps(span, window)))
            .map(|(start, _)| *start);
        regular
            .chain(changed)
            .map(|start| Instance { original_start: start, body: self.instance(master, start) })
            .collect()
    }

    /// Cuts off the instances from `cut` on, and gives them as a series of their own.
    pub(super) fn split(&mut self, master: &Map<String, Value>, cut: Timestamp) -> Self {
        let first = span(master).map_or(cut, |(first, _)| first);
        let (before, after) = self.rule.split(first, cut);
        self.rule = before;
        Self { rule: after, exceptions: self.exceptions.split_off(&cut) }
    }
}

/// Takes an instance's id apart into the series' id and the start that the rule gives.
pub(super) fn parse_instance_id(id: &str) -> Option<(&str, Timestamp)> {
    let (series_id, start) = id.rsplit_once('_')?;
    Some((series_id, instant::parse_basic(start)?))
}

fn instance_id(series_id: &str, start: Timestamp) -> String {
    format!("{series_id}_{}", instant::format_basic(start))
}

/// Reads the start and the end of an event.
pub(super) fn span(body: &Map<String, Value>) -> Option<(Timestamp, Timestamp)> {
    let read = |name: &str| instant::parse(body.get(name)?.as_str()?);
    Some((read("start")?, read("end")?))
}

pub(super) fn set_span(body: &mut Map<String, Value>, start: Timestamp, end: Timestamp) {
    body.insert("start".into(), instant::format(start).into());
    body.insert("end".into(), instant::format(end).into());
}

/// Tells whether a span shares time with a window; an event without length counts by its start.
pub(super) fn overlaps(span: (Timestamp, Timestamp), window: (Timestamp, Timestamp)) -> bool {
    span.0 < window.1 && (span.1 > window.0 || (span.1 == span.0 && span.0 >= window.0))
}

/// Gives the length of an event, nothing for one whose dates cannot be read.
pub(super) fn length(body: &Map<String, Value>) -> SignedDuration {
    span(body).map_or(SignedDuration::ZERO, |(start, end)| end.duration_since(start))
}
