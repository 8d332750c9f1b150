//! A sandbox that answers what a target makes up, and a client before it, over real sockets.

use std::sync::OnceLock;

use mobiscroll_connect::{Client, RetryPolicy, Tokens};
use mobiscroll_connect_sandbox::{Sandbox, Seed};
use tokio::runtime::{Builder, Runtime};

pub const ACCESS_TOKEN: &str = "MARKED-access-token";

pub struct Stage {
    pub runtime: Runtime,
    pub sandbox: Sandbox,
    pub client: Client,
}

/// The one stage of all runs of a target, with nothing left of the last one.
pub fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    let stage = STAGE.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sandbox = runtime.block_on(Sandbox::builder().seed(Seed::Empty).start()).expect("a port");
        let client = Client::builder(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uri())
            .base_url(sandbox.base_url())
            .retry(RetryPolicy::none())
            .build()
            .expect("settings");
        Stage { runtime, sandbox, client }
    });
    stage.sandbox.clear_requests();
    stage.sandbox.clear_faults();
    stage.client.set_credentials(Tokens::new(ACCESS_TOKEN));
    stage
}
