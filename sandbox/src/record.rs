use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::Value;

use crate::{http::Request, operation::Operation};

/// Older requests are forgotten, so that a sandbox left running does not fill the memory.
const CAPACITY: usize = 10_000;

/// Tells what one request looked like when it arrived, and how it was answered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The operation asked for; `None` for an unknown method or path.
    pub operation: Option<Operation>,
    /// The method, such as `GET`.
    pub method: String,
    /// The path, such as `/api/calendars`.
    pub path: String,
    /// The raw query, without the question mark; empty when there was none.
    pub query: String,
    /// The headers in order of arrival, names in lower case; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body as it arrived.
    pub body: Bytes,
    /// The status answered; `None` while unanswered, or when a fault closed the connection.
    pub status: Option<u16>,
}

impl RecordedRequest {
    /// Gives the first value of a header, whatever the case of the name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Gives the first value of a query parameter, decoded.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<String> {
        find(self.query.as_bytes(), name)
    }

    /// Gives the first value of a field of a form body, decoded.
    #[must_use]
    pub fn form_field(&self, name: &str) -> Option<String> {
        find(&self.body, name)
    }

    /// Reads the body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    fn of(request: &Request) -> Self {
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Self {
            operation: request.operation,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers,
            body: request.body.clone(),
            status: None,
        }
    }
}

fn find(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The requests seen so far, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    requests: VecDeque<RecordedRequest>,
    forgotten: usize,
}

/// Finds an entry again when its answer is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(usize);

impl Log {
    pub(crate) fn open(&self, request: &Request) -> Ticket {
        let mut entries = self.lock();
        if entries.requests.len() == CAPACITY {
            entries.requests.pop_front();
            entries.forgotten += 1;
        }
        entries.requests.push_back(RecordedRequest::of(request));
        Ticket(entries.forgotten + entries.requests.len() - 1)
    }

    pub(crate) fn close(&self, Ticket(number): Ticket, status: StatusCode) {
        let mut entries = self.lock();
        let at = number.checked_sub(entries.forgotten);
        if let Some(entry) = at.and_then(|at| entries.requests.get_mut(at)) {
            entry.status = Some(status.as_u16());
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        entries.forgotten += entries.requests.len();
        entries.requests.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
