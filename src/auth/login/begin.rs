//! Beginning a login.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pending::PendingLogin;
use super::seal;
use crate::call::{Handle, RawCall, Request};
use crate::error::{Error, InputFailure};
use crate::params::AuthUrl;
use crate::secret::Secret;

/// The longest sealed login: browsers drop cookies of more than 4096 bytes, name and attributes included.
const MAX_SEALED: usize = 3800;

/// A login that was begun: where to send the browser, and what to keep until it returns.
///
/// ```
/// # fn main() -> Result<(), mobiscroll_connect::Error> {
/// # let client = mobiscroll_connect::Client::new("my-app", "s3cr3t", "https://app.example.com/callback")?;
/// let login = client.auth().begin_login("alice").start()?;
/// let cookie = format!("login={}; Path=/; HttpOnly; Secure; SameSite=Lax", login.seal().expose());
/// let redirect_to = login.url();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Login {
    url: String,
    sealed: Secret,
}

impl Login {
    /// Returns the authorization URL, to send the user's browser to. It is for this user alone.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the sealed login, to keep in the user's session or in a cookie, and to pass to
    /// [`complete_login`](crate::Auth::complete_login).
    ///
    /// It is text of at most 3,800 characters that need no escaping in a cookie. It is authenticated with a key derived from the
    /// client secret, so that nobody can change or make one, but not encrypted: who has it can read the user's id in it.
    pub fn seal(&self) -> &Secret {
        &self.sealed
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL has the state.
        f.debug_struct("Login").field("sealed", &self.sealed).finish_non_exhaustive()
    }
}

impl<C: Handle> Request<AuthUrl, C> {
    /// Begins the login: generates its random state, the URL with it, and the sealed login. Nothing is sent.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidInput`] when the user id, or a text that was set, is empty; when the user is another one than the
    ///   handle's; or when a `state` was set, which is generated.
    /// - [`Error::Configuration`] when the operating system returns no random numbers.
    pub fn start(self) -> Result<Login, Error> {
        self.begin(None)
    }

    /// Begins the login as [`start`](Self::start), with a text of your own that comes back with it, such as the page to show
    /// afterwards: [`PendingLogin::context`].
    ///
    /// The text is protected from changes, but can be read by the user.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// # let client = mobiscroll_connect::Client::new("my-app", "s3cr3t", "https://app.example.com/callback")?;
    /// let login = client.auth().begin_login("alice").start_with("/calendar")?;
    /// assert_eq!(client.auth().open_login(login.seal().clone())?.context(), Some("/calendar"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and [`Error::InvalidInput`] when the sealed login is longer than 3,800 characters.
    pub fn start_with(self, context: impl Into<String>) -> Result<Login, Error> {
        self.begin(Some(context.into()))
    }

    fn begin(self, context: Option<String>) -> Result<Login, Error> {
        let refused = |why: &str| InputFailure::new(why).of(AuthUrl::OPERATION);
        if self.params.state.is_some() {
            return Err(refused("the state of a login is generated: do not set one").into());
        }
        let state = random_state()?;
        let request = self.map(|params| params.state(state));
        let caller = request.client.caller();
        let expires_at = Timestamp::now() + caller.session.login_timeout();
        let pending = PendingLogin { request: request.params.clone(), expires_at, context };
        let sealed = seal::seal(caller.transport.app(), pending)?;
        if sealed.expose().len() > MAX_SEALED {
            return Err(refused("the user id and the context are too long for a cookie").into());
        }
        Ok(Login { url: request.build()?, sealed })
    }
}

/// Generates 128 random bits.
fn random_state() -> Result<String, Error> {
    let mut bytes = [0; 16];
    let wrong = |e| InputFailure::new("the operating system returned no random numbers").source(e).configuration();
    getrandom::fill(&mut bytes).map_err(wrong)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
