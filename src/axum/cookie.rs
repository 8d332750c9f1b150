//! The cookie that keeps a pending login.

use std::time::Duration;

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::error::{Error, InputFailure};
use crate::secret::Secret;
use crate::transport::is_loopback;

/// The cookie of a pending login.
pub(super) struct LoginCookie {
    is_secure: bool,
    max_age: Duration,
}

impl LoginCookie {
    /// Plans it for the application's redirect URI.
    pub(super) fn new(redirect_uri: &str, max_age: Duration) -> Self {
        let is_local = Url::parse(redirect_uri).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url));
        Self { is_secure: !is_local, max_age }
    }

    /// The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2).
    fn name(&self) -> &'static str {
        if self.is_secure { "__Host-mobiscroll-login" } else { "mobiscroll-login" }
    }

    fn header(&self, value: &str, max_age: u64) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", self.name())
    }

    /// Returns the header that stores a sealed login.
    pub(super) fn set(&self, sealed: &Secret) -> Result<HeaderValue, Error> {
        let header = HeaderValue::try_from(self.header(sealed.expose(), self.max_age.as_secs().max(1)));
        let mut header = header.map_err(|e| InputFailure::new("the login cannot be kept in a cookie").source(e))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Returns the header that removes it.
    pub(super) fn clear(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.header("", 0)).ok()
    }

    /// Finds the sealed login among the cookies of a request; empty if there is none.
    pub(super) fn get(&self, headers: &HeaderMap) -> Secret {
        // The other cookies may have any bytes.
        let pairs = headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
        let mut values = pairs.filter_map(|pair| {
            let value = pair.trim_ascii().strip_prefix(self.name().as_bytes())?.strip_prefix(b"=")?;
            str::from_utf8(value).ok()
        });
        values.next().unwrap_or_default().into()
    }
}
