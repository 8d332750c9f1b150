use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::{instant, scope::Scope};

const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Older codes are forgotten, used or not.
const CAPACITY: usize = 10_000;
/// The error of the response, which does not say which of the two it is.
pub(super) const UNKNOWN_OR_USED: InvalidGrant = InvalidGrant("The code is unknown or was used before");

/// The authorization codes given out.
#[derive(Debug, Default)]
pub(super) struct Codes {
    by_text: HashMap<String, Code>,
    oldest_first: VecDeque<String>,
}

/// The reason why a token or a code is of no use.
#[derive(Debug)]
pub(crate) struct InvalidGrant(pub(crate) &'static str);

/// What a code stands for.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) user: String,
    pub(super) scope: Scope,
    expires_at: Timestamp,
    session_ends: Timestamp,
    used: bool,
}

/// What came of presenting a code.
pub(super) enum Redeemed {
    Fresh(Code),
    /// It was used before, for this user
    Again(String),
    No(InvalidGrant),
}

impl Codes {
    /// Keeps a code under this text, which must be new.
    pub(super) fn issue(
        &mut self,
        text: String,
        user: &str,
        scope: Scope,
        session_ends: Timestamp,
        now: Timestamp,
    ) -> String {
        let expires_at = instant::shift(now, LIFETIME);
        self.by_text.insert(text.clone(), Code { user: user.to_owned(), scope, expires_at, session_ends, used: false });
        self.oldest_first.push_back(text.clone());
        if self.oldest_first.len() > CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_text.remove(&oldest);
        }
        text
    }

    /// Tells whether a code is still good, but its browser session is over.
    pub(super) fn outlived_session(&self, text: &str, now: Timestamp) -> bool {
        self.by_text.get(text).is_some_and(|code| !code.used && code.session_ends <= now && now < code.expires_at)
    }

    /// Uses a code up.
    pub(super) fn redeem(&mut self, text: &str, now: Timestamp) -> Redeemed {
        match self.by_text.get_mut(text) {
            None => Redeemed::No(UNKNOWN_OR_USED),
            Some(code) if code.used => Redeemed::Again(code.user.clone()),
            Some(code) if code.expires_at <= now => Redeemed::No(InvalidGrant("The code has expired")),
            Some(code) => {
                code.used = true;
                Redeemed::Fresh(code.clone())
            }
        }
    }

    /// Forgets the user's codes that were not used, and tells whether any of them still worked.
    pub(super) fn revoke(&mut self, user: &str, now: Timestamp) -> bool {
        let mut worked = false;
        self.by_text.retain(|_, code| {
            let is_revoked = code.user == user && !code.used;
            worked |= is_revoked && code.expires_at > now;
            !is_revoked
        });
        worked
    }
}
