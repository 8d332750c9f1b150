use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    gone::Gone,
    ids,
    series::Series,
    span::{self, Span},
    zone::Zone,
};
use crate::{
    instant,
    provider::Provider,
    settings::{ConferenceDialect, DateDialect},
};

/// A stored event, and its recurrence if it has one. It is cheap to copy.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Tells events of the same start apart.
    pub(super) number: u64,
    /// The members that are not made up when the event is shown.
    pub(crate) body: Arc<Value>,
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
    pub(crate) dates: DateDialect,
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
        self.body = Arc::new(Value::Object(body));
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

/// Writes the dates of an event as numbers, unless they are to be texts.
pub(super) fn write_dates(body: &mut Map<String, Value>, dialect: DateDialect) {
    for name in ["start", "end", "lastModified"] {
        if let Some(date) = body.get_mut(name)
            && let Some(instant) = date.as_str().and_then(instant::parse)
        {
            *date = dialect.write(instant);
        }
    }
}
