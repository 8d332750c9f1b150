//! What is done to TCP connections.

use std::{io, time::Duration};

use super::Sandbox;
use crate::wire::{Action, ConnectionCounts, Freeze, SwallowedHandshakes, TcpConnection};

impl Sandbox {
    /// Lists the TCP connections that clients have opened, oldest first; of very many that have ended only the newest.
    ///
    /// Connections that carried nothing but requests of the admin API are left out.
    #[must_use]
    pub fn tcp_connections(&self) -> Vec<TcpConnection> {
        self.app.connections.all()
    }

    /// Counts the TCP connections that clients have opened; none is ever left out.
    #[must_use]
    pub fn tcp_connection_counts(&self) -> ConnectionCounts {
        self.app.connections.counts(self.listener.dropped())
    }

    /// Freezes one TCP connection, while others go on; tells whether it was open.
    ///
    /// To freeze the connection of a request as it arrives, see [`Fault::freeze`](crate::Fault::freeze).
    pub fn freeze_connection(&self, id: u64, freeze: Freeze) -> bool {
        self.act_on(id, Action::Freeze(freeze))
    }

    /// Serves a frozen TCP connection again; tells whether it was one.
    ///
    /// Not one that is [`Freeze::Ignored`]: what the client has sent in the meantime is lost. A request that a
    /// [`Fault`](crate::Fault) hit is not answered any more, only those after it.
    pub fn thaw_connection(&self, id: u64) -> bool {
        self.app.connections.find(id).is_some_and(|connection| connection.thaw())
    }

    /// Resets one TCP connection (TCP RST), with every request on it; tells whether it was open.
    pub fn reset_connection(&self, id: u64) -> bool {
        self.act_on(id, Action::Cut { reset: true })
    }

    /// Limits one TCP connection to this many bytes a second in each direction, 0 for no limit; tells whether it was
    /// open.
    pub fn limit_connection(&self, id: u64, bytes_per_second: u64) -> bool {
        self.act_on(id, Action::Rate(bytes_per_second))
    }

    /// Swallows connection attempts: the system drops each SYN, and connecting takes until the client gives up.
    ///
    /// Connections that are open go on. To accept connections and swallow what they bring, see
    /// [`Fault::on_connect`](crate::Fault::on_connect). This is how Linux treats a listener whose queue is full; other
    /// systems may refuse the connections instead.
    ///
    /// # Errors
    ///
    /// When the system has no socket to give.
    pub fn swallow_handshakes(&self) -> io::Result<SwallowedHandshakes> {
        self.listener.hold(None)
    }

    /// Swallows connection attempts for this long, as [`swallow_handshakes`](Self::swallow_handshakes) does.
    ///
    /// # Errors
    ///
    /// When the system has no socket to give.
    pub fn swallow_handshakes_for(&self, time: Duration) -> io::Result<SwallowedHandshakes> {
        self.listener.hold(Some(time))
    }

    /// Completes handshakes again; tells whether they were swallowed.
    pub fn accept_handshakes(&self) -> bool {
        self.listener.release()
    }

    fn act_on(&self, id: u64, action: Action) -> bool {
        let connection = self.app.connections.find(id);
        connection.inspect(|connection| connection.act(action, 0, false)).is_some()
    }
}
