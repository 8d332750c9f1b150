//! Who may use what from a browser: the checks of `Host` and `Origin`, and CORS.

use hyper::{
    HeaderMap, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderName, HeaderValue, ORIGIN, VARY,
    },
    http::{request::Parts, uri::Authority},
};
use serde_json::json;

use crate::http::Answer;

/// What is allowed beyond programs on this machine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    /// The origins whose pages may read responses; `*` is every origin, but not for the admin API
    pub(crate) origins: Vec<String>,
    /// The names besides `localhost` under which the admin API may be reached
    pub(crate) hosts: Vec<String>,
}

/// What a request says of where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    host: Option<String>,
    origin: Option<HeaderValue>,
    is_cross_site: bool,
    method: Method,
    preflight: Option<Preflight>,
}

#[derive(Debug, Clone)]
struct Preflight {
    headers: Option<HeaderValue>,
}

impl Caller {
    pub(crate) fn of(head: &Parts) -> Self {
        let header = |name: HeaderName| head.headers.get(name);
        let authority = head.uri.authority().map(|authority| authority.as_str().to_owned());
        let host = || header(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
        let is_preflight = head.method == Method::OPTIONS && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let site = head.headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        Self {
            host: authority.or_else(host),
            origin: header(ORIGIN).cloned(),
            is_cross_site: matches!(site, Some(b"cross-site" | b"same-site")),
            method: head.method.clone(),
            preflight: is_preflight.then(|| Preflight { headers: header(ACCESS_CONTROL_REQUEST_HEADERS).cloned() }),
        }
    }
}

impl Access {
    /// Refuses a request to the admin API that a web page of another origin may have made.
    ///
    /// A page can make a browser send requests to this machine: to its address, with an `Origin`, or to a name of its
    /// own that it has resolve to this machine (DNS rebinding), with that name as the `Host`.
    pub(crate) fn refusal(&self, caller: &Caller) -> Option<Answer> {
        if let Some(host) = &caller.host
            && !self.is_own_name(host)
        {
            let message = format!("the admin API is not served under the name {host}; allow it with --allow-host");
            return Some(forbidden(&message));
        }
        if matches!(caller.method, Method::GET | Method::HEAD) {
            return None;
        }
        let is_own = match &caller.origin {
            Some(origin) => self.is_own_origin(origin, caller.host.as_deref()) || self.is_listed(origin),
            None => !caller.is_cross_site,
        };
        (!is_own)
            .then(|| forbidden("the admin API takes no requests from pages of another origin; allow it with --cors"))
    }

    /// Answers the question of a browser whether a page may make a request, if it was asked.
    pub(crate) fn preflight(&self, caller: &Caller, is_admin: bool) -> Option<Answer> {
        let preflight = caller.preflight.as_ref()?;
        let mut answer = Answer::empty(StatusCode::NO_CONTENT);
        if !self.is_allowed(caller, is_admin) {
            return None;
        }
        const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
        answer.headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        answer.headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if let Some(headers) = &preflight.headers {
            answer.headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
        }
        Some(answer)
    }

    /// Lets the page that asked read the response, if it may.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap, caller: &Caller, is_admin: bool) {
        if let Some(origin) = caller.origin.as_ref().filter(|_| self.is_allowed(caller, is_admin)) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
    }

    fn is_allowed(&self, caller: &Caller, is_admin: bool) -> bool {
        let is_any = !is_admin && self.origins.iter().any(|origin| origin == "*");
        caller.origin.as_ref().is_some_and(|origin| is_any || self.is_listed(origin))
    }

    fn is_listed(&self, origin: &HeaderValue) -> bool {
        self.origins.iter().any(|listed| listed != "*" && listed.as_bytes() == origin.as_bytes())
    }

    fn is_own_origin(&self, origin: &HeaderValue, host: Option<&str>) -> bool {
        let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        host.is_some() && authority.map(|(_, authority)| authority) == host
    }

    /// Tells whether nobody else can have the name: an address, `localhost`, a name without dots, or a listed one.
    fn is_own_name(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let is_address = name.parse::<std::net::IpAddr>().is_ok();
        is_address
            || !name.contains('.')
            || name.ends_with(".localhost")
            || self.hosts.iter().any(|host| host.eq_ignore_ascii_case(&name))
    }
}

fn forbidden(message: &str) -> Answer {
    Answer::json(StatusCode::FORBIDDEN, &json!({ "error": "Forbidden", "message": message }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_nobody_else_can_have_are_own_names() {
        let access = Access { hosts: vec!["ci.example".into()], ..Access::default() };
        for host in
            ["127.0.0.1:4010", "[::1]:4010", "localhost", "LocalHost:1", "a.localhost", "sandbox:4010", "CI.example"]
        {
            assert!(access.is_own_name(host), "{host}");
        }
        for host in
            ["evil.example", "127.0.0.1.evil.example:4010", "localhost.evil.example", "", "a b", "ci.example.evil"]
        {
            assert!(!access.is_own_name(host), "{host}");
        }
    }
}
