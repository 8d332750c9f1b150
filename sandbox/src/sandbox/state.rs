//! The whole state: exported, imported, and gone back to.

use super::Sandbox;
use crate::snapshot::{State, StateError};

impl Sandbox {
    /// Gives the state: users, tokens, webhook keys, settings and time.
    ///
    /// # Errors
    ///
    /// If something cannot be written so that it can be read back, such as a date beyond the year 9999.
    pub fn export_state(&self) -> Result<State, StateError> {
        State::of(&self.app.service())
    }

    /// Changes to a state, as [`reset`](Self::reset) changes to that of the start. Later resets go back to this one.
    ///
    /// ```
    /// use mobiscroll_connect_sandbox::Sandbox;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::start_blocking()?;
    /// let tokens = sandbox.issue_tokens("alice");
    /// sandbox.import_state(&sandbox.export_state()?);     // from now on, every reset goes back to this
    ///
    /// sandbox.revoke_grant("alice");
    /// sandbox.reset();                                    // the tokens are valid again
    /// # drop(tokens);
    /// # Ok(())
    /// # }
    /// ```
    pub fn import_state(&self, state: &State) {
        self.app.set_reset_state(Some(state.clone()));
        self.reset();
    }

    /// Lets [`reset`](Self::reset) go back to how the sandbox was started again.
    pub fn forget_state(&self) {
        self.app.set_reset_state(self.initial.clone());
    }
}
