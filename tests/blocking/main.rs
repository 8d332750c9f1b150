//! The client without async.

mod nesting;
mod parity;
mod refresh;
mod support;
mod surface;
#[path = "../watch/mod.rs"]
mod watch;
