use mobiscroll_connect_sandbox::{IssuedTokens, Sandbox, Scope, Seed, seed};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, redirect::Policy};
use serde_json::{Value, json};

/// A client that asks for no compression, and shows a response as it arrives. By itself, reqwest would decode what features of
/// other packages in the same build have switched on.
pub(crate) fn plain() -> ClientBuilder {
    Client::builder().no_gzip().no_brotli().no_zstd()
}

/// A sandbox and a client that talks to it.
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: Client,
}

impl Api {
    /// Starts a sandbox without events.
    pub(crate) async fn empty() -> Self {
        Self::with(Sandbox::builder().seed(Seed::Empty).start().await.expect("a sandbox"))
    }

    pub(crate) fn with(sandbox: Sandbox) -> Self {
        let http = plain().redirect(Policy::none()).build().expect("a client");
        Self { sandbox, http }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.base_url()))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// Asks for tokens with the right credentials.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let (id, secret) = (self.sandbox.client_id(), Some(self.sandbox.client_secret()));
        answer(self.post("/oauth/token").basic_auth(id, secret).form(form)).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> (u16, Value) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    pub(crate) async fn exchange(&self, code: &str) -> (u16, Value) {
        let uri = self.sandbox.redirect_uri();
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", uri)]).await
    }

    /// Tells how a read with this access token is answered.
    pub(crate) async fn try_access(&self, access_token: &str) -> u16 {
        send(self.get("/oauth/connection-status").bearer_auth(access_token)).await.status().as_u16()
    }

    /// Takes the departures from the contract that a test means to make, as `side, place`.
    pub(crate) fn departures(&self) -> Vec<String> {
        let violations = self.sandbox.take_violations();
        violations.iter().map(|violation| format!("{:?}, {}", violation.side, violation.place)).collect()
    }

    /// Allows requests that the contract does not have, for tests of what is taken all the same.
    pub(crate) fn only_requests_depart(&self) {
        let departures = self.departures();
        assert!(!departures.is_empty() && departures.iter().all(|one| one.starts_with("Request")), "{departures:?}");
    }

    pub(crate) fn user(&self, id: &str) -> User<'_> {
        self.user_with(id, Scope::ReadWrite)
    }

    pub(crate) fn user_with(&self, id: &str, scope: Scope) -> User<'_> {
        User { api: self, tokens: self.sandbox.issue_tokens_with(id, scope) }
    }
}

/// One user's calls.
pub(crate) struct User<'a> {
    pub(crate) api: &'a Api,
    pub(crate) tokens: IssuedTokens,
}

impl User<'_> {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.api.request(method, path).bearer_auth(&self.tokens.access_token)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, body: &Value) -> (u16, Value) {
        answer(self.request(Method::PUT, "/event").json(body)).await
    }

    pub(crate) async fn delete(&self, query: &[(&str, &str)]) -> (u16, Value) {
        answer(self.request(Method::DELETE, "/event").query(query)).await
    }

    pub(crate) async fn list(&self, query: &[(&str, &str)]) -> Value {
        let (status, page) = answer(self.request(Method::GET, "/events").query(query)).await;
        assert_eq!(status, 200, "{page}");
        page
    }

    /// Creates an event in the primary Google calendar, with these members besides.
    pub(crate) async fn create(&self, more: Value) -> Value {
        let (status, event) = self.post("/event", &merged(event(), more)).await;
        assert_eq!(status, 200, "{event}");
        event
    }
}

/// A complete event to create, at noon on the first of March 2026.
pub(crate) fn event() -> Value {
    json!({
        "provider": "google",
        "calendarId": seed::GOOGLE_PRIMARY,
        "title": "Lunch",
        "start": "2026-03-01T12:00:00Z",
        "end": "2026-03-01T13:00:00Z",
    })
}

/// A calendar of each provider.
pub(crate) const CALENDARS: [(&str, &str); 4] = [
    ("google", seed::GOOGLE_PRIMARY),
    ("microsoft", seed::MICROSOFT_CALENDAR),
    ("apple", seed::APPLE_CALENDAR),
    ("caldav", seed::CALDAV_HOME),
];

pub(crate) fn merged(mut base: Value, more: Value) -> Value {
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

/// The March of 2026.
pub(crate) const MARCH: [(&str, &str); 2] = [("start", "2026-03-01T00:00:00Z"), ("end", "2026-04-01T00:00:00Z")];

pub(crate) fn column<'a>(page: &'a Value, member: &str) -> Vec<&'a str> {
    let events = page["events"].as_array().expect("a list of events");
    events.iter().map(|event| event[member].as_str().unwrap_or_default()).collect()
}

pub(crate) async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

/// Sends the request, and reads status and JSON; `null` for an empty body.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = send(request).await;
    let status = response.status().as_u16();
    let body = response.bytes().await.expect("a body");
    (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") })
}
