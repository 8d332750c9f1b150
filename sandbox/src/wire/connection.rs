use std::{
    future::pending,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
};

use tokio::sync::watch;

use super::frames::{Frames, Streams, goaway};
use crate::named::named;

/// Chooses what is left of a frozen connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Freeze {
    /// Nothing is read any more, so that what the client sends piles up until its own writes block.
    Unread,
    /// What the client sends is read and acknowledged by TCP, but nothing comes back: no response, no PING
    /// acknowledgement.
    Ignored,
    /// HTTP/2 goes on, PINGs and SETTINGS are acknowledged, but no request is answered. Over HTTP/1.1, requests are
    /// read and not answered.
    Unanswered,
}

named!(Freeze { Unread => "unread", Ignored => "ignored", Unanswered => "unanswered" });

/// Says how a TCP connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionState {
    /// It is served.
    Open,
    /// It is open and frozen.
    Frozen(Freeze),
    /// The sandbox has closed its side for writing.
    HalfClosed,
    /// The sandbox has sent GOAWAY, and answers what came before.
    GoingAway,
    /// It has ended.
    Closed,
}

impl ConnectionState {
    /// Gives the name, as the admin API knows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Frozen(_) => "frozen",
            Self::HalfClosed => "half-closed",
            Self::GoingAway => "going-away",
            Self::Closed => "closed",
        }
    }
}

/// Describes a TCP connection that a client has opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpConnection {
    /// The number of the connection, as in [`RecordedRequest::connection`](crate::RecordedRequest::connection)
    pub id: u64,
    /// Whether the client began with HTTP/2
    pub is_http2: bool,
    /// The requests that arrived on it, those of the admin API left out
    pub requests: usize,
    /// How it stands
    pub state: ConnectionState,
}

/// Where a request came from.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) connection: Arc<Connection>,
    /// The stream of HTTP/2; 0 over HTTP/1.1
    pub(crate) stream: u32,
}

impl Origin {
    /// Takes the next request of a connection.
    pub(crate) fn new(connection: &Arc<Connection>) -> Self {
        let stream = connection.streams().take().unwrap_or(0);
        Self { stream, connection: Arc::clone(connection) }
    }
}

/// What is done to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Freeze(Freeze),
    HalfClose,
    StopReading,
    /// Closes the connection, by RST or in good order.
    Cut {
        reset: bool,
    },
    /// Sends GOAWAY, where there is HTTP/2; whether at once to close or to answer what came before.
    GoAway {
        abrupt: bool,
    },
    /// Moves this many bytes a second in each direction.
    Rate(u64),
}

/// How a connection is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Serving,
    Frozen(Freeze),
    HalfClosed,
    GoingAway { abrupt: bool },
    Cut { reset: bool },
}

/// One client's connection, as its task, its requests and the tests share it.
#[derive(Debug)]
pub(crate) struct Connection {
    id: u64,
    mode: watch::Sender<Mode>,
    rate: AtomicU64,
    has_stopped_reading: AtomicBool,
    is_http2: AtomicBool,
    is_closed: AtomicBool,
    requests: AtomicUsize,
    admin_requests: AtomicUsize,
    /// The last stream that GOAWAY lets take effect
    last_stream: AtomicU32,
    streams: Mutex<Streams>,
    outgoing: Mutex<Outgoing>,
}

/// What is sent besides the frames of the HTTP/2 server, and when it may be.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    pub(super) frames: Frames,
    pub(super) own: Vec<u8>,
}

impl Connection {
    pub(super) fn new(id: u64) -> Self {
        Self {
            id,
            mode: watch::Sender::new(Mode::Serving),
            rate: AtomicU64::new(0),
            has_stopped_reading: AtomicBool::new(false),
            is_http2: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            requests: AtomicUsize::new(0),
            admin_requests: AtomicUsize::new(0),
            last_stream: AtomicU32::new(u32::MAX),
            streams: Mutex::default(),
            outgoing: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn is_http2(&self) -> bool {
        self.is_http2.load(SeqCst)
    }

    pub(crate) fn begin_http2(&self) {
        self.is_http2.store(true, SeqCst);
    }

    pub(crate) fn close(&self) {
        self.is_closed.store(true, SeqCst);
    }

    /// Counts a request, and tells whether there was one before it.
    pub(crate) fn count_request(&self) -> bool {
        self.requests.fetch_add(1, SeqCst) > 0
    }

    pub(crate) fn count_admin_request(&self) {
        self.admin_requests.fetch_add(1, SeqCst);
    }

    /// Tells whether it carried requests of the admin API and no others.
    pub(super) fn is_for_admin(&self) -> bool {
        self.admin_requests.load(SeqCst) > 0 && self.requests.load(SeqCst) == 0
    }

    /// Waits for as long as this stream is not to be answered.
    pub(crate) async fn answers(&self, stream: u32) {
        if stream > self.last_stream.load(SeqCst) {
            pending::<()>().await;
        }
        let mut mode = self.mode.subscribe();
        // The sender is `self`, so waiting cannot fail.
        let _ = mode.wait_for(|mode| *mode != Mode::Frozen(Freeze::Unanswered)).await;
    }

    /// Does something to the connection, because of a request of this stream if there is one.
    pub(crate) fn act(&self, action: Action, stream: u32, takes_effect: bool) {
        match action {
            Action::Freeze(freeze) => self.set(Mode::Frozen(freeze)),
            Action::HalfClose => self.set(Mode::HalfClosed),
            Action::StopReading => self.has_stopped_reading.store(true, SeqCst),
            Action::Cut { reset } => self.set(Mode::Cut { reset }),
            Action::Rate(bytes) => self.rate.store(bytes, SeqCst),
            // Over HTTP/1.1 an answer says itself that it is the last.
            Action::GoAway { abrupt } if !self.is_http2() => {
                if abrupt || !takes_effect {
                    self.set(Mode::Cut { reset: false });
                }
            }
            Action::GoAway { abrupt } => self.go_away(abrupt, stream, takes_effect),
        }
    }

    fn go_away(&self, abrupt: bool, stream: u32, takes_effect: bool) {
        const NO_ERROR: u32 = 0;
        const INTERNAL_ERROR: u32 = 2;
        // A client opens the streams of odd numbers.
        let (last, error) = match (abrupt, takes_effect) {
            (true, _) => (self.streams().highest(), INTERNAL_ERROR),
            (false, true) => (stream, NO_ERROR),
            (false, false) => (stream.saturating_sub(2), NO_ERROR),
        };
        self.last_stream.store(last, SeqCst);
        self.outgoing().own.extend(goaway(last, error));
        self.set(Mode::GoingAway { abrupt });
    }

    /// Ends the limit; closes the connection unless it is served as usual.
    pub(super) fn restart(&self) {
        self.rate.store(0, SeqCst);
        if self.has_stopped_reading() || *self.mode.borrow() != Mode::Serving {
            self.set(Mode::Cut { reset: false });
        }
    }

    /// Serves a frozen connection again; tells whether it was one that can be.
    pub(crate) fn thaw(&self) -> bool {
        let is_thawable = |mode: &Mode| matches!(mode, Mode::Frozen(Freeze::Unread | Freeze::Unanswered));
        !self.is_closed.load(SeqCst)
            && self.mode.send_if_modified(|mode| {
                let thaws = is_thawable(mode);
                if thaws {
                    *mode = Mode::Serving;
                }
                thaws
            })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.is_closed.load(SeqCst)
    }

    pub(super) fn describe(&self) -> TcpConnection {
        let state = match *self.mode.borrow() {
            _ if !self.is_open() => ConnectionState::Closed,
            Mode::Serving => ConnectionState::Open,
            Mode::Frozen(freeze) => ConnectionState::Frozen(freeze),
            Mode::HalfClosed => ConnectionState::HalfClosed,
            Mode::GoingAway { .. } => ConnectionState::GoingAway,
            Mode::Cut { .. } => ConnectionState::Closed,
        };
        TcpConnection { id: self.id, is_http2: self.is_http2(), requests: self.requests.load(SeqCst), state }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Mode> {
        self.mode.subscribe()
    }

    pub(super) fn rate(&self) -> u64 {
        self.rate.load(SeqCst)
    }

    pub(super) fn has_stopped_reading(&self) -> bool {
        self.has_stopped_reading.load(SeqCst)
    }

    pub(super) fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}
