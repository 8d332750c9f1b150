//! The client and its handles.

mod builder;
mod connections;
mod request;
mod tokens;

use std::fmt;
use std::sync::Arc;

pub use builder::ClientBuilder;

use crate::auth::Auth;
use crate::calendars::Calendars;
use crate::call::{Caller, Endpoint, Handle, Request, RequestOptions, Sealed};
use crate::error::Error;
use crate::events::Events;
use crate::metrics::Metrics;
use crate::params::{self, CheckHealth};
use crate::raw;
use crate::secret::Secret;
use crate::session::{AuthEvents, Users};
use crate::tokens::Tokens;
use crate::webhooks::Webhooks;
#[cfg(feature = "webhooks")]
use crate::webhooks::{Receiver, Receiving};

/// A client of Mobiscroll Connect.
///
/// It holds a connection pool and the credentials of users. Cloning is cheap, and clones share both: create one client
/// for the application, and a handle [for each user](Self::for_user). Calls need a Tokio runtime.
///
/// ```no_run
/// # async fn run() -> Result<(), mobiscroll_connect::Error> {
/// use mobiscroll_connect::{Client, Tokens};
///
/// let client = Client::new("CLIENT_ID", "CLIENT_SECRET", "https://example.com/callback")?;
/// client.set_credentials(Tokens::new("ACCESS_TOKEN").with_refresh_token("REFRESH_TOKEN"));
/// for calendar in client.calendars().list().await? {
///     println!("{} {}", calendar.provider, calendar.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    caller: Caller,
    users: Arc<Users>,
    #[cfg(feature = "webhooks")]
    receiving: Arc<Receiving>,
}

impl Client {
    /// Creates a client with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Result<Self, Error> {
        Self::builder(client_id, client_secret, redirect_uri).build()
    }

    /// Starts building a client with other settings than the defaults.
    ///
    /// The arguments are those of the application in the Connect dashboard; the redirect URI must be identical to the
    /// registered one.
    pub fn builder(
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> ClientBuilder {
        ClientBuilder::new(client_id.into(), client_secret.into(), redirect_uri.into())
    }

    /// Creates a client from environment variables: [`ClientBuilder::from_env`], with no further settings.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::from_env`] and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// Authorization: consent, tokens, connected accounts.
    pub fn auth(&self) -> Auth<'_, Self> {
        Auth::new(self)
    }

    /// The calendars of the connected accounts.
    pub fn calendars(&self) -> Calendars<'_, Self> {
        Calendars::new(self)
    }

    /// The events in those calendars.
    pub fn events(&self) -> Events<'_, Self> {
        Events::new(self)
    }

    /// Webhook subscriptions and deliveries.
    pub fn webhooks(&self) -> Webhooks<'_, Self> {
        Webhooks::new(self)
    }

    /// Returns a handle that acts for another user of the application: the same connections and settings, the user's
    /// own credentials.
    ///
    /// `user` is your own id for the user, under which the [store](ClientBuilder::token_store) has the tokens. Handles
    /// are cheap: create one for each request that you serve, or keep it. All handles for a user share the active
    /// tokens, and a refresh of one user delays no other. The client's own credentials are those of the user with the
    /// empty id.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// let alice = client.for_user("alice");
    /// let calendars = alice.calendars().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn for_user(&self, user: impl AsRef<str>) -> Self {
        let session = self.users.session(user.as_ref());
        Self { caller: Caller { session, ..self.caller.clone() }, ..self.clone() }
    }

    /// Returns a handle that makes its calls with other options than this one; all else is the same.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use std::time::Duration;
    /// use mobiscroll_connect::RequestOptions;
    ///
    /// let quick = client.with_options(RequestOptions::new().deadline(Duration::from_secs(2)));
    /// let calendars = quick.calendars().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        let settings = Arc::new(self.caller.settings.with(options));
        Self { caller: Caller { settings, ..self.caller.clone() }, ..self.clone() }
    }

    /// Returns the id of the user for whom this handle acts; it is empty for the client's own credentials.
    pub fn user(&self) -> &str {
        self.caller.session.user()
    }

    /// Sets the user's credentials, such as those that your own database holds.
    ///
    /// If they are the active ones, or any of the last 8 pairs that were rotated away from them, nothing changes: a
    /// server that sets what its database holds before each call loses no rotation. This process decides by the pairs
    /// that it knows, and the [store](ClientBuilder::token_store) when they are saved there, before the first call uses
    /// them: [`AuthEvent::CredentialsSet`](crate::AuthEvent::CredentialsSet) or
    /// [`CredentialsRetired`](crate::AuthEvent::CredentialsRetired) reports the outcome.
    ///
    /// Because they come from your storage, [the hook](ClientBuilder::on_tokens_refreshed) is not called with them. A
    /// call in flight does not continue with them, as they may be another user's: it fails with
    /// [`Error::CredentialsChanged`]. If a refresh of the tokens before is in flight, its result goes to a hook that
    /// takes a [`TokenRotation`](crate::TokenRotation).
    ///
    /// Use [`seed_credentials`](Auth::seed_credentials) for tokens from a configuration, and
    /// [`replace_credentials`](Self::replace_credentials) for those that must win.
    pub fn set_credentials(&self, tokens: Tokens) {
        self.caller.session.set(tokens);
    }

    /// Replaces the user's credentials by these, even if they were rotated away before. Otherwise as
    /// [`set_credentials`](Self::set_credentials).
    ///
    /// If they are older than those of the store, the next refresh may revoke the user's authorization.
    pub fn replace_credentials(&self, tokens: Tokens) {
        self.caller.session.replace(tokens);
    }

    /// Subscribes to the events of all users' authorizations, from now on.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) {
    /// use mobiscroll_connect::AuthEvent;
    ///
    /// let mut events = client.auth_events();
    /// while let Some(event) = events.next().await {
    ///     if let AuthEvent::ReauthorizationNeeded { user, .. } = event {
    ///         println!("{user} must authorize again");
    ///     }
    /// }
    /// # }
    /// ```
    pub fn auth_events(&self) -> AuthEvents {
        self.users.shared().subscribe()
    }

    /// Returns counts of what the client has done for all users since it was created: for a metrics library.
    pub fn metrics(&self) -> Metrics {
        self.caller.transport.counters().snapshot()
    }

    /// Drains the refreshes and saves in flight, of all users, and retries once to save what could not be saved.
    ///
    /// Call it for a graceful shutdown, before the process ends. The client can be used afterwards. Within a hook, it does not
    /// wait for the refresh that waits for the hook.
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`] when new tokens are still not saved: [`Auth::credentials`] of their user returns them.
    ///
    /// # Cancel safety
    ///
    /// What it waits for continues when the future is dropped.
    pub async fn close(&self) -> Result<(), Error> {
        self.users.close().await
    }

    /// Checks the health of the service. Needs no credentials.
    ///
    /// Calls `GET /health`.
    ///
    /// # Errors
    ///
    /// [`Error::Network`] or [`Error::Server`] when it is not healthy.
    pub fn health(&self) -> Request<CheckHealth, Self> {
        Request::new(CheckHealth::new(), self.clone())
    }

    /// Creates a request from [parameters](crate::requests) that were stored or built separately.
    pub fn request<P: Endpoint>(&self, params: P) -> Request<P, Self> {
        Request::new(params, self.clone())
    }

    /// Returns the generated client, with the credentials attached: an escape hatch for what the facade does not cover.
    ///
    /// It sends the access token that is active when the request is sent, and consults the token store as other calls
    /// do. Of this handle's [options](Self::with_options) it applies the headers, the timeout of an attempt and the
    /// limit of the body. It does *not* refresh tokens, retry, keep a deadline, read malformed responses leniently, or
    /// categorise errors, and its errors print headers and bodies of responses. It follows `openapi.yaml` and the
    /// release of progenitor that generated it, so it is **outside the semantic versioning promise** of this crate.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) {
    /// match client.raw().list_calendars().send().await {
    ///     Ok(calendars) => println!("{}: {} calendars", calendars.status(), calendars.len()),
    ///     Err(error) => println!("status {:?}", error.status()),
    /// }
    /// # }
    /// ```
    pub fn raw(&self) -> raw::Client {
        self.caller.transport.raw(self.caller.session.clone(), self.caller.settings.http.clone())
    }
}

params::accessors!(Client);

impl Handle for Client {}

impl Sealed for Client {
    fn caller(&self) -> &Caller {
        &self.caller
    }
}

#[cfg(feature = "webhooks")]
impl Receiver for Client {
    fn receiving(&self) -> &Arc<Receiving> {
        &self.receiving
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("client_id", &self.caller.transport.app().client_id)
            .field("base_url", &self.caller.transport.base_url())
            .field("session", &self.caller.session)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_without_a_handle_leave_nothing_behind() {
        let client = Client::new("id", "secret", "https://app.example/callback").unwrap();
        let known = || client.users.len();
        let before = known();
        let (ada, bob) = (client.for_user("ada"), client.for_user("bob"));
        assert_eq!(known(), before + 2);
        drop(client.for_user("ada"));
        assert_eq!(known(), before + 2);
        drop((ada, bob));
        assert_eq!(known(), before);
    }
}
