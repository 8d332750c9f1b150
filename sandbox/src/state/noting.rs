//! Writing down what becomes of events.

use std::time::SystemTime;

use jiff::Timestamp;

use super::{
    event::{Event, Spot},
    touched::Touched,
    users::User,
    versions::{ChangeReason, EventChange, Version},
};

impl User {
    /// Notes what a write did. Events whose id is no text are left out.
    pub(crate) fn note(&mut self, touched: &[Touched], reason: ChangeReason, now: Timestamp) {
        for touched in touched {
            match touched {
                Touched::Created(spot) => self.note_spot(*spot, EventChange::Created, reason, now),
                Touched::Updated(spot) => self.note_spot(*spot, EventChange::Updated, reason, now),
                Touched::Deleted(gone) => {
                    let series = gone.series_id.as_deref().and_then(|id| self.stored_event(id));
                    let series_id = series.is_some().then(|| gone.series_id.clone()).flatten();
                    let version = Version {
                        at: SystemTime::now(),
                        sandbox_time: now,
                        id: gone.id.clone(),
                        series_id,
                        change: EventChange::Deleted,
                        reason,
                        instance: None,
                        stored: series.cloned(),
                    };
                    self.history.push(version);
                }
            }
        }
    }

    /// Notes the events that came with calendars.
    pub(crate) fn note_seeded(&mut self, now: Timestamp) {
        let new = self.events.partition_point(|event| event.number < self.history.next);
        for at in new..self.events.len() {
            self.note_spot(Spot { at, instance: None }, EventChange::Created, ChangeReason::Seed, now);
        }
    }

    /// Notes events that went with their account.
    pub(super) fn note_disconnected(&mut self, gone: Vec<Event>, now: Timestamp) {
        let gone = gone.into_iter().filter_map(Event::into_gone).map(Touched::Deleted);
        self.note(&gone.collect::<Vec<_>>(), ChangeReason::Disconnected, now);
    }

    fn note_spot(&mut self, Spot { at, instance }: Spot, change: EventChange, reason: ChangeReason, now: Timestamp) {
        let event = &self.events[at];
        self.history.next = self.history.next.max(event.number + 1);
        let member = |name: &str| event.members(instance)?.get(name)?.as_str().map(str::to_owned);
        let Some(id) = member("id") else { return };
        let version = Version {
            at: SystemTime::now(),
            sandbox_time: now,
            id,
            series_id: instance.and_then(|_| member("recurringEventId")),
            change,
            reason,
            instance,
            stored: Some(event.clone()),
        };
        self.history.push(version);
    }

    fn stored_event(&self, id: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.text("id") == Some(id))
    }
}
