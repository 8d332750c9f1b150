//! Tests of the sandbox over real sockets.

mod authorize;
#[cfg(feature = "cli")]
mod cli;
mod connections;
mod contract;
mod events;
mod faults;
mod listing;
mod permission;
mod robustness;
mod series;
mod server;
mod support;
mod tokens;
mod webhooks;
