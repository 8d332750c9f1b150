use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::connection::{Connection, ConnectionState, TcpConnection};

/// Connections that have ended are forgotten, oldest first, when there are more than this many in all.
const CAPACITY: usize = 10_000;

/// Counts the TCP connections of clients; those of the admin API are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ConnectionCounts {
    /// Those opened so far
    pub opened: usize,
    /// Those that have not ended, the frozen ones included
    pub open: usize,
    /// Those that are open and frozen
    pub frozen: usize,
    /// The SYN segments that the system dropped while [handshakes were swallowed](crate::Sandbox::swallow_handshakes),
    /// repeated ones of the same client included; `None` where it does not tell, which only Linux does
    pub dropped: Option<u64>,
}

/// The connections opened so far, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Connections(Mutex<List>);

#[derive(Debug, Default)]
struct List {
    kept: VecDeque<Arc<Connection>>,
    last_id: u64,
    /// How many of those forgotten were not for the admin API
    forgotten: usize,
}

/// Marks a connection as ended when it is dropped.
#[derive(Debug)]
pub(crate) struct Open(Arc<Connection>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Connections {
    /// Adds a connection, which is open until the guard is dropped.
    pub(crate) fn open(&self) -> (Arc<Connection>, Open) {
        let mut list = self.lock();
        list.last_id += 1;
        let connection = Arc::new(Connection::new(list.last_id));
        list.kept.push_back(Arc::clone(&connection));
        if list.kept.len() > CAPACITY
            && let Some(at) = list.kept.iter().position(|connection| !connection.is_open())
            && let Some(oldest) = list.kept.remove(at)
        {
            list.forgotten += usize::from(!oldest.is_for_admin());
        }
        (Arc::clone(&connection), Open(connection))
    }

    pub(crate) fn find(&self, id: u64) -> Option<Arc<Connection>> {
        let list = self.lock();
        list.kept.iter().find(|connection| connection.id() == id && connection.is_open()).cloned()
    }

    pub(crate) fn all(&self) -> Vec<TcpConnection> {
        let list = self.lock();
        list.kept.iter().filter(|connection| !connection.is_for_admin()).map(|one| one.describe()).collect()
    }

    pub(crate) fn counts(&self, dropped: Option<u64>) -> ConnectionCounts {
        let forgotten = self.lock().forgotten;
        let kept = self.all();
        let count = |fits: fn(&ConnectionState) -> bool| kept.iter().filter(|one| fits(&one.state)).count();
        ConnectionCounts {
            opened: forgotten + kept.len(),
            open: count(|state| *state != ConnectionState::Closed),
            frozen: count(|state| matches!(state, ConnectionState::Frozen(_))),
            dropped,
        }
    }

    /// Closes the connections that are not served as usual, ends all limits, and forgets those that have ended.
    pub(crate) fn restart(&self) {
        let mut list = self.lock();
        list.kept.retain(|connection| connection.is_open());
        list.forgotten = 0;
        list.kept.iter().for_each(|connection| connection.restart());
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
