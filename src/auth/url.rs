//! The authorization URL.

use url::form_urlencoded;

use crate::models::{Language, Provider, Scope, Theme};
use crate::secret::Secret;
use crate::transport::Transport;

/// The authorization URL, as [`Auth::generate_auth_url`](crate::Auth::generate_auth_url) starts building it.
///
/// Only what is set is sent; the service has defaults for the rest.
#[derive(Clone, Debug)]
#[must_use]
pub struct AuthUrl {
    endpoint: String,
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
    pub(super) fn new(transport: &Transport, user_id: String) -> Self {
        Self {
            endpoint: format!("{}/oauth/authorize", transport.base_url()),
            client_id: transport.app().client_id.clone(),
            redirect_uri: transport.app().redirect_uri.clone(),
            user_id,
            scope: None,
            state: None,
            providers: Vec::new(),
            lng: None,
            theme: None,
        }
    }

    /// Sets the scope. The service's default is [`Scope::ReadWrite`].
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Sets the `state`, which comes back with the code: an unguessable value, kept in the user's session until then.
    ///
    /// [`AuthCallback::parse`](crate::AuthCallback::parse) compares it, as protection against CSRF.
    pub fn state(mut self, state: impl Into<Secret>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets which of the application's providers the page offers.
    pub fn providers(mut self, providers: impl IntoIterator<Item = Provider>) -> Self {
        self.providers = providers.into_iter().collect();
        self
    }

    /// Sets the language of the page, such as `en`, `de` or `pt-BR`. Default: the browser's.
    pub fn lng(mut self, lng: impl Into<Language>) -> Self {
        self.lng = Some(lng.into());
        self
    }

    /// Sets the colour theme of the page. Default: the application's.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = Some(theme);
        self
    }

    /// Returns the URL.
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
        format!("{}?{query}", self.endpoint)
    }
}
