//! The handle that tests hold, and everything that they may do with it.

mod adjust;
mod connections;
mod history;
mod pace;
mod start;
mod state;
mod tokens;
mod traffic;
mod users;
mod webhooks;

use std::{fmt::Debug, net::SocketAddr, sync::Arc};

use crate::{app::App, applications::Applications, settings::Settings, snapshot::State, wire::Listener};

/// A running imitation of the API; dropping it closes its port and its connections.
///
/// It serves from a thread of its own, so tests may block, or pause the time of their runtime. Users come into being
/// when they authorize or when a method first names them, with an account at every provider. With
/// [`Consent::Ask`](crate::Consent::Ask),
/// authorizing gives them only the accounts that are chosen on the consent page.
///
/// # Panics
///
/// Dropping it panics when the traffic violated the API's contract; see the crate's page.
#[derive(Debug)]
pub struct Sandbox {
    base_url: String,
    origin: String,
    pub(crate) settings: Settings,
    /// The state that it started with
    initial: Option<State>,
    pub(crate) app: Arc<App>,
    listener: Arc<Listener>,
    /// Those opened beside it; an application has none
    pub(crate) applications: Option<Arc<Applications>>,
    /// What serves it, and stops when dropped. The handle needs to know no more of it. The admin API works through a
    /// handle without it.
    _server: Option<Box<dyn Debug + Send + Sync>>,
}

impl Sandbox {
    /// Gives the base URL for the client, such as `http://127.0.0.1:4010/api`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Gives the origin, such as `http://127.0.0.1:4010`, under which the webhook keys are served.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Gives the address that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Gives the id of the one registered application.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// Gives the secret of the one registered application.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.settings.client_secret
    }

    /// Gives the redirect URI of the one registered application.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.settings.redirect_uri
    }
}

#[cfg(feature = "contract")]
impl Drop for Sandbox {
    /// Panics when the traffic violated the API's contract, unless [`ContractChecks`] or
    /// [`take_violations`](Sandbox::take_violations) forbids it.
    ///
    /// [`ContractChecks`]: crate::ContractChecks
    fn drop(&mut self) {
        // The admin API's handle has no server. A second panic would abort the process and hide the first.
        if self._server.is_some()
            && !std::thread::panicking()
            && let Some(complaint) = self.app.monitor.complaint()
        {
            panic!("{complaint}");
        }
    }
}
