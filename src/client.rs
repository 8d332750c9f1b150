//! The client, and how it is set up.

use std::env::VarError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::Url;

use crate::auth::Auth;
use crate::calendars::Calendars;
use crate::call::{Attempt, Bearer};
use crate::error::{Error, InputFailure};
use crate::events::Events;
use crate::options::{RequestOptions, Settings};
use crate::raw::{self, operations, types::Health};
use crate::retry::{Budget, RetryPolicy};
use crate::session::{AuthEvents, EventSender, Hook, Session, TokensHook, UnderWay, Users};
use crate::tokens::store::TokenStore;
use crate::tokens::{MemoryTokenStore, Tokens};
use crate::values::Secret;
use crate::webhooks::Webhooks;
#[cfg(feature = "webhooks")]
use crate::webhooks::{KeyStore, Receiving, WebhookKeys, WebhookOptions, keys_url};

pub(crate) const USER_AGENT: &str = concat!("mobiscroll-connect-rust/", env!("CARGO_PKG_VERSION"));

const BASE_URL: &str = "https://connect.mobiscroll.com/api";
const RETRY_BUDGET: u32 = 20;
const REFRESH_AHEAD: Duration = Duration::from_secs(60);
const REFRESH_LEASE: Duration = Duration::from_secs(60);
const SAVE_TIMEOUT: Duration = Duration::from_secs(30);
/// More than this for one of the three above is for ever, and still fits every clock.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A client of Mobiscroll Connect.
///
/// It holds a pool of connections and the credentials of users. Cloning is cheap, and clones share both: make one
/// client for the application, and ask it for a handle [for each user](Self::for_user). Calls need a Tokio runtime.
///
/// ```no_run
/// # async fn run() -> Result<(), mobiscroll_connect::Error> {
/// use mobiscroll_connect::{Client, Tokens};
///
/// let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://app.example.com/oauth/callback")?;
/// client.set_credentials(Tokens::new("ACCESS_TOKEN").with_refresh_token("REFRESH_TOKEN"));
/// for calendar in client.calendars().list().await? {
///     println!("{} {}", calendar.provider, calendar.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) app: Arc<App>,
    pub(crate) session: Arc<Session>,
    pub(crate) settings: Arc<Settings>,
    users: Arc<Users>,
}

/// What is common to all users of an application.
pub(crate) struct App {
    pub(crate) http: reqwest::Client,
    /// The time-out that `http` has for every request, if it is known
    pub(crate) http_timeout: Option<Duration>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) budget: Budget,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) redirect_uri: String,
    /// Client id and secret in Base64, as `Authorization` has them.
    pub(crate) basic: Secret,
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) hook: Option<Arc<Hook>>,
    pub(crate) refresh_ahead: Duration,
    pub(crate) refresh_lease: Duration,
    pub(crate) save_timeout: Duration,
    pub(crate) events: EventSender,
    pub(crate) under_way: UnderWay,
    #[cfg(feature = "webhooks")]
    pub(crate) webhooks: Receiving,
    base_url: Url,
}

impl Client {
    /// Makes a client with the defaults of [`builder`](Self::builder).
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

    /// Begins a client with other settings than the defaults.
    ///
    /// The arguments are those of the application in the Connect dashboard; the redirect URI must be the registered
    /// one to the letter.
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> ClientBuilder {
        ClientBuilder {
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            redirect_uri: redirect_uri.into(),
            base_url: BASE_URL.to_owned(),
            settings: Settings::default(),
            retry_budget: RETRY_BUDGET,
            http: None,
            transport: Transport::default(),
            store: Arc::new(MemoryTokenStore::new()),
            hook: None,
            refresh_ahead: REFRESH_AHEAD,
            refresh_lease: REFRESH_LEASE,
            save_timeout: SAVE_TIMEOUT,
            webhook_public_key: None,
            #[cfg(feature = "webhooks")]
            webhook_options: WebhookOptions::new(),
        }
    }

    /// Makes a client from environment variables: [`ClientBuilder::from_env`], with no further settings.
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

    /// The calendars of the connected accounts.
    pub fn calendars(&self) -> Calendars<'_> {
        Calendars::new(self)
    }

    /// The events in those calendars.
    pub fn events(&self) -> Events<'_> {
        Events::new(self)
    }

    /// Subscriptions to changes.
    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(self)
    }

    /// Returns a handle that acts for another user of the application: the same connections and settings, the user's own
    /// credentials.
    ///
    /// `user` is your own id for the user, under which the [store](ClientBuilder::token_store) keeps the tokens. Handles are
    /// cheap to make and to drop: make one for each request that you serve, or keep it. All handles for a user share the
    /// tokens in force, and a refresh of one user delays no other. The client's own credentials are those of the user
    /// with the empty id.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// let alice = client.for_user("alice");
    /// let calendars = alice.calendars().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn for_user(&self, user: impl AsRef<str>) -> Self {
        let session = self.users.session(user.as_ref());
        Self { session, ..self.clone() }
    }

    /// Returns a handle that makes its calls with other settings than this one; all else is the same.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use std::time::Duration;
    /// use mobiscroll_connect::RequestOptions;
    ///
    /// let hasty = client.with_options(RequestOptions::new().deadline(Duration::from_secs(2)));
    /// let calendars = hasty.calendars().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self { settings: Arc::new(self.settings.with(options)), ..self.clone() }
    }

    /// Returns the id of the user for whom this handle acts; it is empty for the client's own credentials.
    pub fn user(&self) -> &str {
        self.session.user()
    }

    /// Puts a user's tokens in force, in place of those before.
    ///
    /// They come from your storage, so [the hook](ClientBuilder::on_tokens_refreshed) does not hear of them; the
    /// [store](ClientBuilder::token_store) gets them before the first call uses them. A call that is under way does not
    /// go on with them: they may be another user's.
    pub fn set_credentials(&self, tokens: Tokens) {
        self.session.set(tokens);
    }

    /// Watches what happens to the users' authorizations from now on, those of all handles.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) {
    /// use mobiscroll_connect::AuthEvent;
    ///
    /// let mut events = client.auth_events();
    /// while let Some(event) = events.next().await {
    ///     if let AuthEvent::ReauthorizationNeeded { user, .. } = event {
    ///         println!("{user} has to give consent again");
    ///     }
    /// }
    /// # }
    /// ```
    pub fn auth_events(&self) -> AuthEvents {
        self.app.events.subscribe()
    }

    /// Waits for refreshes and saves that are under way, of all users, and tries once more to save what could not be saved.
    ///
    /// Call it before the process ends. The client can be used afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`] when new tokens are still not saved: [`Auth::credentials`] of their user has them.
    ///
    /// # Cancel safety
    ///
    /// What it waits for goes on when the future is dropped.
    pub async fn close(&self) -> Result<(), Error> {
        self.users.close().await
    }

    /// Asks the service how it is. Needs no credentials.
    ///
    /// Calls `GET /health`.
    ///
    /// # Errors
    ///
    /// [`Error::Network`] or [`Error::Server`] when it is not well.
    pub async fn health(&self) -> Result<Health, Error> {
        let reply = self.call(&operations::HEALTH, |api| async move { api.health().send().await });
        Ok(reply.await?.value)
    }

    /// Returns the generated client, with the credentials attached: a door to what the facade does not cover.
    ///
    /// It sends the access token that is in force when the request leaves, and does no more: it neither refreshes a
    /// token nor sorts errors. It follows `openapi.yaml` and the release of progenitor that made it, so it is
    /// **outside the semantic versioning promise** of this crate. Its errors print headers and bodies of answers.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) {
    /// match client.raw().list_calendars().send().await {
    ///     Ok(calendars) => println!("{} calendars, status {}", calendars.len(), calendars.status()),
    ///     Err(error) => println!("status {:?}", error.status()),
    /// }
    /// # }
    /// ```
    pub fn raw(&self) -> raw::Client {
        Attempt::new(self.app.clone(), Bearer::Current(self.session.clone())).into_client()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("client_id", &self.app.client_id)
            .field("base_url", &self.app.base_url())
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

impl App {
    /// The base URL without a slash at its end.
    pub(crate) fn base_url(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn server(&self) -> &Url {
        &self.base_url
    }

    /// Hangs a URL below the base URL on the origin instead.
    pub(crate) fn on_origin(&self, url: &Url) -> Url {
        let mut moved = url.clone();
        let prefix = self.base_url.path().trim_end_matches('/');
        if let Some(path) = url.path().strip_prefix(prefix) {
            moved.set_path(path);
        }
        moved
    }
}

/// Settings of a [`Client`].
///
/// ```no_run
/// # async fn save(_: mobiscroll_connect::Tokens) -> Result<(), std::io::Error> { Ok(()) }
/// # fn main() -> Result<(), mobiscroll_connect::Error> {
/// use std::time::Duration;
/// use mobiscroll_connect::{Client, Tokens};
///
/// let client = Client::builder("CLIENT_ID", "CLIENT_SECRET", "https://app.example.com/oauth/callback")
///     .timeout(Duration::from_secs(10))
///     .on_tokens_refreshed(|tokens: Tokens| async move { save(tokens).await })
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct ClientBuilder {
    client_id: String,
    client_secret: Secret,
    redirect_uri: String,
    base_url: String,
    settings: Settings,
    retry_budget: u32,
    http: Option<reqwest::Client>,
    transport: Transport,
    store: Arc<dyn TokenStore>,
    pub(crate) hook: Option<Hook>,
    refresh_ahead: Duration,
    refresh_lease: Duration,
    save_timeout: Duration,
    webhook_public_key: Option<String>,
    #[cfg(feature = "webhooks")]
    webhook_options: WebhookOptions,
}

impl ClientBuilder {
    /// Begins a client from environment variables.
    ///
    /// It reads `MOBISCROLL_CLIENT_ID`, `MOBISCROLL_CLIENT_SECRET`, `MOBISCROLL_REDIRECT_URI` and, unless they are empty,
    /// `MOBISCROLL_BASE_URL` and `MOBISCROLL_WEBHOOK_PUBLIC_KEY`.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when a variable is missing or is not Unicode.
    pub fn from_env() -> Result<Self, Error> {
        let mut client = Client::builder(
            variable("MOBISCROLL_CLIENT_ID")?,
            variable("MOBISCROLL_CLIENT_SECRET")?,
            variable("MOBISCROLL_REDIRECT_URI")?,
        );
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if is_set("MOBISCROLL_BASE_URL") {
            client = client.base_url(variable("MOBISCROLL_BASE_URL")?);
        }
        if is_set("MOBISCROLL_WEBHOOK_PUBLIC_KEY") {
            client.webhook_public_key = Some(variable("MOBISCROLL_WEBHOOK_PUBLIC_KEY")?);
        }
        Ok(client)
    }

    /// Sets where the service is. Default: `https://connect.mobiscroll.com/api`.
    ///
    /// `http` is for a server on your own machine or network: tokens and the client secret go out in the clear.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the answer. Default: 30 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.options(RequestOptions::new().timeout(timeout))
    }

    /// Sets how long a call may take in all, with its repeats and the pauses between them. Default: 60 seconds.
    ///
    /// A refresh that the call waits for goes on without it.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.options(RequestOptions::new().deadline(deadline))
    }

    /// Sets how failed calls are made again. Default: [`RetryPolicy::new`], with which calls are made three times at most.
    pub fn retry(self, retry: RetryPolicy) -> Self {
        self.options(RequestOptions::new().retry(retry))
    }

    /// Sets how many repeats the client makes at most while calls fail, in percent of the calls of that time. Default: 20.
    ///
    /// Ten it may make in any case, so that a client with few calls repeats them, too; they are to be had again when the
    /// share has covered them and calls go well. 0 is for none.
    pub fn retry_budget(mut self, percent: u32) -> Self {
        self.retry_budget = percent;
        self
    }

    /// Sets how long the body of an answer may be, in bytes. Default: 64 MiB. A longer one is an [`Error::Decode`].
    pub fn max_body(self, bytes: usize) -> Self {
        self.options(RequestOptions::new().max_body(bytes))
    }

    /// Sets how calls are made, as [`Client::with_options`] does it for a handle.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.settings = self.settings.with(options);
        self
    }

    /// Sets the HTTP client: for a proxy, for certificates of your own, or to share a pool of connections.
    ///
    /// Let it follow no redirects (`redirect::Policy::none()`): the service sends none, and credentials must not go
    /// where one leads. The [`timeout`](Self::timeout) set here takes the place of the client's own.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Adds a proxy to send requests through. By default the system's settings decide.
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.transport.proxies.push(proxy);
        self
    }

    /// Adds a certificate to trust beside those of the system, such as that of a company's own authority.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn root_certificate(mut self, certificate: reqwest::Certificate) -> Self {
        self.transport.certificates.push(certificate);
        self
    }

    /// Sets a closure that keeps new tokens, be they from a code or from a refresh.
    ///
    /// It has finished before the first request is sent with them; the [store](Self::token_store) has them before it.
    /// Annotate the arguments: the tokens, or the [user's id](Client::for_user) and the tokens. The closure may return
    /// nothing or a `Result`, at once or as a future:
    ///
    /// ```
    /// # fn write(_: &mobiscroll_connect::Tokens) -> std::io::Result<()> { Ok(()) }
    /// # async fn insert(_: mobiscroll_connect::Tokens) -> std::io::Result<()> { Ok(()) }
    /// # use mobiscroll_connect::{Client, Tokens};
    /// # let builder = || Client::builder("id", "secret", "https://app.example.com/callback");
    /// builder().on_tokens_refreshed(|tokens: Tokens| write(&tokens));
    /// builder().on_tokens_refreshed(|tokens: Tokens| async move { insert(tokens).await });
    /// builder().on_tokens_refreshed(|user: String, tokens: Tokens| println!("new tokens of {user}: {tokens:?}"));
    /// ```
    ///
    /// An error, a panic, or more time than the [save timeout](Self::save_timeout) reaches the caller as
    /// [`Error::TokenStore`], with the new tokens in force all the same: the old ones are retired. The closure is called
    /// again after a while, before the next refresh, and by [`Client::close`], until it succeeds. Calls that it makes
    /// itself for the same user are made with the new tokens.
    pub fn on_tokens_refreshed<Marker>(mut self, hook: impl TokensHook<Marker>) -> Self {
        self.hook = Some(hook.boxed());
        self
    }

    /// Sets what keeps the tokens of users. Default: a [`MemoryTokenStore`], which forgets them with the process.
    ///
    /// Calls look into it for a user whose tokens they do not have, refreshes by several processes take turns by it, and
    /// new tokens are in it before they are used.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Sets how long before its end an access token is refreshed. Default: 60 seconds.
    ///
    /// It is up to half as much more, by chance, so that a fleet does not refresh in one instant; and never more than a
    /// good third of a token's life.
    pub fn refresh_ahead(mut self, ahead: Duration) -> Self {
        self.refresh_ahead = ahead;
        self
    }

    /// Sets for how long one process may keep others from refreshing a user's tokens. Default: 60 seconds.
    ///
    /// A refresh that takes longer than three quarters of it is broken off. When a process dies in the middle of one,
    /// others wait for the rest of the time.
    pub fn refresh_lease(mut self, lease: Duration) -> Self {
        self.refresh_lease = lease;
        self
    }

    /// Sets how long one step of the [store](Self::token_store), or the [hook](Self::on_tokens_refreshed), may take.
    /// Default: 30 seconds.
    pub fn save_timeout(mut self, timeout: Duration) -> Self {
        self.save_timeout = timeout;
        self
    }

    /// Sets a key, such as `whpk_...`, to verify webhook deliveries with as long as none could be fetched.
    ///
    /// Once the service's own keys have been fetched, it counts no more. It has to be replaced whenever the service
    /// changes its key.
    #[cfg(feature = "webhooks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
    pub fn webhook_public_key(mut self, key: impl Into<String>) -> Self {
        self.webhook_public_key = Some(key.into());
        self
    }

    /// Sets how webhook deliveries are verified: tolerance and limits.
    #[cfg(feature = "webhooks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
    pub fn webhook_options(mut self, options: WebhookOptions) -> Self {
        self.webhook_options = options;
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when the client id, the client secret or the redirect URI is empty or unusable, when
    /// the base URL is not one, when the webhook key is none, or when TLS cannot be set up, such as on a machine without root certificates.
    pub fn build(self) -> Result<Client, Error> {
        let settings = [
            ("client id", self.client_id.as_str()),
            ("client secret", self.client_secret.expose()),
            ("redirect URI", &self.redirect_uri),
        ];
        if self.refresh_lease < Duration::from_millis(100) {
            return Err(InputFailure::new("the refresh lease is too short to refresh in").configuration());
        }
        for (name, value) in settings {
            if value.trim().is_empty() {
                return Err(InputFailure::new(format!("the {name} is empty")).configuration());
            }
        }
        if let Err(e) = Url::parse(&self.redirect_uri) {
            return Err(InputFailure::new("the redirect URI is not an absolute URL").source(e).configuration());
        }
        let base_url = base_url(&self.base_url)?;
        let (http, http_timeout) = match self.http {
            None => (self.transport.client(&base_url, self.settings.timeout)?, Some(self.settings.timeout)),
            Some(http) if self.transport.is_default() => (http, None),
            Some(_) => {
                let twice = "proxies and certificates are to be set on the `http_client`, if there is one";
                return Err(InputFailure::new(twice).configuration());
            }
        };
        let basic = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret.expose()));
        if HeaderValue::from_str(&self.client_id).is_err() {
            return Err(InputFailure::new("the client id has characters that no header takes").configuration());
        }
        #[cfg(feature = "webhooks")]
        let webhooks = Receiving {
            keys: KeyStore::of(keys_url(&base_url)),
            pinned: pinned(self.webhook_public_key)?,
            options: self.webhook_options,
        };

        let settings = Arc::new(self.settings);
        let app = Arc::new(App {
            http,
            http_timeout,
            settings: settings.clone(),
            budget: Budget::new(self.retry_budget),
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_uri: self.redirect_uri,
            basic: basic.into(),
            base_url,
            store: self.store,
            hook: self.hook.map(Arc::new),
            refresh_ahead: self.refresh_ahead.min(LONGEST),
            refresh_lease: self.refresh_lease.min(LONGEST),
            save_timeout: self.save_timeout.min(LONGEST),
            events: EventSender::default(),
            under_way: UnderWay::default(),
            #[cfg(feature = "webhooks")]
            webhooks,
        });
        let users = Arc::new(Users::new(app.clone()));
        Ok(Client { session: users.session(""), app, settings, users })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn variable(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|e| match e {
        VarError::NotPresent => InputFailure::new(format!("{name}: not set")).configuration(),
        // The error shows the value.
        VarError::NotUnicode(_) => InputFailure::new(format!("{name}: not Unicode")).configuration(),
    })
}

#[cfg(feature = "webhooks")]
fn pinned(key: Option<String>) -> Result<WebhookKeys, Error> {
    let keys = WebhookKeys::from_iter(&key);
    if key.is_some() && keys.is_empty() {
        return Err(InputFailure::new("the webhook key is not `whpk_` and 32 bytes in base64").configuration());
    }
    Ok(keys)
}

fn base_url(text: &str) -> Result<Url, Error> {
    let wrong = |why: &str| InputFailure::new(format!("the base URL {why}"));
    let url = Url::parse(text.trim()).map_err(|e| wrong("is not an absolute URL").source(e).configuration())?;
    let problem = match &url {
        url if !matches!(url.scheme(), "https" | "http") => "is neither https nor http",
        url if !url.has_host() => "has no host",
        url if !url.username().is_empty() || url.password().is_some() => "carries credentials",
        url if url.query().is_some() || url.fragment().is_some() => "carries a query or a fragment",
        _ => return Ok(url),
    };
    Err(wrong(problem).configuration())
}

/// How the client's own HTTP client is to be made.
#[derive(Default)]
struct Transport {
    proxies: Vec<reqwest::Proxy>,
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    certificates: Vec<reqwest::Certificate>,
}

impl Transport {
    fn is_default(&self) -> bool {
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        if !self.certificates.is_empty() {
            return false;
        }
        self.proxies.is_empty()
    }

    fn client(self, base_url: &Url, timeout: Duration) -> Result<reqwest::Client, Error> {
        let has_tls = cfg!(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"));
        if base_url.scheme() == "https" && !has_tls {
            let missing = "https needs the feature `rustls` or `native-tls`, or an `http_client` of your own";
            return Err(InputFailure::new(missing).configuration());
        }
        #[cfg(all(feature = "rustls-no-provider", not(any(feature = "rustls", feature = "native-tls"))))]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let missing =
                "the feature `rustls-no-provider` needs a default provider: `CryptoProvider::install_default`";
            return Err(InputFailure::new(missing).configuration());
        }
        // A redirect is an error, and the bearer must not follow it to another origin.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout);
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        let client = client.tls_certs_merge(self.certificates);
        let client = self.proxies.into_iter().fold(client, reqwest::ClientBuilder::proxy);
        client.build().map_err(|e| InputFailure::new("the HTTP client cannot be set up").source(e).configuration())
    }
}
