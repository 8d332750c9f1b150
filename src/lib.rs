//! Rust SDK for Mobiscroll Connect.

#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, unreachable_pub)]

mod answer;
mod auth;
mod calendars;
mod call;
mod client;
mod error;
mod events;
mod hook;
pub mod raw;
mod session;
mod tokens;
mod values;
mod webhooks;
mod wire;

pub use auth::{Auth, AuthCallback, AuthUrl, Disconnect};
pub use calendars::{CalendarList, Calendars};
pub use client::{Client, ClientBuilder};
pub use error::{
    ApiFailure, CallbackFailure, CallbackKind, DecodeFailure, Error, InputFailure, NetworkFailure, NetworkKind,
    StoreFailure,
};
pub use events::{EventDelete, EventPage, EventStream, Events, ListEvents, MalformedEvent};
pub use hook::{HookOutcome, TokensHook};
pub use tokens::Tokens;
pub use values::{RawJson, Secret, UnknownValue};
pub use webhooks::{SubscribeWebhook, UnsubscribeWebhook, Webhooks};

#[doc(inline)]
pub use raw::types::{
    AttendeeStatus, Availability, BlockedAccount, Calendar, CalendarEvent, Conference, ConferenceData,
    ConnectedAccount, ConnectionStatus, DisconnectResponse, EventAttendee, EventCreate, EventDeleteResponse,
    EventStatus, EventUpdate, Frequency, Health, Language, Privacy, Provider, RecurrenceRule, Scope, SeriesMode,
    SubscribeWebhookResponse, SyncState, Theme, UnsubscribeWebhookResponse, WebhookSubscription, Weekday,
};
