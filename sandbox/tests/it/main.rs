//! Tests of the sandbox over real sockets.

#[cfg(feature = "cli")]

mod authorize;
mod browser;
mod cli;
mod connections;
mod consent;
mod consent_page;
mod dialects;
mod events;
mod faults;
mod input;
mod listing;
mod modes;
mod originals;
mod paging;
mod permission;
mod recurrence;
mod robustness;
mod seeds;
mod series;
mod server;
mod support;
mod tokens;
mod webhooks;
