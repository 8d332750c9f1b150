//! A local, in-memory server with the Mobiscroll Connect HTTP API.
//!
//! [`Sandbox`] serves the whole API on a loopback port: OAuth with refresh token rotation, connected accounts, calendars,
//! events and recurring series, webhooks. It needs no account, sends nothing to other machines unless
//! [`SandboxBuilder::webhooks_anywhere`] allows it, and forgets everything when the handle is dropped.
//!
//! ```
//! use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
//!
//! # fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::start_blocking()?;
//! let tokens = sandbox.issue_tokens("alice");
//! let outage = sandbox.inject(Fault::on(Operation::ListCalendars).times(2).status(503));
//!
//! // Point the client under test at `sandbox.base_url()`, then check what the server received.
//! assert!(sandbox.base_url().ends_with("/api"));
//! assert_eq!(tokens.expires_in, 3600);
//! assert_eq!(outage.fired(), 0);
//! assert!(sandbox.journal().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What a test can do
//!
//! - Skip the browser: [`Sandbox::authorize`] returns a code, [`Sandbox::issue_tokens`] returns tokens. With
//!   [`Consent::Ask`] there is a consent page instead.
//! - Expire and revoke credentials: [`Sandbox::expire_access_token`], [`Sandbox::revoke_grant`], [`Sandbox::advance`],
//!   [`Sandbox::set_access_token_ttl`]. Move or freeze the clock: [`Sandbox::set_time`], [`Sandbox::freeze_time`].
//! - Get the same ids, tokens and keys in every run: [`SandboxBuilder::random_seed`].
//! - Start from a state, and return to it: [`State`], [`Sandbox::import_state`].
//! - List any JSON as an event: [`Sandbox::add_event`]. Change events as users do in their own calendars:
//!   [`Sandbox::change_event`], [`Sandbox::remove_event`].
//! - Inject faults: [`Sandbox::inject`] with a [`Fault`].
//! - Freeze, reset, throttle and drop TCP connections: [`Fault::freeze`], [`Sandbox::freeze_connection`],
//!   [`Sandbox::swallow_handshakes`]. List them: [`Sandbox::tcp_connections`].
//! - Receive signed webhook deliveries; disturb, replay or forge them: [`Sandbox::disturb_deliveries`],
//!   [`Sandbox::replay_webhook`], [`Sandbox::flood_webhook`]. List them: [`Sandbox::deliveries`].
//! - Rotate and revoke webhook keys, and sign any body: [`Sandbox::rotate_webhook_key`], [`Sandbox::sign_webhook`].
//! - List the requests: [`Sandbox::requests`], [`Sandbox::requests_of`], [`Sandbox::count`]. List those that were not
//!   understood: [`Sandbox::journal`].
//! - Follow the use of tokens: [`Sandbox::refreshes`], [`Sandbox::refresh_log`], [`Sandbox::grants_revoked`].
//! - Get an event as it was at an instant: [`Sandbox::event_history`], [`Sandbox::event_at`].
//! - Delay and limit responses: [`Sandbox::set_latency`], [`Sandbox::set_rate_limit`].
//! - Choose between the forms in which the service is known to respond: [`SandboxBuilder`].
//!
//! # What is real and what is made up
//!
//! Series are expanded by the crate `rrule` in the time zone of their calendar, for a century at most. An instance keeps
//! its own changes and follows its series otherwise; a deleted one stays deleted. Ids have each provider's own form. The
//! records under `original` have the shape of each provider's API, with made-up values: etags, sequence numbers and the
//! like mean nothing.
//!
//! # From other languages
//!
//! The same methods are served as JSON over HTTP under `/_sandbox/`; `GET /_sandbox/` lists the routes, and a browser gets
//! a page there. It needs no credentials: any program that reaches the port, which is on loopback unless
//! [`SandboxBuilder::listen`] says otherwise, can use it. Web pages of other origins cannot. [`SandboxBuilder::admin`]
//! disables it.
//!
//! # The API's contract
//!
//! With the feature `contract`, every request and every response is checked against the contract of the API, an OpenAPI
//! document. Dropping a sandbox whose traffic violates it panics with a list, so that the test fails. The page of
//! `ContractChecks` says what counts, and how a test allows what it does on purpose.
//!
//! # Features
//!
//! - `contract` (default): the checks against the contract.
//! - `compression` (default): responses in gzip, Brotli and zstd.
//! - `cli` (default): the program `mobiscroll-connect-sandbox`. Disable it in a dev-dependency.
#![forbid(unsafe_code)]

mod access;
mod admin;
mod app;
mod applications;
mod body;
mod builder;
mod clock;
#[cfg(feature = "compression")]
mod compress;
mod connection;
mod consent;
#[cfg(feature = "contract")]
mod contract;
mod courier;
mod error;
mod evidence;
mod fault;
mod html;
mod http;
mod instant;
mod journal;
mod jwt;
mod latency;
mod named;
mod operation;
mod provider;
mod random;
mod rate_limit;
mod record;
mod request;
mod routes;
mod sandbox;
mod scope;
mod script;
pub mod seed;
mod server;
mod service;
mod settings;
mod snapshot;
mod state;
mod webhooks;
mod wire;

pub use builder::SandboxBuilder;
#[cfg(feature = "compression")]
pub use compress::Coding;
#[cfg(feature = "contract")]
pub use contract::{ContractChecks, Side, Tolerated, Violation};
pub use evidence::{PresentedToken, RevocationReason, RevokedGrant, TokenCounts};
pub use fault::{Fault, FaultHandle};
pub use journal::{Journal, JournalEntry, JournalProblem};
pub use latency::Latency;
pub use named::UnknownName;
pub use operation::Operation;
pub use provider::Provider;
pub use rate_limit::RateLimit;
pub use record::{RecordedRequest, RequestCounts};
pub use sandbox::Sandbox;
pub use scope::Scope;
pub use seed::Seed;
pub use settings::{
    AccessTokenDialect, CalendarIdDialect, ChannelDialect, ConferenceDialect, Consent, CreateStatus, DateDialect,
    DeleteDialect, ExpiresInDialect, InitialSyncDialect, RedirectUriRule, RefreshDialect, RefreshRefusal, ReuseRule,
    ScopeDenial, WebhookEcho, WriteDialect,
};
pub use snapshot::{State, StateError};
pub use state::{ChangeReason, EventChange, EventVersion, IssuedTokens, SyncState, WebhookChannel};
pub use webhooks::{
    Attempt, Cause, Delivery, DeliveryCounts, DeliveryState, Disturbance, Forgery, KeyStatus, ReleaseOrder,
    SignedDelivery, Signing, Tamper, WebhookKey,
};
pub use wire::{ConnectionCounts, ConnectionState, Freeze, SwallowedHandshakes, TcpConnection};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
