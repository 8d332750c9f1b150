use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderName},
};
use serde_json::Value;

use crate::{http::Answer, operation::Operation};

/// Describes something that goes wrong with the requests of an operation.
///
/// A fault fires once unless [`times`](Self::times) or [`always`](Self::always) says otherwise. Faults for the same
/// operation queue up: a request gets the first one that has not run out.
///
/// ```
/// use std::time::Duration;
/// use mobiscroll_connect_sandbox::{Fault, Operation};
///
/// // Two calls in a row are told to wait.
/// Fault::on(Operation::ListEvents).times(2).status(429).header("retry-after", "1");
/// // The event is created, but the answer gets lost.
/// Fault::on(Operation::CreateEvent).after_commit().disconnect();
/// // A real answer, slowly.
/// Fault::on(Operation::RefreshToken).delay(Duration::from_millis(200));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    operation: Option<Operation>,
    remaining: usize,
    skip: usize,
    pub(crate) after_commit: bool,
    pub(crate) delay: Duration,
    pub(crate) ending: Ending,
    canned: Option<Answer>,
    checked: bool,
}

/// How the answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    Truncated,
    Disconnected,
}

impl Fault {
    /// Starts a fault for the requests of one operation.
    pub fn on(operation: Operation) -> Self {
        Self { operation: Some(operation), ..Self::on_any() }
    }

    /// Starts a fault for every request, those to unknown paths included.
    pub fn on_any() -> Self {
        Self {
            operation: None,
            remaining: 1,
            skip: 0,
            after_commit: false,
            delay: Duration::ZERO,
            ending: Ending::Whole,
            canned: None,
            checked: false,
        }
    }

    /// Fires for this many requests instead of one.
    pub fn times(self, times: usize) -> Self {
        Self { remaining: times, ..self }
    }

    /// Fires for every request, until [`FaultHandle::remove`].
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    /// Lets this many requests pass before the first one that fails.
    pub fn skip(self, requests: usize) -> Self {
        Self { skip: requests, ..self }
    }

    /// Answers with this status; an impossible one counts as 500, which is also the default for a canned answer.
    pub fn status(self, status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.canned(|answer| answer.with_status(status))
    }

    /// Adds a header to the canned answer; one that HTTP does not allow is left out.
    pub fn header(self, name: &str, value: &str) -> Self {
        match HeaderName::try_from(name) {
            Ok(name) => self.canned(|answer| answer.with_header(name, value)),
            Err(_) => self.canned(|answer| answer),
        }
    }

    /// Answers with these bytes as the body.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.canned(|answer| answer.with_body(body.into()))
    }

    /// Answers with this JSON as the body.
    pub fn json(self, body: &Value) -> Self {
        self.canned(|answer| answer.with_header(CONTENT_TYPE, "application/json").with_body(body.to_string().into()))
    }

    /// Waits before it goes on: with the canned answer if there is one, else with the real one.
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Closes the connection without an answer.
    pub fn disconnect(self) -> Self {
        Self { ending: Ending::Disconnected, ..self }
    }

    /// Promises the whole body, sends half of it and closes the connection.
    pub fn truncate(self) -> Self {
        Self { ending: Ending::Truncated, ..self }
    }

    /// Lets the request take effect first, so that only its answer is delayed, replaced or lost.
    ///
    /// Without this, a canned answer or a disconnect keeps the request from having any effect.
    pub fn after_commit(self) -> Self {
        Self { after_commit: true, ..self }
    }

    /// Holds the canned answer against the API's contract, which it is exempt from otherwise.
    #[cfg(feature = "contract")]
    pub fn checked(self) -> Self {
        Self { checked: true, ..self }
    }

    pub(crate) fn canned_answer(&self) -> Option<Answer> {
        self.canned.clone().map(|answer| answer.exempt(!self.checked))
    }

    fn canned(mut self, change: impl FnOnce(Answer) -> Answer) -> Self {
        let answer = self.canned.take().unwrap_or_else(|| Answer::empty(StatusCode::INTERNAL_SERVER_ERROR));
        Self { canned: Some(change(answer)), ..self }
    }

    /// Takes the fault's turn at a request, if it has one.
    fn take_turn(&mut self, operation: Option<Operation>) -> bool {
        if self.remaining == 0 || (self.operation.is_some() && self.operation != operation) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        // An endless fault does not count down.
        if self.remaining != usize::MAX {
            self.remaining -= 1;
        }
        true
    }
}

/// Follows an injected fault.
#[derive(Debug, Clone)]
pub struct FaultHandle {
    injected: Arc<Injected>,
}

impl FaultHandle {
    /// Counts the requests that the fault has hit.
    #[must_use]
    pub fn fired(&self) -> usize {
        self.injected.fired.load(Ordering::SeqCst)
    }

    /// Ends the fault: later requests are answered as usual.
    pub fn remove(&self) {
        self.injected.lock().remaining = 0;
    }
}

#[derive(Debug)]
struct Injected {
    fault: Mutex<Fault>,
    fired: AtomicUsize,
}

impl Injected {
    fn lock(&self) -> MutexGuard<'_, Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The injected faults, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Arc<Injected>>>);

impl Faults {
    pub(crate) fn inject(&self, fault: Fault) -> FaultHandle {
        let injected = Arc::new(Injected { fault: Mutex::new(fault), fired: AtomicUsize::new(0) });
        self.lock().push(Arc::clone(&injected));
        FaultHandle { injected }
    }

    /// Finds the fault for the next request of the operation.
    pub(crate) fn next(&self, operation: Option<Operation>) -> Option<Fault> {
        let mut faults = self.lock();
        faults.retain(|injected| injected.lock().remaining > 0);
        faults.iter().find_map(|injected| {
            let mut fault = injected.lock();
            fault.take_turn(operation).then(|| {
                injected.fired.fetch_add(1, Ordering::SeqCst);
                fault.clone()
            })
        })
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Injected>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
