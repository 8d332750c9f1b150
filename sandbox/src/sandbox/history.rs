//! What events really were, to hold against what a client made of them.

use jiff::Timestamp;
use serde_json::Value;

use super::Sandbox;
use crate::state::EventVersion;

impl Sandbox {
    /// Lists what became of the user's events since they came into being, oldest first; of very many versions only
    /// the last 100,000.
    ///
    /// A series has a version for every change of it or of one of its instances, not for each instance. Events whose
    /// `id` is no text are left out. That an account may not be read for a time changes none of its events.
    #[must_use]
    pub fn event_history(&self, user_id: &str) -> Vec<EventVersion> {
        self.app.service().user(user_id).history.all(None)
    }

    /// Lists what became of one event, oldest first; of a series with what became of its instances.
    #[must_use]
    pub fn event_history_of(&self, user_id: &str, event_id: &str) -> Vec<EventVersion> {
        self.app.service().user(user_id).history.all(Some(event_id))
    }

    /// Tells what an event, a series or an instance was at an instant by the sandbox's clock, without the provider's
    /// record; `None` if it was not there.
    ///
    /// A client that reports an event as gone is wrong as long as this is something:
    ///
    /// ```
    /// use mobiscroll_connect_sandbox::{Sandbox, Seed};
    /// use serde_json::json;
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let sandbox = Sandbox::builder().seed(Seed::Empty).start_blocking()?;
    /// sandbox.add_event("alice", json!({ "provider": "google", "calendarId": "primary", "id": "e-1" }));
    /// let reported_gone = sandbox.now();
    /// assert!(sandbox.event_at("alice", "e-1", reported_gone).is_some(), "falsely reported as gone");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Where the clock was turned back, the version noted last counts.
    #[must_use]
    pub fn event_at(&self, user_id: &str, event_id: &str, at: Timestamp) -> Option<Value> {
        self.app.service().user(user_id).history.at(event_id, at)
    }
}
