//! Rust SDK for [Mobiscroll Connect](https://mobiscroll.com/docs/connect): one OAuth flow and one event model over
//! Google Calendar, Microsoft Outlook, Apple Calendar and CalDAV.
//!
//! ```no_run
//! # async fn run() -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::{Client, EventCreate, Provider, Tokens};
//!
//! let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://app.example.com/oauth/callback")?;
//! client.set_credentials(Tokens::new("ACCESS_TOKEN").with_refresh_token("REFRESH_TOKEN"));
//!
//! let noon: jiff::Timestamp = "2026-11-24T12:00:00Z".parse().expect("a fixed instant");
//! let one: jiff::Timestamp = "2026-11-24T13:00:00Z".parse().expect("a fixed instant");
//! let lunch = EventCreate::new(Provider::Google, "primary", "Lunch", noon, one).location("Canteen");
//! let event = client.events().create(lunch).await?;
//! println!("{} is in the calendar", event.id);
//! # Ok(())
//! # }
//! ```
//!
//! # Tasks
//!
//! **Ask a user for consent.** Send the browser to an address, and read what it brings back:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client, callback_url: String) -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::{AuthCallback, Scope};
//!
//! let state = "a random value, kept in the user's session";
//! let url = client.auth().generate_auth_url("user-123").scope(Scope::ReadWrite).state(state).build();
//! // The user's browser goes to `url`, and comes back to your redirect URI.
//! let code = AuthCallback::parse(&callback_url, state)?.code;
//! let tokens = client.auth().get_token(&code).await?;
//! # Ok(())
//! # }
//! ```
//!
//! **Serve many users** with one client: [`Client::for_user`] gives a handle with the user's own tokens over the same
//! connections.
//!
//! **Keep the tokens.** An access token lives an hour; the client refreshes it a little ahead, or when a call is refused,
//! once for all calls that are under way. Each refresh retires the refresh token, so give the client a [`TokenStore`], or
//! save what [`on_tokens_refreshed`](ClientBuilder::on_tokens_refreshed) brings and put it back with
//! [`set_credentials`](Client::set_credentials) after a restart. Before the process ends, [`Client::close`] waits for
//! what is under way. [`Client::auth_events`] tells who has to give consent again.
//!
//! **Read events**, page by page or as a stream:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
//! use futures_util::TryStreamExt;
//!
//! let page = client.events().list().page_size(50).send().await?;
//! println!("{} events, more: {}", page.events.len(), page.next_page_token.is_some());
//!
//! let mut events = client.events().list().stream();
//! while let Some(event) = events.try_next().await? {
//!     println!("{:?}", event.title);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! **Write events**: [`Events::create`], [`Events::update`], [`Events::delete`].
//!
//! **Hear of changes**: [`Webhooks::subscribe_webhook`], [`Webhooks::unsubscribe_webhook`].
//!
//! **Handle errors** by what to do next:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client) {
//! match client.calendars().list().await {
//!     Ok(calendars) => println!("{} calendars", calendars.calendars.len()),
//!     Err(error) if error.needs_reauthorization() => println!("send the user to the consent page"),
//!     Err(error) if error.is_retryable() => println!("try again in {:?}", error.retry_after()),
//!     Err(error) => println!("{}: {error}", error.code()),
//! }
//! # }
//! ```
//!
//! # Forward compatibility
//!
//! The service may say what this release has never heard: enums have a variant `Unknown` that keeps the text, models
//! are `#[non_exhaustive]`, members that are not known are passed over, and those that are optional may be missing or
//! `null`. The bindings are generated from `openapi.yaml`. What a newer contract adds is at hand after
//! `MOBISCROLL_CONNECT_OPENAPI=/path/to/newer.yaml cargo build` (an absolute path) with the feature `codegen`; new
//! endpoints through [`Client::raw`].
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with the certificates of the operating system |
//! | `native-tls` | no | TLS by the operating system's library |
//! | `schemars` | no | `schemars::JsonSchema` on the models |
//! | `codegen` | no | generates the bindings anew when building; costs build time |
//!
//! Types of these crates appear in the public interface: `futures-core`, `http` (headers of an error), `jiff`,
//! `reqwest` ([`ClientBuilder::http_client`]), `serde_json` (free-form members), and with its feature `schemars`.
//!
//! # What it is not for
//!
//! Calls run on Tokio; outside of it they are an `InvalidInput`. Failed calls are not repeated, apart from the one
//! repeat after a refresh.
//!
//! # Cancel safety
//!
//! Any call may be dropped at any point, by a time-out or `select!`. A refresh that it began goes on, is saved, and serves
//! the next call. What a write that was dropped has done at the service is not known.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod auth;
mod calendars;
mod call;
mod client;
mod error;
mod events;
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
    StoreFailure, StoreOperation,
};
pub use events::{EventDelete, EventPage, EventStream, Events, ListEvents, MalformedEvent};
pub use session::{AuthEvent, AuthEvents, HookOutcome, TokensHook};
pub use tokens::store::{LeaseOutcome, SaveIf, SaveOutcome, StoreFuture, StoredTokens, TokenStore};
pub use tokens::{MemoryTokenStore, Tokens};
pub use values::{RawJson, Secret, UnknownValue};
pub use webhooks::{SubscribeWebhook, UnsubscribeWebhook, Webhooks};

#[doc(inline)]
pub use raw::types::{
    AttendeeStatus, Availability, BlockedAccount, Calendar, CalendarEvent, Conference, ConferenceData,
    ConnectedAccount, ConnectionStatus, DisconnectResponse, EventAttendee, EventCreate, EventDeleteResponse,
    EventStatus, EventUpdate, Frequency, Health, Language, Privacy, Provider, RecurrenceRule, Scope, SeriesMode,
    SubscribeWebhookResponse, SyncState, Theme, UnsubscribeWebhookResponse, WebhookSubscription, Weekday,
};

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
