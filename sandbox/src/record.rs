use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::Value;

use crate::{operation::Operation, request::Request};

/// Older requests are forgotten, so that a sandbox left running does not fill the memory.
const CAPACITY: usize = 10_000;
/// So are those whose bodies would add up to more than this.
const BODIES_CAPACITY: usize = 64 * 1024 * 1024;

/// Tells what one request looked like when it arrived, and how it was answered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The instant of arrival, by the system's clock and not by the sandbox's.
    pub at: SystemTime,
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
    /// The TCP connection on which it came, as in [`TcpConnection::id`](crate::TcpConnection::id).
    pub connection: u64,
    /// The status of the response; `None` while unanswered, or when a fault kept the client from seeing one.
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

    fn of(request: &Request, connection: u64) -> Self {
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Self {
            at: SystemTime::now(),
            operation: request.operation,
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers,
            body: request.body.clone(),
            connection,
            status: None,
        }
    }
}

fn find(form: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Counts the requests of an operation; nothing is ever left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RequestCounts {
    /// The requests that arrived
    pub requests: usize,
    /// The responses by status; a request that is unanswered, or whose client saw no status, is not among them
    pub answers: BTreeMap<u16, usize>,
}

/// The requests seen so far, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    requests: VecDeque<RecordedRequest>,
    /// How many requests came before the first one that is kept
    forgotten: usize,
    /// How many came before the log was last cleared
    cleared: usize,
    bodies: usize,
    counts: BTreeMap<Option<Operation>, RequestCounts>,
}

/// Finds an entry again when its answer is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    number: usize,
    operation: Option<Operation>,
}

impl Log {
    pub(crate) fn open(&self, request: &Request, connection: u64) -> Ticket {
        let request = RecordedRequest::of(request, connection);
        let operation = request.operation;
        let mut entries = self.lock();
        entries.counts.entry(operation).or_default().requests += 1;
        entries.bodies += request.body.len();
        entries.requests.push_back(request);
        entries.forget_surplus();
        Ticket { number: entries.forgotten + entries.requests.len() - 1, operation }
    }

    /// Notes the status that the client gets to see, if any.
    pub(crate) fn close(&self, Ticket { number, operation }: Ticket, status: Option<StatusCode>) {
        let mut entries = self.lock();
        let Some(status) = status.filter(|_| number >= entries.cleared) else {
            return;
        };
        *entries.counts.entry(operation).or_default().answers.entry(status.as_u16()).or_default() += 1;
        let at = number.checked_sub(entries.forgotten);
        if let Some(entry) = at.and_then(|at| entries.requests.get_mut(at)) {
            entry.status = Some(status.as_u16());
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    pub(crate) fn counts(&self) -> BTreeMap<Option<Operation>, RequestCounts> {
        self.lock().counts.clone()
    }

    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        let seen = entries.forgotten + entries.requests.len();
        *entries = Entries { forgotten: seen, cleared: seen, ..Entries::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn forget_surplus(&mut self) {
        while self.requests.len() > CAPACITY || self.bodies > BODIES_CAPACITY {
            let Some(oldest) = self.requests.pop_front() else { return };
            self.bodies -= oldest.body.len();
            self.forgotten += 1;
        }
    }
}
