//! What is done to single TCP connections.

use super::Sandbox;
use crate::wire::{Action, ConnectionCounts, Freeze, TcpConnection};

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
        self.app.connections.counts()
    }

    /// Freezes one TCP connection, while others go on; tells whether it was open.
    ///
    /// To freeze the connection of a request as it arrives, see [`Fault::freeze`](crate::Fault::freeze).
    pub fn freeze_connection(&self, id: u64, freeze: Freeze) -> bool {
        self.act_on(id, Action::Freeze(freeze))
    }

    /// Serves a frozen TCP connection again; tells whether it was one.
    ///
    /// Not one that is [`Freeze::Ignored`]: what the client has sent in the meantime is lost.
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

    fn act_on(&self, id: u64, action: Action) -> bool {
        let connection = self.app.connections.find(id);
        connection.inspect(|connection| connection.act(action, 0, false)).is_some()
    }
}
