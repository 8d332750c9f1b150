use std::time::Duration;

use super::signing::{SignedDelivery, new_id};
use crate::{named::named, random::Random};

/// Describes something that goes wrong with deliveries on their way.
///
/// It happens to one delivery unless [`times`](Self::times) or [`always`](Self::always) says otherwise. Disturbances
/// queue up: a delivery gets the first one that has not run out.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect_sandbox::{Disturbance, Tamper};
///
/// // The next delivery arrives three times, the one after that in a minute by the sandbox's clock.
/// Disturbance::new().copies(2);
/// Disturbance::new().delay(Duration::from_secs(60));
/// // Then someone changes five bodies on their way.
/// Disturbance::new().tamper(Tamper::Body).times(5);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing happens until `Sandbox::disturb_deliveries`"]
pub struct Disturbance {
    remaining: usize,
    skip: usize,
    pub(crate) copies: usize,
    pub(crate) delay: Duration,
    pub(crate) tamper: Option<Tamper>,
}

/// Says what is changed about a delivery after it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tamper {
    /// A space is added to the body, which means the same as JSON.
    Body,
    /// The header `webhook-id` is another one.
    Id,
    /// The header `webhook-timestamp` is a second later.
    Timestamp,
    /// Every signature begins with another byte.
    Signature,
}

named!(Tamper { Body => "body", Id => "id", Timestamp => "timestamp", Signature => "signature" });

impl Default for Disturbance {
    fn default() -> Self {
        Self { remaining: 1, skip: 0, copies: 0, delay: Duration::ZERO, tamper: None }
    }
}

impl Disturbance {
    /// Begins with one that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends the delivery this many times more, with the same id; 100 at most.
    pub fn copies(mut self, copies: usize) -> Self {
        self.copies = copies.min(100);
        self
    }

    /// Sends the delivery so much later by the sandbox's clock; those after it overtake it.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Changes the delivery after it was signed, in every attempt.
    pub fn tamper(mut self, tamper: Tamper) -> Self {
        self.tamper = Some(tamper);
        self
    }

    /// Disturbs so many deliveries.
    pub fn times(mut self, deliveries: usize) -> Self {
        self.remaining = deliveries;
        self
    }

    /// Disturbs every delivery.
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// Lets so many deliveries pass before.
    pub fn skip(mut self, deliveries: usize) -> Self {
        self.skip = deliveries;
        self
    }

    pub(crate) fn has_run_out(&self) -> bool {
        self.remaining == 0
    }

    /// Tells whether it is the turn of this one, and counts the delivery.
    pub(crate) fn take_turn(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.remaining != usize::MAX {
            self.remaining -= 1;
        }
        true
    }
}

impl Tamper {
    pub(crate) fn spoil(self, delivery: &mut SignedDelivery, ids: &Random) {
        match self {
            Self::Body => delivery.body = [&delivery.body[..], b" "].concat().into(),
            Self::Id => delivery.id = new_id(ids),
            Self::Timestamp => {
                let seconds: i64 = delivery.timestamp.parse().unwrap_or_default();
                delivery.timestamp = seconds.saturating_add(1).to_string();
            }
            Self::Signature => {
                let entries = delivery.signature.split(' ').map(begin_otherwise);
                delivery.signature = entries.collect::<Vec<_>>().join(" ");
            }
        }
    }
}

/// Changes the first byte of a signature: the first character of its base64.
fn begin_otherwise(entry: &str) -> String {
    let (version, encoded) = entry.split_once(',').unwrap_or_default();
    let other = if encoded.starts_with('A') { 'B' } else { 'A' };
    format!("{version},{other}{}", encoded.get(1..).unwrap_or_default())
}
