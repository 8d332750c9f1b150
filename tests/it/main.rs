//! The crate's promises, kept through its public API over real sockets.

mod backoff;
mod calendars;
mod callback;
mod cancel;
mod compression;
mod config;
#[cfg(feature = "testing")]
mod conformance;
mod connections;
mod deadline;
mod delivery;
mod docs;
#[cfg(all(feature = "encryption", feature = "file", feature = "testing"))]
mod encryption;
mod error_subjects;
mod errors;
mod events_list;
mod events_write;
mod fault_table;
#[cfg(all(feature = "file", unix))]
mod file_crashes;
#[cfg(all(feature = "file", feature = "testing"))]
mod file_store;
mod flaky;
mod hostile;
mod hostile_calls;
#[cfg(feature = "axum")]
mod hostile_login;
mod http_seam;
mod lenient;
mod lineage;
mod login;
mod mutants;
mod oauth;
#[cfg(feature = "axum")]
mod oauth_axum;
mod odd_answers;
mod offboard;
mod pins;
mod promises;
mod properties;
mod rate_limit;
mod raw;
mod refresh;
mod requests;
mod response_table;
mod retry;
mod secrets;
mod seed;
mod session;
mod support;
#[cfg(feature = "rustls")]
mod tls;
mod token_answers;
mod unknown_members;
#[path = "../watch/mod.rs"]
mod watch;
#[cfg(all(feature = "axum", feature = "webhooks"))]
mod webhook_axum;
#[cfg(all(feature = "axum", feature = "webhooks"))]
mod webhook_cases;
#[cfg(all(feature = "axum", feature = "webhooks"))]
mod webhook_frameworks;
#[cfg(feature = "webhooks")]
mod webhook_keys;
#[cfg(feature = "webhooks")]
mod webhook_lenient;
#[cfg(feature = "webhooks")]
mod webhook_properties;
#[cfg(feature = "webhooks")]
mod webhook_receiver;
#[cfg(feature = "webhooks")]
mod webhook_vectors;
mod webhooks;
mod wire;
