//! The crate's promises, kept through its public API over real sockets.

mod calendars;
mod callback;
mod config;
mod errors;
mod events_list;
mod events_write;
mod oauth;
mod odd_answers;
mod pins;
mod raw;
mod refresh;
mod secrets;
mod support;
mod webhooks;
mod wire;
