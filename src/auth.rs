//! Authorization: the consent page, the code it returns, tokens, and the accounts that a user connected.

use std::fmt;

use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::call::{self, Failure, Reply};
use crate::client::Client;
use crate::error::{ApiFailure, CallbackFailure, CallbackKind, Error};
use crate::raw::types::{
    ConnectionStatus, DisconnectRequest, DisconnectResponse, Language, Provider, RevokeRequest, Scope, Theme,
};
use crate::raw::{self, operations};
use crate::tokens::Tokens;
use crate::values::Secret;

/// Authorization, as [`Client::auth`] returns it.
#[derive(Clone, Copy, Debug)]
pub struct Auth<'a> {
    client: &'a Client,
}

impl<'a> Auth<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Begins the address of the consent page, to send the user's browser to.
    ///
    /// `user_id` is your own id for the user. The same id later adds accounts to the same user. Nothing is sent:
    /// the page is `GET /oauth/authorize`.
    ///
    /// ```
    /// # fn main() -> Result<(), mobiscroll_connect::Error> {
    /// use mobiscroll_connect::{Client, Scope};
    ///
    /// let client = Client::new("my-app", "s3cr3t", "https://app.example.com/callback")?;
    /// let url = client.auth().generate_auth_url("user-123").scope(Scope::ReadWrite).state("a1b2c3").lng("es").build();
    /// assert_eq!(
    ///     url,
    ///     "https://connect.mobiscroll.com/api/oauth/authorize?response_type=code&client_id=my-app&user_id=user-123\
    ///      &redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&scope=read-write&state=a1b2c3&lng=es"
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn generate_auth_url(self, user_id: impl Into<String>) -> AuthUrl {
        let app = &self.client.app;
        AuthUrl {
            page: format!("{}/oauth/authorize", app.base_url()),
            client_id: app.client_id.clone(),
            redirect_uri: app.redirect_uri.clone(),
            user_id: user_id.into(),
            scope: None,
            state: None,
            providers: Vec::new(),
            lng: None,
            theme: None,
        }
    }

    /// Exchanges the code of an [`AuthCallback`] for tokens, saves them by the hook, and puts them in force.
    ///
    /// A code works once, within 10 minutes. Calls `POST /oauth/token`.
    ///
    /// # Errors
    ///
    /// - [`Error::Authentication`] when the code is unknown, used or too old: begin again.
    /// - [`Error::InvalidClient`] when the client id or secret is wrong.
    /// - [`Error::TokenStore`] when the hook failed; the tokens are in force.
    ///
    /// # Cancel safety
    ///
    /// An exchange that has begun goes on when its caller gives up, and its result is saved and put in force, as long
    /// as the Tokio runtime runs.
    pub async fn get_token(self, code: &Secret) -> Result<Tokens, Error> {
        self.client.session.exchange(code).await
    }

    /// Puts a user's tokens in force: the same as [`Client::set_credentials`].
    pub fn set_credentials(self, tokens: Tokens) {
        self.client.set_credentials(tokens);
    }

    /// Returns the tokens in force.
    pub fn credentials(self) -> Option<Tokens> {
        self.client.session.tokens()
    }

    /// Refreshes the tokens now, and returns the new ones.
    ///
    /// Calls do this by themselves when their token has expired. Calls `POST /oauth/token`.
    ///
    /// # Errors
    ///
    /// - [`Error::Authentication`] when there is no refresh token, or the service refuses it: the user must
    ///   authorize again.
    /// - [`Error::Network`], [`Error::Server`] or [`Error::RateLimit`] when the refresh failed in passing; the tokens
    ///   stay as they are.
    /// - [`Error::TokenStore`] when the hook failed; the new tokens are in force.
    ///
    /// # Cancel safety
    ///
    /// A refresh that has begun goes on when its caller gives up, and its result is saved and put in force, as long as
    /// the Tokio runtime runs.
    pub async fn refresh(self) -> Result<Tokens, Error> {
        self.client.session.refresh().await
    }

    /// Returns the accounts that the user has connected, and the state of each.
    ///
    /// Calls `GET /oauth/connection-status`, and where that is not found `GET /connection-status`, as older
    /// deployments have it.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`] when the user must authorize again.
    pub async fn get_connection_status(self) -> Result<ConnectionStatus, Error> {
        let current =
            self.client.call(&operations::CONNECTION_STATUS, |api| async move { api.connection_status().send().await });
        let reply = or_legacy(current.await, || {
            self.client.call(&operations::CONNECTION_STATUS_LEGACY, |api| async move {
                api.connection_status_legacy().send().await
            })
        });
        Ok(reply.await?.value)
    }

    /// Begins to disconnect the user's accounts at a provider: all of them, or [one](Disconnect::account).
    ///
    /// Calls `POST /oauth/disconnect`, and where that is not found `POST /disconnect`, as older deployments have it.
    pub fn disconnect(self, provider: Provider) -> Disconnect {
        Disconnect { client: self.client.clone(), provider, account: None }
    }

    /// Ends the user's authorization: all tokens of this user and application are revoked, and those of this client
    /// are forgotten.
    ///
    /// Connected accounts stay connected; see [`disconnect`](Self::disconnect). Calls `POST /oauth/revoke`.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`] when there are no credentials, [`Error::Network`] or [`Error::Server`] when nothing
    /// was revoked for all that is known: the tokens stay in force.
    pub async fn revoke(self) -> Result<(), Error> {
        let operation = &operations::REVOKE;
        let access = self.client.session.look().await?.ok_or_else(|| no_credentials(operation.id))?;
        let tokens = &*access.tokens;
        let token = tokens.refresh_token().unwrap_or(tokens.access_token());
        let request = RevokeRequest::new(token.expose());
        let send = |api: raw::Client| {
            let request = request.clone();
            async move { api.revoke().body(request).send().await }
        };
        or_empty(self.client.attempts(operation, &[token], send).await.or_else(call::read_again))?;
        self.client.session.forget(tokens).await
    }
}

fn no_credentials(operation: &'static str) -> Error {
    Error::Authentication(ApiFailure::without_answer(operation, "there are no credentials"))
}

/// Tries the path of older deployments where the current one is not found. Two misses are reported as the first.
async fn or_legacy<T, Fut>(current: Result<T, Failure>, legacy: impl FnOnce() -> Fut) -> Result<T, Failure>
where
    Fut: Future<Output = Result<T, Failure>>,
{
    match current {
        Err(Failure::Final(first @ Error::NotFound(_))) => match legacy().await {
            Err(Failure::Final(Error::NotFound(_))) => Err(first.into()),
            outcome => outcome,
        },
        outcome => outcome,
    }
}

/// Takes a success without a body for one without a value.
pub(crate) fn or_empty<T>(outcome: Result<Reply<T>, Failure>) -> Result<Option<Reply<T>>, Error> {
    match outcome {
        Ok(reply) => Ok(Some(reply)),
        Err(Failure::Undecodable(undecodable)) if undecodable.body.trim_ascii().is_empty() => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// The address of the consent page, as [`Auth::generate_auth_url`] begins it.
///
/// Only what is set is sent; the service has defaults for the rest.
#[derive(Clone, Debug)]
#[must_use]
pub struct AuthUrl {
    page: String,
    client_id: String,
    redirect_uri: String,
    user_id: String,
    scope: Option<Scope>,
    state: Option<Secret>,
    providers: Vec<Provider>,
    lng: Option<Language>,
    theme: Option<Theme>,
}

impl AuthUrl {
    /// Sets what to ask the user for. The service's default is [`Scope::ReadWrite`].
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Sets a value that comes back with the code: unguessable, and kept with the user's session until then.
    ///
    /// [`AuthCallback::parse`] compares it, which keeps forged callbacks out.
    pub fn state(mut self, state: impl Into<Secret>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets which providers the page offers, of those that the application has.
    pub fn providers(mut self, providers: impl IntoIterator<Item = Provider>) -> Self {
        self.providers = providers.into_iter().collect();
        self
    }

    /// Sets the language of the page, such as `en`, `de` or `pt-BR`. By default the browser decides.
    pub fn lng(mut self, lng: impl Into<Language>) -> Self {
        self.lng = Some(lng.into());
        self
    }

    /// Sets the colours of the page. By default the application's settings decide.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = Some(theme);
        self
    }

    /// Returns the address.
    pub fn build(self) -> String {
        let providers: Vec<_> = self.providers.iter().map(Provider::as_str).collect();
        let providers = Some(providers.join(",")).filter(|list| !list.is_empty());
        let optional = [
            ("scope", self.scope.as_ref().map(Scope::as_str)),
            ("state", self.state.as_ref().map(Secret::expose)),
            ("providers", providers.as_deref()),
            ("lng", self.lng.as_ref().map(Language::as_str)),
            ("theme", self.theme.as_ref().map(Theme::as_str)),
        ];
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("user_id", &self.user_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .extend_pairs(optional.into_iter().filter_map(|(name, value)| Some((name, value?))))
            .finish();
        format!("{}?{query}", self.page)
    }
}

/// What the user brought back from the consent page to the redirect URI.
///
/// ```
/// # fn main() -> Result<(), mobiscroll_connect::Error> {
/// use mobiscroll_connect::AuthCallback;
///
/// let callback = AuthCallback::parse("/callback?code=abc123&state=a1b2c3", "a1b2c3")?;
/// assert_eq!(callback.code.expose(), "abc123");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthCallback {
    /// The code for [`Auth::get_token`].
    pub code: Secret,
}

impl AuthCallback {
    /// Reads the callback's URL, path and query, or query alone, and compares its `state` with the one that went out.
    ///
    /// The comparison takes the same time wherever the two differ. An empty `state` matches nothing: it is what a lost
    /// session leaves.
    ///
    /// # Errors
    ///
    /// [`Error::Callback`], whose [`kind`](CallbackFailure::kind) tells whether the state does not match, the user
    /// declined, or no code came along. The state is compared first: nothing of a forged callback is believed.
    pub fn parse(callback: &str, state: &str) -> Result<Self, Error> {
        let without_fragment = callback.split('#').next().unwrap_or_default();
        let query = without_fragment.split_once('?').map_or(without_fragment, |(_, query)| query);
        let (mut code, mut returned, mut error, mut description) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*name {
                "code" => &mut code,
                "state" => &mut returned,
                "error" => &mut error,
                "error_description" => &mut description,
                _ => continue,
            };
            // A parameter that comes twice is a sign of tampering: the first is the one that counts.
            slot.get_or_insert_with(|| value.into_owned());
        }
        let matches = returned.is_some_and(|returned| returned.as_bytes().ct_eq(state.as_bytes()).into());
        let matches = matches && !state.is_empty();
        let kind = match (matches, error, code) {
            (false, ..) => CallbackKind::StateMismatch,
            (true, Some(error), _) => CallbackKind::Refused { error, description },
            (true, None, Some(code)) if !code.is_empty() => return Ok(Self { code: code.into() }),
            (true, None, _) => CallbackKind::MissingCode,
        };
        Err(Error::Callback(Box::new(CallbackFailure { kind })))
    }
}

/// A request to disconnect accounts, as [`Auth::disconnect`] begins it.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Disconnect<C = Client> {
    pub(crate) client: C,
    provider: Provider,
    account: Option<String>,
}

impl<C> Disconnect<C> {
    /// Sets the one account to disconnect, by its id in the [connection status](Auth::get_connection_status).
    ///
    /// An empty id counts as none, which is all accounts of the provider.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into()).filter(|account| !account.is_empty());
        self
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn on<D>(self, client: D) -> Disconnect<D> {
        Disconnect { client, provider: self.provider, account: self.account }
    }
}

impl Disconnect {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::Authentication`] when the user must authorize again.
    pub async fn send(self) -> Result<DisconnectResponse, Error> {
        let Self { client, provider, account } = &self;
        let current = client.call(&operations::DISCONNECT, |api| {
            let (provider, account) = (provider.clone(), account.clone());
            async move {
                let mut request = api.disconnect().provider(provider).body(DisconnectRequest::new());
                if let Some(account) = account {
                    request = request.account(account);
                }
                request.send().await
            }
        });
        let reply = or_legacy(current.await, || {
            client.call(&operations::DISCONNECT_LEGACY, |api| {
                let (provider, account) = (provider.clone(), account.clone());
                async move {
                    let mut request = api.disconnect_legacy().provider(provider).body(DisconnectRequest::new());
                    if let Some(account) = account {
                        request = request.account(account);
                    }
                    request.send().await
                }
            })
        });
        let empty = || DisconnectResponse { success: true, ..Default::default() };
        Ok(or_empty(reply.await)?.map_or_else(empty, |reply| reply.value))
    }
}

impl<C> fmt::Debug for Disconnect<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disconnect")
            .field("provider", &self.provider)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
