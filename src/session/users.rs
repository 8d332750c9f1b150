//! The sessions of all users.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use super::hook::hook_session;
use super::idle::Idle;
use super::task::Goal;
use super::{Session, Shared};
use crate::error::Error;
use crate::sync::lock;

/// Finds the session of a user, so that all handles for the user share it. Sessions that nobody holds are dropped: the
/// store has their tokens.
pub(crate) struct Users {
    shared: Arc<Shared>,
    sessions: Mutex<HashMap<Box<str>, Weak<Session>>>,
    /// Sessions with tokens that the store does not have, which therefore must not be dropped.
    pinned: Mutex<HashMap<Box<str>, Arc<Session>>>,
    idle: Idle,
}

impl Users {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let idle = Idle::new(shared.settings.idle_time, shared.settings.max_idle_users);
        Self { shared, sessions: Mutex::default(), pinned: Mutex::default(), idle }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        lock(&self.sessions).len()
    }

    pub(crate) fn session(self: &Arc<Self>, user: &str) -> Arc<Session> {
        let mut sessions = lock(&self.sessions);
        if let Some(session) = sessions.get(user).and_then(Weak::upgrade) {
            if self.idle.is_stale(&session) {
                session.unload();
            }
            return session;
        }
        let session = Arc::new(Session::new(self.shared.clone(), user, Arc::downgrade(self)));
        sessions.insert(user.into(), Arc::downgrade(&session));
        session
    }

    /// Drains the tasks in flight, and saves what is unsaved.
    pub(crate) async fn close(&self) -> Result<(), Error> {
        // The task that waits for the hook that closes.
        let own = hook_session();
        let is_own = |session: &Arc<Session>| Some(session.id) == own;
        let within = own.is_some() && lock(&self.pinned).values().any(is_own);
        self.shared.in_flight.drained(usize::from(within)).await;
        let pinned: Vec<_> = lock(&self.pinned).values().filter(|session| !is_own(session)).cloned().collect();
        // Started all at once, then awaited one after the other: admission bounds how many run.
        let tasks: Vec<_> = pinned.into_iter().map(|session| (session.save_now(), session)).collect();
        let mut outcome = Ok(());
        for (task, session) in tasks {
            let saved = match task {
                Ok(Some(task)) => session.wait(task, &Goal::Save).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            outcome = outcome.and(saved);
        }
        for session in self.all().iter().filter(|session| !is_own(session)) {
            session.release().await;
        }
        outcome
    }

    fn all(&self) -> Vec<Arc<Session>> {
        // Dropped after the lock is gone, which the last handle of a session needs.
        lock(&self.sessions).values().filter_map(Weak::upgrade).collect()
    }
}

impl Session {
    /// Notes that the session is used, so that it outlives its handles for a while.
    pub(super) fn touch(self: &Arc<Self>) {
        if let Some(users) = self.users.upgrade() {
            users.idle.touch(self);
        }
    }

    /// Forgets the tokens, which the store has: they may be outdated.
    fn unload(&self) {
        let mut state = self.state();
        if state.unsaved.is_none() && state.task.is_none() {
            state.active = None;
        }
    }

    /// Keeps the session alive, even without handles, until the store has its tokens.
    pub(super) fn pin(self: &Arc<Self>) {
        if let Some(users) = self.users.upgrade() {
            lock(&users.pinned).insert(self.user.clone(), self.clone());
        }
    }

    pub(super) fn unpin(&self) {
        if let Some(users) = self.users.upgrade() {
            // Pinned once more when credentials are set at this very moment. Dropped after the lock is gone.
            let unpinned = match self.state().unsaved {
                Some(_) => None,
                None => lock(&users.pinned).remove(&self.user),
            };
            drop(unpinned);
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(users) = self.users.upgrade() {
            let mut sessions = lock(&users.sessions);
            // Another one may have replaced it.
            if sessions.get(&self.user).is_some_and(|session| session.strong_count() == 0) {
                sessions.remove(&self.user);
            }
        }
    }
}
