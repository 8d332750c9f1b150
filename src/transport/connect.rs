//! How the client's own HTTP client is made.

use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use super::http::{Connector, ReqwestClient};
use crate::backoff::LONGEST_STEP;
use crate::error::{Error, InputFailure};

/// The shortest interval between pings. A connection whose ping gets no response within half of it is left.
const SHORTEST_PING: Duration = Duration::from_secs(1);

/// Settings of the client's own HTTP client.
#[derive(Clone)]
pub(crate) struct Connect {
    pub(crate) proxies: Vec<reqwest::Proxy>,
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    pub(crate) certificates: Vec<reqwest::Certificate>,
    pub(crate) connect_timeout: Duration,
    /// How long a connection without a request is kept.
    pub(crate) pool_idle_timeout: Duration,
    pub(crate) pool_max_idle_per_host: usize,
    /// How often an HTTP/2 connection with requests in flight is checked by a ping, if at all.
    pub(crate) http2_keep_alive: Option<Duration>,
    pub(crate) http1_only: bool,
    /// The first setting that was changed, which an HTTP client of the application's own has no use for.
    changed: Option<&'static str>,
}

impl Default for Connect {
    fn default() -> Self {
        Self {
            proxies: Vec::new(),
            #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
            certificates: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            // Shorter than what load balancers usually allow, which is a minute.
            pool_idle_timeout: Duration::from_secs(30),
            pool_max_idle_per_host: usize::MAX,
            http2_keep_alive: Some(Duration::from_secs(20)),
            http1_only: false,
            changed: None,
        }
    }
}

impl Connect {
    /// Notes that a setting was changed.
    pub(crate) fn change(&mut self, setting: &'static str) -> &mut Self {
        self.changed.get_or_insert(setting);
        self
    }

    /// Checks what a client for this base URL needs.
    fn check(base_url: &Url) -> Result<(), Error> {
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
        Ok(())
    }

    /// Makes a client, with a connection pool of its own.
    fn client(&self, timeout: Duration) -> reqwest::Result<reqwest::Client> {
        // A redirect is an error: the access token must not follow it to another origin.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .connect_timeout(self.connect_timeout.min(LONGEST_STEP))
            .pool_idle_timeout(self.pool_idle_timeout.min(LONGEST_STEP))
            .pool_max_idle_per_host(self.pool_max_idle_per_host);
        let client = match self.http2_keep_alive {
            Some(interval) => {
                let interval = interval.min(LONGEST_STEP);
                client.http2_keep_alive_interval(interval).http2_keep_alive_timeout(interval / 2)
            }
            None => client,
        };
        let client = if self.http1_only { client.http1_only() } else { client };
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        let client = client.tls_certs_merge(self.certificates.clone());
        self.proxies.iter().cloned().fold(client, reqwest::ClientBuilder::proxy).build()
    }
}

/// What HTTP requests are sent with.
#[derive(Default)]
pub(crate) struct Connections {
    pub(crate) fixed: Option<reqwest::Client>,
    pub(crate) connector: Option<Connector>,
    pub(crate) connect: Connect,
}

impl Connections {
    /// Returns what sends requests, and the timeout that it applies to each by itself.
    pub(crate) fn http_client(
        self,
        base_url: &Url,
        timeout: Duration,
    ) -> Result<(ReqwestClient, Option<Duration>), Error> {
        let own = match (&self.fixed, &self.connector) {
            (None, None) => None,
            (Some(_), None) => Some("http_client"),
            (None, Some(_)) => Some("http_client_factory"),
            (Some(_), Some(_)) => {
                let twice = "`http_client` and `http_client_factory` cannot be combined";
                return Err(InputFailure::new(twice).configuration());
            }
        };
        if let (Some(own), Some(setting)) = (own, self.connect.changed) {
            let twice = format!("`{setting}` cannot be combined with `{own}`; configure it on that client");
            return Err(InputFailure::new(twice).configuration());
        }
        match (self.fixed, self.connector) {
            (Some(client), _) => Ok((ReqwestClient::fixed(client), None)),
            (None, Some(connector)) => Ok((ReqwestClient::with(connector)?, None)),
            (None, None) => {
                Connect::check(base_url)?;
                if self.connect.connect_timeout.is_zero() {
                    return Err(InputFailure::new("the connect timeout is zero").configuration());
                }
                if self.connect.http2_keep_alive.is_some_and(|interval| interval < SHORTEST_PING) {
                    let wrong = "the interval of HTTP/2 keep-alive pings is shorter than a second";
                    return Err(InputFailure::new(wrong).configuration());
                }
                let connect = self.connect;
                Ok((ReqwestClient::with(Arc::new(move || connect.client(timeout)))?, Some(timeout)))
            }
        }
    }
}

/// Reads a base URL. Clear text to another host than this one has to be allowed.
pub(crate) fn base_url(text: &str, allow_http: bool) -> Result<Url, Error> {
    let wrong = |why: &str| InputFailure::new(format!("the base URL {why}"));
    let url = Url::parse(text.trim()).map_err(|e| wrong("is not an absolute URL").source(e).configuration())?;
    let problem = match &url {
        url if !matches!(url.scheme(), "https" | "http") => "is neither https nor http",
        url if !url.has_host() => "has no host",
        url if !url.username().is_empty() || url.password().is_some() => "carries credentials",
        url if url.query().is_some() || url.fragment().is_some() => "carries a query or a fragment",
        url if url.scheme() == "http" && !allow_http && !is_loopback(url) => {
            "is http: tokens and the client secret would be sent in clear text; `allow_http` allows it"
        }
        _ => return Ok(url),
    };
    Err(wrong(problem).configuration())
}

/// Reports whether a URL leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
