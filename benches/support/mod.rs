//! What the benchmarks share: a server in a process of its own, its data, and clients before it.

pub(crate) mod data;
pub(crate) mod server;

use std::time::Duration;

use mobiscroll_connect::{Client, RetryPolicy, Tokens};
use tokio::runtime::{Builder, Runtime};

pub(crate) const ACCESS_TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEiLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJlLW9mLWEtdG9rZW4";

/// Tells whether the benchmarks are only to be seen to work.
pub(crate) fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// `usual`, or next to nothing in the quick mode.
pub(crate) fn rounds(usual: usize) -> usize {
    if is_quick() { usual.div_ceil(50) } else { usual }
}

/// All of the client's work is done on this thread, so that there is nothing else to count.
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

/// What users would write instead: the HTTP client that the SDK makes for itself, with the settings that it has there.
pub(crate) fn bare() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    client.timeout(Duration::from_secs(30)).user_agent("bare").build().expect("settings")
}
