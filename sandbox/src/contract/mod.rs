//! Holding all traffic against the API's contract, `openapi.yaml`.

mod answer;
mod document;
mod pattern;
mod raw;
mod request;
mod schema;
mod tolerated;
mod validate;
mod violation;

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use serde_json::Value;

use self::{document::CONTRACT, raw::RawEvents, violation::Finding};
pub use self::{
    tolerated::Tolerated,
    violation::{Side, Violation},
};
use crate::{consent, http::Answer, request::Request};

/// No more refused violations than this are kept, nor of the others, so that a sandbox left running does not fill the
/// memory.
const CAPACITY: usize = 1_000;

/// Decides what comes of traffic that violates the API's contract.
///
/// A request violates it by an unknown operation and by parameters, credentials or a body of another form; query
/// parameters that are not declared count, because the service would not see what the client meant by them. A response
/// violates it by a status, a content type, a header or a body that the contract does not have. A delivery to the
/// webhook URL violates it as a request does; how it is answered is the application's business.
///
/// These fail no test:
///
/// - a request that the sandbox itself refuses with a 4xx: the contract provides for it, and the client under test has
///   heard of it. It is listed as [`refused`](Violation::refused);
/// - a response canned by a [`Fault`](crate::Fault), unless the fault is [`checked`](crate::Fault::checked);
/// - what official SDKs send and the service takes, which is listed as [`Tolerated`] instead;
/// - a delivery that a test ordered, forged or tampered with;
/// - events that [`Sandbox::add_event`](crate::Sandbox::add_event) put in; the rest of the response or
///   the delivery counts.
///
/// A test that sends other odd requests on purpose takes what came of it with
/// [`Sandbox::take_violations`](crate::Sandbox::take_violations), or chooses [`Record`](Self::Record).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ContractChecks {
    /// Keeps violations, and panics when a sandbox is dropped with some that nobody took. The default.
    #[default]
    Enforce,
    /// Keeps violations and does nothing else.
    Record,
    /// Checks nothing.
    Off,
}

/// What the builder decides of the checks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) checks: ContractChecks,
    pub(crate) hook: Option<Hook>,
}

/// Something to call with each violation.
#[derive(Clone)]
pub(crate) struct Hook(pub(crate) Arc<dyn Fn(&Violation) + Send + Sync>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

/// Watches the traffic and keeps what it finds.
#[derive(Debug)]
pub(crate) struct Monitor {
    options: Options,
    raw: RawEvents,
    violations: Mutex<Vec<Violation>>,
    tolerated: Mutex<Vec<Tolerated>>,
}

impl Monitor {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, raw: RawEvents::default(), violations: Mutex::default(), tolerated: Mutex::default() }
    }

    /// Gives the options of a sandbox beside this one, which nobody is there to complain about when it is dropped.
    pub(crate) fn options_of_sibling(&self) -> Options {
        let checks = match self.options.checks {
            ContractChecks::Enforce | ContractChecks::Record => ContractChecks::Record,
            ContractChecks::Off => ContractChecks::Off,
        };
        Options { checks, hook: self.options.hook.clone() }
    }

    /// Exempts an event that a test puts in.
    pub(crate) fn exempt(&self, event: &Value) {
        self.raw.add(event);
    }

    /// Checks a request on its arrival. What is wrong with it is kept even if it is never answered.
    pub(crate) fn arrival<'a>(&'a self, request: &'a Request) -> Arrival<'a> {
        let mut tolerated = Vec::new();
        let mut findings = if self.is_off() {
            Vec::new()
        } else {
            match CONTRACT.endpoint(&request.method, &request.path) {
                Some(endpoint) => request::check(endpoint, request, |body| {
                    tolerated.extend(Tolerated::adjust(body, request));
                }),
                // The consent page is the sandbox's own.
                None if request.path == consent::PATH => Vec::new(),
                None => vec![Finding::new("path", "is not an operation of the contract")],
            }
        };
        tolerated.extend(Tolerated::pick(&mut findings, request));
        let violations = findings.into_iter().map(|finding| finding.of(Side::Request, request)).collect();
        Arrival { monitor: self, request, violations, tolerated }
    }

    /// Checks a delivery to the webhook URL, the events that tests put in left out.
    pub(crate) fn delivery(&self, path: &str, headers: &[(String, String)], body: &Bytes) {
        if self.is_off() {
            return;
        }
        let request = Request::post(path, headers, body.clone());
        let findings = request::check(&CONTRACT.delivery, &request, |body| self.raw.leave_out(body));
        self.record(findings.into_iter().map(|finding| finding.of(Side::Delivery, &request)).collect());
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.lock().clone()
    }

    pub(crate) fn take(&self) -> Vec<Violation> {
        mem::take(&mut *self.lock())
    }

    pub(crate) fn tolerated(&self) -> Vec<Tolerated> {
        self.lock_tolerated().clone()
    }

    pub(crate) fn clear_tolerated(&self) {
        self.lock_tolerated().clear();
    }

    /// Tells what ought to fail a test, a violation per line.
    pub(crate) fn complaint(&self) -> Option<String> {
        if self.options.checks != ContractChecks::Enforce {
            return None;
        }
        let violations = self.lock();
        let lines: Vec<String> = violations
            .iter()
            .filter(|violation| !violation.refused)
            .map(|violation| format!("\n  {violation}"))
            .collect();
        (!lines.is_empty()).then(|| format!("traffic departed from the API's contract:{}", lines.concat()))
    }

    fn record(&self, found: Vec<Violation>) {
        if let Some(Hook(hook)) = &self.options.hook {
            found.iter().for_each(|violation| hook(violation));
        }
        let mut kept = self.lock();
        for violation in found {
            if kept.iter().filter(|other| other.refused == violation.refused).count() < CAPACITY {
                kept.push(violation);
            }
        }
    }

    fn note(&self, tolerated: Vec<Tolerated>) {
        let mut kept = self.lock_tolerated();
        let room = CAPACITY.saturating_sub(kept.len());
        kept.extend(tolerated.into_iter().take(room));
    }

    fn is_off(&self) -> bool {
        self.options.checks == ContractChecks::Off
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Violation>> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_tolerated(&self) -> MutexGuard<'_, Vec<Tolerated>> {
        self.tolerated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was checked, and waits for its answer.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    monitor: &'a Monitor,
    request: &'a Request,
    violations: Vec<Violation>,
    tolerated: Vec<Tolerated>,
}

impl Arrival<'_> {
    /// Checks the response, unless it is exempt.
    pub(crate) fn answered(mut self, answer: &Answer) {
        if answer.is_exempt() || self.monitor.is_off() {
            return;
        }
        if answer.status.is_client_error() {
            self.violations.iter_mut().for_each(|violation| violation.refused = true);
            // It may well have been refused for this.
            self.tolerated.clear();
        }
        if let Some(endpoint) = CONTRACT.endpoint(&self.request.method, &self.request.path) {
            let findings = answer::check(endpoint, answer, &self.monitor.raw);
            self.violations.extend(findings.into_iter().map(|finding| finding.of(Side::Answer, self.request)));
        }
    }
}

impl Drop for Arrival<'_> {
    fn drop(&mut self) {
        if !self.violations.is_empty() {
            self.monitor.record(mem::take(&mut self.violations));
        }
        self.monitor.note(mem::take(&mut self.tolerated));
    }
}
