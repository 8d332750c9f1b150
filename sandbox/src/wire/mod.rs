//! TCP connections: which there are, what is done to them, and how they are served.

mod connection;
mod drive;
mod dropped;
mod frames;
mod io;
mod list;
mod listener;
mod open;
mod throttle;

pub(crate) use connection::{Action, Connection, Origin};
pub use connection::{ConnectionState, Freeze, TcpConnection};
pub(crate) use drive::drive;
pub(crate) use io::Wire;
pub use list::ConnectionCounts;
pub(crate) use list::Connections;
pub(crate) use listener::Listener;
pub use listener::SwallowedHandshakes;
pub(crate) use open::{begins_as_http2, begins_with_path};
