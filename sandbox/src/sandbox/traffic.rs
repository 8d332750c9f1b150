//! What goes over the wire: requests, faults, and departures from the contract.

use std::collections::BTreeMap;

use super::Sandbox;
#[cfg(feature = "contract")]
use crate::contract::{Tolerated, Violation};
use crate::{
    fault::{Fault, FaultHandle},
    journal::Journal,
    operation::Operation,
    record::{RecordedRequest, RequestCounts},
};

impl Sandbox {
    /// Lists the requests seen so far, oldest first; of very many only the newest 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.app.log.all()
    }

    /// Lists the requests of one operation, oldest first.
    #[must_use]
    pub fn requests_of(&self, operation: Operation) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.operation == Some(operation));
        requests
    }

    /// Forgets the requests seen so far, and resets the counts.
    pub fn clear_requests(&self) {
        self.app.log.clear();
    }

    /// Counts the requests of an operation, whether the log still has them or not.
    #[must_use]
    pub fn count(&self, operation: Operation) -> usize {
        self.request_counts().get(&Some(operation)).map_or(0, |counts| counts.requests)
    }

    /// Counts the responses with this status to requests of an operation.
    #[must_use]
    pub fn count_answered(&self, operation: Operation, status: u16) -> usize {
        self.request_counts().get(&Some(operation)).and_then(|counts| counts.answers.get(&status).copied()).unwrap_or(0)
    }

    /// Counts the requests by operation, those to unknown paths under `None`.
    #[must_use]
    pub fn request_counts(&self) -> BTreeMap<Option<Operation>, RequestCounts> {
        self.app.log.counts()
    }

    /// Lists the requests that were not understood, with the nearest operation, parameter or member.
    ///
    /// Requests that a fault gave a canned response are not among them.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.app.journal.all()
    }

    /// Forgets the requests that were not understood.
    pub fn clear_journal(&self) {
        self.app.journal.clear();
    }

    /// Makes something go wrong; the handle tells how often it did.
    pub fn inject(&self, fault: Fault) -> FaultHandle {
        self.app.faults.inject(fault)
    }

    /// Lists the faults injected so far, oldest first; of those that ran out, the last 1,000.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultHandle> {
        self.app.faults.all()
    }

    /// Ends and forgets all faults.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// Lists the departures from the API's contract seen so far, oldest first.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.app.monitor.violations()
    }

    /// Takes the departures from the API's contract seen so far, so that dropping the sandbox does not complain.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn take_violations(&self) -> Vec<Violation> {
        self.app.monitor.take()
    }

    /// Lists what violated the API's contract and is tolerated, oldest first; the first 1,000 of them.
    #[cfg(feature = "contract")]
    #[must_use]
    pub fn tolerated(&self) -> Vec<Tolerated> {
        self.app.monitor.tolerated()
    }

    /// Forgets what was tolerated so far.
    #[cfg(feature = "contract")]
    pub fn clear_tolerated(&self) {
        self.app.monitor.clear_tolerated();
    }
}
