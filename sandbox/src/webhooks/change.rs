//! From a change of an event to the delivery that tells of it.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::delivery::Cause;
use crate::state::{Form, SyncState, Touched, User, WebhookChannel};

/// A change as a delivery tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    kind: ChangeKind,
    event: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Created,
    Updated,
    Deleted,
}

impl ChangeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

impl User {
    /// Lists the subscriptions that have not expired, and whose account can still be read.
    pub(crate) fn live_channels(&self, now: Timestamp) -> impl Iterator<Item = &WebhookChannel> {
        self.channels.iter().filter(move |channel| {
            let account = self.account_of(channel.provider, &channel.calendar_id);
            channel.is_live(now)
                && account.is_some_and(|account| !account.is_blocked() && account.sync_state == SyncState::Active)
        })
    }

    /// Writes a change for a channel; nothing if another calendar changed.
    pub(crate) fn change(&self, touched: &Touched, channel: &WebhookChannel, form: Form) -> Option<Change> {
        let is_watched = |provider, calendar: &str| provider == channel.provider && calendar == channel.calendar_id;
        let (kind, spot) = match touched {
            Touched::Deleted(gone) => {
                let change = || Change { kind: ChangeKind::Deleted, event: gone.to_json() };
                return is_watched(gone.provider, &gone.calendar_id).then(change);
            }
            Touched::Created(spot) => (ChangeKind::Created, *spot),
            Touched::Updated(spot) => (ChangeKind::Updated, *spot),
        };
        let (provider, calendar_id) = self.place(spot)?;
        is_watched(provider, calendar_id).then(|| Change { kind, event: self.show(spot, form) })
    }
}

/// Adds a change to those that a poll will find, which sees only what came of them.
pub(crate) fn merge(changes: &mut Vec<Change>, new: Change) {
    let id = new.event.get("id");
    let earlier = changes.iter().position(|old| id.is_some() && old.event.get("id") == id);
    let Some(at) = earlier else { return changes.push(new) };
    match (changes[at].kind, new.kind) {
        (ChangeKind::Created, ChangeKind::Deleted) => drop(changes.remove(at)),
        (ChangeKind::Created, _) => changes[at].event = new.event,
        _ => changes[at] = new,
    }
}

pub(crate) fn body(
    user: &str,
    channel: &WebhookChannel,
    changes: Vec<Change>,
    cause: Cause,
    timestamp: Value,
) -> Bytes {
    let first = changes.first().map(|change| change.kind);
    let is_uniform = changes.iter().all(|change| Some(change.kind) == first);
    let kind = first.filter(|_| is_uniform).map_or("mixed", ChangeKind::as_str);
    let events: Vec<Value> = changes
        .into_iter()
        .map(|Change { kind, mut event }| {
            if let Some(event) = event.as_object_mut() {
                event.insert("changeType".into(), kind.as_str().into());
            }
            event
        })
        .collect();
    let body = json!({
        "provider": channel.provider.as_str(),
        "userId": user,
        "calendarId": channel.calendar_id,
        "changeType": kind,
        "timestamp": timestamp,
        "metadata": {
            "channelId": channel.channel_id,
            "eventCount": events.len(),
            "isInitialSync": cause == Cause::InitialSync,
        },
        "events": events,
    });
    body.to_string().into()
}
