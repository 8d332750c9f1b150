//! Locks and futures as this crate uses them.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// A boxed future, so that callers of traits do not compile its type again.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Locks a mutex. No code here panics while it holds a lock, and every state between two statements is a whole one, so
/// poisoning says nothing.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a task. Boxed, the tasks are compiled as one.
pub(crate) fn spawn(runtime: &Handle, task: BoxFuture<'static, ()>) -> JoinHandle<()> {
    runtime.spawn(task)
}

/// Has a task of its own report to the span that it was started in.
#[cfg(feature = "tracing")]
pub(crate) fn in_span<F: Future>(task: F) -> tracing::instrument::Instrumented<F> {
    tracing::Instrument::in_current_span(task)
}

/// Without the feature `tracing` there are no spans.
#[cfg(not(feature = "tracing"))]
pub(crate) fn in_span<F: Future>(task: F) -> F {
    task
}
