//! The versions of events.

use std::{collections::VecDeque, time::SystemTime};

use jiff::Timestamp;
use serde_json::Value;

use super::{event::Event, ids};
use crate::{named::named, provider::Provider};

/// Older versions of a user's events are forgotten.
const CAPACITY: usize = 100_000;

/// Describes an event as it was from an instant on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EventVersion {
    /// The instant, by the system's clock and not by the sandbox's
    pub at: SystemTime,
    /// The instant by the sandbox's clock
    pub sandbox_time: Timestamp,
    /// The event, or the instance of a series
    pub id: String,
    /// The series, if only one of its instances changed
    pub series_id: Option<String>,
    /// What was done to it
    pub change: EventChange,
    /// Who or what did it
    pub reason: ChangeReason,
    /// The members that it has since then, without the provider's record; `None` when it is gone
    pub event: Option<Value>,
}

/// Says what was done to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventChange {
    /// It came into being.
    Created,
    /// It is another one than before.
    Updated,
    /// It is gone.
    Deleted,
}

/// Says why an event came, changed or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeReason {
    /// It was in a calendar that was connected.
    Seed,
    /// The application did it, through the API.
    Application,
    /// The user did it at the provider: a test asked for it.
    User,
    /// Its account was disconnected.
    Disconnected,
}

named!(EventChange { Created => "created", Updated => "updated", Deleted => "deleted" });
named!(ChangeReason {
    Seed => "seed",
    Application => "application",
    User => "user",
    Disconnected => "disconnected",
});

/// The versions of a user's events, oldest first.
#[derive(Debug, Default)]
pub(crate) struct EventHistory {
    versions: VecDeque<Version>,
    /// The events from this number on have no version yet.
    pub(super) next: u64,
}

/// An [`EventVersion`] that is not written yet.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) at: SystemTime,
    pub(super) sandbox_time: Timestamp,
    pub(super) id: String,
    pub(super) series_id: Option<String>,
    pub(super) change: EventChange,
    pub(super) reason: ChangeReason,
    /// The instance that it is about
    pub(super) instance: Option<Timestamp>,
    /// The stored event, of an instance the whole series; nothing if that is gone
    pub(super) stored: Option<Event>,
}

impl EventHistory {
    pub(super) fn push(&mut self, version: Version) {
        if self.versions.len() == CAPACITY {
            self.versions.pop_front();
        }
        self.versions.push_back(version);
    }

    /// Lists the versions of all events, or of the one with this id and its instances.
    pub(crate) fn all(&self, id: Option<&str>) -> Vec<EventVersion> {
        let is_meant =
            |version: &&Version| id.is_none_or(|id| version.id == id || version.series_id.as_deref() == Some(id));
        self.versions.iter().filter(is_meant).map(Version::write).collect()
    }

    /// Finds what an event, a series or an instance was at an instant; nothing if it was not there.
    pub(crate) fn at(&self, id: &str, instant: Timestamp) -> Option<Value> {
        if let Some(version) = self.last(id, instant) {
            return version.stored.as_ref()?.members(None).map(Value::Object);
        }
        Provider::ALL.into_iter().find_map(|provider| {
            let (series_id, second) = ids::parse_instance(provider, id)?;
            let stored = self.last(&series_id, instant)?.stored.as_ref()?;
            let start = stored.series.as_ref()?.find(second)?;
            let members = stored.members(Some(start))?;
            (members.get("id")?.as_str()? == id).then_some(Value::Object(members))
        })
    }

    /// Finds the last version of a stored event, those of its instances included.
    fn last(&self, id: &str, instant: Timestamp) -> Option<&Version> {
        let mut newest_first = self.versions.iter().rev();
        newest_first.find(|version| {
            version.series_id.as_deref().unwrap_or(&version.id) == id && version.sandbox_time <= instant
        })
    }
}

impl Version {
    fn write(&self) -> EventVersion {
        let shown = self.stored.as_ref().filter(|_| self.change != EventChange::Deleted);
        EventVersion {
            at: self.at,
            sandbox_time: self.sandbox_time,
            id: self.id.clone(),
            series_id: self.series_id.clone(),
            change: self.change,
            reason: self.reason,
            event: shown.and_then(|stored| stored.members(self.instance)).map(Value::Object),
        }
    }
}
