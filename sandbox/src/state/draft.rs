use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{recurrence::Rule, span};
use crate::{error::ApiError, instant, provider::Provider};

/// What is wrong with a request, field by field.
#[derive(Debug, Default)]
pub(crate) struct Problems(BTreeMap<String, Vec<String>>);

impl Problems {
    pub(crate) fn add(&mut self, field: &str, problem: impl Into<String>) {
        self.0.entry(field.to_owned()).or_default().push(problem.into());
    }

    /// Refuses the request if anything is wrong with it.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::validation("Validation failed", json!(self.0))) }
    }

    /// Gives the first problem and its field.
    pub(crate) fn into_first(self) -> Option<(String, String)> {
        let (field, problems) = self.0.into_iter().next()?;
        Some((field, problems.into_iter().next()?))
    }

    /// Reads a required text.
    pub(crate) fn text(&mut self, fields: &Map<String, Value>, name: &str) -> String {
        match fields.get(name).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => return text.to_owned(),
            Some(_) => self.add(name, "must not be empty"),
            None => self.add(name, "is required and must be a string"),
        }
        String::new()
    }

    /// Reads an optional text; `null` and an empty one count as absent.
    pub(crate) fn optional_text(&mut self, fields: &Map<String, Value>, name: &str) -> Option<String> {
        match fields.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            Some(_) => {
                self.add(name, "must be a string");
                None
            }
        }
    }

    /// Reads the required provider. The value counts only if `check` finds nothing wrong.
    pub(crate) fn provider(&mut self, fields: &Map<String, Value>) -> Provider {
        let name = self.text(fields, "provider");
        Provider::parse(&name).unwrap_or_else(|| {
            if !name.is_empty() {
                self.add("provider", format!("{name} is not supported"));
            }
            Provider::Google
        })
    }
}

/// The members that a client wants an event to have.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Each value as a listing would show it; `null` clears the member.
    pub(crate) members: Map<String, Value>,
    /// `Some(None)` turns a series into a single event.
    pub(crate) recurrence: Option<Option<Rule>>,
}

impl Draft {
    /// Reads an event to create.
    pub(crate) fn of_new(fields: &Map<String, Value>, problems: &mut Problems) -> Self {
        let draft = Self::of_changes(fields, problems);
        for name in ["title", "start", "end"] {
            if !fields.contains_key(name) {
                problems.add(name, "is required");
            }
        }
        draft
    }

    /// Reads the changes to an event.
    pub(crate) fn of_changes(fields: &Map<String, Value>, problems: &mut Problems) -> Self {
        let mut draft = Self { members: Map::new(), recurrence: None };
        let all_day = span::is_all_day(fields);
        for (name, value) in fields {
            if name == "recurrence" {
                draft.recurrence = match value {
                    Value::Null => Some(None),
                    rule => Rule::parse(rule).map_err(|problem| problems.add(name, problem)).ok().map(Some),
                };
            } else if let Some(result) = member(name, value, all_day) {
                match result {
                    Ok(value) => drop(draft.members.insert(name.clone(), value)),
                    Err(problem) => problems.add(name, problem),
                }
            }
        }
        if let (Some(start), Some(end)) = (draft.instant("start"), draft.instant("end"))
            && end < start
        {
            problems.add("end", "must not be before start");
        }
        draft
    }

    pub(crate) fn instant(&self, name: &str) -> Option<Timestamp> {
        instant::parse(self.members.get(name)?.as_str()?)
    }
}

/// Reads one member of an event; `None` for names that events do not have.
fn member(name: &str, value: &Value, all_day: bool) -> Option<Result<Value, String>> {
    let result = match (name, value) {
        ("title" | "start" | "end", Value::Null) => Err("cannot be cleared".into()),
        ("title", value) => expect(value.is_string(), value, "must be a string"),
        ("start" | "end", value) => match value.as_str().and_then(|text| parse_date(text, all_day)) {
            Some(instant) => Ok(instant::format(instant).into()),
            None => Err("must be an ISO 8601 date".into()),
        },
        (
            "description" | "location" | "color" | "allDay" | "custom" | "conferenceData" | "attendees" | "conference"
            | "availability" | "privacy" | "status",
            Value::Null,
        ) => Ok(Value::Null),
        ("description" | "location" | "color", value) => expect(value.is_string(), value, "must be a string"),
        ("allDay", value) => expect(value.is_boolean(), value, "must be a boolean"),
        ("custom", value) => expect(value.is_object(), value, "must be an object"),
        ("conferenceData", value) => conference_data(value),
        ("attendees", Value::Array(guests)) => guests.iter().map(attendee).collect(),
        ("attendees", _) => Err("must be an array of email addresses".into()),
        ("conference", Value::Object(conference)) => match conference.get("url") {
            Some(url @ Value::String(_)) => Ok(url.clone()),
            _ => Err("must be a URL".into()),
        },
        ("conference", value) => expect(value.is_string(), value, "must be a URL"),
        ("availability", value) => one_of(value, &["free", "busy"]),
        ("privacy", value) => one_of(value, &["public", "private", "confidential"]),
        ("status", value) => one_of(value, &["confirmed", "tentative", "cancelled"]),
        _ => return None,
    };
    Some(result)
}

/// The first instant of the year 0: years before it cannot be written with four digits.
const EARLIEST: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// Reads a date; a whole day is the one that is written, whatever the offset.
fn parse_date(text: &str, all_day: bool) -> Option<Timestamp> {
    let instant = instant::parse(text).filter(|instant| *instant >= EARLIEST)?;
    let written = text.trim().get(..10).filter(|_| all_day).and_then(instant::parse);
    Some(written.unwrap_or(instant))
}

fn expect(fits: bool, value: &Value, problem: &str) -> Result<Value, String> {
    if fits { Ok(value.clone()) } else { Err(problem.to_owned()) }
}

fn one_of(value: &Value, names: &[&str]) -> Result<Value, String> {
    let fits = value.as_str().is_some_and(|given| names.contains(&given));
    expect(fits, value, &format!("must be one of {}", names.join(", ")))
}

/// Reads what a client says of a meeting: it comes back, so the members that answers have must be of their kind.
fn conference_data(data: &Value) -> Result<Value, String> {
    let fits = |(name, value): (&String, &Value)| match name.as_str() {
        _ if value.is_null() => true,
        "provider" | "conferenceId" | "joinUrl" => value.is_string(),
        "autoGenerate" => value.is_boolean(),
        "conferenceSolution" => value.is_object(),
        _ => true,
    };
    match data.as_object() {
        Some(members) if members.iter().all(fits) => Ok(data.clone()),
        Some(_) => Err("has a member of the wrong kind".into()),
        None => Err("must be an object".into()),
    }
}

/// Reads a guest: an address, or an object of which address, status and role count.
fn attendee(guest: &Value) -> Result<Value, String> {
    let (email, status, organizer) = match guest {
        Value::String(_) => (Some(guest), None, None),
        Value::Object(fields) => {
            let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
            (given("email"), given("status"), given("organizer"))
        }
        _ => return Err("must be an array of email addresses".into()),
    };
    let email = email.and_then(Value::as_str).filter(|email| email.contains('@'));
    let email = email.ok_or("each attendee needs an email address")?;
    let status =
        status.map_or(Ok("none".into()), |status| one_of(status, &["accepted", "declined", "tentative", "none"]));
    let mut attendee = json!({ "email": email, "status": status.map_err(|problem| format!("status {problem}"))? });
    match organizer {
        Some(Value::Bool(true)) => attendee["organizer"] = true.into(),
        None | Some(Value::Bool(false)) => {}
        Some(_) => return Err("organizer must be a boolean".into()),
    }
    Ok(attendee)
}
