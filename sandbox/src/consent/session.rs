//! The browsers that were sent to authorize, each known by its `oauth_req` cookie.

use std::collections::VecDeque;

use hyper::header::COOKIE;
use jiff::{SignedDuration, Timestamp};

use crate::{instant, provider::Provider, random::Random, request::Request, scope::Scope};

const COOKIE_NAME: &str = "oauth_req";
const LIFETIME: SignedDuration = SignedDuration::from_hours(2);
/// The oldest session makes room, so that a sandbox left running does not fill the memory.
const CAPACITY: usize = 1000;

/// What an application asks of a user.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) user: String,
    pub(crate) scope: Scope,
    pub(crate) providers: Vec<Provider>,
    pub(crate) state: Option<String>,
}

/// One browser on its way through an authorization.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    id: String,
    /// Goes into the page's form: the sender of the form must have read the page.
    pub(super) form_token: String,
    pub(crate) ask: Ask,
    pub(crate) ends: Timestamp,
}

impl Session {
    pub(crate) fn begin(ask: Ask, random: &Random, now: Timestamp) -> Self {
        let random = || random.uuid().simple().to_string();
        Self { id: random(), form_token: random(), ask, ends: Self::end_of(now) }
    }

    /// Gives the end of a session that begins now.
    pub(crate) fn end_of(now: Timestamp) -> Timestamp {
        instant::shift(now, LIFETIME)
    }

    /// Writes the cookie by which the browser is known again.
    pub(crate) fn cookie(&self) -> String {
        format!("{COOKIE_NAME}={}; Max-Age={}; Path=/; HttpOnly; SameSite=Lax", self.id, LIFETIME.as_secs())
    }
}

/// The sessions that wait for the user's answer, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sessions(VecDeque<Session>);

impl Sessions {
    /// Keeps a session; the browser's earlier one ends.
    pub(crate) fn open(&mut self, session: Session, request: &Request, now: Timestamp) {
        self.close_of(request);
        self.0.retain(|session| session.ends > now);
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(session);
    }

    /// Finds the session of the browser that sent the request, unless it is over.
    pub(super) fn of(&self, request: &Request, now: Timestamp) -> Option<&Session> {
        self.0.iter().find(|session| session.ends > now && is_named(session, request))
    }

    /// Ends the session of the browser that sent the request.
    pub(super) fn close_of(&mut self, request: &Request) {
        self.0.retain(|session| !is_named(session, request));
    }
}

fn is_named(session: &Session, request: &Request) -> bool {
    let headers = request.headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok());
    let mut cookies = headers.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.any(|(name, value)| name == COOKIE_NAME && value == session.id)
}
