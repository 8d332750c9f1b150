//! Settings of a client's connections.

use std::sync::Arc;
use std::time::Duration;

use super::builder::ClientBuilder;
use crate::transport::HttpClient;

impl ClientBuilder {
    /// Sets the HTTP client: to share a connection pool, or for settings that are not here.
    ///
    /// It must not follow redirects (`redirect::Policy::none()`): the service sends none. A call whose redirect was followed
    /// is an [`Error::Configuration`](crate::Error::Configuration), and by then it has been sent to where that leads: after a
    /// 307 or 308 with its body, which for a refresh holds the refresh token, after others as a `GET`. reqwest drops
    /// `Authorization` on the way to another host. A write may have been done there. The [`timeout`](Self::timeout) set here
    /// replaces the client's own; set a connect timeout, and HTTP/2 keep-alive pings, on that client. Its connections
    /// are never abandoned after a failure, as [those of the SDK's own client](Self::http_client_factory) are.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.connections.fixed = Some(http);
        self
    }

    /// Sets how HTTP clients are made, as [`http_client`](Self::http_client), and lets the SDK make a new one.
    ///
    /// After a timeout or a broken connection, at most once a second, later requests are sent by a new client, so over
    /// new connections: a timeout alone does not close an HTTP/2 connection that no longer responds. Requests in flight
    /// end on the old client. A factory that fails or panics later leaves the old client in place. The settings of
    /// connections here cannot be combined with it. Without this setting, the SDK makes its clients by the other
    /// settings of this builder.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::Client;
    ///
    /// let client = Client::builder("id", "secret", "https://app.example.com/callback")
    ///     .http_client_factory(|| {
    ///         reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()
    ///     })
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn http_client_factory(
        mut self,
        factory: impl Fn() -> reqwest::Result<reqwest::Client> + Send + Sync + 'static,
    ) -> Self {
        self.connections.connector = Some(Arc::new(factory));
        self
    }

    /// Adds middleware around what sends HTTP requests, or puts a stand-in in its place: see [`HttpClient`].
    ///
    /// The closure gets the HTTP client so far, and returns the one to use instead; what is added later is around it. The
    /// [settings of connections](Self::http_client) are those of the innermost.
    pub fn http_middleware<C: HttpClient>(
        mut self,
        middleware: impl FnOnce(Arc<dyn HttpClient>) -> C + Send + Sync + 'static,
    ) -> Self {
        self.middleware.push(Box::new(|next| Arc::new(middleware(next))));
        self
    }

    /// Sets the timeout for opening a connection, TLS included, which is not zero. Default: 10 seconds.
    ///
    /// A call that could not connect was definitely not sent: [`NetworkKind::Connect`](crate::NetworkKind::Connect).
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect.change("connect_timeout").connect_timeout = timeout;
        self
    }

    /// Sets how long an idle connection is kept in the pool. Default: 30 seconds.
    ///
    /// Set it below the idle timeout of proxies and NAT gateways on the way to the service.
    pub fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.connections.connect.change("pool_idle_timeout").pool_idle_timeout = timeout;
        self
    }

    /// Sets the maximum of idle connections in the pool. Default: no limit.
    pub fn pool_max_idle_per_host(mut self, connections: usize) -> Self {
        self.connections.connect.change("pool_max_idle_per_host").pool_max_idle_per_host = connections;
        self
    }

    /// Sets how often an HTTP/2 connection with requests in flight is checked by a ping, or `None` for never. Default:
    /// 20 seconds; at least a second. A connection that does not respond within half of it is closed.
    pub fn http2_keep_alive_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.connections.connect.change("http2_keep_alive_interval").http2_keep_alive = interval.into();
        self
    }

    /// Uses HTTP/1.1 alone. Default: `false`, HTTP/2 where the service offers it.
    pub fn http1_only(mut self, only: bool) -> Self {
        self.connections.connect.change("http1_only").http1_only = only;
        self
    }

    /// Adds a proxy. By default the system's settings apply.
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.connections.connect.change("proxy").proxies.push(proxy);
        self
    }

    /// Adds a root certificate to those of the system, such as that of a private certificate authority.
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    pub fn root_certificate(mut self, certificate: reqwest::Certificate) -> Self {
        self.connections.connect.change("root_certificate").certificates.push(certificate);
        self
    }
}
