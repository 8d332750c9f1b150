use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use super::Fault;
use crate::request::Request;

/// Faults that ran out stay listed until there are more than this many.
const KEPT: usize = 1000;

/// Follows an injected fault.
#[derive(Debug, Clone)]
pub struct FaultHandle {
    injected: Arc<Injected>,
}

impl FaultHandle {
    /// Gives the number of the fault: 1 for the first that was injected, and so on.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.injected.id
    }

    /// Counts the requests that the fault has hit.
    #[must_use]
    pub fn fired(&self) -> usize {
        self.injected.fired.load(Ordering::SeqCst)
    }

    /// Counts the requests that the fault will still hit; `usize::MAX` when there is no end to them.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.injected.lock().remaining
    }

    /// Describes the fault in a line, such as `list_events: status 503`.
    #[must_use]
    pub fn description(&self) -> String {
        self.injected.lock().to_string()
    }

    /// Ends the fault: later requests are answered as usual.
    pub fn remove(&self) {
        self.injected.lock().remaining = 0;
    }
}

#[derive(Debug)]
struct Injected {
    id: u64,
    fault: Mutex<Fault>,
    fired: AtomicUsize,
}

impl Injected {
    fn lock(&self) -> MutexGuard<'_, Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_run_out(&self) -> bool {
        self.lock().remaining == 0
    }
}

/// The injected faults, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<Arc<Injected>>,
    spent: Vec<Arc<Injected>>,
    last_id: u64,
}

impl Faults {
    pub(crate) fn inject(&self, fault: Fault) -> FaultHandle {
        let mut queue = self.lock();
        queue.last_id += 1;
        let injected = Arc::new(Injected { id: queue.last_id, fault: Mutex::new(fault), fired: AtomicUsize::new(0) });
        queue.waiting.push(Arc::clone(&injected));
        FaultHandle { injected }
    }

    /// Finds the fault for a request.
    pub(crate) fn next(&self, request: &Request, is_reused: bool) -> Option<Fault> {
        self.first(|fault| fault.fits(request, is_reused))
    }

    /// Finds the fault for a connection that was just opened.
    pub(crate) fn next_of_connection(&self) -> Option<Fault> {
        self.first(Fault::is_of_connections)
    }

    /// Tells whether the next connection may be hit.
    pub(crate) fn await_connections(&self) -> bool {
        self.lock().waiting.iter().any(|injected| {
            let fault = injected.lock();
            fault.is_of_connections() && fault.remaining > 0
        })
    }

    fn first(&self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut queue = self.lock();
        queue.sort_out();
        queue.waiting.iter().find_map(|injected| {
            let mut fault = injected.lock();
            (fits(&fault) && fault.take_turn()).then(|| {
                injected.fired.fetch_add(1, Ordering::SeqCst);
                fault.clone()
            })
        })
    }

    /// Lists the faults, those that ran out included.
    pub(crate) fn all(&self) -> Vec<FaultHandle> {
        let queue = self.lock();
        let mut all: Vec<_> = queue.spent.iter().chain(&queue.waiting).cloned().collect();
        all.sort_by_key(|injected| injected.id);
        all.into_iter().map(|injected| FaultHandle { injected }).collect()
    }

    pub(crate) fn clear(&self) {
        let mut queue = self.lock();
        queue.waiting.clear();
        queue.spent.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn sort_out(&mut self) {
        self.spent.extend(self.waiting.extract_if(.., |injected| injected.has_run_out()));
        let surplus = self.spent.len().saturating_sub(KEPT);
        self.spent.drain(..surplus);
    }
}
