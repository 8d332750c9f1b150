//! Credentials that come in from outside, and those that end: set, looked up, revoked, deleted.

use std::sync::Arc;

use super::hook::hook_session;
use super::save::{Origin, Pending, Unsaved};
use super::store::{Pair, Stored};
use super::{Access, ROUNDS, Relation, Session};
use crate::error::{Error, StoreKind};
use crate::tokens::{Lineage, SaveIf, StoredUser, Tokens};

impl Session {
    /// Sets credentials, unless the lineage has them or had them. They are saved before they are used.
    pub(crate) fn set(self: &Arc<Self>, tokens: Tokens) {
        self.put(tokens, Origin::Caller);
    }

    /// Sets credentials, whatever is known of them.
    pub(crate) fn replace(self: &Arc<Self>, tokens: Tokens) {
        self.put(tokens, Origin::Forced);
    }

    fn put(self: &Arc<Self>, tokens: Tokens, origin: Origin) {
        let pair = Pair::new(Arc::new(tokens));
        let active = self.restored(pair.tokens.clone());
        let dropped = {
            let mut state = self.state();
            let is_known = match origin {
                Origin::Forced => {
                    state.unsaved.is_none() && state.active.as_ref().is_some_and(|active| active.id == pair.id)
                }
                _ => state.knows(pair.id),
            };
            if is_known {
                return;
            }
            state.replace(Some(active), Some(Unsaved::new(pair, Pending::overwrite(origin), None)))
        };
        self.pin();
        self.hand_over_later(dropped);
    }

    /// Returns the newest tokens: those of the store, if another process has refreshed.
    pub(crate) async fn newest(self: &Arc<Self>) -> Result<Option<Access>, Error> {
        let Some(access) = self.look().await? else { return Ok(None) };
        self.look_for_newer(&access).await?;
        Ok(self.state().newest())
    }

    /// Returns the tokens of another process that the store has instead of those of a call, if it has.
    pub(crate) async fn other(self: &Arc<Self>, used: &Access) -> Result<Option<Access>, Error> {
        if used.in_hook {
            return Ok(None);
        }
        self.look_for_newer(used).await?;
        let state = self.state();
        Ok(state.access().filter(|access| access.id != used.id && !state.is_replaced(used.replaced)))
    }

    /// Looks into the store once.
    async fn look_for_newer(self: &Arc<Self>, access: &Access) -> Result<(), Error> {
        let stored = {
            let _permit = self.shared.admission.enter().await;
            self.stored().await?
        };
        let mut state = self.state();
        let Some(active) = state.active.as_ref().map(|active| active.id) else { return Ok(()) };
        // What is not saved yet is newer than what is.
        if state.is_replaced(access.replaced)
            || state.unsaved.is_some()
            || state.relation(active, &stored) != Relation::Newer
        {
            return Ok(());
        }
        if let Stored { pair: Some(pair), version } = stored {
            state.adopt(self.restored(pair.tokens.clone()), pair.lineage, version);
        }
        Ok(())
    }

    /// Clears credentials that were revoked, here and in the store, unless others have replaced them.
    pub(crate) async fn forget(&self, revoked: &Access) -> Result<(), Error> {
        let mut lineage = Lineage::default();
        {
            let mut state = self.state();
            if !state.is_replaced(revoked.replaced) {
                lineage = std::mem::take(&mut state.lineage);
                state.active.iter().for_each(|active| lineage.retire(active.id));
                state.unsaved.iter().for_each(|unsaved| lineage.retire(unsaved.pair.id));
                state.replace(None, None);
            }
        }
        lineage.retire(revoked.id);
        self.unpin();
        let _permit = self.shared.admission.enter().await;
        for _ in 0..ROUNDS {
            let Stored { pair, version } = self.stored().await?;
            let is_revoked =
                pair.is_some_and(|pair| lineage.has_retired(pair.id) || pair.lineage.is_as_far_as(&lineage).is_some());
            if !is_revoked || self.save(None, SaveIf::Version(version)).await?.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Lists users of the store, not of this session alone.
    pub(crate) async fn list_users(&self, after: Option<&str>, limit: usize) -> Result<Vec<StoredUser>, Error> {
        let _permit = self.shared.admission.enter().await;
        self.in_store(StoreKind::List, |store| store.list(after, limit)).await
    }

    /// Clears the user's credentials, and removes the record.
    pub(crate) async fn delete(&self) -> Result<(), Error> {
        let task = {
            let mut state = self.state();
            let task = state.task.clone();
            state.replace(None, None);
            state.version = 0;
            task
        };
        // A save that is in flight would bring the record back. One that waits for the hook that deletes is done.
        if let Some(mut task) = task.filter(|_| hook_session() != Some(self.id)) {
            task.outcome().await;
        }
        self.unpin();
        let _permit = self.shared.admission.enter().await;
        self.in_store(StoreKind::Delete, |store| store.delete(&self.user)).await
    }
}
