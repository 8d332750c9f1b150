//! What goes wrong with a whole connection.

use std::fmt;

use super::{Fault, Sending, Trigger};
use crate::wire::{Action, Freeze};

impl Fault {
    /// Starts a fault for connections as they are opened, before anything is read.
    ///
    /// [`delay`](Self::delay), [`freeze`](Self::freeze), [`no_answer`](Self::no_answer),
    /// [`disconnect`](Self::disconnect), [`half_close`](Self::half_close), [`reset`](Self::reset),
    /// [`reset_connection`](Self::reset_connection), [`stop_reading`](Self::stop_reading) and [`rate`](Self::rate)
    /// have a meaning for them; anything else leaves the connection as it is.
    ///
    /// Unless the builder turned the [admin API](crate::SandboxBuilder::admin) off, it waits for the first bytes,
    /// since a connection that begins with a request of HTTP/1.1 to the admin API is not hit.
    ///
    /// ```
    /// use mobiscroll_connect_sandbox::{Fault, Freeze};
    ///
    /// // The next connection is accepted, and swallows everything.
    /// Fault::on_connect().freeze(Freeze::Ignored);
    /// // Every connection moves 10 kB a second in each direction, request bodies included.
    /// Fault::on_connect().always().rate(10_000);
    /// ```
    pub fn on_connect() -> Self {
        Self { trigger: Trigger::Connection, ..Self::on_any() }
    }

    /// Fires only for requests on a connection that has carried one before, as a connection pool reuses it.
    ///
    /// ```
    /// use mobiscroll_connect_sandbox::Fault;
    ///
    /// // The connection was idle for too long: it is reset when it is used again.
    /// Fault::on_any().on_reuse().reset_connection();
    /// ```
    pub fn on_reuse(self) -> Self {
        Self { is_on_reuse: true, ..self }
    }

    /// Freezes the connection of the request, which is not answered; other connections go on.
    ///
    /// Every other request on that connection is left unanswered as well.
    pub fn freeze(self, freeze: Freeze) -> Self {
        self.connection(Action::Freeze(freeze))
    }

    /// Closes the sandbox's side of the connection without a response (TCP FIN), and goes on reading.
    ///
    /// Unlike [`disconnect`](Self::disconnect), the client can write for as long as it likes. Over HTTP/2 it ends
    /// every stream of the connection.
    pub fn half_close(self) -> Self {
        self.connection(Action::HalfClose)
    }

    /// Answers the request and reads nothing more from the connection, which stays open.
    pub fn stop_reading(self) -> Self {
        self.connection(Action::StopReading)
    }

    /// Resets the connection (TCP RST) without a response, over HTTP/2 with every stream on it.
    pub fn reset_connection(self) -> Self {
        self.connection(Action::Cut { reset: true })
    }

    /// Sends GOAWAY over HTTP/2: the streams before the request are answered, later ones are ignored.
    ///
    /// The frame has the error code `NO_ERROR`, and as its last stream the one before the request, which the client
    /// may send again without risk. With [`after_commit`](Self::after_commit) it has the stream of the request, which
    /// is answered. The client is expected to close the connection.
    ///
    /// HTTP/1.1 has no such frame. The connection is closed without a response, or with
    /// [`after_commit`](Self::after_commit) after one that says `connection: close`.
    pub fn go_away(self) -> Self {
        self.connection(Action::GoAway { abrupt: false })
    }

    /// Sends GOAWAY over HTTP/2 and closes the connection, without a response to any stream.
    ///
    /// The frame has the error code `INTERNAL_ERROR`, and as its last stream the newest one, so that the client cannot
    /// know which requests took effect. Over HTTP/1.1 the connection is closed.
    pub fn go_away_abruptly(self) -> Self {
        self.connection(Action::GoAway { abrupt: true })
    }

    /// Limits the connection to this many bytes a second in each direction, from this request's response on; 0 ends
    /// the limit.
    ///
    /// To limit the request's body too, start with [`on_connect`](Self::on_connect).
    pub fn rate(self, bytes_per_second: u64) -> Self {
        self.connection(Action::Rate(bytes_per_second))
    }

    fn connection(self, action: Action) -> Self {
        Self { sending: Sending::Connection(action), ..self }
    }

    pub(super) fn is_of_connections(&self) -> bool {
        self.trigger == Trigger::Connection
    }

    /// Gives what is done to the connection of a request.
    pub(crate) fn action(&self) -> Option<Action> {
        if let Sending::Connection(action) = self.sending { Some(action) } else { None }
    }

    /// Gives what is done to a connection that was just opened.
    pub(crate) fn action_on_connection(&self) -> Option<Action> {
        match self.sending {
            Sending::Connection(Action::GoAway { .. }) => None,
            Sending::Connection(action) => Some(action),
            Sending::Disconnect => Some(Action::Cut { reset: false }),
            Sending::Reset => Some(Action::Cut { reset: true }),
            Sending::NoAnswer => Some(Action::Freeze(Freeze::Ignored)),
            _ => None,
        }
    }

    /// Tells whether what is done to the connection leaves the request without a response.
    pub(crate) fn is_unanswered(&self) -> bool {
        match self.action() {
            None | Some(Action::StopReading | Action::Rate(_)) => false,
            Some(Action::GoAway { abrupt: false }) => !self.after_commit,
            Some(_) => true,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Freeze(freeze) => write!(f, "freeze {freeze}"),
            Self::HalfClose => f.write_str("half-close"),
            Self::StopReading => f.write_str("stop reading"),
            Self::Cut { reset: true } => f.write_str("reset connection"),
            Self::Cut { reset: false } => f.write_str("close connection"),
            Self::GoAway { abrupt: false } => f.write_str("go away"),
            Self::GoAway { abrupt: true } => f.write_str("go away abruptly"),
            Self::Rate(bytes) => write!(f, "{bytes} bytes a second"),
        }
    }
}
