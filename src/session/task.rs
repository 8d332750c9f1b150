//! Work on a user's credentials as a shared task: single-flight, and independent of the callers that wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::{Active, Session, State};
use crate::error::{Error, NetworkFailure, NetworkKind};
use crate::raw::operations;
use crate::transport::runtime;

/// What a shared task is to achieve.
#[derive(Clone)]
pub(super) enum Goal {
    /// Tokens are loaded, if the store has any.
    Load,
    /// The tokens that were set from outside are in the store.
    Save,
    /// Newer tokens than these are active.
    Renew(Active),
}

/// A task in flight, and its outcome.
#[derive(Clone)]
pub(super) struct SharedTask {
    generation: u64,
    number: u64,
    outcome: watch::Receiver<Option<Result<(), Error>>>,
    /// Whether a call with a valid token has waited for it in vain.
    slow: Arc<AtomicBool>,
}

impl SharedTask {
    /// Reports whether the task was lost with its runtime, and never ends.
    pub(super) fn is_lost(&self) -> bool {
        self.outcome.has_changed().is_err()
    }

    pub(super) fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed) && !self.is_lost()
    }

    pub(super) fn mark_slow(&self) {
        self.slow.store(true, Ordering::Relaxed);
    }
}

impl Session {
    /// Joins the task in flight, whatever its goal, or starts one. A caller that has waited looks at the state again.
    pub(super) fn join(self: &Arc<Self>, state: &mut State, goal: Goal) -> Result<SharedTask, Error> {
        if let Some(task) = state.task.as_ref().filter(|task| !task.is_lost()) {
            return Ok(task.clone());
        }
        let runtime = runtime()?;
        let (sender, outcome) = watch::channel(None);
        let number = state.task.as_ref().map_or(0, |task| task.number) + 1;
        let task = SharedTask { generation: state.lineage.generation, number, outcome, slow: Arc::default() };
        state.task = Some(task.clone());

        let (session, generation, guard) = (self.clone(), state.lineage.generation, self.shared.in_flight.start());
        runtime.spawn(async move {
            let outcome = match goal {
                Goal::Load => session.load(generation).await,
                Goal::Save => session.save_late(generation).await,
                Goal::Renew(used) => session.renew_tokens(used, generation).await,
            };
            session.end_task(generation, number);
            sender.send_replace(Some(outcome));
            drop(guard);
        });
        Ok(task)
    }

    /// Waits for the outcome of a task.
    pub(super) async fn wait(&self, mut task: SharedTask) -> Result<(), Error> {
        match timeout(self.max_task_time(), task.outcome.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or(Ok(())),
            Ok(Err(_)) => Err(interrupted()),
            // Its runtime lives, but nobody drives it: let others start over.
            Err(_) => {
                self.end_task(task.generation, task.number);
                Err(stalled())
            }
        }
    }

    fn end_task(&self, generation: u64, number: u64) {
        let mut state = self.state();
        if state.lineage.generation == generation && state.task.as_ref().is_some_and(|task| task.number == number) {
            state.task = None;
        }
    }

    /// Every step of a task has its own timeout; this is more than all of them together.
    fn max_task_time(&self) -> Duration {
        let settings = &self.shared.settings;
        settings.refresh_lease * 3 + settings.save_timeout * 10
    }
}

/// Counts the tasks of all users, for a graceful shutdown.
#[derive(Debug, Default)]
pub(super) struct InFlight(watch::Sender<usize>);

impl InFlight {
    pub(super) fn start(&self) -> TaskGuard {
        self.0.send_modify(|tasks| *tasks += 1);
        TaskGuard(self.0.clone())
    }

    /// Waits until none is in flight but the caller's own.
    pub(super) async fn drained(&self, own: usize) {
        // Cannot fail: the sender lives as long as `self`.
        let _ = self.0.subscribe().wait_for(|tasks| *tasks <= own).await;
    }
}

/// A task that counts until it is dropped, also when its runtime is.
pub(super) struct TaskGuard(watch::Sender<usize>);

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.0.send_modify(|tasks| *tasks -= 1);
    }
}

/// The runtime was shut down around the task.
pub(crate) fn interrupted() -> Error {
    network(NetworkKind::Broken)
}

fn stalled() -> Error {
    network(NetworkKind::Timeout)
}

fn network(kind: NetworkKind) -> Error {
    NetworkFailure::error(operations::TOKEN.id, kind, None)
}
