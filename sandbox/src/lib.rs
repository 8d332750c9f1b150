//! A local, in-memory imitation of the Mobiscroll Connect HTTP API.
//!
//! [`Sandbox`] serves the whole API on a loopback port: OAuth with rotating refresh tokens, connected accounts,
//! calendars, events and their series, webhooks. Nothing is signed up for, nothing leaves the machine unless
//! [`SandboxBuilder::webhooks_anywhere`] allows it, and everything is gone when the handle is dropped.
//!
//! ```
//! use mobiscroll_connect_sandbox::{Fault, Operation, Sandbox};
//!
//! # fn main() -> std::io::Result<()> {
//! let sandbox = Sandbox::start_blocking()?;
//! let tokens = sandbox.issue_tokens("alice");
//! let outage = sandbox.inject(Fault::on(Operation::ListCalendars).times(2).status(503));
//!
//! // Point the client under test at `sandbox.base_url()`, then look at what the server saw.
//! assert!(sandbox.base_url().ends_with("/api"));
//! assert_eq!(tokens.expires_in, 3600);
//! assert_eq!(outage.fired(), 0);
//! assert!(sandbox.requests().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What a test can do
//!
//! - Skip the browser: [`Sandbox::authorize`] gives a code, [`Sandbox::issue_tokens`] gives tokens.
//! - Or go through it: with [`Consent::Ask`] there is a page to choose accounts on, and to allow or deny.
//! - Expire and revoke credentials: [`Sandbox::expire_access_token`], [`Sandbox::revoke_grant`], [`Sandbox::advance`],
//!   [`Sandbox::set_access_token_ttl`]. Skew the clocks: [`Sandbox::rewind`], [`Sandbox::set_time`].
//! - Add any JSON to a list: [`Sandbox::add_event`].
//! - Do what users do in their own calendars: [`Sandbox::change_event`], [`Sandbox::remove_event`].
//! - Break things: [`Sandbox::inject`] with a [`Fault`].
//! - Freeze, reset, limit and swallow TCP connections: [`Fault::freeze`], [`Sandbox::freeze_connection`],
//!   [`Sandbox::swallow_handshakes`]. See them: [`Sandbox::tcp_connections`].
//! - Receive signed webhook deliveries, and disturb, replay or forge them: [`Sandbox::disturb_deliveries`],
//!   [`Sandbox::replay_webhook`], [`Sandbox::flood_webhook`]. See them: [`Sandbox::deliveries`].
//! - Rotate and revoke webhook keys, and sign what the test likes: [`Sandbox::rotate_webhook_key`],
//!   [`Sandbox::sign_webhook`].
//! - Look at the traffic: [`Sandbox::requests`], [`Sandbox::requests_of`], [`Sandbox::count`].
//! - See how tokens were handled: [`Sandbox::refreshes`], [`Sandbox::refresh_log`], [`Sandbox::grants_revoked`].
//! - Ask what events really were, and when: [`Sandbox::event_history`], [`Sandbox::event_at`].
//! - Delay responses, and limit the rate of requests: [`Sandbox::set_latency`], [`Sandbox::set_rate_limit`].
//! - Choose between the known forms of the service's responses: [`SandboxBuilder`].
//!
//! # What is real and what is made up
//!
//! Series are expanded by the crate `rrule` in the time zone of their calendar, for a century at most. An instance keeps
//! what was changed about it and follows its series in everything else; one that was deleted stays deleted. Ids have
//! each provider's own form. The records under `original` have the shape of each provider's API, and are made up from
//! the event: etags, sequence numbers and the like mean nothing.
//!
//! # From other languages
//!
//! The same methods are served as JSON over HTTP under `/_sandbox/`; `GET /_sandbox/` lists the routes. It asks for no
//! credentials: any process that reaches the port, which is on loopback only, can use it. [`SandboxBuilder::admin`] turns it
//! off.
//!
//! # The API's contract
//!
//! With the feature `contract`, every request and every response is checked against the contract of the API, an OpenAPI
//! document. Dropping a sandbox whose traffic departed from it panics with a list, so that the test fails. The page of
//! `ContractChecks` says what counts, and how a test allows what it does on purpose.
//!
//! # Features
//!
//! - `contract` (default): the checks against the contract.
//! - `compression` (default): responses in gzip, Brotli and zstd.
//! - `cli` (default): the program `mobiscroll-connect-sandbox`. As a dev-dependency, do without it.
#![forbid(unsafe_code)]

mod admin;
mod app;
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
mod http;
mod instant;
mod jwt;
mod latency;
mod named;
mod operation;
mod provider;
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
pub use state::{ChangeReason, EventChange, EventVersion, IssuedTokens, SyncState, WebhookChannel};
pub use webhooks::{
    Attempt, Cause, Delivery, DeliveryCounts, DeliveryState, Disturbance, Forgery, KeyStatus, ReleaseOrder,
    SignedDelivery, Signing, Tamper, WebhookKey,
};
pub use wire::{ConnectionCounts, ConnectionState, Freeze, SwallowedHandshakes, TcpConnection};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
