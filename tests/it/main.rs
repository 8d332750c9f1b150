//! The crate's promises, kept through its public API over real sockets.

mod calendars;
mod callback;
mod cancel;
mod config;
mod errors;
mod events_list;
mod events_write;
mod flaky;
mod oauth;
mod odd_answers;
mod pins;
mod raw;
mod refresh;
mod secrets;
mod session;
mod support;
mod token_answers;
mod webhooks;
mod wire;
