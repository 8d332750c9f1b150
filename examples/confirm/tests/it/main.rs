//! Runs against the sandbox: what is reported, and what is left behind.

mod cleanup;
mod cli;
mod dialects;
mod proxy;
mod support;
mod tables;
