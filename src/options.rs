//! How calls are made.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};

use crate::error::{Error, InputFailure};
use crate::retry::RetryPolicy;

/// Headers that are the client's own.
const RESERVED: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TRANSFER_ENCODING,
];

/// Settings for some calls: give them to [`Client::with_options`](crate::Client::with_options) and make the calls with the
/// handle that it returns. What is not set stays as it is.
///
/// ```no_run
/// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
/// use std::time::Duration;
/// use mobiscroll_connect::{RequestOptions, RetryPolicy};
///
/// let hasty = RequestOptions::new().deadline(Duration::from_secs(2)).retry(RetryPolicy::none());
/// let calendars = client.with_options(hasty).calendars().list().await?;
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
    /// Makes options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long one attempt may take: as [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how long a call may take in all, from its first attempt to the end of its last: as
    /// [`ClientBuilder::deadline`](crate::ClientBuilder::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how failed calls are made again: as [`ClientBuilder::retry`](crate::ClientBuilder::retry).
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Sets how long the body of an answer may be: as [`ClientBuilder::max_body`](crate::ClientBuilder::max_body).
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// Adds a header to each request.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the header is the client's own, such as `Authorization`, `Host` or `Content-Type`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Result<Self, Error> {
        if RESERVED.contains(&name) {
            return Err(InputFailure::new(format!("the header {name} is the client's own")).into());
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

/// The settings in force for the calls of a handle.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_body: usize,
    pub(crate) headers: HeaderMap,
}

impl Settings {
    /// More than this is for ever, and still fits every clock.
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    pub(crate) fn with(&self, options: RequestOptions) -> Self {
        let RequestOptions { timeout, deadline, retry, max_body, headers } = options;
        let mut settings = self.clone();
        settings.timeout = timeout.unwrap_or(settings.timeout);
        settings.deadline = deadline.unwrap_or(settings.deadline).min(Self::LONGEST);
        settings.retry = retry.unwrap_or(settings.retry);
        settings.max_body = max_body.unwrap_or(settings.max_body);
        settings.headers.extend(headers);
        settings
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(60),
            retry: RetryPolicy::new(),
            max_body: 64 * 1024 * 1024,
            headers: HeaderMap::new(),
        }
    }
}
