//! Asks the service what its documentation leaves open, and compares it with what the SDK assumes.
//!
//! The program is for maintainers who have credentials. It creates events of its own in one calendar, and removes them.
//! [`run`] is the program without its terminal, for tests.

mod cleanup;
mod context;
mod dispute;
mod disputes;
mod login;
mod own;
mod report;
mod run;
mod settings;
mod wire;

pub use dispute::{Dispute, Verdict};
pub use disputes::all as disputes;
pub use login::Person;
pub use report::{Finding, Report};
pub use run::run;
pub use settings::{HELP, Settings};

/// What a step returns: its errors are for people.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
