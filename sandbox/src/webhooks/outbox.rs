use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::{
    change::Change,
    delivery::{Attempt, Cause, Delivery, DeliveryCounts, DeliveryState, ReleaseOrder},
    disturbance::{Disturbance, Tamper},
    flood::Flood,
};
use crate::instant;

/// More deliveries than this are not kept; the oldest of those that have come to an end go first.
const CAPACITY: usize = 10_000;
/// Nor are those whose bodies would add up to more than this.
const BODIES_CAPACITY: usize = 64 * 1024 * 1024;

/// Names a subscription: its user and its channel.
pub(crate) type Channel = (String, String);

/// The deliveries to be sent, and those that were.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Tells the courier to look again
    pub(crate) wake: Arc<Notify>,
    /// Tells those who wait that something has ended
    pub(crate) done: Arc<Notify>,
    pub(crate) disturbances: Vec<Disturbance>,
    pub(crate) floods: VecDeque<Flood>,
    pub(crate) polls: BTreeMap<Channel, Poll>,
    pub(crate) counts: DeliveryCounts,
    records: BTreeMap<u64, Record>,
    /// The numbers of what is to be sent, by when and in which order
    queue: BTreeMap<(Timestamp, i64), u64>,
    is_held: bool,
    next_number: u64,
    bodies: usize,
    /// Counts the attempts and floods on their way
    busy: usize,
    /// Counts how often everything was forgotten: what was on its way by then concerns nobody
    era: u64,
}

/// The changes of a polled calendar since the last poll.
#[derive(Debug)]
pub(crate) struct Poll {
    pub(crate) due: Timestamp,
    pub(crate) changes: Vec<Change>,
}

/// A delivery, and how it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    delivery: Delivery,
    /// Headers to be sent as they are; without them each attempt has a signature of its own
    headers: Option<Vec<(String, String)>>,
}

/// What the courier has to know of a delivery.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) ticket: Ticket,
    pub(crate) id: String,
    pub(crate) cause: Cause,
    pub(crate) channel: Option<Channel>,
    pub(crate) headers: Option<Vec<(String, String)>>,
    pub(crate) body: Bytes,
    pub(crate) tampered: Option<Tamper>,
    pub(crate) is_first_attempt: bool,
}

/// Finds a delivery again when its attempt has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    number: u64,
    era: u64,
}

impl Record {
    pub(crate) fn new(id: String, cause: Cause, channel: Option<Channel>, body: Bytes) -> Self {
        let (user, channel_id) = channel.unzip();
        let (state, attempts) = (DeliveryState::Waiting, Vec::new());
        let delivery = Delivery { id, cause, user, channel_id, body, tampered: None, state, attempts };
        Self { delivery, headers: None }
    }

    /// Sends these headers, once, instead of signing.
    pub(crate) fn with_headers(self, headers: Vec<(String, String)>) -> Self {
        Self { headers: Some(headers), ..self }
    }
}

impl Outbox {
    /// Takes in a delivery, after the first disturbance whose turn it is has had its way with it.
    pub(crate) fn add(&mut self, mut record: Record, now: Timestamp) {
        self.disturbances.retain(|disturbance| !disturbance.has_run_out());
        let disturbance = self.disturbances.iter_mut().find_map(|one| one.take_turn().then(|| one.clone()));
        let disturbance = disturbance.unwrap_or_default();
        let due = instant::after(now, disturbance.delay);
        record.delivery.tampered = disturbance.tamper;
        let mut copy = record.clone();
        copy.delivery.cause = Cause::Copy;
        self.enqueue(record, due);
        (0..disturbance.copies).for_each(|_| self.enqueue(copy.clone(), due));
    }

    /// Takes in a delivery that nothing disturbs.
    pub(crate) fn enqueue(&mut self, record: Record, due: Timestamp) {
        let number = self.next_number;
        self.next_number += 1;
        self.counts.made += 1;
        self.bodies += record.delivery.body.len();
        self.records.insert(number, record);
        self.queue.insert((due, order(number)), number);
        self.forget_surplus();
        self.wake.notify_one();
    }

    /// Takes out what is due, the oldest first.
    pub(crate) fn next_due(&mut self, now: Timestamp) -> Option<Parcel> {
        let first = self.queue.first_entry().filter(|first| !self.is_held && first.key().0 <= now)?;
        let number = first.remove();
        let Record { delivery, headers } = self.records.get(&number)?;
        self.busy += 1;
        Some(Parcel {
            ticket: Ticket { number, era: self.era },
            id: delivery.id.clone(),
            cause: delivery.cause,
            channel: delivery.user.clone().zip(delivery.channel_id.clone()),
            headers: headers.clone(),
            body: delivery.body.clone(),
            tampered: delivery.tampered,
            is_first_attempt: delivery.attempts.is_empty(),
        })
    }

    /// Tells when the next delivery or poll is due.
    pub(crate) fn next_instant(&self) -> Option<Timestamp> {
        let queued = self.queue.keys().next().map(|(due, _)| *due).filter(|_| !self.is_held);
        queued.into_iter().chain(self.polls.values().map(|poll| poll.due)).min()
    }

    /// Takes out the changes of the channels whose poll is due.
    pub(crate) fn due_polls(&mut self, now: Timestamp) -> Vec<(Channel, Vec<Change>)> {
        let (due, later) = mem::take(&mut self.polls).into_iter().partition(|(_, poll)| poll.due <= now);
        self.polls = later;
        // A poll may well find that nothing came of the changes.
        self.done.notify_waiters();
        let due: BTreeMap<Channel, Poll> = due;
        due.into_iter().map(|(channel, poll)| (channel, poll.changes)).collect()
    }

    /// Takes out a flood, and when it was ordered.
    pub(crate) fn next_flood(&mut self) -> Option<(u64, Flood)> {
        let flood = self.floods.pop_front()?;
        self.busy += 1;
        Some((self.era, flood))
    }

    /// Counts one forged delivery of a flood; tells whether the flood still concerns anybody.
    pub(crate) fn forged(&mut self, era: u64, status: Option<u16>) -> bool {
        if era != self.era {
            return false;
        }
        self.counts.forged += 1;
        match status {
            Some(status) => *self.counts.forged_answers.entry(status).or_default() += 1,
            None => self.counts.forged_unanswered += 1,
        }
        true
    }

    pub(crate) fn flood_ended(&mut self, era: u64) {
        if era == self.era {
            self.busy -= 1;
            self.done.notify_waiters();
        }
    }

    /// Notes how an attempt ended; unless that is final, the next one follows after one of the pauses.
    pub(crate) fn attempted(&mut self, ticket: Ticket, attempt: Attempt, pauses: &[Duration], now: Timestamp) {
        if ticket.era != self.era {
            return;
        }
        let status = attempt.status;
        self.counts.attempts += 1;
        match status {
            Some(status) => *self.counts.answers.entry(status).or_default() += 1,
            None => self.counts.unanswered += 1,
        }
        let pause = self.records.get_mut(&ticket.number).and_then(|record| {
            let earlier = record.delivery.attempts.len();
            record.delivery.attempts.push(attempt);
            pauses.get(earlier).filter(|_| record.headers.is_none())
        });
        match (status, pause) {
            (Some(200..300), _) => self.end(ticket, DeliveryState::Delivered),
            (Some(400..500), _) => self.end(ticket, DeliveryState::Refused),
            (_, None) => self.end(ticket, DeliveryState::Exhausted),
            (_, Some(pause)) => {
                self.queue.insert((instant::after(now, *pause), order(ticket.number)), ticket.number);
                self.busy -= 1;
                self.done.notify_waiters();
            }
        }
    }

    pub(crate) fn end(&mut self, ticket: Ticket, state: DeliveryState) {
        if let Some(record) = self.records.get_mut(&ticket.number) {
            record.delivery.state = state;
        }
        *self.counts.ended.entry(state).or_default() += 1;
        self.busy -= 1;
        self.done.notify_waiters();
    }

    /// Ends what waits to be sent for a subscription.
    pub(crate) fn leave(&mut self, user: &str, channel_id: &str) {
        let Self { queue, records, counts, .. } = self;
        queue.retain(|_, number| {
            let Some(Record { delivery, .. }) = records.get_mut(number) else { return false };
            let leaves = delivery.user.as_deref() == Some(user) && delivery.channel_id.as_deref() == Some(channel_id);
            if leaves {
                delivery.state = DeliveryState::Ended;
                *counts.ended.entry(DeliveryState::Ended).or_default() += 1;
            }
            !leaves
        });
        self.polls.remove(&(user.to_owned(), channel_id.to_owned()));
        self.done.notify_waiters();
    }

    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.records.values().map(|record| record.delivery.clone()).collect()
    }

    /// Finds the first delivery of an id that was sent, as it was sent first.
    pub(crate) fn sent(&self, id: &str) -> Option<Record> {
        let mut found = self.records.values().filter(|record| record.delivery.id == id);
        found.find_map(|Record { delivery, .. }| {
            let attempt = delivery.attempts.first()?;
            let replay = Record::new(id.to_owned(), Cause::Replay, None, attempt.body.clone());
            Some(replay.with_headers(attempt.headers.clone()))
        })
    }

    pub(crate) fn hold(&mut self) {
        self.is_held = true;
        self.done.notify_waiters();
    }

    /// Lets held deliveries go; the order concerns those that are due.
    pub(crate) fn release(&mut self, release: ReleaseOrder, now: Timestamp) {
        self.is_held = false;
        if release == ReleaseOrder::Reversed {
            let later = self.queue.split_off(&(now, i64::MAX));
            let due = mem::replace(&mut self.queue, later);
            self.queue.extend(due.into_values().map(|number| ((now, -order(number)), number)));
        }
        self.wake.notify_one();
    }

    /// Tells whether nothing is on its way, and nothing about to be.
    pub(crate) fn is_idle(&self, now: Timestamp) -> bool {
        self.busy == 0 && self.floods.is_empty() && self.next_instant().is_none_or(|due| due > now)
    }

    /// Counts the deliveries that are to be sent, now or later.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Forgets the deliveries that have come to an end, and resets the counts.
    pub(crate) fn clear_ended(&mut self) {
        self.counts = DeliveryCounts::default();
        self.records.retain(|_, record| record.delivery.state == DeliveryState::Waiting);
        self.bodies = self.records.values().map(|record| record.delivery.body.len()).sum();
    }

    /// Forgets everything, whether it was sent or not.
    pub(crate) fn cleared(self) -> Self {
        self.wake.notify_one();
        self.done.notify_waiters();
        let Self { wake, done, next_number, era, .. } = self;
        Self { wake, done, next_number, era: era + 1, ..Self::default() }
    }

    fn forget_surplus(&mut self) {
        while self.records.len() > 1 && (self.records.len() > CAPACITY || self.bodies > BODIES_CAPACITY) {
            let has_ended = |record: &Record| record.delivery.state != DeliveryState::Waiting;
            let ended = self.records.iter().find(|(_, record)| has_ended(record)).map(|(number, _)| *number);
            let oldest = ended.or_else(|| self.records.keys().next().copied());
            let Some((number, record)) = oldest.and_then(|oldest| self.records.remove_entry(&oldest)) else { return };
            self.bodies -= record.delivery.body.len();
            if ended.is_none() {
                self.counts.dropped += 1;
                self.queue.retain(|_, queued| *queued != number);
            }
        }
    }
}

/// Has deliveries that are due together go out as they were made.
fn order(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
