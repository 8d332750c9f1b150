//! From a change of an event to the delivery that tells of it.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    delivery::Cause,
    outbox::{Poll, Record},
    signing::new_id,
};
use crate::{
    instant,
    provider::Provider,
    settings::{ConferenceDialect, WebhookEcho},
    state::{Form, Spot, State, SyncState, User, WebhookChannel},
};

/// No more events than this are in the delivery made when a channel is established: a page of a listing.
const INITIAL_EVENTS: usize = 250;

/// What a write did to an event.
#[derive(Debug)]
pub(crate) enum Touched {
    Created(Spot),
    Updated(Spot),
    Deleted(Gone),
}

/// What is known of an event, or an instance of a series, that is no more.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) provider: Provider,
    pub(crate) calendar_id: String,
    pub(crate) id: String,
    pub(crate) series_id: Option<String>,
}

/// Who changed an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The application, through the API
    Application,
    /// The user, at the provider
    User,
}

/// A change as a delivery tells of it.
#[derive(Debug, Clone)]
pub(super) struct Change {
    kind: ChangeKind,
    event: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChangeKind {
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

impl State {
    /// Tells the user's subscribers of changes.
    pub(crate) fn announce(&mut self, user_id: &str, author: Author, touched: &[Touched]) {
        if author == Author::Application && self.settings.webhooks.echo == WebhookEcho::Withheld {
            return;
        }
        let now = self.now();
        let user = self.user(user_id);
        let channels: Vec<WebhookChannel> = user.live_channels(now).cloned().collect();
        for channel in channels {
            let user = self.user(user_id);
            let changes: Vec<Change> = touched.iter().filter_map(|touched| user.change(touched, &channel)).collect();
            if !changes.is_empty() {
                self.tell(user_id, &channel, changes, now);
            }
        }
    }

    /// Makes the delivery that tells a new subscriber what there is.
    pub(crate) fn introduce(&mut self, user_id: &str, channel: &WebhookChannel) {
        let now = self.now();
        let user = self.user(user_id);
        let spots = user.spots_of(channel.provider, &channel.calendar_id).take(INITIAL_EVENTS);
        let changes = spots.filter_map(|spot| user.change(&Touched::Created(spot), channel)).collect();
        self.deliver(user_id, channel, changes, Cause::InitialSync, now);
    }

    /// Makes the deliveries of the polls that are due.
    pub(super) fn deliver_polled(&mut self, now: Timestamp) {
        for ((user_id, channel_id), changes) in self.outbox.due_polls(now) {
            if let Some(channel) = self.live_channel(&user_id, &channel_id, now).cloned() {
                self.deliver(&user_id, &channel, changes, Cause::Change, now);
            }
        }
    }

    /// Finds a subscription that deliveries may be sent for.
    pub(super) fn live_channel(&mut self, user: &str, channel_id: &str, now: Timestamp) -> Option<&WebhookChannel> {
        self.user_as_is(user).live_channels(now).find(|channel| channel.channel_id == channel_id)
    }

    /// Delivers changes at once where the provider pushes them, otherwise with the next poll.
    fn tell(&mut self, user_id: &str, channel: &WebhookChannel, changes: Vec<Change>, now: Timestamp) {
        let interval = self.settings.webhooks.poll;
        if channel.provider.pushes() || interval.is_zero() {
            return self.deliver(user_id, channel, changes, Cause::Change, now);
        }
        let key = (user_id.to_owned(), channel.channel_id.clone());
        let poll = self.outbox.polls.entry(key);
        let poll = poll.or_insert_with(|| Poll { due: instant::after(now, interval), changes: Vec::new() });
        changes.into_iter().for_each(|change| merge(&mut poll.changes, change));
        self.outbox.wake.notify_one();
    }

    fn deliver(&mut self, user: &str, channel: &WebhookChannel, changes: Vec<Change>, cause: Cause, now: Timestamp) {
        if !changes.is_empty() {
            let body = body(user, channel, changes, cause, now);
            let channel = (user.to_owned(), channel.channel_id.clone());
            self.outbox.add(Record::new(new_id(), cause, Some(channel), body), now);
        }
    }
}

impl User {
    /// Lists the subscriptions that have not expired, and whose account can still be read.
    fn live_channels(&self, now: Timestamp) -> impl Iterator<Item = &WebhookChannel> {
        self.channels.iter().filter(move |channel| {
            let account = self.account_of(channel.provider, &channel.calendar_id);
            channel.is_live(now)
                && account.is_some_and(|account| !account.is_blocked() && account.sync_state == SyncState::Active)
        })
    }

    /// Writes a change for a channel; nothing if another calendar changed.
    fn change(&self, touched: &Touched, channel: &WebhookChannel) -> Option<Change> {
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
        let form = Form { conference: ConferenceDialect::Object, free_busy: false };
        is_watched(provider, calendar_id).then(|| Change { kind, event: self.show(spot, form) })
    }
}

impl Gone {
    // The providers tell no more of what is gone.
    fn to_json(&self) -> Value {
        let mut event = json!({ "provider": self.provider.as_str(), "calendarId": self.calendar_id, "id": self.id });
        if let Some(series_id) = &self.series_id {
            event["recurringEventId"] = series_id.as_str().into();
        }
        event
    }
}

/// Adds a change to those that a poll will find, which sees only what came of them.
fn merge(changes: &mut Vec<Change>, new: Change) {
    let id = new.event.get("id");
    let earlier = changes.iter().position(|old| id.is_some() && old.event.get("id") == id);
    let Some(at) = earlier else { return changes.push(new) };
    match (changes[at].kind, new.kind) {
        (ChangeKind::Created, ChangeKind::Deleted) => drop(changes.remove(at)),
        (ChangeKind::Created, _) => changes[at].event = new.event,
        _ => changes[at] = new,
    }
}

fn body(user: &str, channel: &WebhookChannel, changes: Vec<Change>, cause: Cause, now: Timestamp) -> Bytes {
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
        "timestamp": instant::format(now),
        "metadata": {
            "channelId": channel.channel_id,
            "eventCount": events.len(),
            "isInitialSync": cause == Cause::InitialSync,
        },
        "events": events,
    });
    body.to_string().into()
}
