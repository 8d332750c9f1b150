//! Credentials for a user who never had any.

use std::sync::Arc;

use super::Session;
use super::store::Pair;
use crate::error::Error;
use crate::tokens::{SaveIf, Tokens};

impl Session {
    /// Saves credentials and makes them active, unless the user has or had others. Reports whether it did.
    pub(crate) async fn seed(self: &Arc<Self>, tokens: Tokens) -> Result<bool, Error> {
        let replaced = {
            let state = self.state();
            if state.active.is_some() || state.unsaved.is_some() {
                return Ok(false);
            }
            state.replaced
        };
        let pair = Pair::new(Arc::new(tokens));
        let _permit = self.shared.admission.enter().await;
        // Revoked credentials leave a version behind, and must not come back.
        if self.stored().await?.version > 0 {
            return Ok(false);
        }
        let Some(version) = self.save(Some(&pair), SaveIf::Version(0)).await? else { return Ok(false) };
        let active = self.restored(pair.tokens.clone());
        let mut state = self.state();
        if !state.is_replaced(replaced) && state.active.is_none() {
            state.adopt(active, pair.lineage, version);
        }
        Ok(true)
    }
}
