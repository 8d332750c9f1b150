//! Logging in: the part of the person at the browser, and the exchange of the code.

use mobiscroll_connect::{AuthCallback, Scope};

use crate::Outcome;
use crate::context::{Context, Pair, random_hex};
use crate::wire::{ClientAuth, Response};

/// The person who runs the program.
pub trait Person: Send + Sync {
    /// Opens a consent page, agrees, and returns the address that the browser is sent to.
    fn log_in(&self, url: &str) -> impl Future<Output = Outcome<String>> + Send;

    /// Answers a question that needs a yes.
    fn agrees(&self, question: &str) -> impl Future<Output = Outcome<bool>> + Send;
}

impl Context {
    /// Has the person log in, and returns the code.
    pub(crate) async fn code<P: Person>(&self, person: &P, scope: Option<Scope>) -> Outcome<String> {
        let state = random_hex(16)?;
        let auth = self.client.auth();
        let mut url = auth.generate_auth_url(self.settings.user_id.as_str()).state(state.as_str());
        if let Some(scope) = scope {
            url = url.scope(scope);
        }
        let callback = person.log_in(&url.build()?).await?;
        Ok(AuthCallback::parse(callback.trim(), &state)?.code.expose().to_owned())
    }

    /// Exchanges a code, with the redirect URI or without it.
    pub(crate) async fn exchange(&self, code: &str, with_redirect_uri: bool) -> Outcome<Response> {
        let mut fields = vec![("grant_type", "authorization_code"), ("code", code)];
        if with_redirect_uri {
            fields.push(("redirect_uri", self.wire.redirect_uri()));
        }
        self.wire.token(ClientAuth::Sdk, &fields).await
    }

    /// Has the person log in, and returns the response of the exchange.
    pub(crate) async fn log_in<P: Person>(&self, person: &P, scope: Option<Scope>) -> Outcome<Response> {
        let code = self.code(person, scope).await?;
        self.exchange(&code, true).await?.ok("exchanging the code")
    }
}

/// Reads the tokens of a response.
pub(crate) fn pair(response: &Response) -> Outcome<Pair> {
    let text = |name: &str| response.body[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let access = text("access_token").ok_or("the token endpoint returned no access token")?;
    Ok(Pair { access, refresh: text("refresh_token") })
}
