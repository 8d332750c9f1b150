//! Options of calls.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};

use super::policy::RetryPolicy;
use crate::backoff::LONGEST_STEP;
use crate::error::{Error, InputFailure};
use crate::transport::HttpSettings;

/// Headers that the client sets itself.
const RESERVED: [HeaderName; 11] = [
    header::ACCEPT,
    header::AUTHORIZATION,
    // Sent to the token endpoint.
    HeaderName::from_static("client_id"),
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TRANSFER_ENCODING,
    header::USER_AGENT,
];

/// Options for some calls, instead of those of the client.
///
/// Pass them to [`Client::with_options`](crate::Client::with_options), and make the calls with the handle that it
/// returns. Options that are not set keep their values.
///
/// ```no_run
/// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
/// use std::time::Duration;
/// use mobiscroll_connect::{RequestOptions, RetryPolicy};
///
/// let options = RequestOptions::new()
///     .deadline(Duration::from_secs(2))
///     .retry(RetryPolicy::none());
/// let calendars = client.with_options(options).calendars().list().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct RequestOptions {
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    retry: Option<RetryPolicy>,
    max_body: Option<usize>,
    headers: HeaderMap,
}

impl RequestOptions {
    /// Creates options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout of one attempt: see [`ClientBuilder::timeout`](crate::ClientBuilder::timeout). With zero, calls fail
    /// with [`Error::InvalidInput`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the deadline of a call, from its first attempt to the end of its last: see
    /// [`ClientBuilder::deadline`](crate::ClientBuilder::deadline). With zero, calls fail with [`Error::InvalidInput`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the retry policy: see [`ClientBuilder::retry`](crate::ClientBuilder::retry).
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Sets the cap on response bodies, in bytes: see [`ClientBuilder::max_body`](crate::ClientBuilder::max_body).
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// Adds a header to each request.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the client sets the header itself, such as `Accept`, `Authorization`,
    /// `CLIENT_ID` or `Content-Type`. For `User-Agent`, see
    /// [`ClientBuilder::user_agent_product`](crate::ClientBuilder::user_agent_product).
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Result<Self, Error> {
        if RESERVED.contains(&name) {
            return Err(InputFailure::new(format!("the header {name} is set by the client itself")).into());
        }
        self.headers.insert(name, value);
        Ok(self)
    }
}

impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .field("max_body", &self.max_body)
            // Their values may be secrets.
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// The settings of the calls of a handle.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) http: HttpSettings,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
}

impl Settings {
    pub(crate) fn with(&self, options: RequestOptions) -> Self {
        let RequestOptions { timeout, deadline, retry, max_body, headers } = options;
        let mut settings = self.clone();
        settings.http.timeout = timeout.unwrap_or(settings.http.timeout);
        settings.deadline = deadline.unwrap_or(settings.deadline).min(LONGEST_STEP);
        settings.retry = retry.unwrap_or(settings.retry);
        settings.http.max_body = max_body.unwrap_or(settings.http.max_body);
        settings.http.headers.extend(headers);
        settings
    }

    /// Refuses settings with which no call could succeed.
    pub(crate) fn check(&self) -> Result<(), InputFailure> {
        match (self.http.timeout.is_zero(), self.deadline.is_zero()) {
            (true, _) => Err(InputFailure::new("the timeout is zero")),
            (_, true) => Err(InputFailure::new("the deadline is zero")),
            _ => Ok(()),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            http: HttpSettings {
                timeout: Duration::from_secs(30),
                max_body: 64 * 1024 * 1024,
                headers: HeaderMap::new(),
            },
            deadline: Duration::from_secs(60),
            retry: RetryPolicy::new(),
        }
    }
}
