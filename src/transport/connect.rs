//! How the client's own HTTP client is made.

use std::time::Duration;

use url::Url;

use crate::error::{Error, InputFailure};

/// Settings of the client's own HTTP client.
#[derive(Default)]
pub(crate) struct Connect {
    pub(crate) proxies: Vec<reqwest::Proxy>,
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
    pub(crate) certificates: Vec<reqwest::Certificate>,
}

impl Connect {
    pub(crate) fn is_default(&self) -> bool {
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        if !self.certificates.is_empty() {
            return false;
        }
        self.proxies.is_empty()
    }

    pub(crate) fn client(self, base_url: &Url, timeout: Duration) -> Result<reqwest::Client, Error> {
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
        // A redirect is an error: the access token must not follow it to another origin.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(timeout);
        #[cfg(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls"))]
        let client = client.tls_certs_merge(self.certificates);
        let client = self.proxies.into_iter().fold(client, reqwest::ClientBuilder::proxy);
        client.build().map_err(|e| InputFailure::new("the HTTP client cannot be set up").source(e).configuration())
    }
}

/// Reads a base URL.
pub(crate) fn base_url(text: &str) -> Result<Url, Error> {
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
