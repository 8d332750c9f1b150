//! The thread that runs what callers wait for.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::client::Client;
use crate::error::{Error, InputFailure};
use crate::session;
use crate::sync::in_span;

/// How long dropping the last handle waits for refreshes and saves in flight.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// Hands work to a client's thread and waits for it.
#[derive(Clone)]
pub(super) struct Waiter {
    runtime: Handle,
    thread: ThreadId,
}

impl Waiter {
    /// Waits for a future, which continues if its caller cannot wait.
    pub(super) fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T, Error> {
        if thread::current().id() == self.thread {
            return Err(on_own_thread());
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        // The calls of a hook on this thread keep its scope.
        let work = session::carry_hook_scope(work);
        self.runtime.spawn(in_span(async move { sender.send(work.await) }));
        receiver.recv().map_err(|_| session::interrupted())
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").finish_non_exhaustive()
    }
}

/// A client's thread. When the last handle is dropped, it drains what is in flight, and ends.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) waiter: Waiter,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    pub(super) fn start(client: Client) -> Result<Arc<Self>, Error> {
        let wrong = |e| InputFailure::new("the client's thread cannot be started").source(e).configuration();
        let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(wrong)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("mobiscroll-connect".to_owned()).spawn(move || {
            runtime.block_on(async {
                // Ends when the sender is dropped.
                let _ = stopped.await;
                // Nobody is left to receive the error.
                let _ = timeout(SHUTDOWN_TIMEOUT, client.close()).await;
            });
            // A hook that never returns must not be waited for.
            runtime.shutdown_background();
        });
        let thread = thread.map_err(wrong)?;
        let waiter = Waiter { runtime: handle, thread: thread.thread().id() };
        Ok(Arc::new(Self { waiter, stop: Some(stop), thread: Some(thread) }))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The thread itself may hold the last handle, and cannot wait for its own end.
        if let Some(thread) = self.thread.take().filter(|_| thread::current().id() != self.waiter.thread) {
            let _ = thread.join();
        }
    }
}

fn on_own_thread() -> Error {
    InputFailure::new("an async token store called the blocking client that it works for").into()
}
