use std::{
    future::{pending, poll_fn},
    io,
    net::Shutdown,
    pin::{Pin, pin},
    task::Poll,
};

use socket2::SockRef;
use tokio::net::TcpStream;

use super::{
    connection::{Connection, Freeze, Mode},
    io::poll_own,
};

/// Does the work of a connection for as long as the connection is served, and what else is done to it instead.
///
/// Gives `None` when the connection has ended otherwise.
pub(crate) async fn drive<W: Future>(
    mut work: Pin<&mut W>,
    socket: &TcpStream,
    connection: &Connection,
) -> Option<W::Output> {
    let mut mode = connection.subscribe();
    loop {
        let now = *mode.borrow_and_update();
        let done = pin!(in_mode(now, work.as_mut(), socket, connection));
        if let Some(done) = unless(mode.changed(), done).await {
            return done;
        }
    }
}

async fn in_mode<W: Future>(
    mode: Mode,
    work: Pin<&mut W>,
    socket: &TcpStream,
    connection: &Connection,
) -> Option<W::Output> {
    let close = || SockRef::from(socket).shutdown(Shutdown::Write);
    match mode {
        Mode::Serving | Mode::Frozen(Freeze::Unanswered) => return Some(work.await),
        Mode::Frozen(Freeze::Unread) => pending().await,
        Mode::Frozen(Freeze::Ignored) => gone(socket).await,
        Mode::GoingAway { abrupt: false } => return Some(announcing(work, socket, connection).await),
        Mode::GoingAway { abrupt: true } => {
            let work = pin!(announcing(work, socket, connection));
            let announced =
                poll_fn(|_| if connection.outgoing().own.is_empty() { Poll::Ready(()) } else { Poll::Pending });
            let _ = unless(announced, work).await;
            let _ = close();
            gone(socket).await;
        }
        Mode::HalfClosed => {
            let _ = close();
            gone(socket).await;
        }
        // The owner of the socket closes it when this returns.
        Mode::Cut { reset: true } => {
            let _ = socket.set_zero_linger();
        }
        Mode::Cut { reset: false } => {
            let _ = close();
            // Closing a socket with bytes that nobody has read resets it.
            while socket.try_read(&mut [0; 4096]).is_ok_and(|read| read > 0) {}
        }
    }
    None
}

/// Goes on with the work, and sends the connection's own frames.
async fn announcing<W: Future>(mut work: Pin<&mut W>, socket: &TcpStream, connection: &Connection) -> W::Output {
    poll_fn(|context| {
        // What could not be sent is sent before the server's next frame; a socket that broke ends the work.
        let _ = poll_own(socket, connection, context);
        work.as_mut().poll(context)
    })
    .await
}

/// Reads and discards until the client has closed its side.
pub(crate) async fn gone(socket: &TcpStream) {
    let mut ignored = [0; 4096];
    while socket.readable().await.is_ok() {
        match socket.try_read(&mut ignored) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// Does something until something else happens, which comes first if both do.
pub(super) async fn unless<T>(other: impl Future, mut doing: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut other = pin!(other);
    poll_fn(|context| {
        if other.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(done) = doing.as_mut().poll(context) {
            return Poll::Ready(Some(done));
        }
        // What was just done may have brought it about.
        other.as_mut().poll(context).map(|_| None)
    })
    .await
}
