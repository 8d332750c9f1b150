//! The router that logs users in, driven as a browser does.

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::response::Redirect;
use mobiscroll_connect::axum::{OAuthLogin, oauth_router};
use mobiscroll_connect::{Client, Error, Scope};
use mobiscroll_connect_sandbox::{Consent, Operation, Sandbox};
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, Response};
use tokio::net::TcpListener;

use crate::support::{answer, builder, location};

/// The user whom the application's session names: here, a header.
fn current_user(request: Parts) -> Option<String> {
    Some(request.headers.get("x-user")?.to_str().ok()?.to_owned())
}

pub(crate) struct App {
    sandbox: Sandbox,
    client: Client,
    origin: String,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(|login| login).await
    }

    async fn start_with(settings: impl FnOnce(OAuthLogin) -> OAuthLogin) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::builder().redirect_uri(format!("{origin}/oauth/callback")).start().await.unwrap();
        let client = builder(&sandbox).build().unwrap();
        let login = settings(OAuthLogin::new(client.clone(), current_user));
        let app: Router = Router::new().nest("/oauth", oauth_router(login));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { sandbox, client, origin }
    }

    /// Asks for a path or a whole URL of the application, as a user with a cookie.
    async fn send(&self, method: Method, target: &str, user: &str, cookie: &str) -> Response {
        let target = target.strip_prefix(&self.origin).unwrap_or(target);
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request = browser.request(method, format!("{}{target}", self.origin)).header("cookie", cookie);
        if !user.is_empty() {
            request = request.header("x-user", user);
        }
        request.send().await.unwrap()
    }

    pub(crate) async fn get(&self, target: &str, user: &str, cookie: &str) -> Response {
        self.send(Method::GET, target, user, cookie).await
    }

    /// Begins a login and agrees. Returns the cookie and the callback.
    pub(crate) async fn consent(&self, target: &str, user: &str) -> (String, String) {
        let response = self.get(target, user, "").await;
        assert_eq!(response.status(), 303);
        let cookie = header(response.headers(), SET_COOKIE);
        let callback = location(&header(response.headers(), LOCATION)).await;
        (cookie.split(';').next().unwrap().to_owned(), callback)
    }

    async fn stored(&self) -> Vec<String> {
        let users = self.client.auth().list_stored_users(None, 100).await.unwrap();
        users.into_iter().map(|user| user.user).collect()
    }
}

fn header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> String {
    headers[name].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_logs_in_and_returns_to_the_page_that_was_asked_for() {
    let app = App::start_with(|login| login.with_request(|request| request.scope(Scope::Read))).await;
    let response = app.get("/oauth/login?next=/calendar%3Fweek=48", "alice", "").await;
    let cookie = header(response.headers(), SET_COOKIE);
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert!(value.starts_with("mobiscroll-login=login1."), "{cookie}");
    assert_eq!(attributes, "Path=/; Max-Age=600; HttpOnly; SameSite=Lax");
    assert_eq!(header(response.headers(), reqwest::header::CACHE_CONTROL), "no-store");

    let callback = location(&header(response.headers(), LOCATION)).await;
    let response = app.get(&callback, "alice", &format!("theme=dark; {value}; x=y")).await;
    assert_eq!((response.status().as_u16(), header(response.headers(), LOCATION)), (303, "/calendar?week=48".into()));
    assert_eq!(header(response.headers(), reqwest::header::REFERRER_POLICY), "no-referrer");
    let cleared = "mobiscroll-login=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
    assert_eq!(header(response.headers(), SET_COOKIE), cleared);
    assert_eq!(app.stored().await, ["alice"]);
    let asked = app.sandbox.requests_of(Operation::Authorize);
    assert_eq!(asked[0].param("scope").as_deref(), Some("read"));

    let replayed = app.get(&callback, "alice", value).await;
    assert_eq!(replayed.status(), 400);
    assert!(app.client.for_user("alice").calendars().list().await.is_ok());
}

#[tokio::test]
async fn a_login_that_names_no_page_of_the_application_ends_on_the_default_one() {
    let app = App::start_with(|login| login.after_login("/home")).await;
    for target in ["/oauth/login", "/oauth/login?next=//evil.example", "/oauth/login?next=https://evil.example/"] {
        let (cookie, callback) = app.consent(target, "alice").await;
        let response = app.get(&callback, "alice", &cookie).await;
        assert_eq!(header(response.headers(), LOCATION), "/home", "{target}");
    }
}

#[tokio::test]
async fn a_login_of_another_user_or_browser_saves_nothing() {
    let app = App::start().await;
    let (cookie, callback) = app.consent("/oauth/login", "alice").await;
    let (bobs_cookie, _) = app.consent("/oauth/login", "bob").await;
    let forged = format!("{callback}x");
    for (target, user, cookie, status, clears) in [
        (&callback, "bob", &*cookie, 403, true),
        (&callback, "alice", "", 400, true),
        (&callback, "bob", &bobs_cookie, 400, false),
        (&forged, "alice", &cookie, 400, false),
        (&callback, "alice", "mobiscroll-login=login1.e30.AAAA", 400, true),
        (&callback, "", &cookie, 401, false),
        (&callback, " ", &cookie, 401, false),
    ] {
        let response = app.get(target, user, cookie).await;
        assert_eq!(response.status(), status, "{user} {cookie}");
        assert_eq!(response.headers().contains_key(SET_COOKIE), clears, "{user} {cookie}");
    }
    assert_eq!(app.get("/oauth/login", "", "").await.status(), 401);
    assert_eq!(app.sandbox.count(Operation::ExchangeCode), 0);
    assert_eq!(app.stored().await, [""; 0]);
    assert_eq!(app.get(&callback, "alice", &cookie).await.status(), 303);
    assert_eq!(app.stored().await, ["alice"]);
}

#[tokio::test]
async fn only_a_get_spends_the_code() {
    let app = App::start().await;
    let (cookie, callback) = app.consent("/oauth/login", "alice").await;
    for method in [Method::HEAD, Method::POST] {
        assert_eq!(app.send(method, &callback, "alice", &cookie).await.status(), 405);
    }
    assert_eq!(app.get(&callback, "alice", &cookie).await.status(), 303);
}

#[tokio::test]
async fn a_denial_shows_its_reason_as_text() {
    let app = App::start().await;
    app.sandbox.set_consent(Consent::Deny);
    let (cookie, callback) = app.consent("/oauth/login", "alice").await;
    let response = app.get(&callback, "alice", &cookie).await;
    assert_eq!(response.status(), 403);
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    let page = response.text().await.unwrap();
    assert!(page.contains("<h1>Access was not granted</h1>") && page.contains(r#"<a href="login">"#), "{page}");

    let (cookie, callback) = app.consent("/oauth/login", "alice").await;
    let state = callback.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let script = "%3Cscript%3Ealert(%271%27)%3C/script%3E%22%26%00";
    let forged = format!("/oauth/callback?state={state}&error=x&error_description={script}{}", "y".repeat(1000));
    let page = app.get(&forged, "alice", &cookie).await.text().await.unwrap();
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp; yyy"), "{page}");
    assert!(!page.contains("<script") && page.len() < 1500, "{page}");
}

#[tokio::test]
async fn a_failure_of_the_service_is_not_explained_and_leaves_the_login_open() {
    let app = App::start().await;
    let (cookie, callback) = app.consent("/oauth/login", "alice").await;
    for (status, body, shown) in [
        (503, r#"{"message":"internal detail"}"#, 502),
        (429, r#"{"message":"internal detail"}"#, 503),
        (401, r#"{"error":"invalid_client"}"#, 500),
    ] {
        answer(&app.sandbox, Operation::ExchangeCode, status, body);
        let response = app.get(&callback, "alice", &cookie).await;
        assert_eq!(response.status(), shown);
        assert_eq!(response.headers().contains_key(SET_COOKIE), status == 401);
        let page = response.text().await.unwrap();
        assert!(!page.contains("detail") && !page.contains("client"), "{page}");
    }
    assert_eq!(app.get(&callback, "alice", &cookie).await.status(), 303);
}

#[tokio::test]
async fn the_application_says_what_a_failure_shows() {
    let app = App::start_with(|login| {
        login
            .on_error(|error| Redirect::to(if matches!(error, Error::AuthCallback(_)) { "/denied" } else { "/failed" }))
    });
    let app = app.await;
    app.sandbox.set_consent(Consent::Deny);
    let (cookie, callback) = app.consent("/oauth/login", "alice").await;
    let response = app.get(&callback, "alice", &cookie).await;
    assert_eq!(header(response.headers(), LOCATION), "/denied");
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_and_of_this_host_alone() {
    let sandbox = Sandbox::builder().redirect_uri("https://app.example/oauth/callback").start().await.unwrap();
    let client = builder(&sandbox).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let app: Router = Router::new().nest("/oauth", oauth_router(OAuthLogin::new(client.clone(), current_user)));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let app = App { sandbox, client, origin };

    let response = app.get("/oauth/login", "alice", "").await;
    let cookie = header(response.headers(), SET_COOKIE);
    assert!(cookie.starts_with("__Host-mobiscroll-login=login1."), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let callback = location(&header(response.headers(), LOCATION)).await;
    let value = cookie.split(';').next().unwrap();
    let target = callback.strip_prefix("https://app.example").unwrap();
    // A plain cookie of the other name, which another host could have set, is not looked at.
    let plain = value.replace("__Host-", "");
    assert_eq!(app.get(target, "alice", &plain).await.status(), 400);
    assert_eq!(app.get(target, "alice", value).await.status(), 303);
}

/// A session of an application with a state.
struct SignedIn(String);

#[derive(Clone)]
struct Sessions(&'static str);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    Sessions: FromRef<S>,
{
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Redirect> {
        let Sessions(user) = Sessions::from_ref(state);
        match parts.headers.contains_key("x-user") {
            true => Ok(Self(user.to_owned())),
            false => Err(Redirect::to("/sign-in")),
        }
    }
}

#[tokio::test]
async fn the_user_comes_from_an_extractor_of_the_application() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let login = OAuthLogin::new(client.clone(), |user: SignedIn| user.0);
    let app = Router::new().nest("/oauth", oauth_router(login)).with_state(Sessions("zoe"));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let app = App { sandbox, client, origin };

    let response = app.get("/oauth/login", "any", "").await;
    assert!(header(response.headers(), LOCATION).ends_with("user_id=zoe"));
    let rejected = app.get("/oauth/login", "", "").await;
    assert_eq!(header(rejected.headers(), LOCATION), "/sign-in");
}
