//! Plain HTTP, to see responses before the SDK has read them.

use std::fmt;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::Value;
use tokio::time::sleep;
use url::form_urlencoded;

use crate::{Outcome, Settings};

const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a response with 429 may ask to wait.
const MAX_WAIT: Duration = Duration::from_secs(30);
const MAX_ATTEMPTS: usize = 4;

/// Sends requests, each on its own: without refreshes, and retried only after 429.
pub(crate) struct Wire {
    http: reqwest::Client,
    settings: Settings,
}

/// A response, with its body as JSON: `null` if it is none.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) is_empty: bool,
}

/// How the application proves who it is at the token endpoint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// Basic, and the header `CLIENT_ID`: as the SDK does
    Sdk,
    /// Basic alone
    BasicOnly,
    /// In the body
    Body,
    /// As the SDK does, with a wrong secret
    Wrong,
}

/// A response with another status than 2xx, where the run depends on success.
#[derive(Debug)]
struct Refused {
    what: String,
    status: u16,
}

impl Response {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Fails unless the response is a success.
    pub(crate) fn ok(self, what: &str) -> Outcome<Self> {
        match self.is_success() {
            true => Ok(self),
            false => Err(Box::new(Refused { what: what.to_owned(), status: self.status })),
        }
    }

    /// Says `accepted`, or `refused-` and the status.
    pub(crate) fn outcome(&self) -> String {
        if self.is_success() { "accepted".to_owned() } else { self.refusal() }
    }

    pub(crate) fn refusal(&self) -> String {
        format!("refused-{}", self.status)
    }

    /// Says the status and the OAuth code, such as `400-invalid_grant`.
    pub(crate) fn oauth_refusal(&self) -> String {
        match self.body["error"].as_str() {
            Some(code) if is_code(code) => format!("{}-{code}", self.status),
            _ => self.status.to_string(),
        }
    }
}

/// Tells a code from a text, which reports do not repeat.
fn is_code(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())
}

impl Wire {
    pub(crate) fn new(settings: &Settings) -> Outcome<Self> {
        let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build()?;
        Ok(Self { http, settings: settings.clone() })
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        &self.settings.redirect_uri
    }

    /// Starts a request to a path under the base URL, as a user or as nobody.
    pub(crate) fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.settings.base_url.trim_end_matches('/')));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Reads the webhook keys, which are at the origin of the base URL.
    pub(crate) async fn webhook_keys(&self) -> Outcome<Response> {
        let url = url::Url::parse(&self.settings.base_url)?.join("/.well-known/webhook-keys")?;
        self.send(self.http.get(url)).await
    }

    /// Starts a request to the token endpoint.
    pub(crate) fn token_request(&self, auth: ClientAuth) -> (RequestBuilder, Vec<(&str, &str)>) {
        let request = self.request(Method::POST, "/oauth/token", None);
        let (id, secret) = (self.settings.client_id.as_str(), self.settings.client_secret.as_str());
        let wrong = (auth == ClientAuth::Wrong).then_some("wrong");
        match auth {
            ClientAuth::Body => (request, vec![("client_id", id), ("client_secret", secret)]),
            ClientAuth::BasicOnly => (request.basic_auth(id, Some(secret)), Vec::new()),
            ClientAuth::Sdk | ClientAuth::Wrong => {
                (request.basic_auth(id, Some(wrong.unwrap_or(secret))).header("CLIENT_ID", id), Vec::new())
            }
        }
    }

    /// Asks the token endpoint with a form.
    pub(crate) async fn token(&self, auth: ClientAuth, fields: &[(&str, &str)]) -> Outcome<Response> {
        let (request, more) = self.token_request(auth);
        self.send(form(request, fields.iter().copied().chain(more))).await
    }

    /// Sends a request, and again after 429.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Outcome<Response> {
        let mut attempt = 1;
        loop {
            let again = request.try_clone().ok_or("the request cannot be sent twice")?;
            // An URL may hold a page token.
            let response = again.send().await.map_err(reqwest::Error::without_url)?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let bytes = response.bytes().await.map_err(reqwest::Error::without_url)?;
            if status != 429 || attempt == MAX_ATTEMPTS {
                let body = serde_json::from_slice(&bytes).unwrap_or_default();
                return Ok(Response { status, headers, body, is_empty: bytes.is_empty() });
            }
            let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            sleep(Duration::from_secs(seconds.unwrap_or(attempt as u64)).min(MAX_WAIT)).await;
            attempt += 1;
        }
    }
}

/// Adds a form as the body.
pub(crate) fn form<'a>(request: RequestBuilder, fields: impl Iterator<Item = (&'a str, &'a str)>) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}

/// Adds JSON as the body.
pub(crate) fn json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(body.to_string())
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: the service responded with {}", self.what, self.status)
    }
}

impl std::error::Error for Refused {}
