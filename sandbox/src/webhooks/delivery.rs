//! What a test may find out about deliveries.

use std::{collections::BTreeMap, time::SystemTime};

use bytes::Bytes;

use super::disturbance::Tamper;
use crate::named::named;

/// Tells of a delivery and what became of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// Its `webhook-id`; copies and replays have that of the first
    pub id: String,
    /// What it was sent for
    pub cause: Cause,
    /// The user whose calendar changed; `None` if a test ordered it
    pub user: Option<String>,
    /// The channel that it belongs to; `None` if a test ordered it
    pub channel_id: Option<String>,
    /// The body before anybody changed it on its way
    pub body: Bytes,
    /// What is changed about it on its way
    pub tampered: Option<Tamper>,
    /// Whether it arrived
    pub state: DeliveryState,
    /// The attempts to send it that have come to an end, oldest first
    pub attempts: Vec<Attempt>,
}

/// Tells of one attempt to send a delivery.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// The instant of its end, by the system's clock and not by the sandbox's
    pub at: SystemTime,
    /// The headers of Standard Webhooks as they were sent, or whatever else a test had sent
    pub headers: Vec<(String, String)>,
    /// The body as it was sent
    pub body: Bytes,
    /// The status of the response; `None` if there was none
    pub status: Option<u16>,
    /// Why there was no response
    pub error: Option<String>,
}

/// Says what a delivery was sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Events changed.
    Change,
    /// A channel was established.
    InitialSync,
    /// A test asked for it.
    Command,
    /// A test had the delivery of the same id copied.
    Copy,
    /// A test had the delivery of the same id sent again.
    Replay,
}

named!(Cause {
    Change => "change",
    InitialSync => "initial_sync",
    Command => "command",
    Copy => "copy",
    Replay => "replay",
});

/// Tells how far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DeliveryState {
    /// It is to be sent, maybe not for the first time.
    Waiting,
    /// The application answered 2xx.
    Delivered,
    /// The application answered 4xx, which is final.
    Refused,
    /// No attempt was answered 2xx or 4xx, and there are no more.
    Exhausted,
    /// Its subscription ended before it arrived.
    Ended,
    /// The webhook URL is not one that the sandbox sends to.
    Unsendable,
}

named!(DeliveryState {
    Waiting => "waiting",
    Delivered => "delivered",
    Refused => "refused",
    Exhausted => "exhausted",
    Ended => "ended",
    Unsendable => "unsendable",
});

/// Counts deliveries; nothing is ever left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DeliveryCounts {
    /// Deliveries made, whatever for; not those forged
    pub made: usize,
    /// Attempts to send them
    pub attempts: usize,
    /// Attempts by the status of the response
    pub answers: BTreeMap<u16, usize>,
    /// Attempts without a response
    pub unanswered: usize,
    /// Deliveries that came to an end, by how
    pub ended: BTreeMap<DeliveryState, usize>,
    /// Deliveries that were dropped because too many were waiting
    pub dropped: usize,
    /// Forged deliveries sent
    pub forged: usize,
    /// Forged deliveries by the status of the response
    pub forged_answers: BTreeMap<u16, usize>,
    /// Forged deliveries without a response
    pub forged_unanswered: usize,
}

/// Chooses the order in which held deliveries go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ReleaseOrder {
    /// As they were made. The default.
    #[default]
    Made,
    /// The newest first.
    Reversed,
}

named!(ReleaseOrder { Made => "made", Reversed => "reversed" });
