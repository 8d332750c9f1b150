//! The thread that accepts connections.

use std::{
    io,
    net::TcpListener,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{net, runtime, sync::oneshot};

use crate::{
    connection::{self, Site},
    courier,
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
    pub(crate) fn start(listener: TcpListener, site: Site) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _entered = runtime.enter();
            net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("connect-sandbox".into()).spawn(move || {
            runtime.spawn(courier::run(Arc::clone(&site.app)));
            runtime.spawn(accept(listener, Arc::new(site)));
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

async fn accept(listener: net::TcpListener, site: Arc<Site>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most likely too many open files: give connections time to end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection::serve(stream, Arc::clone(&site)));
    }
}
