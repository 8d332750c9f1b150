//! Tests of the sandbox over real sockets.

mod admin;
mod authorize;
#[cfg(feature = "cli")]
mod cli;
mod clock;
mod connections;
mod events;
mod evidence;
mod fault_table;
mod faults;
mod listing;
mod permission;
mod robustness;
mod series;
mod server;
mod support;
mod tokens;
mod webhooks;
