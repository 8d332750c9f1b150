//! The admin API's page for people: what the sandbox holds, and the usual actions. It works without scripts.

mod actions;
mod markup;
mod sections;

use hyper::{
    Method, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS},
};

use self::sections::{View, page};
use super::input::PREFIX;
use crate::{html::Html, http::Answer, request::Request, sandbox::Sandbox};

/// Where the forms of the page go
const ACTIONS: &str = "page";
const STYLE: &str = "style.css";
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Answers what a browser asks for; `None` for anything else.
pub(super) fn answer(sandbox: &Sandbox, request: &Request) -> Option<Answer> {
    let path = request.path.strip_prefix(PREFIX)?;
    match (&request.method, path) {
        (&Method::GET, "") if wants_html(request) => Some(show(sandbox, request)),
        (&Method::GET, STYLE) => {
            let style = Answer::empty(StatusCode::OK).with_header(CONTENT_TYPE, "text/css; charset=utf-8");
            Some(style.with_header(CACHE_CONTROL, "no-cache").with_body(include_str!("style.css").into()))
        }
        (&Method::POST, ACTIONS) => Some(act(sandbox, request)),
        _ => None,
    }
}

fn wants_html(request: &Request) -> bool {
    let accepted = request.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accepted.is_some_and(|accept| accept.split(',').any(|kind| kind.trim().starts_with("text/html")))
}

fn show(sandbox: &Sandbox, request: &Request) -> Answer {
    let view = View { user: request.param("user"), message: request.param("message") };
    html(StatusCode::OK, page(sandbox, &view))
}

/// Does what a form says, and sends the browser back to the page.
fn act(sandbox: &Sandbox, request: &Request) -> Answer {
    let fields: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let user = field("user").filter(|user| !user.is_empty());
    match actions::act(sandbox, &field) {
        Ok(message) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            if let Some(user) = user {
                query.append_pair("user", user);
            }
            query.append_pair("message", message);
            let answer = Answer::empty(StatusCode::SEE_OTHER).with_header(CACHE_CONTROL, "no-store");
            answer.with_header(LOCATION, &format!("{PREFIX}?{}", query.finish()))
        }
        Err(problem) => html(StatusCode::BAD_REQUEST, page(sandbox, &View { user, message: Some(&problem) })),
    }
}

fn html(status: StatusCode, page: Html) -> Answer {
    Answer::empty(status)
        .with_header(CONTENT_TYPE, "text/html; charset=utf-8")
        .with_header(CONTENT_SECURITY_POLICY, POLICY)
        .with_header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .with_header(CACHE_CONTROL, "no-store")
        .with_body(page.into_string().into())
}
