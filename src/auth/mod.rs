//! Authorization: the OAuth flow, the user's tokens, the connected accounts.

mod accounts;
mod callback;
mod login;
mod offboard;
mod tokens;
mod url;

pub use callback::{AuthCallback, CallbackParams};
pub use login::{CompleteLogin, Login, PendingLogin};
pub use offboard::{Offboard, OffboardAction, OffboardOutcome, OffboardReport, OffboardStep};
pub use tokens::{DeleteCredentials, GetToken, ListStoredUsers, LoadCredentials, Refresh, Revoke, SeedCredentials};

use crate::call::{Handle, Request, resource};
use crate::error::Error;
use crate::models::Provider;
use crate::params::{AuthUrl, Disconnect, GetConnectionStatus};
use crate::secret::Secret;
use crate::tokens::Tokens;

resource! {
    /// Authorization, from [`Client::auth`](crate::Client::auth).
    Auth
}

impl<C: Handle> Auth<'_, C> {
    /// Begins to log a user in: starts building the authorization URL.
    ///
    /// `user_id` is your own id for the user. The same id later adds accounts to the same user.
    /// [`start`](Request::start) gives the URL for the user's browser, and a sealed value to keep in the user's session or a
    /// cookie: it carries the user and a random state, so that [`complete_login`](Self::complete_login) can put the tokens under
    /// no other user, and a forged callback (CSRF) is refused. Setters choose the [scope](Request::scope), the
    /// [language](Request::lng) and so on. The service offers no PKCE (RFC 7636): the state and the client secret protect the
    /// code.
    ///
    /// Take the user's id from the session of your application, never from the request. Call it on the client of the
    /// application; on a [handle for a user](crate::Client::for_user), only that user's id is accepted. Nothing is sent.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client, callback_url: &str) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::Scope;
    ///
    /// let login = client.auth().begin_login("alice").scope(Scope::ReadWrite).lng("es").start()?;
    /// // Store `login.seal()` in the user's session or a cookie, and redirect the browser to `login.url()`.
    ///
    /// // When the browser is back at the redirect URI:
    /// let alice = client.auth().complete_login(callback_url, login.seal().clone()).await?;
    /// assert_eq!(alice.user(), "alice");
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_login(self, user_id: impl Into<String>) -> Request<AuthUrl, C> {
        Request::new(AuthUrl::new(user_id), self.client.clone())
    }

    /// Completes a login: compares the state, exchanges the code, saves the tokens under the user of the sealed login, and
    /// returns a handle for that user.
    ///
    /// `callback` is the URL of the callback, its query, or the [parsed parameters](CallbackParams). `sealed` is the
    /// [seal](Login::seal) of [`begin_login`](Self::begin_login), from the user's session or cookie; empty if there is none.
    /// Call it on a [handle](crate::Client::for_user) for the user of your own session, if you have one: then a
    /// login of another user is refused. Calls `POST /oauth/token`.
    ///
    /// A code works once. A callback that is replayed is an [`Error::Authentication`], and leaves the tokens of the first
    /// time alone.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client, query: &str, cookie: &str) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::{AuthCallbackKind, Error};
    ///
    /// match client.for_user("alice").auth().complete_login(query, cookie).await {
    ///     Ok(alice) => println!("{} calendars", alice.calendars().list().await?.calendars.len()),
    ///     Err(Error::AuthCallback(failure)) => match failure.kind() {
    ///         AuthCallbackKind::Refused { error, .. } if error == "access_denied" => println!("the user declined"),
    ///         other => println!("start the login again: {other}"),
    ///     },
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::AuthCallback`], whose [`kind`](crate::AuthCallbackFailure::kind) says whether the user declined, the state
    ///   or the code is missing or wrong, or the sealed login is missing, expired, forged, of another client id, or another
    ///   user's: nothing was sent. Only `TokensOfAnotherUser` comes after the exchange; nothing was saved.
    /// - [`Error::Authentication`] when the code is unknown, used or expired: start over.
    /// - [`Error::TokenStore`] when the store or the hook failed; the tokens are active, and saving is retried.
    /// - [`Error::InvalidClient`], [`Error::Configuration`], [`Error::Network`] and [`Error::Server`] as
    ///   [`get_token`](Self::get_token).
    ///
    /// # Cancel safety
    ///
    /// As [`get_token`](Self::get_token).
    pub fn complete_login(
        self,
        callback: impl Into<CallbackParams>,
        sealed: impl Into<Secret>,
    ) -> Request<CompleteLogin, C> {
        Request::new(CompleteLogin::new(callback, sealed), self.client.clone())
    }

    /// Reads a sealed login, without completing it: whose it is, and [what came with it](PendingLogin::context).
    ///
    /// # Errors
    ///
    /// [`Error::AuthCallback`] when it is missing, expired, forged, of another client id, or of another user than the
    /// handle's.
    pub fn open_login(self, sealed: impl Into<Secret>) -> Result<PendingLogin, Error> {
        login::open(self.client.caller(), &sealed.into())
    }

    /// Starts building the authorization URL alone, under the name that the vendor's SDKs have.
    ///
    /// [`begin_login`](Self::begin_login) is for applications with many users. This is for programs with one user, and for
    /// applications that keep the user and the `state` themselves: `state` is an unguessable value in the user's session,
    /// which [`AuthCallback::parse`] compares, as protection against CSRF. Call it on a handle for the user, with the same id, and
    /// [`get_token`](Self::get_token) on a handle for the same user. Nothing is sent by [`build`](Request::build); the consent
    /// page is `GET /oauth/authorize`.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::{Client, Scope};
    ///
    /// let client = Client::new("my-app", "s3cr3t", "https://app.example.com/callback")?;
    /// let url = client.auth().generate_auth_url("user-123").state("a1b2c3");
    /// assert_eq!(
    ///     url.scope(Scope::ReadWrite).lng("es").build()?,
    ///     "https://connect.mobiscroll.com/api/oauth/authorize?client_id=my-app&lng=es\
    ///      &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&response_type=code\
    ///      &scope=read-write&state=a1b2c3&user_id=user-123"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn generate_auth_url(self, user_id: impl Into<String>) -> Request<AuthUrl, C> {
        Request::new(AuthUrl::new(user_id), self.client.clone())
    }

    /// Exchanges the code of an [`AuthCallback`] for tokens, persists them, and makes them the active credentials of this
    /// handle's user, under the name that the vendor's SDKs have.
    ///
    /// [`complete_login`](Self::complete_login) knows whom the code is for. Here the handle decides: call it on a
    /// [handle for the user](crate::Client::for_user) who was sent to the consent page. On the client of the application, the
    /// tokens go to the user with the empty id, for programs with one user: in a web application, each user would get the
    /// tokens of the last one who logged in.
    ///
    /// A code works once, within 10 minutes. If the connection breaks or nothing comes back, it is sent once more over a new
    /// connection: if the first request had arrived, that is an [`Error::Authentication`](crate::Error::Authentication). Calls
    /// `POST /oauth/token`.
    ///
    /// # Errors
    ///
    /// - [`Error::AuthCallback`](crate::Error::AuthCallback) of the kind
    ///   [`TokensOfAnotherUser`](crate::AuthCallbackKind::TokensOfAnotherUser) when the code is another user's than the
    ///   handle's. Nothing was saved.
    /// - [`Error::Authentication`](crate::Error::Authentication) when the code is unknown, used or expired: start over.
    /// - [`Error::InvalidClient`](crate::Error::InvalidClient) when the client id or secret is wrong.
    /// - [`Error::Configuration`](crate::Error::Configuration) when the redirect URI is not the registered one.
    ///   Authorizing again does not help.
    /// - [`Error::TokenStore`](crate::Error::TokenStore) when the store or the hook failed; the tokens are active.
    ///
    /// # Cancel safety
    ///
    /// An exchange that has started continues when its caller is cancelled, and its result is saved, as long as the Tokio
    /// runtime runs.
    pub fn get_token(self, code: &Secret) -> Request<GetToken, C> {
        Request::new(GetToken::new(code.clone()), self.client.clone())
    }

    /// Sets the user's credentials: the same as [`Client::set_credentials`](crate::Client::set_credentials).
    ///
    /// For tokens out of your own database; a login needs no call of it. It trusts that the tokens are the user's.
    pub fn set_credentials(self, tokens: Tokens) {
        self.client.caller().session.set(tokens);
    }

    /// Replaces the user's credentials by these, even if they were rotated away: the same as
    /// [`Client::replace_credentials`](crate::Client::replace_credentials).
    pub fn replace_credentials(self, tokens: Tokens) {
        self.client.caller().session.replace(tokens);
    }

    /// Removes the user's record from the store for good, and clears the user's tokens in this process.
    ///
    /// [`revoke`](Self::revoke) the authorization first: it leaves a record without tokens, which keeps late writes
    /// away. Otherwise a process that still has valid tokens of the user would restore the record with its next
    /// refresh. A later [`seed_credentials`](Self::seed_credentials) restores the tokens of a configuration: remove the
    /// user from it first.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// let alice = client.for_user("alice");
    /// alice.auth().revoke().await?;
    /// alice.auth().delete_credentials().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`](crate::Error::TokenStore) when the store failed. Calling it again is safe.
    pub fn delete_credentials(self) -> Request<DeleteCredentials, C> {
        Request::new(DeleteCredentials {}, self.client.clone())
    }

    /// Lists up to `limit` users who have a record in the store, of any handle.
    ///
    /// The list starts after the user `after`, in a stable order that the store chooses. An empty list means that there
    /// are no more.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// let mut users = client.auth().list_stored_users(None, 1000).await?;
    /// while let Some(last) = users.last().map(|last| last.user.clone()) {
    ///     for user in users.iter().filter(|user| user.has_tokens) {
    ///         println!("{}", user.user);
    ///     }
    ///     users = client.auth().list_stored_users(Some(&last), 1000).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`](crate::Error::TokenStore) when the store failed.
    pub fn list_stored_users(self, after: Option<&str>, limit: usize) -> Request<ListStoredUsers, C> {
        Request::new(ListStoredUsers::new(after.map(str::to_owned), limit), self.client.clone())
    }

    /// Sets the credentials of a user for whom the store never had any, and returns whether it did.
    ///
    /// For tokens from a configuration, at each start: if they were refreshed or revoked since, nothing changes.
    /// [`set_credentials`](Self::set_credentials) is for tokens of your own database, which the hook updates. Nothing
    /// is sent, and [the hook](crate::ClientBuilder::on_tokens_refreshed) is not called.
    ///
    /// ```no_run
    /// # async fn run(client: mobiscroll_connect::Client) -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::Tokens;
    ///
    /// let configured = Tokens::new("ACCESS_TOKEN").with_refresh_token("REFRESH_TOKEN");
    /// client.auth().seed_credentials(configured).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`](crate::Error::TokenStore) when the store failed. Calling it again is safe.
    pub fn seed_credentials(self, tokens: Tokens) -> Request<SeedCredentials, C> {
        Request::new(SeedCredentials::new(tokens), self.client.clone())
    }

    /// Returns the user's tokens, loaded from the store if they are not active yet; `None` for a user without any.
    ///
    /// Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`](crate::Error::TokenStore) when the store failed.
    pub fn load_credentials(self) -> Request<LoadCredentials, C> {
        Request::new(LoadCredentials {}, self.client.clone())
    }

    /// Returns the active tokens, if they are loaded.
    ///
    /// Before the first call of a handle it may be `None` for a user whose tokens are in the store: see
    /// [`load_credentials`](Self::load_credentials).
    pub fn credentials(self) -> Option<Tokens> {
        self.client.caller().session.tokens()
    }

    /// Refreshes the tokens now, and returns the new ones.
    ///
    /// Calls do this by themselves when their token has expired. Calls `POST /oauth/token`.
    ///
    /// # Errors
    ///
    /// - [`Error::Authentication`](crate::Error::Authentication) when there is no refresh token, or the service refuses
    ///   it: the user must authorize again.
    /// - [`Error::Network`](crate::Error::Network), [`Error::Server`](crate::Error::Server) or
    ///   [`Error::RateLimit`](crate::Error::RateLimit) when the failure is transient; the tokens are kept.
    /// - [`Error::TokenStore`](crate::Error::TokenStore) when the store or the hook failed; the new tokens are active.
    ///
    /// # Cancel safety
    ///
    /// A refresh that has started continues when its caller is cancelled, and its result is saved, as long as the Tokio
    /// runtime runs.
    pub fn refresh(self) -> Request<Refresh, C> {
        Request::new(Refresh {}, self.client.clone())
    }

    /// Returns the accounts that the user has connected, and the state of each.
    ///
    /// Calls `GET /oauth/connection-status`, with `GET /connection-status` of older deployments as the fallback for a 404.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`](crate::Error::Authentication) when the user must authorize again.
    pub fn get_connection_status(self) -> Request<GetConnectionStatus, C> {
        Request::new(GetConnectionStatus::new(), self.client.clone())
    }

    /// Disconnects the user's accounts at a provider: all of them, or [one](Disconnect::account).
    ///
    /// Calls `POST /oauth/disconnect`, with `POST /disconnect` of older deployments as the fallback for a 404.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`](crate::Error::Authentication) when the user must authorize again.
    pub fn disconnect(self, provider: Provider) -> Request<Disconnect, C> {
        Request::new(Disconnect::new(provider), self.client.clone())
    }

    /// Ends the user's authorization: all tokens of this user and application are revoked, and those of this client are
    /// cleared.
    ///
    /// The newest pair is revoked: the store is consulted first. Connected accounts stay connected; see
    /// [`disconnect`](Self::disconnect). Calls `POST /oauth/revoke`.
    ///
    /// # Errors
    ///
    /// In each case but the last, the tokens are kept.
    ///
    /// - [`Error::Authentication`](crate::Error::Authentication) when there are no credentials.
    /// - [`Error::Network`](crate::Error::Network) or [`Error::Server`](crate::Error::Server) when the outcome is unknown, or
    ///   the service reports that it was not a success.
    /// - [`Error::TokenStore`](crate::Error::TokenStore) when the store could not be consulted, or the revoked tokens could
    ///   not be deleted from it.
    pub fn revoke(self) -> Request<Revoke, C> {
        Request::new(Revoke {}, self.client.clone())
    }

    /// Offboards the user: ends subscriptions, disconnects all accounts, revokes the tokens, and removes the record from the
    /// store.
    ///
    /// The service has no call that lists subscriptions: pass those that you stored. Each step is in the report, and one that
    /// fails does not stop the others. But revoking and erasing end what a retry of the other steps needs: they are postponed
    /// after a failure that a retry may cure, unless [`force`](Request::force) is set. Calling it again is safe: do so until
    /// the report [is complete](OffboardReport::is_complete). What the application itself stored of the user, such as tokens in
    /// its own database, is for the application to erase.
    ///
    /// ```no_run
    /// # async fn run(
    /// #     client: mobiscroll_connect::Client, subscriptions: Vec<mobiscroll_connect::Subscription>,
    /// # ) -> Result<(), mobiscroll_connect::Error> {
    /// let report = client.for_user("alice").auth().offboard().subscriptions(&subscriptions).await?;
    /// for step in &report.steps {
    ///     println!("{:?}: {:?}", step.action, step.outcome);
    /// }
    /// if !report.is_complete() {
    ///     println!("call it again: {}", report.is_retryable());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Calls `POST /unsubscribe-webhook`, `GET /oauth/connection-status`, `POST /oauth/disconnect` and `POST /oauth/revoke`.
    ///
    /// # Errors
    ///
    /// [`Error::TokenStore`](crate::Error::TokenStore) when the user's tokens could not be loaded: nothing was done. All other
    /// errors are in the report.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the steps that are left are not made. Call it again. Each step has the
    /// [deadline](crate::ClientBuilder::deadline) of a call; the whole has none.
    pub fn offboard(self) -> Request<Offboard, C> {
        Request::new(Offboard::new(), self.client.clone())
    }
}
