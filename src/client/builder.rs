//! Settings of a client.

use std::env::VarError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use url::Url;

use super::Client;
use crate::backoff::LONGEST_STEP;
use crate::call::{Budget, Caller, Pace, RateLimitScope, RequestOptions, RetryPolicy, Settings};
use crate::error::{Error, InputFailure};
use crate::secret::Secret;
use crate::session::{Hook, SessionSettings, Shared, Users};
use crate::tokens::{MemoryTokenStore, TokenStore};
use crate::transport::{self, AppCredentials, Connections, Middleware, Transport};
#[cfg(feature = "webhooks")]
use crate::webhooks::{Receiving, WebhookKeys, WebhookOptions};

const BASE_URL: &str = "https://connect.mobiscroll.com/api";
const RETRY_BUDGET: u32 = 20;
const REFRESH_AHEAD: Duration = Duration::from_secs(60);
const REFRESH_LEASE: Duration = Duration::from_secs(10);
const PRESENTATION_INTERVAL: Duration = Duration::from_secs(60);
const MAX_REFRESHES: usize = 64;
const IDLE_TIME: Duration = Duration::from_secs(5 * 60);
const MAX_IDLE_USERS: usize = 10_000;
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10 * 60);
const SAVE_TIMEOUT: Duration = Duration::from_secs(30);

/// Schemes that are neither for browsers nor an app's own.
const NO_REDIRECTS: [&str; 9] = ["about", "blob", "data", "file", "ftp", "javascript", "mailto", "ws", "wss"];

/// Settings of a [`Client`].
///
/// ```no_run
/// # async fn save(_: mobiscroll_connect::Tokens) -> Result<(), std::io::Error> { Ok(()) }
/// # fn main() -> Result<(), mobiscroll_connect::Error> {
/// use std::time::Duration;
/// use mobiscroll_connect::{Client, Tokens};
///
/// let client = Client::builder("CLIENT_ID", "CLIENT_SECRET", "https://example.com/callback")
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
    user_agent_product: Option<String>,
    settings: Settings,
    retry_budget: u32,
    rate_limit_scope: RateLimitScope,
    max_requests: Option<usize>,
    pub(super) connections: Connections,
    /// From the innermost to the outermost.
    pub(super) middleware: Vec<Middleware>,
    allow_http: bool,
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) hook: Option<Hook>,
    pub(super) refresh_ahead: Duration,
    pub(super) refresh_lease: Duration,
    pub(super) save_timeout: Duration,
    pub(super) presentation_interval: Duration,
    pub(super) max_refreshes: usize,
    pub(super) idle_time: Duration,
    pub(super) max_idle_users: usize,
    pub(super) login_timeout: Duration,
    pub(super) verify_subject: bool,
    trace_user_ids: bool,
    webhook_public_key: Option<String>,
    #[cfg(feature = "webhooks")]
    webhook_options: WebhookOptions,
}

impl ClientBuilder {
    pub(super) fn new(client_id: String, client_secret: Secret, redirect_uri: String) -> Self {
        Self {
            client_id,
            client_secret,
            redirect_uri,
            base_url: BASE_URL.to_owned(),
            user_agent_product: None,
            settings: Settings::default(),
            retry_budget: RETRY_BUDGET,
            rate_limit_scope: RateLimitScope::default(),
            max_requests: None,
            connections: Connections::default(),
            middleware: Vec::new(),
            allow_http: false,
            store: Arc::new(MemoryTokenStore::new()),
            hook: None,
            refresh_ahead: REFRESH_AHEAD,
            refresh_lease: REFRESH_LEASE,
            save_timeout: SAVE_TIMEOUT,
            presentation_interval: PRESENTATION_INTERVAL,
            max_refreshes: MAX_REFRESHES,
            idle_time: IDLE_TIME,
            max_idle_users: MAX_IDLE_USERS,
            login_timeout: LOGIN_TIMEOUT,
            verify_subject: true,
            trace_user_ids: false,
            webhook_public_key: None,
            #[cfg(feature = "webhooks")]
            webhook_options: WebhookOptions::new(),
        }
    }

    /// Starts building a client from environment variables.
    ///
    /// It reads `MOBISCROLL_CLIENT_ID`, `MOBISCROLL_CLIENT_SECRET`, `MOBISCROLL_REDIRECT_URI` and, unless they are
    /// empty, `MOBISCROLL_BASE_URL` and `MOBISCROLL_WEBHOOK_PUBLIC_KEY`.
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

    /// Sets the base URL of the service. Default: `https://connect.mobiscroll.com/api`.
    ///
    /// Over `http`, tokens and the client secret are sent in clear text: it is accepted for this machine (`localhost` and
    /// loopback addresses), and for others with [`allow_http`](Self::allow_http).
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Accepts a [base URL](Self::base_url) with `http` on another machine, such as in a test network. Default: `false`.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Appends your application's product to the `User-Agent` of every request, such as `agenda/1.2`.
    ///
    /// Default: the crate's own product alone, `mobiscroll-connect-rust/` and its version.
    pub fn user_agent_product(mut self, product: impl Into<String>) -> Self {
        self.user_agent_product = Some(product.into());
        self
    }

    /// Sets the timeout of one attempt, from connecting to the last byte of the response. Default: 30 seconds. Zero is
    /// an error.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.options(RequestOptions::new().timeout(timeout))
    }

    /// Sets the deadline of a call with all its attempts and the delays between them. Default: 60 seconds. Zero is an
    /// error.
    ///
    /// A refresh that the call waits for continues without it.
    pub fn deadline(self, deadline: Duration) -> Self {
        self.options(RequestOptions::new().deadline(deadline))
    }

    /// Sets the retry policy. Default: [`RetryPolicy::new`], up to 3 attempts.
    pub fn retry(self, retry: RetryPolicy) -> Self {
        self.options(RequestOptions::new().retry(retry))
    }

    /// Sets the retry budget: the extra requests that retries may add within a minute, in percent of its calls. Default:
    /// 20.
    ///
    /// The floor is 10 retries a minute, so that a client with few calls can retry. The budget refills with calls and
    /// with time. 0 disables retries.
    pub fn retry_budget(mut self, percent: u32) -> Self {
        self.retry_budget = percent;
        self
    }

    /// Sets which calls a [rate limit](Error::RateLimit) holds back. Default: [`RateLimitScope::User`].
    ///
    /// While the `Retry-After` of one call runs, the others of the same user wait instead of asking, too. A call whose
    /// [deadline](Self::deadline) ends earlier fails at once with [`Error::RateLimit`], whose
    /// [`retry_after`](Error::retry_after) is the rest of the time; nothing was sent. They are sent within a second after the
    /// end, not all at once. The longest `Retry-After` that counts is an hour.
    ///
    /// The service does not say what its limits are for. If they are for the application, choose
    /// [`RateLimitScope::Client`]: then one user's refused call holds back all.
    pub fn rate_limit_scope(mut self, scope: RateLimitScope) -> Self {
        self.rate_limit_scope = scope;
        self
    }

    /// Sets how many requests of calls, of all users, are in flight at the same time, at least 1. Default: no limit.
    ///
    /// Others wait, in the order in which they came and within their deadlines. Delays between attempts and refreshes do not
    /// count.
    pub fn max_concurrent_requests(mut self, max: usize) -> Self {
        self.max_requests = Some(max);
        self
    }

    /// Sets the cap on response bodies, in bytes, as they are after decompression. Default: 64 MiB. A longer body is an
    /// [`Error::Decode`].
    pub fn max_body(self, bytes: usize) -> Self {
        self.options(RequestOptions::new().max_body(bytes))
    }

    /// Sets the options of calls, as [`Client::with_options`] does for a handle.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.settings = self.settings.with(options);
        self
    }

    /// Records the [users' ids](Client::for_user) in traces, as `enduser.id`. Default: `false`, as they may be personal data.
    ///
    /// It needs the feature `tracing`.
    pub fn trace_user_ids(mut self, trace: bool) -> Self {
        self.trace_user_ids = trace;
        self
    }

    /// Sets a pinned key, such as `whpk_...`, to verify webhook deliveries with while none could be fetched.
    ///
    /// Once the service's keys are fetched, it is ignored. Replace it whenever the service rotates its key.
    #[cfg(feature = "webhooks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
    pub fn webhook_public_key(mut self, key: impl Into<String>) -> Self {
        self.webhook_public_key = Some(key.into());
        self
    }

    /// Sets the tolerance and the limits for webhook deliveries.
    #[cfg(feature = "webhooks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "webhooks")))]
    pub fn webhook_options(mut self, options: WebhookOptions) -> Self {
        self.webhook_options = options;
        self
    }

    /// Creates the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Configuration`] when the client id, the client secret or the redirect URI is empty or unusable, when
    /// the base URL, the webhook key or the User-Agent product is invalid, when the base URL is `http` on another machine
    /// without [`allow_http`](Self::allow_http), when the timeout or the deadline is zero, or when TLS cannot be set up,
    /// such as on a machine without root certificates.
    pub fn build(self) -> Result<Client, Error> {
        let settings = [
            ("client id", self.client_id.as_str()),
            ("client secret", self.client_secret.expose()),
            ("redirect URI", &self.redirect_uri),
        ];
        if self.refresh_lease < Duration::from_millis(100) {
            return Err(InputFailure::new("the refresh lease is shorter than 100 ms").configuration());
        }
        for (name, value) in settings {
            if value.trim().is_empty() {
                return Err(InputFailure::new(format!("the {name} is empty")).configuration());
            }
        }
        check_redirect_uri(&self.redirect_uri).map_err(InputFailure::configuration)?;
        self.settings.check().map_err(InputFailure::configuration)?;
        let base_url = transport::base_url(&self.base_url, self.allow_http)?;
        let timeout = self.settings.http.timeout;
        let (http, http_timeout) = self.connections.http_client(&base_url, timeout)?;
        let user_agent = transport::user_agent(self.user_agent_product.as_deref());
        let user_agent = user_agent.ok_or_else(|| {
            InputFailure::new("the product for `User-Agent` contains characters that are not allowed in a header")
                .configuration()
        })?;
        let basic = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret.expose()));
        // In Basic credentials, the first colon ends the client id.
        if HeaderValue::from_str(&self.client_id).is_err() || self.client_id.contains(':') {
            let wrong = "the client id contains a colon, or characters that are not allowed in a header";
            return Err(InputFailure::new(wrong).configuration());
        }
        if self.client_secret.expose().contains(['\r', '\n']) {
            let wrong = "the client secret has a line break, such as at the end of the file that it was read from";
            return Err(InputFailure::new(wrong).configuration());
        }
        #[cfg(feature = "webhooks")]
        let receiving = Arc::new(Receiving::new(&base_url, pinned(self.webhook_public_key)?, self.webhook_options));

        let app = AppCredentials {
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_uri: self.redirect_uri,
            basic: basic.into(),
        };
        let http_settings = self.settings.http.clone();
        let middleware = self.middleware;
        let transport = Transport::new(http, middleware, http_timeout, base_url, user_agent, app, http_settings);
        let transport = Arc::new(transport);
        let session_settings = SessionSettings {
            store: self.store,
            hook: self.hook.map(Arc::new),
            refresh_ahead: self.refresh_ahead.min(LONGEST_STEP),
            refresh_lease: self.refresh_lease.min(LONGEST_STEP),
            save_timeout: self.save_timeout.min(LONGEST_STEP),
            presentation_interval: self.presentation_interval.min(LONGEST_STEP),
            max_refreshes: self.max_refreshes,
            idle_time: self.idle_time,
            max_idle_users: self.max_idle_users,
            login_timeout: self.login_timeout.min(LONGEST_STEP),
            verify_subject: self.verify_subject,
            trace_user_ids: self.trace_user_ids,
        };
        let users = Arc::new(Users::new(Arc::new(Shared::new(transport.clone(), session_settings))));
        let caller = Caller {
            transport,
            session: users.session(""),
            settings: Arc::new(self.settings),
            budget: Arc::new(Budget::new(self.retry_budget)),
            pace: Arc::new(Pace::new(self.rate_limit_scope, self.max_requests)),
            deadline: None,
            recorder: None,
        };
        Ok(Client {
            caller,
            users,
            #[cfg(feature = "webhooks")]
            receiving,
        })
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

/// Refuses redirect URIs to which no browser or app could return with a code.
fn check_redirect_uri(uri: &str) -> Result<(), InputFailure> {
    let url = Url::parse(uri).map_err(|e| InputFailure::new("the redirect URI is not an absolute URL").source(e))?;
    // RFC 6749, section 3.1.2.
    if url.fragment().is_some() {
        return Err(InputFailure::new("the redirect URI has a fragment"));
    }
    // Schemes of an app's own are for native apps (RFC 8252).
    if NO_REDIRECTS.contains(&url.scheme()) {
        return Err(InputFailure::new(format!("the scheme {} is not allowed in a redirect URI", url.scheme())));
    }
    Ok(())
}

#[cfg(feature = "webhooks")]
fn pinned(key: Option<String>) -> Result<WebhookKeys, Error> {
    let keys = WebhookKeys::from_iter(&key);
    if key.is_some() && keys.is_empty() {
        return Err(InputFailure::new("the webhook key is not `whpk_` and 32 bytes in base64").configuration());
    }
    Ok(keys)
}
