//! Work on a user's credentials as a shared task: single-flight, and independent of the callers that wait for it.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{Active, ROUNDS, Session, Shared, State};
use crate::error::{Error, NetworkFailure, NetworkKind};
use crate::raw::operations;
use crate::sync::{in_span, spawn};
use crate::transport::runtime;

/// Between the beats of a task.
const BEAT: Duration = Duration::from_secs(1);

/// How many beats a task may miss before another one takes over: nobody drives its runtime.
const MISSED_BEATS: u32 = 3;

/// How many it may miss where the waiter's own runtime drives it: that one is busy, since the waiter runs.
const MISSED_BEATS_AT_HOME: u32 = 30;

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
    pub(super) number: u64,
    outcome: watch::Receiver<Option<Result<(), Error>>>,
    /// The runtime that drives it.
    home: tokio::runtime::Id,
    beats: Arc<AtomicU64>,
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

    /// Waits for the outcome. `None` if there will be none: the runtime is gone, or nobody drives it.
    pub(super) async fn outcome(&mut self) -> Option<Result<(), Error>> {
        let (mut seen, mut missed) = (self.beats.load(Ordering::Relaxed), 0);
        let is_at_home = Handle::try_current().is_ok_and(|runtime| runtime.id() == self.home);
        let tolerated = if is_at_home { MISSED_BEATS_AT_HOME } else { MISSED_BEATS };
        loop {
            // Counted by the waiter's own beats, so that a process that was suspended does not take over from itself.
            match timeout(BEAT, self.outcome.wait_for(Option::is_some)).await {
                Ok(outcome) => return outcome.ok()?.clone(),
                Err(_) => {
                    let beats = self.beats.load(Ordering::Relaxed);
                    missed = if beats == seen { missed + 1 } else { 0 };
                    seen = beats;
                    if missed == tolerated {
                        return None;
                    }
                }
            }
        }
    }
}

/// What a task knows of itself.
pub(super) struct Work {
    /// The credentials that it is about.
    pub(super) replaced: u64,
    number: u64,
    shared: Arc<Shared>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Work {
    /// Waits to be admitted to the store and the token endpoint, unless it is.
    pub(super) async fn enter(&mut self) {
        if self.permit.is_none() {
            self.permit = self.shared.admission.enter().await;
        }
    }

    /// Lets others go on, before it waits for something else.
    pub(super) fn leave(&mut self) {
        self.permit = None;
    }
}

impl State {
    /// Reports whether a task is still the one that acts for the user: no credentials were set, and none took over.
    pub(super) fn is_current(&self, work: &Work) -> bool {
        !self.is_replaced(work.replaced) && self.task.as_ref().is_some_and(|task| task.number == work.number)
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
        state.tasks += 1;
        let number = state.tasks;
        let task = SharedTask { number, outcome, home: runtime.id(), beats: Arc::default(), slow: Arc::default() };
        state.task = Some(task.clone());

        let (session, beats, guard) = (self.clone(), task.beats.clone(), self.shared.in_flight.start());
        let mut work = Work { replaced: state.replaced, number, shared: self.shared.clone(), permit: None };
        let working = in_span(async move {
            let achieved = async {
                match goal {
                    Goal::Load => session.load(&mut work).await,
                    Goal::Save => session.save_late(&mut work).await,
                    Goal::Renew(used) => session.renew_tokens(used, &mut work).await,
                }
            };
            let outcome = beating([&beats, &session.shared.in_flight.beats], achieved).await;
            work.leave();
            session.end_task(number);
            sender.send_replace(Some(outcome));
            drop(guard);
        });
        spawn(&runtime, Box::pin(working));
        Ok(task)
    }

    /// Waits for the outcome of a task. If there will be none, another one takes over.
    pub(super) async fn wait(self: &Arc<Self>, mut task: SharedTask, goal: &Goal) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            if let Some(outcome) = task.outcome().await {
                return outcome;
            }
            self.end_task(task.number);
            task = self.join(&mut self.state(), goal.clone())?;
        }
        Err(interrupted())
    }

    fn end_task(&self, number: u64) {
        let mut state = self.state();
        if state.task.as_ref().is_some_and(|task| task.number == number) {
            state.task = None;
        }
    }
}

/// Runs work, and counts a beat each second while its runtime is driven.
pub(super) async fn beating<F: Future>(beats: [&AtomicU64; 2], work: F) -> F::Output {
    let (mut work, mut ticks) = (pin!(work), interval(BEAT));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    poll_fn(|context| {
        while ticks.poll_tick(context).is_ready() {
            for beats in beats {
                beats.fetch_add(1, Ordering::Relaxed);
            }
        }
        work.as_mut().poll(context)
    })
    .await
}

/// Counts the tasks of all users, for a graceful shutdown.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    tasks: watch::Sender<usize>,
    pub(super) beats: AtomicU64,
}

impl InFlight {
    pub(super) fn start(&self) -> TaskGuard {
        self.tasks.send_modify(|tasks| *tasks += 1);
        TaskGuard(self.tasks.clone())
    }

    /// Waits until none is in flight but the caller's own, or nobody drives those that are.
    pub(super) async fn drained(&self, own: usize) {
        let (mut tasks, mut seen, mut missed) = (self.tasks.subscribe(), 0, 0);
        while missed < MISSED_BEATS && timeout(BEAT, tasks.wait_for(|tasks| *tasks <= own)).await.is_err() {
            let beats = self.beats.load(Ordering::Relaxed);
            missed = if beats == seen { missed + 1 } else { 0 };
            seen = beats;
        }
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
    NetworkFailure::error(operations::TOKEN.id, NetworkKind::Broken, None)
}
