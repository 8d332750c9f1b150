//! The methods of [`Sandbox`] for programs in other languages, as JSON over HTTP.
//!
//! Requests to it are no part of the API: they are not recorded or counted, and no fault hits them.

mod application;
mod connection;
#[cfg(feature = "contract")]
mod contract;
mod fault;
mod history;
mod input;
mod journal;
mod output;
mod pace;
mod page;
mod setting;
mod state;
mod token;
mod traffic;
mod user;
mod webhook;

use hyper::{Method, Response, StatusCode, body::Incoming};
use serde_json::{Map, Value};

use crate::{body::Body, http::Answer, request::Request, sandbox::Sandbox};
pub(crate) use input::PREFIX;
use input::{Input, Refusal};
use output::done;
pub(crate) use setting::{change_settings, settings_to_json};

/// The admin API of a sandbox.
#[derive(Debug)]
pub(crate) struct Admin {
    sandbox: Sandbox,
}

/// A state may be large.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

type Handler = fn(&Sandbox, &mut Input) -> Result<Value, Refusal>;

/// Every route: the method, the path below the prefix, and what it does.
const ROUTES: &[(Method, &str, Handler)] = &[
    (Method::GET, "", index),
    (Method::POST, "reset", reset),
    (Method::GET, "applications", application::list),
    (Method::POST, "applications", application::open),
    (Method::DELETE, "applications", application::close),
    (Method::GET, "faults", fault::list),
    (Method::POST, "faults", fault::inject),
    (Method::DELETE, "faults", fault::remove),
    (Method::GET, "connections", connection::list),
    (Method::POST, "connections/swallow", connection::swallow),
    (Method::DELETE, "connections/swallow", connection::accept),
    (Method::POST, "connections/freeze", connection::freeze),
    (Method::POST, "connections/thaw", connection::thaw),
    (Method::POST, "connections/reset", connection::reset),
    (Method::POST, "connections/limit", connection::limit),
    #[cfg(feature = "contract")]
    (Method::GET, "contract", contract::list),
    #[cfg(feature = "contract")]
    (Method::DELETE, "contract", contract::clear),
    (Method::GET, "settings", setting::list),
    (Method::PATCH, "settings", setting::change),
    (Method::GET, "state", state::export),
    (Method::PUT, "state", state::import),
    (Method::DELETE, "state", state::forget),
    (Method::GET, "clock", setting::clock),
    (Method::POST, "clock", setting::set_clock),
    (Method::GET, "latencies", pace::latencies),
    (Method::POST, "latencies", pace::set_latency),
    (Method::DELETE, "latencies", pace::clear_latency),
    (Method::GET, "rate-limits", pace::limits),
    (Method::POST, "rate-limits", pace::set_limit),
    (Method::DELETE, "rate-limits", pace::clear_limit),
    (Method::POST, "codes", token::authorize),
    (Method::POST, "tokens", token::issue),
    (Method::POST, "tokens/expire", token::expire),
    (Method::GET, "grants", token::history),
    (Method::POST, "grants/revoke", token::revoke),
    (Method::GET, "users", user::list),
    (Method::GET, "accounts", user::accounts),
    (Method::POST, "accounts", user::set_account),
    (Method::GET, "events", user::events),
    (Method::POST, "events", user::add_event),
    (Method::POST, "events/change", user::change_event),
    (Method::POST, "events/remove", user::remove_event),
    (Method::GET, "events/history", history::versions),
    (Method::GET, "events/at", history::at),
    (Method::GET, "channels", user::channels),
    (Method::GET, "webhooks/keys", webhook::keys),
    (Method::POST, "webhooks/keys/rotate", webhook::rotate),
    (Method::POST, "webhooks/keys/retire", webhook::retire),
    (Method::POST, "webhooks/keys/revoke", webhook::revoke),
    (Method::POST, "webhooks/sign", webhook::sign),
    (Method::POST, "webhooks/deliver", webhook::deliver),
    (Method::POST, "webhooks/send", webhook::send),
    (Method::POST, "webhooks/replay", webhook::replay),
    (Method::POST, "webhooks/flood", webhook::flood),
    (Method::POST, "webhooks/disturbances", webhook::disturb),
    (Method::DELETE, "webhooks/disturbances", webhook::clear_disturbances),
    (Method::POST, "webhooks/hold", webhook::hold),
    (Method::POST, "webhooks/release", webhook::release),
    (Method::GET, "deliveries", webhook::deliveries),
    (Method::DELETE, "deliveries", webhook::clear),
    (Method::GET, "requests", traffic::requests),
    (Method::DELETE, "requests", traffic::clear),
    (Method::GET, "journal", journal::list),
    (Method::DELETE, "journal", journal::clear),
    (Method::GET, "counters", traffic::counters),
];

impl Admin {
    /// Takes a handle that does not keep the server running.
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    pub(crate) async fn serve(&self, request: hyper::Request<Incoming>) -> Response<Body> {
        let answer = match Request::read_up_to(request, BODY_LIMIT).await {
            Ok(request) => self.answer(&request).unwrap_or_else(Answer::from),
            Err(error) => error.into(),
        };
        answer.into_response()
    }

    fn answer(&self, request: &Request) -> Result<Answer, Refusal> {
        if let Some(page) = page::answer(&self.sandbox, request) {
            return Ok(page);
        }
        let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
        let handler = ROUTES.iter().find(|(method, route, _)| *method == request.method && *route == path);
        let (.., handler) = handler.ok_or_else(|| Refusal::no_route(&request.method, &request.path))?;
        let mut input = Input::of(request)?;
        handler(&self.sandbox, &mut input).map(|body| Answer::json(StatusCode::OK, &body))
    }
}

/// Tells how to use the sandbox, and which routes there are.
fn index(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    let mut index = address(sandbox);
    index.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    let routes = ROUTES.iter().map(|(method, path, _)| format!("{method} {PREFIX}{path}"));
    index.insert("routes".into(), routes.collect());
    Ok(index.into())
}

/// Tells how to reach a sandbox, and with which credentials.
fn address(sandbox: &Sandbox) -> Map<String, Value> {
    let members = [
        ("baseUrl", sandbox.base_url()),
        ("origin", sandbox.origin()),
        ("clientId", sandbox.client_id()),
        ("clientSecret", sandbox.client_secret()),
        ("redirectUri", sandbox.redirect_uri()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn reset(sandbox: &Sandbox, input: &mut Input) -> Result<Value, Refusal> {
    input.finish()?;
    sandbox.reset();
    Ok(done())
}
