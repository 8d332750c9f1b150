//! The blocking client and its settings.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::driver::Driver;
use super::iter::{AuthEvents, EventStream};
use super::store::{Blocking, BlockingTokenStore};
use crate::auth::{Auth, CompleteLogin};
use crate::calendars::Calendars;
use crate::call::{
    ApiResponse, Caller, Endpoint, Handle, RateLimitScope, Request, RequestOptions, RetryPolicy, Sealed,
};
use crate::error::Error;
use crate::events::Events;
use crate::metrics::Metrics;
use crate::params::{self, CheckHealth, ListEvents};
use crate::secret::Secret;
use crate::session::{self, TokensHook};
use crate::tokens::{TokenStore, Tokens};
use crate::transport::HttpClient;
use crate::webhooks::Webhooks;
#[cfg(feature = "webhooks")]
use crate::webhooks::{Receiver, Receiving, WebhookOptions};

/// A blocking client of Mobiscroll Connect: [`crate::Client`] without async.
///
/// See the [module](super) for an example, and for what runs on which thread.
#[derive(Clone)]
pub struct Client {
    pub(super) inner: crate::Client,
    pub(super) driver: Arc<Driver>,
}

impl Client {
    /// Creates a client: as [`crate::Client::new`].
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

    /// Starts building a client with other settings than the defaults: as [`crate::Client::builder`].
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> ClientBuilder {
        ClientBuilder(crate::Client::builder(client_id, client_secret, redirect_uri))
    }

    /// Creates a client from environment variables: as [`crate::Client::from_env`].
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::from_env`] and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// Authorization: consent, tokens, connected accounts.
    pub fn auth(&self) -> Auth<'_, Self> {
        Auth::new(self)
    }

    /// Calendars.
    pub fn calendars(&self) -> Calendars<'_, Self> {
        Calendars::new(self)
    }

    /// Events.
    pub fn events(&self) -> Events<'_, Self> {
        Events::new(self)
    }

    /// Subscriptions to changes in calendars.
    pub fn webhooks(&self) -> Webhooks<'_, Self> {
        Webhooks::new(self)
    }

    /// Returns a handle that acts for a user: as [`crate::Client::for_user`].
    #[must_use]
    pub fn for_user(&self, user: impl AsRef<str>) -> Self {
        Self { inner: self.inner.for_user(user), driver: self.driver.clone() }
    }

    /// Returns a handle with other options: as [`crate::Client::with_options`].
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self { inner: self.inner.with_options(options), driver: self.driver.clone() }
    }

    /// Returns the id of the user for whom this handle acts: as [`crate::Client::user`].
    pub fn user(&self) -> &str {
        self.inner.user()
    }

    /// Returns counts of what the client has done: as [`crate::Client::metrics`].
    pub fn metrics(&self) -> Metrics {
        self.inner.metrics()
    }

    /// Sets the user's credentials: as [`crate::Client::set_credentials`].
    pub fn set_credentials(&self, tokens: Tokens) {
        self.inner.set_credentials(tokens);
    }

    /// Replaces the user's credentials: as [`crate::Client::replace_credentials`].
    pub fn replace_credentials(&self, tokens: Tokens) {
        self.inner.replace_credentials(tokens);
    }

    /// Subscribes to the events of all users' authorizations: as [`crate::Client::auth_events`], as an iterator.
    pub fn auth_events(&self) -> AuthEvents {
        AuthEvents::new(self.inner.auth_events(), self.driver.waiter.clone())
    }

    /// Drains the refreshes and saves in flight: as [`crate::Client::close`].
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`] when new tokens are still not saved.
    pub fn close(&self) -> Result<(), Error> {
        self.wait(|client| async move { client.close().await })
    }

    /// Checks the health of the service: as [`crate::Client::health`].
    pub fn health(&self) -> Request<CheckHealth, Self> {
        Request::new(CheckHealth::new(), self.clone())
    }

    /// Creates a request from [parameters](crate::requests) that were stored or built separately.
    pub fn request<P: Endpoint>(&self, params: P) -> Request<P, Self> {
        Request::new(params, self.clone())
    }

    /// Runs calls of the generated client, and waits for them: as [`crate::Client::raw`], which says what it lacks.
    ///
    /// ```no_run
    /// # fn run(client: mobiscroll_connect::blocking::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let calendars = client.raw(|api| async move { api.list_calendars().send().await })??;
    /// println!("{} calendars, status {}", calendars.len(), calendars.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] on the client's own thread. What the calls result in is the value.
    pub fn raw<T, F, Fut>(&self, calls: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(crate::raw::Client) -> Fut,
        Fut: Future<Output = T> + Send + 'static,
    {
        self.driver.waiter.wait(calls(self.inner.raw()))
    }

    /// Runs a call of the async client on the client's thread, and waits for it.
    fn wait<T, Fut>(&self, call: impl FnOnce(crate::Client) -> Fut) -> Result<T, Error>
    where
        T: Send + 'static,
        Fut: Future<Output = Result<T, Error>> + Send + 'static,
    {
        self.driver.waiter.wait(call(self.inner.clone()))?
    }
}

impl<P: Endpoint> Request<P, Client> {
    /// Sends the request, and waits for the response.
    ///
    /// # Errors
    ///
    /// Those of the operation.
    pub fn send(self) -> Result<P::Output, Error> {
        let Self { params, client } = self;
        client.driver.waiter.wait(params.call(client.caller().clone()))?
    }

    /// Sends the request, and returns status and headers with the value: as the async
    /// [`send_with_response`](Request::send_with_response).
    ///
    /// # Errors
    ///
    /// Those of the operation.
    pub fn send_with_response(self) -> Result<ApiResponse<P::Output>, Error> {
        let Self { params, client } = self;
        let caller = client.caller().clone();
        client.driver.waiter.wait(async move { caller.call_with_response(params).await })?
    }
}

impl Request<CompleteLogin, Client> {
    /// Completes the login, waits for it, and returns a handle for its user.
    ///
    /// # Errors
    ///
    /// Those of [`Auth::complete_login`](crate::Auth::complete_login).
    pub fn send(self) -> Result<Client, Error> {
        let Self { params, client: Client { inner, driver } } = self;
        let inner = driver.waiter.wait(Request::new(params, inner).send())??;
        Ok(Client { inner, driver })
    }
}

impl Request<ListEvents, Client> {
    /// Reads every event of every page: as the async [`stream`](Request::stream), by iteration.
    #[doc(alias = "iter_all")]
    pub fn stream(self) -> EventStream {
        let Self { params, client } = self;
        EventStream::new(Request::new(params, client.inner).stream(), client.driver)
    }
}

params::accessors!(Client);

impl Handle for Client {}

impl Sealed for Client {
    fn caller(&self) -> &Caller {
        self.inner.caller()
    }
}

#[cfg(feature = "webhooks")]
impl Receiver for Client {
    fn receiving(&self) -> &Arc<Receiving> {
        self.inner.receiving()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// Settings of a [`Client`]: those of [`crate::ClientBuilder`], which documents each.
#[must_use]
pub struct ClientBuilder(crate::ClientBuilder);

/// Forwards settings.
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
        user_agent_product: impl Into<String>,
        timeout: Duration,
        deadline: Duration,
        retry: RetryPolicy,
        retry_budget: u32,
        rate_limit_scope: RateLimitScope,
        max_concurrent_requests: usize,
        max_body: usize,
        options: RequestOptions,
        http_client: reqwest::Client,
        connect_timeout: Duration,
        pool_idle_timeout: Duration,
        http_client_factory: impl Fn() -> reqwest::Result<reqwest::Client> + Send + Sync + 'static,
        pool_max_idle_per_host: usize,
        http2_keep_alive_interval: impl Into<Option<Duration>>,
        http1_only: bool,
        allow_http: bool,
        proxy: reqwest::Proxy,
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        root_certificate: reqwest::Certificate,
        token_store: impl TokenStore,
        refresh_ahead: Duration,
        refresh_lease: Duration,
        save_timeout: Duration,
        presentation_interval: Duration,
        max_concurrent_refreshes: usize,
        idle_time: Duration,
        max_idle_users: usize,
        login_timeout: Duration,
        verify_subject: bool,
        trace_user_ids: bool,
    }

    #[cfg(feature = "webhooks")]
    settings! {
        webhook_public_key: impl Into<String>,
        webhook_options: WebhookOptions,
    }

    /// Adds middleware around what sends HTTP requests: as [`crate::ClientBuilder::http_middleware`].
    pub fn http_middleware<C: HttpClient>(
        self,
        middleware: impl FnOnce(Arc<dyn HttpClient>) -> C + Send + Sync + 'static,
    ) -> Self {
        Self(self.0.http_middleware(middleware))
    }

    /// Starts building a client from environment variables: as [`crate::ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when a variable is missing or is not Unicode.
    pub fn from_env() -> Result<Self, Error> {
        crate::ClientBuilder::from_env().map(Self)
    }

    /// Sets the hook that persists new tokens: as [`crate::ClientBuilder::on_tokens_refreshed`].
    ///
    /// It runs on a thread of its own, may block, and may call the client.
    pub fn on_tokens_refreshed<Marker>(self, hook: impl TokensHook<Marker>) -> Self {
        Self(self.0.on_tokens_refreshed(hook).map_hook(session::on_blocking_thread))
    }

    /// Sets a blocking token store: as [`token_store`](Self::token_store), for a store that blocks.
    pub fn blocking_token_store(self, store: impl BlockingTokenStore) -> Self {
        self.token_store(Blocking::new(store))
    }

    /// Creates the client, and starts its thread.
    ///
    /// # Errors
    ///
    /// As [`crate::ClientBuilder::build`], and when the thread cannot be started.
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
