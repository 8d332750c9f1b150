//! The client without async.

mod nesting;
mod parity;
mod refresh;
mod support;
mod surface;
