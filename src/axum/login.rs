//! Logging users in.

use std::fmt;
use std::sync::Arc;

use ::axum::Router;
use ::axum::extract::{FromRequestParts, Request as HttpRequest, State};
use ::axum::response::{IntoResponse, Redirect, Response};
use ::axum::routing::get;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use url::{Position, Url, form_urlencoded};

use super::cookie::LoginCookie;
use super::page;
use crate::auth::CallbackParams;
use crate::call::{Request, Sealed};
use crate::client::Client;
use crate::error::{AuthCallbackKind, Error};
use crate::params::AuthUrl;
use crate::sync::BoxFuture;

/// Longer paths to return to are ignored: they would not fit into the cookie.
const MAX_NEXT: usize = 1024;

type CurrentUser<S> = dyn Fn(Parts, S) -> BoxFuture<'static, Result<Option<String>, Response>> + Send + Sync;
type Ask = dyn Fn(Request<AuthUrl, Client>) -> Request<AuthUrl, Client> + Send + Sync;
type OnError = dyn Fn(Error) -> Response + Send + Sync;

/// Settings of an [`oauth_router`], for an application with the state `S`.
#[must_use]
pub struct OAuthLogin<S = ()> {
    client: Client,
    cookie: LoginCookie,
    current_user: Box<CurrentUser<S>>,
    ask: Box<Ask>,
    after_login: String,
    on_error: Box<OnError>,
}

impl<S: Clone + Send + Sync + 'static> OAuthLogin<S> {
    /// Names the client of the application, and how the current user is known.
    ///
    /// `current_user` is a closure from an extractor of your application, such as its session, or from
    /// [`Parts`](http::request::Parts), the head of the request. It returns your own id for the user, or `None` if nobody is
    /// signed in, which is a 401. If the extractor rejects the request, its rejection is the response, such as a redirect to the
    /// application's sign-in page. The session's cookie must be `SameSite=Lax`: with `Strict`, browsers do not send it with
    /// the callback.
    ///
    /// ```no_run
    /// use axum::extract::FromRequestParts;
    /// use axum::http::request::Parts;
    /// use axum::response::Redirect;
    /// use mobiscroll_connect::axum::OAuthLogin;
    ///
    /// struct SignedIn(String);
    ///
    /// impl<S: Sync> FromRequestParts<S> for SignedIn {
    ///     type Rejection = Redirect;
    ///
    ///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Redirect> {
    ///         // Look the session up that the application's cookie names.
    /// #       let _ = parts;
    ///         Err(Redirect::to("/sign-in"))
    ///     }
    /// }
    ///
    /// # fn login(client: mobiscroll_connect::Client) -> OAuthLogin {
    /// OAuthLogin::new(client, |user: SignedIn| user.0)
    /// # }
    /// ```
    pub fn new<E, U, F>(client: Client, current_user: F) -> Self
    where
        E: FromRequestParts<S> + 'static,
        U: Into<Option<String>>,
        F: Fn(E) -> U + Send + Sync + 'static,
    {
        let caller = client.caller();
        let cookie = LoginCookie::new(&caller.transport.app().redirect_uri, caller.session.login_timeout());
        let current_user = Arc::new(current_user);
        Self {
            client,
            cookie,
            current_user: Box::new(move |mut parts, state| {
                let current_user = current_user.clone();
                Box::pin(async move {
                    let extracted = E::from_request_parts(&mut parts, &state).await;
                    Ok(current_user(extracted.map_err(IntoResponse::into_response)?).into())
                })
            }),
            ask: Box::new(|request| request),
            after_login: "/".to_owned(),
            on_error: Box::new(|error| page::of_error(&error)),
        }
    }

    /// Sets what is asked for: the scope, the providers, the language of the hosted pages, and so on. Default: what the
    /// service does by default.
    ///
    /// ```no_run
    /// # fn login(login: mobiscroll_connect::axum::OAuthLogin) {
    /// use mobiscroll_connect::{Provider, Scope};
    ///
    /// login.with_request(|request| request.scope(Scope::Read).providers([Provider::Google, Provider::Apple]));
    /// # }
    /// ```
    pub fn with_request(
        mut self,
        ask: impl Fn(Request<AuthUrl, Client>) -> Request<AuthUrl, Client> + Send + Sync + 'static,
    ) -> Self {
        self.ask = Box::new(ask);
        self
    }

    /// Sets the page to show after a login that names none itself. Default: `/`.
    pub fn after_login(mut self, location: impl Into<String>) -> Self {
        self.after_login = location.into();
        self
    }

    /// Sets the response to a login that failed. Default: a plain page with a link to try again.
    ///
    /// [`Error::AuthCallback`] with the kind [`Refused`](AuthCallbackKind::Refused) is a user who declined. Its description
    /// comes from the URL of the callback: escape it in HTML.
    pub fn on_error<R: IntoResponse>(mut self, respond: impl Fn(Error) -> R + Send + Sync + 'static) -> Self {
        self.on_error = Box::new(move |error| respond(error).into_response());
        self
    }
}

impl<S> fmt::Debug for OAuthLogin<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthLogin")
            .field("client", &self.client)
            .field("after_login", &self.after_login)
            .finish_non_exhaustive()
    }
}

/// Creates a router that logs users in, for an application with the state `S`.
///
/// - `GET /login` begins a login for the current user, and redirects to the consent page. `?next=/path` names the page to show
///   afterwards; what is no path of the application itself is ignored (no open redirect).
/// - `GET /callback` completes it, saves the tokens under the current user, and redirects to that page.
///
/// Nest it so that the callback is the redirect URI of the application: under `/oauth` for
/// `https://app.example.com/oauth/callback`. The pending login is in a sealed cookie: `HttpOnly`, `SameSite=Lax`, for the
/// [timeout](crate::ClientBuilder::login_timeout) of logins, and `Secure` with the prefix `__Host-` unless the redirect URI
/// is `http` on this machine. If the current user has changed in between, nothing is saved.
///
/// A login that fails responds with 403 if the user declined or is another one, 400 if the callback is invalid, expired or
/// replayed, 502 or 503 if the service fails, and else 500; see [`on_error`](OAuthLogin::on_error).
pub fn oauth_router<S: Clone + Send + Sync + 'static>(login: OAuthLogin<S>) -> Router<S> {
    let begin = Arc::new(login);
    let complete = begin.clone();
    let begin = move |State(state): State<S>, request: HttpRequest| {
        let login = begin.clone();
        async move { finish(login.begin(request.into_parts().0, state).await) }
    };
    let complete = move |State(state): State<S>, request: HttpRequest| {
        let login = complete.clone();
        async move { finish(login.complete(request.into_parts().0, state).await) }
    };
    Router::new().route("/login", get(begin)).route("/callback", get(complete))
}

/// Keeps what is only for this user, now, out of caches, and the code out of the `Referer` of the next request.
fn finish(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

impl<S: Clone + Send + Sync + 'static> OAuthLogin<S> {
    async fn begin(&self, request: Parts, state: S) -> Response {
        let next = next(request.uri.query().unwrap_or_default());
        let user = match self.user(request, state).await {
            Ok(user) => user,
            Err(response) => return response,
        };
        let asked = (self.ask)(self.client.auth().begin_login(user));
        let login = match next {
            Some(next) => asked.start_with(next),
            None => asked.start(),
        };
        match login.and_then(|login| Ok((self.cookie.set(login.seal())?, login))) {
            Ok((cookie, login)) => ([(header::SET_COOKIE, cookie)], Redirect::to(login.url())).into_response(),
            Err(error) => self.fail(error),
        }
    }

    async fn complete(&self, request: Parts, state: S) -> Response {
        let sealed = self.cookie.get(&request.headers);
        let callback = CallbackParams::from(format!("?{}", request.uri.query().unwrap_or_default()));
        let user = match self.user(request, state).await {
            Ok(user) => user,
            Err(response) => return response,
        };
        let auth = self.client.for_user(user);
        let next = auth.auth().open_login(sealed.clone()).ok();
        let next = next.as_ref().and_then(|pending| pending.context()).unwrap_or(&self.after_login);
        let (mut response, is_over) = match auth.auth().complete_login(callback, sealed).await {
            Ok(_) => (Redirect::to(next).into_response(), true),
            Err(error) => {
                let is_over = is_over(&error);
                (self.fail(error), is_over)
            }
        };
        if let Some(cookie) = self.cookie.clear().filter(|_| is_over) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Finds the current user, or what to respond with.
    async fn user(&self, request: Parts, state: S) -> Result<String, Response> {
        // A `HEAD`, such as that of a preview, would spend the code.
        if request.method != Method::GET {
            return Err(StatusCode::METHOD_NOT_ALLOWED.into_response());
        }
        let user = (self.current_user)(request, state).await?;
        user.filter(|user| !user.trim().is_empty()).ok_or_else(page::not_signed_in)
    }

    fn fail(&self, error: Error) -> Response {
        #[cfg(feature = "tracing")]
        tracing::warn!(
            target: "mobiscroll_connect",
            { error = %crate::error::Chain(&error), http.response.status_code = page::status(&error).as_u16() },
            "login not completed"
        );
        (self.on_error)(error)
    }
}

/// Reports whether a login cannot be completed any more. A forged callback does not end it, nor does a transient failure.
fn is_over(error: &Error) -> bool {
    match error {
        Error::AuthCallback(failure) => {
            !matches!(failure.kind(), AuthCallbackKind::StateMismatch | AuthCallbackKind::MissingState)
        }
        error => !error.is_retryable(),
    }
}

/// Returns the page to show afterwards, if it is one of the application.
fn next(query: &str) -> Option<String> {
    let next = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next")?.1;
    let base = Url::parse("http://application.invalid").ok()?;
    // Read as browsers read it, which drop tabs and take backslashes for slashes.
    let url = base.join(&next).ok().filter(|url| url.origin() == base.origin())?;
    let path = &url[Position::BeforePath..];
    let is_local = next.starts_with('/') && !path.starts_with("//") && path.len() <= MAX_NEXT;
    is_local.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_application_are_returned_to() {
        let encoded = |next: &str| form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        for (given, expected) in [
            ("/calendar", Some("/calendar")),
            ("/a/../b?x=1&y=/#top", Some("/b?x=1&y=/#top")),
            ("/zoë", Some("/zo%C3%AB")),
            ("/\r\nset-cookie: a=b", Some("/set-cookie:%20a=b")),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("/\t/evil.example", None),
            ("/.//evil.example", None),
            ("/x/..//evil.example", None),
            ("\\\\evil.example", None),
            ("https://evil.example", None),
            ("http://application.invalid/a", None),
            ("javascript:alert(1)", None),
            ("calendar", None),
            (" /calendar", None),
            ("", None),
        ] {
            assert_eq!(next(&encoded(given)).as_deref(), expected, "{given:?}");
        }
        assert_eq!(next(&encoded(&format!("/{}", "x".repeat(MAX_NEXT)))), None);
        assert_eq!(next("other=/a"), None);
    }
}
