//! The sessions of all users.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::Session;
use crate::client::App;
use crate::error::Error;

/// Finds the session of a user, so that all handles for the user share it. Sessions that nobody holds are gone: the store
/// has their tokens.
pub(crate) struct Users {
    app: Arc<App>,
    sessions: Mutex<HashMap<Box<str>, Weak<Session>>>,
    /// Sessions with tokens that the store does not have, and which therefore must not go.
    pinned: Mutex<HashMap<Box<str>, Arc<Session>>>,
}

impl Users {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self { app, sessions: Mutex::default(), pinned: Mutex::default() }
    }

    pub(crate) fn session(self: &Arc<Self>, user: &str) -> Arc<Session> {
        let mut sessions = lock(&self.sessions);
        if let Some(session) = sessions.get(user).and_then(Weak::upgrade) {
            return session;
        }
        let session = Arc::new(Session::new(self.app.clone(), user, Arc::downgrade(self)));
        sessions.insert(user.into(), Arc::downgrade(&session));
        session
    }

    /// Waits for all flights, and saves what is unsaved.
    pub(crate) async fn close(&self) -> Result<(), Error> {
        self.app.under_way.none().await;
        let pinned: Vec<_> = lock(&self.pinned).values().cloned().collect();
        // All at once, then one after the other.
        let flights: Vec<_> = pinned.into_iter().map(|session| (session.save_now(), session)).collect();
        let mut outcome = Ok(());
        for (flight, session) in flights {
            let saved = match flight {
                Ok(Some(flight)) => session.landing(flight).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            outcome = outcome.and(saved);
        }
        outcome
    }
}

impl Session {
    /// Stays, whoever holds it, until the store has its tokens.
    pub(super) fn pin(self: &Arc<Self>) {
        if let Some(users) = self.users.upgrade() {
            lock(&users.pinned).insert(self.user.clone(), self.clone());
        }
    }

    pub(super) fn unpin(&self) {
        if let Some(users) = self.users.upgrade() {
            // Pinned anew when credentials were set in this very moment. Dropped after the lock is gone.
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
            // Another one may have come in its place.
            if sessions.get(&self.user).is_some_and(|session| session.strong_count() == 0) {
                sessions.remove(&self.user);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds the lock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;

    #[test]
    fn users_without_a_handle_leave_nothing_behind() {
        let client = Client::new("id", "secret", "https://app.example/callback").unwrap();
        let users = client.session.users.upgrade().unwrap();
        let known = || lock(&users.sessions).len();
        let before = known();
        let (ada, bob) = (client.for_user("ada"), client.for_user("bob"));
        assert_eq!(known(), before + 2);
        drop(client.for_user("ada"));
        assert_eq!(known(), before + 2);
        drop((ada, bob));
        assert_eq!(known(), before);
    }
}
