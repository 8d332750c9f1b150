//! From a change of an event to the deliveries that tell of it.

use jiff::Timestamp;

use super::{Author, Service};
use crate::{
    instant,
    settings::WebhookEcho,
    state::{Form, Touched, WebhookChannel},
    webhooks::{self, Cause, Change, Poll, Record},
};

/// No more events than this are in the delivery made when a channel is established: a page of a listing.
const INITIAL_EVENTS: usize = 250;

impl Service {
    /// Notes changes, and tells the user's subscribers of them.
    pub(crate) fn announce(&mut self, user_id: &str, author: Author, touched: &[Touched]) {
        let (now, reason) = (self.now(), author.reason());
        self.user(user_id).note(touched, reason, now);
        if author == Author::Application && self.settings.webhooks.echo == WebhookEcho::Withheld {
            return;
        }
        let form = self.delivery_form();
        let user = self.user(user_id);
        let channels: Vec<WebhookChannel> = user.live_channels(now).cloned().collect();
        for channel in channels {
            let user = self.user(user_id);
            let changes: Vec<Change> =
                touched.iter().filter_map(|touched| user.change(touched, &channel, form)).collect();
            if !changes.is_empty() {
                self.tell(user_id, &channel, changes, now);
            }
        }
    }

    /// Makes the delivery that tells a new subscriber what there is.
    pub(crate) fn introduce(&mut self, user_id: &str, channel: &WebhookChannel) {
        let (form, now) = (self.delivery_form(), self.now());
        let user = self.user(user_id);
        let spots = user.spots_of(channel.provider, &channel.calendar_id).take(INITIAL_EVENTS);
        let changes = spots.filter_map(|spot| user.change(&Touched::Created(spot), channel, form)).collect();
        self.deliver(user_id, channel, changes, Cause::InitialSync, now);
    }

    /// Tells how events are shown in deliveries.
    fn delivery_form(&self) -> Form {
        let settings = &self.settings;
        Form { conference: settings.webhooks.conference, dates: settings.date_dialect, free_busy: false }
    }

    /// Makes the deliveries of the polls that are due.
    pub(crate) fn deliver_polled(&mut self, now: Timestamp) {
        for ((user_id, channel_id), changes) in self.outbox.due_polls(now) {
            if let Some(channel) = self.live_channel(&user_id, &channel_id, now).cloned() {
                self.deliver(&user_id, &channel, changes, Cause::Change, now);
            }
        }
    }

    /// Finds a subscription that deliveries may be sent for.
    pub(crate) fn live_channel(&mut self, user: &str, channel_id: &str, now: Timestamp) -> Option<&WebhookChannel> {
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
        changes.into_iter().for_each(|change| webhooks::merge(&mut poll.changes, change));
        self.outbox.wake.notify_one();
    }

    fn deliver(&mut self, user: &str, channel: &WebhookChannel, changes: Vec<Change>, cause: Cause, now: Timestamp) {
        if !changes.is_empty() {
            let timestamp = self.settings.date_dialect.write(now);
            let body = webhooks::body(user, channel, changes, cause, timestamp);
            let channel = (user.to_owned(), channel.channel_id.clone());
            self.outbox.add(Record::new(webhooks::new_id(&self.delivery_ids), cause, Some(channel), body), now);
        }
    }
}
