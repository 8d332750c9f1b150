//! The thread that accepts connections.

use std::{
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::{
    connection::{self, Site},
    courier,
    wire::Listener,
};

/// A running server; dropping it closes its port and its connections.
///
/// It runs on a thread and a runtime of its own: a test may block, or pause the time of its own runtime.
#[derive(Debug)]
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(listener: Arc<Listener>, site: Site) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let socket = {
            let _entered = runtime.enter();
            listener.to_tokio()?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("connect-sandbox".into()).spawn(move || {
            runtime.spawn(courier::run(Arc::clone(&site.app)));
            runtime.spawn(accept(listener, socket, Arc::new(site)));
            // Ends when the sender is dropped; with the runtime go the listener, the courier and every connection.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: Arc<Listener>, socket: TcpListener, site: Arc<Site>) {
    loop {
        let Ok(stream) = listener.accept(&socket).await else {
            // Most likely too many open files: give connections time to end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection::serve(stream, Arc::clone(&site)));
    }
}
