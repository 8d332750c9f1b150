//! Answers that no HTTP server would give, written to the socket by hand.

use std::{error::Error, fmt, io, slice, time::Duration};

use bytes::Bytes;
use hyper::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::wire::Wire;

/// What is played on the connection in the place of a response.
///
/// The service hands it to hyper as an error. hyper then gives the connection up without writing anything, and the
/// connection's task plays the script on the bare socket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    /// The status that the client gets to see, if any
    pub(crate) status: Option<StatusCode>,
    steps: Vec<Step>,
}

/// One thing to do on the socket; after the last one it is closed in good order.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Bytes),
    /// Sends the bytes one by one, with a pause after each.
    Trickle(Bytes, Duration),
    Pause(Duration),
    /// Stays silent until the client goes away.
    Hang,
    Reset,
}

impl Script {
    pub(crate) fn new(status: Option<StatusCode>, steps: impl Into<Vec<Step>>) -> Self {
        Self { status, steps: steps.into() }
    }

    /// Finds the script for which hyper gave up a connection.
    pub(crate) fn behind(error: &hyper::Error) -> Option<Self> {
        error.source()?.downcast_ref::<Self>().cloned()
    }

    /// Ends early when the client goes away.
    pub(crate) async fn play(self, mut socket: Wire) -> io::Result<()> {
        for step in self.steps {
            match step {
                Step::Send(bytes) => socket.write_all(&bytes).await?,
                Step::Trickle(bytes, pause) => {
                    for byte in &bytes {
                        socket.write_all(slice::from_ref(byte)).await?;
                        wait(&mut socket, pause).await?;
                    }
                }
                Step::Pause(pause) => wait(&mut socket, pause).await?,
                Step::Hang => return Err(gone(&mut socket).await),
                Step::Reset => return socket.reset_on_close(),
            }
        }
        socket.shutdown().await
    }
}

/// Waits, unless the client goes away before.
async fn wait(socket: &mut Wire, pause: Duration) -> io::Result<()> {
    timeout(pause, gone(socket)).await.map_or(Ok(()), Err)
}

/// Returns when the client has closed its side.
async fn gone(socket: &mut Wire) -> io::Error {
    let mut ignored = [0; 1024];
    loop {
        match socket.read(&mut ignored).await {
            Ok(0) => return io::ErrorKind::UnexpectedEof.into(),
            Ok(_) => {}
            Err(error) => return error,
        }
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("answered wrongly on purpose")
    }
}

impl Error for Script {}
