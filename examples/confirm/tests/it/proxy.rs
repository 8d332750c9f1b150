//! Services that the sandbox does not play: a proxy before it changes requests and responses.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use mobiscroll_connect_confirm::Verdict;
use mobiscroll_connect_sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{ask, ask_at, assert_clean, differing, sandbox};

/// A request on its way, or refused with a status.
struct Call {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Value,
    refused: Option<u16>,
}

impl Call {
    fn is(&self, method: Method, path: &str) -> bool {
        self.method == method && self.path == path
    }

    fn parameter(&mut self, name: &str) -> Option<&mut String> {
        self.query.iter_mut().find(|(other, _)| other == name).map(|(_, value)| value)
    }
}

/// What a service does differently.
struct Change {
    request: fn(&mut Call),
    response: fn(&Call, &mut Value),
}

/// A service, and what a report of it says.
type Row = (&'static str, Change, &'static [(&'static str, &'static str, Verdict)]);

/// Leaves requests, or responses, as they are.
fn same(_: &mut Call) {}
fn as_it_is(_: &Call, _: &mut Value) {}

#[tokio::test]
async fn what_other_services_do_is_reported() {
    let rows: [Row; 12] = [
        (
            "an inclusive end",
            Change { request: inclusive_end, response: as_it_is },
            &[("end-bound", "inclusive", Verdict::Refuted)],
        ),
        (
            "empty lists that mean none",
            Change { request: empty_means_none, response: as_it_is },
            &[("calendar-ids-empty-list", "none", Verdict::Refuted)],
        ),
        (
            "arrays that are refused",
            Change { request: no_arrays, response: as_it_is },
            &[("calendar-ids-array", "refused-400", Verdict::Refuted)],
        ),
        (
            "null that clears nothing",
            Change { request: no_nulls, response: as_it_is },
            &[("update-null", "kept", Verdict::Refuted)],
        ),
        (
            "large pages that are refused",
            Change { request: no_large_pages, response: as_it_is },
            &[("page-size-cap", "refused-400", Verdict::Refuted)],
        ),
        (
            "deletions without a body",
            Change { request: no_deletion_by_body, response: as_it_is },
            &[("delete-body", "refused-400", Verdict::Learned)],
        ),
        (
            "custom that is not kept",
            Change { request: no_custom, response: as_it_is },
            &[("sdk-create-once", "no", Verdict::Refuted), ("custom", "dropped", Verdict::Refuted)],
        ),
        (
            "refusals in other words",
            Change { request: same, response: other_words },
            &[("write-denial", "401-other-text", Verdict::Refuted)],
        ),
        (
            "a last page with null",
            Change { request: same, response: null_token },
            &[("last-page", "null", Verdict::Handled)],
        ),
        (
            "pages without a size",
            Change { request: same, response: no_page_size },
            &[
                ("page-size-default", "not-reported", Verdict::Handled),
                ("page-size-cap", "not-reported", Verdict::Handled),
            ],
        ),
        (
            "whole days as dates",
            Change { request: same, response: bare_dates },
            &[("all-day-start", "date", Verdict::Handled)],
        ),
        (
            "events in no order",
            Change { request: same, response: reversed },
            &[("sort-order", "unsorted", Verdict::Refuted)],
        ),
    ];
    let plain = sandbox().start().await.unwrap();
    let defaults = Arc::new(ask(&plain).await);
    let mut runs = JoinSet::new();
    for (name, change, expected) in rows {
        let defaults = defaults.clone();
        runs.spawn(async move {
            let sandbox = sandbox().start().await.unwrap();
            let report = ask_at(&start(&sandbox, change).await, &sandbox).await;
            assert_eq!(differing(&report, &defaults), expected, "{name}");
            let is_refuted = expected.iter().any(|(.., verdict)| *verdict == Verdict::Refuted);
            assert_eq!(report.exit_code(), u8::from(is_refuted), "{name}: {report}");
            assert_clean(&sandbox);
        });
    }
    runs.join_all().await;
}

fn inclusive_end(call: &mut Call) {
    if let Some(end) = call.parameter("end") {
        *end = end.replace(".000Z", ".001Z");
    }
}

fn empty_means_none(call: &mut Call) {
    if let Some(ids) = call.parameter("calendarIds") {
        *ids = ids.replace("[]", r#"["none"]"#);
    }
}

fn no_arrays(call: &mut Call) {
    if call.parameter("calendarIds").is_some_and(|ids| ids.starts_with('[')) {
        call.refused = Some(400);
    }
}

fn no_nulls(call: &mut Call) {
    if let (true, Value::Object(members)) = (call.method == Method::PUT, &mut call.body) {
        members.retain(|_, value| !value.is_null());
    }
}

fn no_large_pages(call: &mut Call) {
    if call.parameter("pageSize").is_some_and(|size| size == "5000") {
        call.refused = Some(400);
    }
}

fn no_deletion_by_body(call: &mut Call) {
    if call.method == Method::DELETE && call.query.is_empty() {
        call.refused = Some(400);
    }
}

fn no_custom(call: &mut Call) {
    if let Value::Object(members) = &mut call.body {
        members.remove("custom");
    }
}

fn other_words(call: &Call, body: &mut Value) {
    if call.is(Method::POST, "/api/event") && body["error"].is_string() {
        body["message"] = "Not with this scope".into();
    }
}

fn null_token(call: &Call, body: &mut Value) {
    if call.is(Method::GET, "/api/events") && body["nextPageToken"].is_null() {
        body["nextPageToken"] = Value::Null;
    }
}

fn no_page_size(_: &Call, body: &mut Value) {
    if let Value::Object(members) = body {
        members.remove("pageSize");
    }
}

fn bare_dates(_: &Call, body: &mut Value) {
    let events = body.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten();
    for event in events.filter(|event| event["allDay"] == true) {
        let date = |instant: &Value| json!(instant.as_str().unwrap_or_default()[..10]);
        (event["start"], event["end"]) = (date(&event["start"]), date(&event["end"]));
    }
}

fn reversed(_: &Call, body: &mut Value) {
    let Some(events) = body.get_mut("events").and_then(Value::as_array_mut) else { return };
    // Not where the order of instances matters.
    if events.iter().all(|event| event["recurringEventId"].is_null()) {
        events.reverse();
    }
}

/// Starts a proxy, and returns the base URL.
async fn start(sandbox: &Sandbox, change: Change) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let state = Arc::new((sandbox.origin().to_owned(), change, http));
    let router = Router::new().fallback(forward).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("{origin}/api")
}

type Proxy = Arc<(String, Change, reqwest::Client)>;

async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    let (origin, change, http) = &*proxy;
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let query = parts.uri.query().unwrap_or_default();
    let mut call = Call {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
        refused: None,
    };
    (change.request)(&mut call);
    if let Some(status) = call.refused {
        return respond(StatusCode::from_u16(status).unwrap(), Bytes::from_static(b"{}"), &HeaderMap::new());
    }
    let mut headers = parts.headers;
    headers.remove("host");
    headers.remove("content-length");
    let bytes = if call.body.is_null() { bytes } else { call.body.to_string().into() };
    let request = http.request(call.method.clone(), format!("{origin}{}", call.path));
    let response = request.query(&call.query).headers(headers).body(bytes).send().await.unwrap();
    let (status, kept) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let Ok(mut body) = serde_json::from_slice(&bytes) else { return respond(status, bytes, &kept) };
    (change.response)(&call, &mut body);
    respond(status, body.to_string().into(), &kept)
}

fn respond(status: StatusCode, body: Bytes, kept: &HeaderMap) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    for name in ["cache-control", "content-type", "location", "set-cookie"] {
        response.headers_mut().extend(kept.get(name).map(|value| (HeaderName::from_static(name), value.clone())));
    }
    response
}
