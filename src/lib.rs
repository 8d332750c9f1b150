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
//! once for all calls that are under way. Each refresh retires the refresh token, so give the client a [`TokenStore`]: in
//! files, in a database, encrypted (see the features below), or one of your own. Or save what
//! [`on_tokens_refreshed`](ClientBuilder::on_tokens_refreshed) brings and put it back with
//! [`set_credentials`](Client::set_credentials) after a restart. Before the process ends, [`Client::close`] waits for
//! what is under way. [`Client::auth_events`] tells who has to give consent again.
//!
//! **Read events**, page by page or as a stream:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
//! use futures_util::TryStreamExt;
//! use mobiscroll_connect::EventItem;
//!
//! let page = client.events().list().page_size(50).send().await?;
//! println!("{} events, more: {}", page.events.len(), page.next_page_token.is_some());
//!
//! let mut items = client.events().list().stream();
//! while let Some(item) = items.try_next().await? {
//!     match item {
//!         EventItem::Event(event) => println!("{:?}", event.title),
//!         EventItem::Malformed(odd) => eprintln!("cannot be read: {}", odd.reason),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! **Write events**: [`Events::create`], [`Events::update`], [`Events::delete`].
//!
//! **Hear of changes**: [`Webhooks::subscribe_webhook`], [`Webhooks::unsubscribe_webhook`]. What is delivered then is received
//! by the `webhook_router` of the module `axum` (a feature), or verified by `Webhooks::verify_webhook` (feature `webhooks`)
//! with the raw body:
//!
//! ```ignore
//! let app = axum::Router::new().nest("/webhooks", webhook_router(client, |delivery: WebhookDelivery| async move {
//!     queue.push(delivery).await
//! }));
//! ```
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
//! **Do without async** by the feature `blocking`: the same names, and calls that wait. Its module tells more.
//!
//! ```ignore
//! use mobiscroll_connect::blocking::Client;
//!
//! let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://app.example.com/oauth/callback")?;
//! for calendar in client.for_user("alice").calendars().list()? {
//!     println!("{}", calendar.id);
//! }
//! ```
//!
//! **Let failed calls be made again**: reads and deletes after a failure in passing, writes where they were surely not done;
//! [`RetryPolicy`] has the table. [`Client::with_options`] sets time-outs, deadlines, retries and headers for some calls;
//! [`Error::delivery`] tells what became of the request of a call that failed.
//!
//! **See what calls do** by the feature `tracing`: a span for each call and an event for each attempt, with the names that
//! OpenTelemetry's conventions give to HTTP clients; repeats, refreshes and what they came to. Neither queries nor
//! headers nor bodies are shown.
//!
//! # Forward compatibility
//!
//! The service may say what this release has never heard: enums have a variant `Unknown` that keeps the text, models
//! are `#[non_exhaustive]`, members that are not known are passed over, and those that are optional may be missing or
//! `null`. An answer that does not fit is read a second time: numbers in the place of texts as texts, optional members of
//! a wrong shape as missing. What no call can do without remains an [`Error::Decode`]: the `access_token`, the
//! `connections` of a user and the list of each provider, the list of `events`, the `event` and its `id` in the answer to
//! a write. Calendars and events without `id` or `provider`, and events whose `start`, `end` or `allDay` cannot be read,
//! are kept as [`MalformedItem`]s beside the others, and so are those of a webhook delivery. An answer that is an error
//! remains one, with its status, whatever its body is like. Webhook keys are passed over when their `key` or `alg` is not as
//! it should be.
//! The bindings are generated from `openapi.yaml`. What a newer contract adds is at hand after
//! `MOBISCROLL_CONNECT_OPENAPI=/path/to/newer.yaml cargo build` (an absolute path) with the feature `codegen`; new
//! endpoints through [`Client::raw`].
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with the certificates of the operating system |
//! | `rustls-no-provider` | no | TLS by rustls, with the cryptography that your program installs |
//! | `native-tls` | no | TLS by the operating system's library |
//! | `webhooks` | no | verifies webhook deliveries, by Ed25519; subscribing needs no feature |
//! | `axum` | no | the module `axum`: a receiver of deliveries; implies `webhooks` |
//! | `blocking` | no | the module `blocking`: the same without async |
//! | `tracing` | no | a span for each call, an event for each attempt and each refresh |
//! | `file` | no | `FileTokenStore`, for the processes of one machine |
//! | `encryption` | no | `EncryptedTokenStore`, which encrypts what another store keeps |
//! | `postgres` | no | `SqlTokenStore` over PostgreSQL, by sqlx; needs Rust 1.94 |
//! | `sqlite` | no | `SqlTokenStore` over SQLite, which is built in, by sqlx; needs Rust 1.94 |
//! | `schemars` | no | `schemars::JsonSchema` on the models |
//! | `testing` | no | the module `testing`, a conformance suite for your own [`TokenStore`] |
//! | `codegen` | no | generates the bindings anew when building; costs build time |
//!
//! Types of these crates appear in the public interface: `futures-core`, `http` (headers of an error or a delivery), `jiff`,
//! `reqwest` (settings of the [`ClientBuilder`]), `serde_json` (free-form members), and with their features `axum`,
//! `schemars` and `sqlx`.
//!
//! # What it is not for
//!
//! Calls run on Tokio; outside of it they are an `InvalidInput`, but for those of the feature `blocking`.
//!
//! # Cancel safety
//!
//! Any call may be dropped at any point, by a time-out or `select!`. A refresh that it began goes on, is saved, and serves
//! the next call. What a write that was dropped has done at the service is not known.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod backoff;
mod blocked_accounts;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
mod calendars;
mod call;
mod client;
mod error;
mod events;
mod health;
mod json;
mod models;
mod operation;
pub mod raw;
pub mod requests;
mod secret;
mod session;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod tokens;
mod transport;
mod webhooks;

pub use auth::{Auth, AuthCallback, AuthUrl};
pub use calendars::{CalendarList, Calendars};
pub use call::{Endpoint, Handle, Request, RequestOptions, RetryPolicy};
pub use client::{Client, ClientBuilder};
pub use error::{
    ApiFailure, AuthCallbackFailure, AuthCallbackKind, DecodeFailure, Error, InputFailure, NetworkFailure, NetworkKind,
    SendStatus, StoreFailure, StoreKind, WebhookFailure, WebhookKind,
};
pub use events::{EventDelete, EventItem, EventPage, EventStream, Events, IDEMPOTENCY_KEY};
pub use json::{MalformedItem, RawJson, UnknownValue};
pub use secret::Secret;
pub use session::{AuthEvent, AuthEvents, HookOutcome, TokenRotation, TokensHook};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use tokens::SqlTokenStore;
#[cfg(feature = "encryption")]
pub use tokens::{EncryptedTokenStore, EncryptionError, EncryptionKey};
#[cfg(feature = "file")]
pub use tokens::{FileStoreError, FileStoreErrorKind, FileTokenStore};
pub use tokens::{LeaseOutcome, MemoryTokenStore, SaveIf, SaveOutcome, StoreFuture, StoredTokens, TokenStore, Tokens};
pub use webhooks::Webhooks;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use webhooks::axum;
#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub use webhooks::{WebhookDelivery, WebhookKeys, WebhookOptions, verify_webhook_signature};

#[doc(inline)]
pub use models::{
    AttendeeStatus, Availability, BlockedAccount, Calendar, CalendarEvent, ChangeType, Conference, ConferenceData,
    ConnectedAccount, ConnectionStatus, DisconnectResponse, EventAttendee, EventCreate, EventDeleteResponse,
    EventStatus, EventUpdate, Frequency, Health, Language, Privacy, Provider, RecurrenceRule, Scope, SeriesMode,
    SubscribeWebhookResponse, SyncState, Theme, UnsubscribeWebhookResponse, WebhookDeliveryMetadata, WebhookEvent,
    WebhookSubscription, Weekday,
};

/// The sqlx whose pools a [`SqlTokenStore`] takes: a new version of it that does not fit the old one is a new version of
/// this crate that does not.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(no_inline)]
pub use sqlx;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
