//! Authorization: the OAuth flow, the user's tokens, the connected accounts.

mod accounts;
mod callback;
mod tokens;
mod url;

pub use callback::AuthCallback;
pub use tokens::{DeleteCredentials, GetToken, ListStoredUsers, LoadCredentials, Refresh, Revoke, SeedCredentials};

use crate::call::{Handle, Request, resource};
use crate::models::Provider;
use crate::params::{AuthUrl, Disconnect, GetConnectionStatus};
use crate::secret::Secret;
use crate::tokens::Tokens;

resource! {
    /// Authorization, from [`Client::auth`](crate::Client::auth).
    Auth
}

impl<C: Handle> Auth<'_, C> {
    /// Starts building the authorization URL, to send the user's browser to.
    ///
    /// `user_id` is your own id for the user. The same id later adds accounts to the same user. `state` is an
    /// unguessable value that you keep in the user's session: [`AuthCallback::parse`] compares it, as protection against
    /// CSRF. Nothing is sent by [`build`](Request::build); the consent page is `GET /oauth/authorize`.
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

    /// Exchanges the code of an [`AuthCallback`] for tokens, persists them, and makes them the active credentials.
    ///
    /// A code works once, within 10 minutes. Calls `POST /oauth/token`.
    ///
    /// # Errors
    ///
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
}
