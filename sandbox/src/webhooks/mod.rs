//! Webhook deliveries: what changed is signed and sent to the application's webhook URL.
//!
//! The [`Outbox`] holds what is to be sent and what became of it. The courier, a task of the server's thread, takes from
//! it what is due by the sandbox's clock.

mod change;
mod delivery;
mod disturbance;
mod flood;
mod key;
mod outbox;
mod signing;

pub(crate) use change::{Change, body, merge};
pub use delivery::{Attempt, Cause, Delivery, DeliveryCounts, DeliveryState, ReleaseOrder};
pub use disturbance::{Disturbance, Tamper};
pub(crate) use flood::Flood;
pub use flood::Forgery;
pub(crate) use key::Keyring;
pub use key::{KeyStatus, WebhookKey};
pub(crate) use outbox::{Outbox, Parcel, Poll, Record, Ticket};
pub use signing::{SignedDelivery, Signing};
pub(crate) use signing::{new_id, sign};
