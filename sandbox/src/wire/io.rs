use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::{connection::Connection, throttle::Throttle};

/// The socket of a connection, as its HTTP server reads and writes it.
#[derive(Debug)]
pub(crate) struct Wire {
    socket: Arc<TcpStream>,
    connection: Arc<Connection>,
    reading: Throttle,
    writing: Throttle,
}

impl Wire {
    pub(crate) fn new(socket: Arc<TcpStream>, connection: Arc<Connection>) -> Self {
        Self { socket, connection, reading: Throttle::default(), writing: Throttle::default() }
    }

    /// Lets the socket be reset when it is closed.
    pub(crate) fn reset_on_close(&self) -> io::Result<()> {
        self.socket.set_zero_linger()
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { socket, connection, reading, .. } = self.get_mut();
        if connection.has_stopped_reading() {
            return Poll::Pending;
        }
        let rate = connection.rate();
        let most = ready!(reading.poll(context, rate)).min(buffer.remaining());
        loop {
            ready!(socket.poll_read_ready(context))?;
            match socket.try_read(buffer.initialize_unfilled_to(most)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(read) => {
                    if connection.is_http2() {
                        connection.streams().scan(&buffer.initialized()[buffer.filled().len()..][..read]);
                    }
                    buffer.advance(read);
                    reading.moved(read, rate);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Self { socket, connection, writing, .. } = self.get_mut();
        let rate = connection.rate();
        let mut most = ready!(writing.poll(context, rate)).min(bytes.len());
        ready!(poll_own(socket, connection, context))?;
        let mut outgoing = connection.outgoing();
        if !outgoing.own.is_empty() {
            most = most.min(outgoing.frames.until_boundary().unwrap_or(0));
        }
        let written = ready!(poll_write(socket, context, &bytes[..most]))?;
        if connection.is_http2() {
            outgoing.frames.scan(&bytes[..written], |_, _| {});
        }
        writing.moved(written, rate);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.socket).shutdown(std::net::Shutdown::Write))
    }
}

/// Sends the connection's own frames, unless one of the server's has begun and not ended.
pub(super) fn poll_own(socket: &TcpStream, connection: &Connection, context: &mut Context<'_>) -> Poll<io::Result<()>> {
    let mut outgoing = connection.outgoing();
    while !outgoing.own.is_empty() && outgoing.frames.until_boundary().is_none() {
        let written = ready!(poll_write(socket, context, &outgoing.own))?;
        outgoing.own.drain(..written);
    }
    Poll::Ready(Ok(()))
}

fn poll_write(socket: &TcpStream, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
    loop {
        ready!(socket.poll_write_ready(context))?;
        match socket.try_write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return Poll::Ready(done),
        }
    }
}
