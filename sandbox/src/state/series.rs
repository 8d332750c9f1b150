use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{
    recurrence::Rule,
    span::{self, Span},
    zone::Zone,
};
use crate::instant;

/// The recurrence of an event, and the instances that differ from it.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) rule: Rule,
    /// Where the rule places the instances, in order; never empty.
    starts: Arc<[Timestamp]>,
    /// By the start that the rule gives.
    exceptions: BTreeMap<Timestamp, Exception>,
}

/// How an instance differs from its series.
#[derive(Debug, Clone)]
enum Exception {
    Cancelled,
    /// The members that the instance has of its own; everything else follows the series.
    Changed(Map<String, Value>),
}

impl Series {
    /// Follows the rule from the event's start, or says what is wrong with the rule.
    pub(super) fn new(rule: Rule, master: &Map<String, Value>, zone: Zone) -> Result<Self, String> {
        let first = span::of(master).ok_or("needs a start and an end")?.start;
        let starts = rule.occurrences(first, if span::is_all_day(master) { Zone::UTC } else { zone })?;
        Ok(Self { rule, starts: starts.into(), exceptions: BTreeMap::new() })
    }

    /// Tells whether the rule places an instance at `start`, cancelled or not.
    pub(super) fn places(&self, start: Timestamp) -> bool {
        self.starts.binary_search(&start).is_ok()
    }

    /// Writes the exceptions down by their starts: `null` for one that is cancelled, or the members of its own.
    pub(super) fn save_exceptions(&self) -> Value {
        let exceptions = self.exceptions.iter().map(|(start, exception)| {
            let members = match exception {
                Exception::Cancelled => Value::Null,
                Exception::Changed(members) => members.clone().into(),
            };
            (instant::format(*start), members)
        });
        Value::Object(exceptions.collect())
    }

    pub(super) fn start_of(&self, number: usize) -> Option<Timestamp> {
        self.starts.get(number).copied()
    }

    /// Finds the instance that begins in this second, unless it was cancelled.
    pub(super) fn find(&self, second: Timestamp) -> Option<Timestamp> {
        let at = self.starts.partition_point(|start| start.as_millisecond() < second.as_millisecond());
        let start = self.starts.get(at).copied()?;
        (start.duration_since(second).as_secs() == 0 && self.has(start)).then_some(start)
    }

    /// Tells whether the rule places an instance at `start` that was not cancelled.
    fn has(&self, start: Timestamp) -> bool {
        self.starts.binary_search(&start).is_ok() && !matches!(self.exceptions.get(&start), Some(Exception::Cancelled))
    }

    /// Tells whether all instances before this one were cancelled.
    pub(super) fn begins_at(&self, start: Timestamp) -> bool {
        self.starts.iter().find(|start| self.has(**start)) == Some(&start)
    }

    /// Tells whether all instances were cancelled.
    pub(super) fn is_over(&self) -> bool {
        !self.starts.iter().any(|start| self.has(*start))
    }

    /// Tells whether the instance differs from its series.
    pub(super) fn is_exception(&self, start: Timestamp) -> bool {
        self.exceptions.contains_key(&start)
    }

    /// Gives the members of the instance that the rule places at `start`.
    pub(super) fn instance(&self, master: &Map<String, Value>, start: Timestamp) -> Map<String, Value> {
        let mut body = master.clone();
        let length = span::of(master).map_or(SignedDuration::ZERO, Span::length);
        Span { start, end: instant::shift(start, length) }.write_to(&mut body);
        if let Some(Exception::Changed(members)) = self.exceptions.get(&start) {
            apply(&mut body, members.clone());
        }
        body
    }

    /// Gives one member of the instance that the rule places at `start`.
    pub(super) fn member<'a>(&'a self, master: &'a Value, start: Timestamp, name: &str) -> Option<&'a Value> {
        match self.exceptions.get(&start) {
            Some(Exception::Changed(members)) if members.contains_key(name) => members.get(name),
            _ => master.get(name),
        }
    }

    /// Lists the instances that overlap the window: where the rule places each, and when it takes place.
    pub(super) fn within(&self, length: SignedDuration, window: Span) -> Vec<(Timestamp, Span)> {
        let regular = |start: &Timestamp| Span { start: *start, end: instant::shift(*start, length) };
        let from = self.starts.partition_point(|start| regular(start).end < window.start);
        let regular = self.starts[from..]
            .iter()
            .take_while(|start| **start < window.end)
            .filter(|start| !matches!(self.exceptions.get(start), Some(exception) if exception.span().is_some()))
            .map(|start| (*start, regular(start)));
        let moved = self.exceptions.iter().filter_map(|(start, exception)| Some((*start, exception.span()?)));
        regular.chain(moved).filter(|(start, span)| span.overlaps(window) && self.has(*start)).collect()
    }

    pub(super) fn cancel(&mut self, start: Timestamp) {
        self.exceptions.insert(start, Exception::Cancelled);
    }

    /// Gives the instance members of its own, besides those that it has already.
    pub(super) fn change(&mut self, start: Timestamp, members: Map<String, Value>) {
        match self.exceptions.get_mut(&start) {
            Some(Exception::Changed(own)) => own.extend(members),
            _ => drop(self.exceptions.insert(start, Exception::Changed(members))),
        }
    }

    /// Cuts off the instances from `cut` on, and gives their rule and their exceptions.
    pub(super) fn split(&mut self, cut: Timestamp) -> (Rule, Exceptions) {
        let at = self.starts.partition_point(|start| *start < cut);
        let rest = (
            self.rule.without_first(at),
            Exceptions { starts: self.starts[at..].into(), by_start: self.exceptions.split_off(&cut) },
        );
        self.starts = self.starts[..at].into();
        self.rule = self.rule.until_before(cut);
        rest
    }

    pub(super) fn into_exceptions(self) -> Exceptions {
        Exceptions { starts: self.starts, by_start: self.exceptions }
    }

    /// Takes over exceptions from an earlier form of the series.
    ///
    /// If the same rule now begins elsewhere, each goes to the instance of the same number, without its own dates. If
    /// the rule is another one, an exception stays where there still is an instance.
    pub(super) fn inheriting(mut self, earlier: Exceptions, same_rule: bool) -> Self {
        let moved = same_rule && self.starts != earlier.starts;
        for (start, exception) in earlier.by_start {
            let number = if moved { &earlier.starts } else { &self.starts }.binary_search(&start).ok();
            if let Some(start) = number.and_then(|number| self.starts.get(number)) {
                self.exceptions.insert(*start, if moved { exception.without_dates() } else { exception });
            }
        }
        self
    }
}

/// The exceptions of a series that is being replaced, and where its instances were.
#[derive(Debug)]
pub(super) struct Exceptions {
    starts: Arc<[Timestamp]>,
    by_start: BTreeMap<Timestamp, Exception>,
}

impl Exception {
    /// Gives the instance's own dates.
    fn span(&self) -> Option<Span> {
        match self {
            Self::Cancelled => None,
            Self::Changed(members) => span::of(members),
        }
    }

    fn without_dates(self) -> Self {
        match self {
            Self::Cancelled => Self::Cancelled,
            Self::Changed(mut members) => {
                for name in ["start", "end", "allDay"] {
                    members.remove(name);
                }
                Self::Changed(members)
            }
        }
    }
}

/// Sets members; `null` takes one away.
pub(super) fn apply(body: &mut Map<String, Value>, members: Map<String, Value>) {
    for (name, value) in members {
        if value.is_null() {
            body.remove(&name);
        } else {
            body.insert(name, value);
        }
    }
}
