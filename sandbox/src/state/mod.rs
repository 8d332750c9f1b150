//! What users and the token endpoint have: accounts, calendars, events, subscriptions, codes and tokens.

mod accounts;
mod calendars;
mod channels;
mod codes;
mod conference;
mod draft;
mod event;
mod events;
mod gone;
mod history;
mod ids;
mod listing;
mod original;
mod query;
mod recurrence;
mod series;
mod span;
mod tokens;
mod touched;
mod users;
mod writes;
mod zone;

pub use accounts::SyncState;
pub(crate) use accounts::{Account, Calendar};
pub use channels::WebhookChannel;
pub(crate) use codes::InvalidGrant;
pub(crate) use draft::{Draft, Problems};
pub(crate) use event::{Form, Spot};
pub(crate) use query::{Asked, Filter, Progress, Query};
pub(crate) use recurrence::{End, Rule};
pub(crate) use span::Span;
pub use tokens::IssuedTokens;
pub(crate) use tokens::{Access, Tokens};
pub(crate) use touched::Touched;
pub(crate) use users::User;
pub(crate) use writes::{Mode, Target, Written};
