//! Credentials for a user who never had any.

use std::sync::Arc;

use super::Session;
use crate::error::Error;
use crate::tokens::{SaveIf, Tokens};

impl Session {
    /// Saves credentials and makes them active, unless the user has or had others. Reports whether it did.
    pub(crate) async fn seed(self: &Arc<Self>, tokens: Tokens) -> Result<bool, Error> {
        let generation = {
            let state = self.state();
            if state.active.is_some() || state.unsaved.is_some() {
                return Ok(false);
            }
            state.lineage.generation
        };
        let (_, version) = self.stored().await?;
        // Revoked credentials leave a version behind, and must not come back.
        if version > 0 || !self.save(Some(&tokens.to_json()), SaveIf::Version(0)).await? {
            return Ok(false);
        }
        let active = self.restored(Arc::new(tokens));
        let mut state = self.state();
        if !state.is_replaced(generation) && state.active.is_none() {
            state.advance(Some(active));
        }
        Ok(true)
    }
}
