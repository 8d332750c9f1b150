//! Tests of the sandbox over real sockets.

mod access;
mod admin;
#[cfg(feature = "cli")]
mod applications;
mod authorize;
mod browser;
mod channels;
#[cfg(feature = "cli")]
mod cli;
mod clock;
mod compression;
mod connections;
mod consent;
mod consent_page;
#[cfg(feature = "contract")]
mod contract;
mod deliveries;
mod dialects;
mod events;
mod evidence;
mod fault_table;
mod faults;
mod history;
mod input;
mod journal;
mod keys;
mod list_faults;
mod listing;
mod modes;
mod originals;
mod pace;
mod page;
mod paging;
mod permission;
mod receiver;
mod recurrence;
#[cfg(feature = "cli")]
mod reproducible;
mod robustness;
mod seeds;
mod series;
mod server;
mod state;
mod support;
mod token_dialects;
mod tokens;
#[cfg(feature = "contract")]
mod tolerated;
mod webhooks;
mod wire;
mod wire_http2;
