//! The client that waits, and how it is set up.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::calls::{Auth, Calendars, Events, Webhooks};
use super::driver::Driver;
use super::iter::AuthEvents;
use super::store::{self, Waiting};
use crate::error::Error;
use crate::options::RequestOptions;
use crate::raw::types::Health;
use crate::retry::RetryPolicy;
use crate::session::{self, TokensHook};
use crate::tokens::Tokens;
use crate::tokens::store::TokenStore;
use crate::values::Secret;
#[cfg(feature = "webhooks")]
use crate::webhooks::WebhookOptions;

/// A client of Mobiscroll Connect without async: as [`crate::Client`], with calls that wait.
///
/// See the [module](super) for an example, and for what it does on which thread.
#[derive(Clone)]
pub struct Client {
    pub(super) inner: crate::Client,
    pub(super) driver: Arc<Driver>,
}

impl Client {
    /// Makes a client: as [`crate::Client::new`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Result<Self, Error> {
        Self::builder(client_id, client_secret, redirect_uri).build()
    }

    /// Begins a client with other settings than the defaults: as [`crate::Client::builder`].
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> ClientBuilder {
        ClientBuilder(crate::Client::builder(client_id, client_secret, redirect_uri))
    }

    /// Makes a client from environment variables: as [`crate::Client::from_env`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::from_env`] and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// Authorization: consent, tokens, connected accounts.
    pub fn auth(&self) -> Auth<'_> {
        Auth::new(self)
    }

    /// Calendars.
    pub fn calendars(&self) -> Calendars<'_> {
        Calendars::new(self)
    }

    /// Events.
    pub fn events(&self) -> Events<'_> {
        Events::new(self)
    }

    /// Subscriptions to changes in calendars.
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(self)
    }

    /// Returns a handle that acts for a user: as [`crate::Client::for_user`].
    #[must_use]
    pub fn for_user(&self, user: impl AsRef<str>) -> Self {
        Self { inner: self.inner.for_user(user), driver: self.driver.clone() }
    }

    /// Returns a handle that makes its calls with other settings: as [`crate::Client::with_options`].
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self { inner: self.inner.with_options(options), driver: self.driver.clone() }
    }

    /// Returns the id of the user for whom this handle acts: as [`crate::Client::user`].
    pub fn user(&self) -> &str {
        self.inner.user()
    }

    /// Puts a user's tokens in force: as [`crate::Client::set_credentials`].
    pub fn set_credentials(&self, tokens: Tokens) {
        self.inner.set_credentials(tokens);
    }

    /// Watches what happens to the users' authorizations: as [`crate::Client::auth_events`], by iteration.
    pub fn auth_events(&self) -> AuthEvents {
        AuthEvents::new(self.inner.auth_events(), self.driver.waiter.clone())
    }

    /// Waits for refreshes and saves that are under way: as [`crate::Client::close`].
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`] when new tokens are still not saved.
    pub fn close(&self) -> Result<(), Error> {
        self.wait(|client| async move { client.close().await })
    }

    /// Asks the service how it is: as [`crate::Client::health`].
    ///
    /// # Errors
    ///
    /// [`Error::Network`] or [`Error::Server`] when it is not well.
    pub fn health(&self) -> Result<Health, Error> {
        self.wait(|client| async move { client.health().await })
    }

    /// Makes a call of the async client on the client's thread, and waits for it.
    pub(super) fn wait<T, Fut>(&self, call: impl FnOnce(crate::Client) -> Fut) -> Result<T, Error>
    where
        T: Send + 'static,
        Fut: Future<Output = Result<T, Error>> + Send + 'static,
    {
        self.driver.waiter.wait(call(self.inner.clone()))?
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// Settings of a [`Client`]: those of [`crate::ClientBuilder`], which tells about each.
#[must_use]
pub struct ClientBuilder(crate::ClientBuilder);

/// Passes settings on.
macro_rules! settings {
    ($($(#[$attribute:meta])? $name:ident: $value:ty,)*) => {
        $(
            $(#[$attribute])?
            #[doc = concat!("As [`", stringify!($name), "`](crate::ClientBuilder::", stringify!($name), ").")]
            pub fn $name(self, value: $value) -> Self {
                Self(self.0.$name(value))
            }
        )*
    };
}

impl ClientBuilder {
    settings! {
        base_url: impl Into<String>,
        timeout: Duration,
        deadline: Duration,
        retry: RetryPolicy,
        retry_budget: u32,
        max_body: usize,
        options: RequestOptions,
        http_client: reqwest::Client,
        proxy: reqwest::Proxy,
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        root_certificate: reqwest::Certificate,
        token_store: impl TokenStore,
        refresh_ahead: Duration,
        refresh_lease: Duration,
        save_timeout: Duration,
    }

    #[cfg(feature = "webhooks")]
    settings! {
        webhook_public_key: impl Into<String>,
        webhook_options: WebhookOptions,
    }

    /// Begins a client from environment variables: as [`crate::ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when a variable is missing or is not Unicode.
    pub fn from_env() -> Result<Self, Error> {
        crate::ClientBuilder::from_env().map(Self)
    }

    /// Sets a closure that keeps new tokens: as [`crate::ClientBuilder::on_tokens_refreshed`].
    ///
    /// It runs on a thread of its own, may block, and may call the client.
    pub fn on_tokens_refreshed<Marker>(mut self, hook: impl TokensHook<Marker>) -> Self {
        self.0.hook = Some(session::apart(hook.boxed()));
        self
    }

    /// Sets what keeps the tokens of users: as [`token_store`](Self::token_store), for a store that waits.
    pub fn waiting_token_store(self, store: impl store::TokenStore) -> Self {
        self.token_store(Waiting::new(store))
    }

    /// Makes the client, and starts its thread.
    ///
    /// # Errors
    ///
    /// As [`crate::ClientBuilder::build`], and when the system gives no thread.
    pub fn build(self) -> Result<Client, Error> {
        let inner = self.0.build()?;
        Ok(Client { driver: Driver::start(inner.clone())?, inner })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
