//! Shared by the benchmarks: a server in a process of its own, its data, and clients for it.

pub(crate) mod data;
pub(crate) mod server;

use std::time::Duration;

use mobiscroll_connect::{Client, RetryPolicy, Tokens};
use tokio::runtime::{Builder, Runtime};

pub(crate) const ACCESS_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJlLW9mLWEtdG9rZW4";

/// Reports whether this run is only a smoke test.
pub(crate) fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// Returns `usual`, or a fraction of it in the quick mode.
pub(crate) fn rounds(usual: usize) -> usize {
    if is_quick() { usual.div_ceil(50) } else { usual }
}

/// Creates a runtime on which all of the client's work runs on this thread, so that no other thread has to be measured.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

pub(crate) fn client(base_url: &str) -> Client {
    let client = Client::builder("client-id", "client-secret", "https://app.example/oauth/callback")
        .base_url(base_url)
        .retry(RetryPolicy::none())
        .build()
        .expect("settings");
    client.set_credentials(Tokens::new(ACCESS_TOKEN));
    client
}

/// The baseline: the HTTP client that the SDK creates for itself, with the same settings.
pub(crate) fn bare() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    client.timeout(Duration::from_secs(30)).user_agent("bare").build().expect("settings")
}
