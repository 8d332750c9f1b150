//! Fetching the service's keys.

use std::time::Duration;

use http::header::{ACCEPT, CACHE_CONTROL, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use reqwest::{Request, Response};
use tokio::time::timeout;
use url::Url;

use super::keys::WebhookKeys;
use crate::transport::HttpClient;

/// The path of the keys on the origin. The generated call has the cap of other responses and no redirects, so it is not
/// used for them.
const PATH: &str = "/.well-known/webhook-keys";

/// The timeout of a fetch, redirects and body included.
const TIMEOUT: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 5;
/// The maximum size of the document, in bytes.
const LIMIT: usize = 1024 * 1024;

const DEFAULT_AGE: u64 = 60 * 60;
const LONGEST_AGE: u64 = 24 * 60 * 60;

/// The result of a fetch.
pub(super) struct Fetched {
    pub(super) keys: WebhookKeys,
    pub(super) max_age: Duration,
}

/// Returns the URL of the keys for a base URL.
pub(super) fn keys_url(base_url: &Url) -> Url {
    let mut url = base_url.clone();
    url.set_path(PATH);
    url
}

/// Fetches the keys without credentials; `None` if none is valid.
pub(super) async fn fetch(http: &dyn HttpClient, user_agent: &HeaderValue, url: &Url) -> Option<Fetched> {
    timeout(TIMEOUT, follow(http, user_agent, url)).await.ok()?
}

async fn follow(http: &dyn HttpClient, user_agent: &HeaderValue, url: &Url) -> Option<Fetched> {
    let mut url = url.clone();
    for _ in 0..=REDIRECTS {
        let mut request = Request::new(Method::GET, url.clone());
        request.headers_mut().insert(USER_AGENT, user_agent.clone());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let response = http.execute(request).await.ok()?;
        if response.status().is_redirection() {
            url = redirect(&url, response.headers().get(LOCATION)?)?;
            continue;
        }
        if !response.status().is_success() {
            return None;
        }
        let max_age = max_age(response.headers());
        let keys = WebhookKeys::from_document(&body(response).await?).ok()?;
        return Some(Fetched { keys, max_age });
    }
    None
}

/// Follows a redirect, but not from https to http.
fn redirect(from: &Url, location: &HeaderValue) -> Option<Url> {
    let to = from.join(location.to_str().ok()?).ok()?;
    let is_safe = to.scheme() == "https" || (to.scheme() == "http" && from.scheme() == "http");
    is_safe.then_some(to)
}

async fn body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > LIMIT {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

/// Reads how long the keys may be cached: the first `max-age` that is a number.
fn max_age(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let ages = values.flat_map(|value| value.split(',')).filter_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let digits = value.trim().trim_matches('"');
        let is_age = name.trim().eq_ignore_ascii_case("max-age");
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // A number that overflows the type exceeds the cap.
        (is_age && is_number).then(|| digits.parse().unwrap_or(u64::MAX))
    });
    Duration::from_secs(ages.into_iter().next().unwrap_or(DEFAULT_AGE).min(LONGEST_AGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_read_from_any_cache_control() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
            }
            max_age(&headers).as_secs()
        };
        for (values, expected) in [
            (&["max-age=60"][..], 60),
            (&["public, MAX-AGE = 60 , must-revalidate"], 60),
            (&["max-age=\"60\""], 60),
            (&["no-store", "max-age=0"], 0),
            (&["max-age=5, max-age=7"], 5),
            (&["max-age=99999999"], LONGEST_AGE),
            (&["max-age=99999999999999999999999999"], LONGEST_AGE),
            (&["s-maxage=5"], DEFAULT_AGE),
            (&["max-age=-1"], DEFAULT_AGE),
            (&["max-age=+1"], DEFAULT_AGE),
            (&["max-age="], DEFAULT_AGE),
            (&["max-age", ",,=,"], DEFAULT_AGE),
            (&[], DEFAULT_AGE),
        ] {
            assert_eq!(read(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_redirect_stays_within_tls() {
        let to = |from: &str, location: &'static str| {
            let from = Url::parse(from).unwrap();
            redirect(&from, &HeaderValue::from_static(location)).map(String::from)
        };
        assert_eq!(to("https://a/b", "/c").as_deref(), Some("https://a/c"));
        assert_eq!(to("http://a/b", "https://c/").as_deref(), Some("https://c/"));
        assert_eq!(to("http://a/b", "http://c/").as_deref(), Some("http://c/"));
        assert_eq!(to("https://a/b", "http://a/b"), None);
        assert_eq!(to("https://a/b", "file:///etc/passwd"), None);
        assert_eq!(to("https://a/b", "//"), None);
    }
}
