//! The history of events, to compare with what a client reports.

use jiff::Timestamp;
use serde_json::Value;

use super::Sandbox;
use crate::state::EventVersion;

impl Sandbox {
    /// Lists the versions of the user's events, oldest first; only the last 100,000 are kept.
    ///
    /// A series has a version for every change of it or of one of its instances, not for each instance. Events whose
    /// `id` is no text are left out. That an account may not be read for a time changes none of its events.
    #[must_use]
    pub fn event_history(&self, user_id: &str) -> Vec<EventVersion> {
        self.app.service().user(user_id).history.all(None)
    }

    /// Lists the versions of one event, oldest first; those of a series include its instances.
    #[must_use]
    pub fn event_history_of(&self, user_id: &str, event_id: &str) -> Vec<EventVersion> {
        self.app.service().user(user_id).history.all(Some(event_id))
    }

    /// Gives an event, a series or an instance as it was at an instant by the sandbox's clock, without `original`;
    /// `None` if it did not exist.
    ///
    /// A client that reports an existing event as gone is wrong:
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
    /// If the clock was moved back, the version recorded last applies.
    #[must_use]
    pub fn event_at(&self, user_id: &str, event_id: &str, at: Timestamp) -> Option<Value> {
        self.app.service().user(user_id).history.at(event_id, at)
    }
}
