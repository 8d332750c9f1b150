//! Rust SDK for [Mobiscroll Connect](https://mobiscroll.com/docs/connect): one OAuth flow and one event model over
//! Google Calendar, Microsoft Outlook, Apple Calendar and CalDAV.
//!
//! ```no_run
//! # async fn run() -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::{Client, EventCreate, Provider, Tokens};
//!
//! let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://example.com/callback")?;
//! let alice = client.for_user("alice");
//! alice.set_credentials(Tokens::new("ACCESS_TOKEN").with_refresh_token("REFRESH_TOKEN"));
//!
//! let noon: jiff::Timestamp = "2026-11-24T12:00:00Z".parse().expect("a fixed instant");
//! let one: jiff::Timestamp = "2026-11-24T13:00:00Z".parse().expect("a fixed instant");
//! let lunch = EventCreate::new(Provider::Google, "primary", "Lunch", noon, one);
//! let event = alice.events().create(lunch.location("Canteen")).await?;
//! println!("created {}", event.id);
//! # Ok(())
//! # }
//! ```
//!
//! [`guide`] has a page for each task: a web application with many users, tests, webhooks, and more.
//!
//! # Tasks
//!
//! **Serve many users** (multi-tenant): create one [`Client`] for the application. [`Client::for_user`] returns a
//! handle with the user's own tokens, over the same connection pool: see [`guide::web_application`].
//!
//! **Log a user in** (authorization code grant, without PKCE, which the service does not offer): begin a login for one of your
//! users, send the browser to its URL, and complete it with the callback. The sealed login, which you keep in the user's
//! session or a cookie, carries the user and a random state: the tokens go to no other user, and a forged callback (CSRF)
//! is refused. With the feature `axum`, `axum::oauth_router` does all of it:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client, callback_url: String) -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::Scope;
//!
//! let login = client.auth().begin_login("alice").scope(Scope::ReadWrite).start()?;
//! // Keep `login.seal()`. The user's browser goes to `login.url()`, and returns to your redirect URI.
//! let alice = client.auth().complete_login(callback_url, login.seal().clone()).await?;
//! assert_eq!(alice.user(), "alice");
//! # Ok(())
//! # }
//! ```
//!
//! A user is not forgotten, and cannot be another one by mistake: [`complete_login`](Auth::complete_login) takes no user.
//!
//! ```compile_fail
//! # async fn run(client: mobiscroll_connect::Client, query: String, seal: String) -> Result<(), mobiscroll_connect::Error> {
//! client.auth().complete_login("alice", query, seal).await?;
//! # Ok(())
//! # }
//! ```
//!
//! **End a user's account** (offboarding): [`Auth::offboard`] ends subscriptions, disconnects accounts, revokes the tokens and
//! erases the record, and reports each step.
//!
//! **Persist the tokens.** An access token expires after an hour. The client refreshes it ahead of expiry or after a
//! 401, with one single-flight refresh for all calls in flight. Connect uses refresh token rotation: each refresh
//! retires the refresh token. So give the client a [`TokenStore`], in files or in a database, encrypted or not:
//! [`guide::token_stores`] compares them. Without a store, persist new tokens in the hook
//! [`on_tokens_refreshed`](ClientBuilder::on_tokens_refreshed), and restore them with
//! [`set_credentials`](Client::set_credentials) after a restart. [`Client::auth_events`] reports which users must
//! authorize again.
//!
//! **Read calendars and events**, page by page, or as a stream that does the pagination:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
//! use futures_util::TryStreamExt;
//! use mobiscroll_connect::EventItem;
//!
//! let page = client.events().list().page_size(50).await?;
//! println!("{} events, more: {}", page.events.len(), page.next_page_token.is_some());
//!
//! let mut items = client.events().list().stream();
//! while let Some(item) = items.try_next().await? {
//!     match item {
//!         EventItem::Event(event) => println!("{:?}", event.title),
//!         EventItem::Malformed(item) => eprintln!("malformed: {}", item.reason),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! **Write events**: [`Events::create`], [`Events::update`], [`Events::delete`]. [`Events::create_once`] uses an
//! idempotency key, so that a lost response does not lead to a second event. [`guide::events`] covers all-day events,
//! time zones and recurrence.
//!
//! **Handle errors** by the action they call for; [`guide::errors`] maps them to HTTP statuses:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client) {
//! match client.calendars().list().await {
//!     Ok(calendars) => println!("{} calendars", calendars.calendars.len()),
//!     Err(error) if error.needs_reauthorization() => println!("authorize again"),
//!     Err(error) if error.is_retryable() => println!("retry in {:?}", error.retry_after()),
//!     Err(error) => println!("{}: {error}", error.code()),
//! }
//! # }
//! ```
//!
//! A rate limit is an [`Error::RateLimit`], with the delay of `Retry-After`. While that runs, other calls of the user wait, or
//! fail at once if their deadlines end earlier: [`ClientBuilder::rate_limit_scope`].
//!
//! **Call for many users at once**, with a bound: on the requests in flight of all tasks by
//! [`ClientBuilder::max_concurrent_requests`], and on the calls of one task by a stream:
//!
//! ```no_run
//! # async fn run(client: mobiscroll_connect::Client, users: Vec<String>) {
//! use futures_util::{StreamExt, stream};
//!
//! let calls = users.into_iter().map(|user| {
//!     let handle = client.for_user(&user);
//!     async move { (user, handle.calendars().list().await) }
//! });
//! let mut calendars = stream::iter(calls).buffer_unordered(16);
//! while let Some((user, calendars)) = calendars.next().await {
//!     println!("{user}: {:?}", calendars.map(|calendars| calendars.calendars.len()));
//! }
//! # }
//! ```
//!
//! **Receive changes by webhooks**: [`Webhooks::subscribe_webhook`], [`Webhooks::renew`], [`Webhooks::unsubscribe`]. A
//! `WebhookReceiver` (feature `webhooks`) verifies deliveries and handles each once, in any web framework; the module `axum`
//! (features `axum` and `webhooks`) has a router for it. [`guide::webhooks`] goes from the subscription to its renewal.
//!
//! ```no_run
//! # #[cfg(all(feature = "axum", feature = "webhooks"))]
//! # mod app {
//! use mobiscroll_connect::axum::webhook_router;
//! use mobiscroll_connect::{Client, WebhookDelivery, WebhookReceiver};
//!
//! fn routes(client: Client) -> axum::Router {
//!     let receiver = WebhookReceiver::new(client, handle);
//!     axum::Router::new().nest("/webhooks", webhook_router(receiver))
//! }
//!
//! async fn handle(delivery: WebhookDelivery) -> std::io::Result<()> {
//!     println!("{} events changed", delivery.events.len());
//!     Ok(())
//! }
//! # }
//! ```
//!
//! **Test your application** against the sandbox, a Connect server on loopback in the package
//! `mobiscroll-connect-sandbox`: [`guide::testing`] shows how, with expired tokens, errors and webhooks.
//!
//! **Send requests later.** Each operation returns a [`Request`]: `.await` sends it. Its parameters
//! are values of the module [`requests`], which can be stored and sent with [`Client::request`].
//!
//! # Retries
//!
//! Transient failures are retried: up to 3 attempts, with exponential backoff and full jitter. Reads and deletes are
//! retried after timeouts, broken connections and the statuses of an outage; writes only if the request was definitely
//! not sent or the service asks for a retry. [`RetryPolicy`] has the table. A retry budget limits the extra requests
//! during an outage.
//!
//! An attempt has a timeout of 30 seconds, and a call one deadline of 60 seconds for everything that it does: waits for a store,
//! a lease, a rate limit or a place, a refresh, all attempts, the fallback to a legacy path, and the searches of `create_once`.
//! A stream has a deadline for each page.
//! [`ClientBuilder`] sets both for a client, and [`Client::with_options`] for some calls, with retries and headers.
//! [`Error::send_status`] says whether the request of a failed call was sent.
//!
//! The exchange of an authorization code is sent once more if the connection broke or nothing came back, since a connection of
//! the pool may have been dead. A code is used up by the first request that arrives: if that was the lost one, the second is
//! refused, and the user must authorize again either way.
//!
//! # Connections
//!
//! Connecting ends after 10 seconds, idle connections are kept for 30, and an HTTP/2 connection with requests in flight that does
//! not answer a ping within 10 seconds is closed. After a timeout or a broken connection, later requests are sent over new
//! connections. [`ClientBuilder`] has the settings, and says what an [`http_client`](ClientBuilder::http_client) of your own must
//! have. `BENCHMARKS.md` lists what each fault of a connection costs.
//!
//! Responses are asked for in gzip, with the features `brotli` and `zstd` also in those, and decoded by reqwest.
//! [`max_body`](ClientBuilder::max_body) is about decoded bytes, so that a decompression bomb ends there. A content coding that was
//! not asked for is an [`Error::Decode`] that names it. The header `Accept-Encoding: identity` in [`RequestOptions`] declines
//! compression.
//!
//! [`HttpClient`] is the seam for HTTP: middleware that signs, counts or records requests, and stand-ins for tests.
//! [`Client::metrics`] has counters for a metrics library.
//!
//! # Tracing
//!
//! With the feature `tracing`, each call and each request to the token endpoint has a span, and each attempt, retry and
//! refresh an event. All have the target `mobiscroll_connect`; the fields follow OpenTelemetry's conventions for HTTP
//! clients. Work on tasks of its own, such as a page that is fetched ahead or a refresh, stays in the span that started it.
//!
//! | name | level | fields |
//! |---|---|---|
//! | span `connect.call` | info | `otel.name`, `otel.kind`, `otel.status_code`, `http.request.method`, `http.response.status_code`, `url.template`, `server.address`, `server.port`, `error.type`, `enduser.id` |
//! | "response received" | debug | `http.request.method`, `url.full`, `http.response.status_code`, `network.protocol.version`, `http.client.request.duration` |
//! | "no response" | debug | `http.request.method`, `url.full`, `error.type`, `http.client.request.duration` |
//! | "retrying after a delay" | info | `operation`, `error`, `delay` in seconds, `attempt`, from 2 on |
//! | "held back by a rate limit" | info | `operation`, `delay` in seconds |
//! | "not retried: the retry budget is spent" | warn | `operation`, `error` |
//! | "connections abandoned: later requests use new ones" | info | |
//! | "tokens received for a code", "tokens refreshed", "credentials set", "new tokens are superseded" | info | `enduser.id` |
//! | "waiting for the lease of another process" | info | `enduser.id`, `remaining` in seconds |
//! | "refresh failed", "new tokens are not saved yet" | warn | `enduser.id`, `error`, `next_try` in seconds |
//! | "the user must authorize again", "new tokens are superseded, and lost" | warn | `enduser.id`, `error` |
//! | "credentials that were set are older than the store's" | warn | `enduser.id` |
//! | "login not completed" | warn | `http.response.status_code`, `error` |
//! | "webhook delivery received" | debug | `webhook.id`, `http.response.status_code`, `outcome` |
//! | "webhook delivery not handled" | warn | `webhook.id`, `http.response.status_code`, `outcome` |
//! | "the replay memory failed" | warn | `error` |
//! | "webhook delivery rejected" | warn | `http.response.status_code`, `clock_offset` in seconds, `reason` |
//!
//! A span of your own, `agenda`, around a stream of two pages whose first call is retried and refreshes the tokens, with some
//! of the fields:
//!
//! ```text
//! agenda
//!   connect.call otel.name=GET /events http.response.status_code=200
//!     credentials set
//!     response received http.response.status_code=503 url.full=…/api/events?REDACTED
//!     retrying after a delay error=list_events: server error (503): Service Unavailable attempt=2
//!     response received http.response.status_code=401 url.full=…/api/events?REDACTED
//!     connect.call otel.name=POST /oauth/token http.response.status_code=200
//!       response received http.response.status_code=200 url.full=…/api/oauth/token
//!     tokens refreshed
//!     response received http.response.status_code=200 url.full=…/api/events?REDACTED
//!   connect.call otel.name=GET /events http.response.status_code=200
//!     response received http.response.status_code=200 url.full=…/api/events?REDACTED
//! ```
//!
//! `error` has the whole chain of causes in one line. `enduser.id` is recorded with [`ClientBuilder::trace_user_ids`] alone.
//! Query strings, headers and bodies are never recorded.
//!
//! # Blocking client
//!
//! The feature `blocking` adds a client without async: the same names, and `.send()` waits for the response. See the
//! module `blocking`.
//!
//! ```no_run
//! # #[cfg(feature = "blocking")]
//! # fn run() -> Result<(), mobiscroll_connect::Error> {
//! use mobiscroll_connect::blocking::Client;
//!
//! let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://example.com/callback")?;
//! for calendar in client.for_user("alice").calendars().list().send()? {
//!     println!("{}", calendar.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Graceful shutdown
//!
//! Before the process ends, await [`Client::close`]: it drains refreshes and saves in flight, and retries unsaved
//! tokens. [`guide::operation`] has an example, and the settings for production: timeouts, pool sizes, leases, clocks.
//!
//! # Cancel safety
//!
//! Any call may be dropped at any point, such as by a timeout or `select!`. A refresh that it started continues, is
//! saved, and serves the next call. The outcome of a dropped write is unknown.
//!
//! # Forward compatibility
//!
//! The service may send what this release does not know:
//!
//! - Enums are open: an unknown value is kept in the variant `Unknown`. `FromStr` accepts known values only, and
//!   returns an [`UnknownValueError`] for others.
//! - Models are `#[non_exhaustive]`. Optional members may be missing or `null`. Members newer than this release are in
//!   `unknown_members`, as they arrived, and of a delivery in `WebhookDelivery::raw`.
//! - Parsing is lenient: if a response does not match its model, numbers are accepted where strings are expected, and
//!   malformed optional members count as missing.
//! - Required members remain required, and their absence is an [`Error::Decode`]: the `access_token`, the `connections`
//!   of a user and the list of each provider, the list of `events`, the `event` and its `id` in the response to a
//!   write. So is a `nextPageToken` that is no text: without it, the list would seem to end.
//! - Calendars and events without `id` or `provider`, and events with a malformed `start`, `end` or `allDay`, are
//!   returned as [`MalformedItem`]s beside the others, also in a webhook delivery.
//! - An error response stays an error with its status, even if its body is malformed.
//! - Webhook keys with a malformed `key` or `alg` are ignored.
//!
//! The bindings are generated from `openapi.yaml`. To use a newer OpenAPI document, build with the feature `codegen`
//! and `MOBISCROLL_CONNECT_OPENAPI=/path/to/newer.yaml` (an absolute path). New operations and parameters are then methods of
//! the client; the build lists what in the document is not supported.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `gzip` | yes | responses in gzip; 8 crates |
//! | `brotli` | no | responses in Brotli; 4 crates beside those of `gzip` |
//! | `zstd` | no | responses in Zstandard; 3 crates beside those of `gzip`, and a library in C |
//! | `rustls` | yes | TLS by rustls, with the operating system's certificates |
//! | `rustls-no-provider` | no | TLS by rustls, with the crypto provider that your program installs |
//! | `native-tls` | no | TLS by the operating system's library |
//! | `webhooks` | no | verifies webhook deliveries (Ed25519); subscribing needs no feature |
//! | `axum` | no | the module `axum`: a router that logs users in, and with `webhooks` one that receives deliveries |
//! | `blocking` | no | the module `blocking`: the blocking client |
//! | `tracing` | no | a span for each call, an event for each attempt and each refresh |
//! | `file` | no | `FileTokenStore`, for the processes of one machine |
//! | `encryption` | no | `EncryptedTokenStore`, which encrypts the tokens in another store |
//! | `postgres` | no | `SqlTokenStore` for PostgreSQL, by sqlx; needs Rust 1.94 |
//! | `sqlite` | no | `SqlTokenStore` for SQLite (bundled), by sqlx; needs Rust 1.94 |
//! | `schemars` | no | `schemars::JsonSchema` on the models |
//! | `testing` | no | the module `testing`, a conformance suite for your own [`TokenStore`] |
//! | `codegen` | no | regenerates the bindings during the build; costs build time |
//!
//! Types of other crates appear in the public API, such as `http`, `jiff`, `reqwest` and `serde_json`:
//! [`guide::versioning`] lists them, and says what a version number promises.
//!
//! # Limits
//!
//! Calls need a Tokio runtime: outside of one they return an [`Error::InvalidInput`], except those of the blocking
//! client.
//!
//! The crate is tested on Linux. It has no code for Linux alone, so it is expected to run on macOS and Windows, where nobody has
//! tested it; there, files of `FileTokenStore` have the permissions of their folder. It does not compile for
//! `wasm32-unknown-unknown`: in browsers, reqwest has no settings of connections, and its futures are not `Send`. A browser is also
//! no place for the client secret.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
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
#[cfg(any(doc, doctest))]
pub mod guide;
mod health;
mod hmac;
mod json;
mod metrics;
mod models;
mod operation;
mod params;
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

pub use auth::{
    Auth, AuthCallback, CallbackParams, Login, OffboardAction, OffboardOutcome, OffboardReport, OffboardStep,
    PendingLogin,
};
pub use calendars::{CalendarList, Calendars};
pub use call::{ApiResponse, Endpoint, Handle, RateLimitScope, Request, RequestOptions, RetryPolicy};
pub use client::{Client, ClientBuilder};
pub use error::{
    ApiFailure, AuthCallbackFailure, AuthCallbackKind, DecodeFailure, Error, InputFailure, NetworkFailure, NetworkKind,
    SendStatus, StoreFailure, StoreKind, WebhookFailure, WebhookKind,
};
pub use events::{EventItem, EventPage, EventStream, Events, IDEMPOTENCY_KEY};
pub use json::{MalformedItem, RawJson, UnknownValue, UnknownValueError};
pub use metrics::Metrics;
pub use params::EventDelete;
pub use secret::Secret;
pub use session::{AuthEvent, AuthEvents, HookOutcome, TokenRotation, TokensHook};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use tokens::SqlTokenStore;
#[cfg(feature = "encryption")]
pub use tokens::{EncryptedTokenStore, EncryptionError, EncryptionKey};
#[cfg(feature = "file")]
pub use tokens::{FileStoreError, FileStoreErrorKind, FileTokenStore};
pub use tokens::{
    LeaseOutcome, MemoryTokenStore, Presented, SaveIf, SaveOutcome, StoreFuture, StoredTokens, StoredUser, TokenStore,
    Tokens,
};
pub use transport::{HttpClient, HttpError, HttpFuture};
#[cfg(all(feature = "webhooks", any(feature = "postgres", feature = "sqlite")))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "webhooks", any(feature = "postgres", feature = "sqlite")))))]
pub use webhooks::SqlReplayMemory;
#[cfg(feature = "webhooks")]
#[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
pub use webhooks::{
    LocalReplayMemory, ReplayClaim, ReplayFuture, ReplayMemory, Retention, WebhookDelivery, WebhookKeys,
    WebhookOptions, WebhookOutcome, WebhookReceiver, WebhookRejection, verify_webhook_signature,
};
pub use webhooks::{Renewal, Subscription, Webhooks};

#[doc(inline)]
pub use models::{
    AttendeeStatus, Availability, BlockedAccount, Calendar, CalendarEvent, ChangeType, Conference, ConferenceData,
    ConnectedAccount, ConnectionStatus, DisconnectResponse, EventAttendee, EventCreate, EventDeleteResponse,
    EventStatus, EventUpdate, Frequency, Health, Language, Privacy, Provider, RecurrenceRule, Scope, SeriesMode,
    SubscribeWebhookResponse, SyncState, Theme, UnsubscribeWebhookResponse, WebhookDeliveryMetadata, WebhookEvent,
    Weekday,
};

/// The version of sqlx whose pools a [`SqlTokenStore`] takes. A breaking release of sqlx is a breaking release of this
/// crate.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(no_inline)]
pub use sqlx;

#[doc = include_str!("../README.md")]
#[cfg(all(doctest, feature = "axum", feature = "webhooks"))]
struct Readme;
