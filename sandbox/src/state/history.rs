use std::{collections::VecDeque, time::SystemTime};

use crate::evidence::{PresentedToken, RevocationReason, RevokedGrant, TokenCounts};

/// Older entries of a user's logs are forgotten.
const CAPACITY: usize = 1000;

/// What is remembered of a user's dealings with the token endpoint.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) counts: TokenCounts,
    pub(super) presented: VecDeque<PresentedToken>,
    pub(super) revoked: VecDeque<RevokedGrant>,
    /// Access tokens up to this number were expired by the test.
    pub(super) expired_access: u64,
}

impl History {
    pub(super) fn note_presented(&mut self, family: usize, age: u64, was_revoked: bool) {
        let accepted = !was_revoked && age < 2;
        let count = match age {
            _ if was_revoked => &mut self.counts.refused_revoked,
            0 => &mut self.counts.refreshed_current,
            1 => &mut self.counts.refreshed_retired,
            _ => &mut self.counts.refused_too_old,
        };
        *count += 1;
        push(&mut self.presented, PresentedToken { at: SystemTime::now(), family: family as u64, age, accepted });
    }

    pub(super) fn note_revoked(&mut self, reason: RevocationReason) {
        self.counts.grants_revoked += 1;
        push(&mut self.revoked, RevokedGrant { at: SystemTime::now(), reason });
    }
}

fn push<T>(log: &mut VecDeque<T>, entry: T) {
    if log.len() == CAPACITY {
        log.pop_front();
    }
    log.push_back(entry);
}
