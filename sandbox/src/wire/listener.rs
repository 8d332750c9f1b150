use std::{
    future::poll_fn,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::{Domain, SockRef, Socket, Type};
use tokio::{
    net,
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{drive::unless, dropped};

/// How many connections wait to be accepted at most, as the standard library has it.
const BACKLOG: i32 = 128;

/// The port that the sandbox listens on.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// No handshake is completed while this is there
    hold: Option<Hold>,
    /// The addresses of connections that are no client's
    fillers: Vec<SocketAddr>,
}

#[derive(Debug)]
struct Hold {
    /// Takes the only place in the queue of connections to be accepted
    _filler: Socket,
    until: Option<Instant>,
}

impl Listener {
    pub(crate) fn bind(address: IpAddr, port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((address, port))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address, state: Mutex::default(), changed: Notify::new() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives an address at which programs on this machine reach it.
    pub(crate) fn reachable_address(&self) -> SocketAddr {
        reachable(self.address)
    }

    /// Gives the same socket to the runtime in whose context it is called.
    pub(crate) fn to_tokio(&self) -> io::Result<net::TcpListener> {
        net::TcpListener::from_std(self.socket.try_clone()?)
    }

    /// Accepts the next connection, once there is no hold.
    pub(crate) async fn accept(&self, socket: &net::TcpListener) -> io::Result<net::TcpStream> {
        loop {
            let changed = self.changed.notified();
            match self.held_until() {
                None => {
                    if let Some(Some(accepted)) =
                        unless(changed, pin!(poll_fn(|context| self.poll(socket, context)))).await
                    {
                        return accepted;
                    }
                }
                Some(None) => changed.await,
                Some(Some(until)) => {
                    if unless(changed, pin!(sleep_until(until))).await.is_some() {
                        self.release();
                    }
                }
            }
        }
    }

    /// Takes a client's connection, or nothing when there is a hold.
    fn poll(&self, socket: &net::TcpListener, context: &mut Context<'_>) -> Poll<Option<io::Result<net::TcpStream>>> {
        loop {
            // Under the lock, so that the connection that a hold lives on is left in the queue.
            let mut state = self.lock();
            if state.hold.is_some() {
                return Poll::Ready(None);
            }
            let (stream, peer) = match ready!(socket.poll_accept(context)) {
                Ok(accepted) => accepted,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            match state.fillers.iter().position(|filler| *filler == peer) {
                Some(at) => _ = state.fillers.swap_remove(at),
                None => return Poll::Ready(Some(Ok(stream))),
            }
        }
    }

    /// Completes no more handshakes, for this long or until they are released.
    pub(crate) fn hold(self: &Arc<Self>, time: Option<Duration>) -> io::Result<SwallowedHandshakes> {
        let handle = SwallowedHandshakes { listener: Arc::downgrade(self), dropped_before: self.dropped() };
        let until = time.and_then(|time| Instant::now().checked_add(time));
        let mut state = self.lock();
        if let Some(hold) = &mut state.hold {
            hold.until = until;
        } else {
            // On a socket that listens already this changes the length of the queue: to one connection.
            SockRef::from(&self.socket).listen(0)?;
            match connect(self.address) {
                Ok((filler, address)) => {
                    state.fillers.push(address);
                    state.hold = Some(Hold { _filler: filler, until });
                }
                Err(error) => {
                    SockRef::from(&self.socket).listen(BACKLOG)?;
                    return Err(error);
                }
            }
        }
        self.changed.notify_one();
        Ok(handle)
    }

    /// Completes handshakes again; clients that still try get through. Tells whether there was a hold.
    pub(crate) fn release(&self) -> bool {
        let is_released = self.lock().hold.take().is_some();
        if is_released {
            let _ = SockRef::from(&self.socket).listen(BACKLOG);
            self.changed.notify_one();
        }
        is_released
    }

    /// Counts the connection attempts that the system dropped, where it tells.
    pub(crate) fn dropped(&self) -> Option<u64> {
        dropped::count(self.address)
    }

    fn held_until(&self) -> Option<Option<Instant>> {
        self.lock().hold.as_ref().map(|hold| hold.until)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Replaces "all addresses of this machine" with that of loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Begins a connection to an address of this machine, and gives it with its own address.
fn connect(address: SocketAddr) -> io::Result<(Socket, SocketAddr)> {
    let address = reachable(address);
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&SocketAddr::new(address.ip(), 0).into())?;
    socket.set_nonblocking(true)?;
    // If the queue is full already the connection stays incomplete, as all others do.
    let _ = socket.connect(&address.into());
    let own = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((socket, own))
}

/// Follows handshakes that are not completed.
#[derive(Debug, Clone)]
pub struct SwallowedHandshakes {
    listener: Weak<Listener>,
    dropped_before: Option<u64>,
}

impl SwallowedHandshakes {
    /// Counts the SYN segments dropped since then, repeated ones of the same client included.
    ///
    /// `None` where the system does not tell, which only Linux does, and when the sandbox has been dropped.
    #[must_use]
    pub fn dropped(&self) -> Option<u64> {
        let now = self.listener.upgrade()?.dropped()?;
        Some(now.saturating_sub(self.dropped_before?))
    }

    /// Completes handshakes again; clients that still try get through.
    pub fn end(&self) {
        if let Some(listener) = self.listener.upgrade() {
            listener.release();
        }
    }
}
