//! The OAuth callback.

use serde::Deserialize;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::error::{AuthCallbackFailure, AuthCallbackKind, Error};
use crate::secret::Secret;

/// The parameters of an OAuth callback, unchecked: what [`Auth::complete_login`](crate::Auth::complete_login) takes.
///
/// It is made from the callback's URL, path and query, or query alone, or deserialized by the web framework, such as by the
/// extractor `Query<CallbackParams>` of axum. If a parameter is repeated in a query, the first one counts.
///
/// ```
/// use mobiscroll_connect::CallbackParams;
///
/// let from_url = CallbackParams::from("https://app.example.com/callback?code=abc123&state=a1b2c3");
/// let from_query = CallbackParams::from("state=a1b2c3&code=abc123");
/// assert_eq!(from_url, from_query);
/// assert!(!format!("{from_url:?}").contains("abc123"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallbackParams {
    /// The authorization code.
    pub code: Option<Secret>,
    /// The state that was sent.
    pub state: Option<Secret>,
    /// The OAuth error code, such as `access_denied`.
    pub error: Option<String>,
    /// A description of the error.
    pub error_description: Option<String>,
}

impl From<&str> for CallbackParams {
    fn from(callback: &str) -> Self {
        let without_fragment = callback.split('#').next().unwrap_or_default();
        let query = without_fragment.split_once('?').map_or(without_fragment, |(_, query)| query);
        let mut params = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            // A repeated parameter is a sign of tampering: the first one counts.
            match &*name {
                "code" => drop(params.code.get_or_insert_with(|| value.as_ref().into())),
                "state" => drop(params.state.get_or_insert_with(|| value.as_ref().into())),
                "error" => drop(params.error.get_or_insert_with(|| value.into_owned())),
                "error_description" => drop(params.error_description.get_or_insert_with(|| value.into_owned())),
                _ => {}
            }
        }
        params
    }
}

impl From<String> for CallbackParams {
    fn from(callback: String) -> Self {
        callback.as_str().into()
    }
}

impl From<&String> for CallbackParams {
    fn from(callback: &String) -> Self {
        callback.as_str().into()
    }
}

impl CallbackParams {
    /// Returns the code, if the state is the one that was sent. Nothing in a forged callback is trusted.
    pub(crate) fn code(self, sent: &str) -> Result<Secret, Error> {
        let returned = self.state.as_ref().map_or("", Secret::expose);
        let matches: bool = returned.as_bytes().ct_eq(sent.as_bytes()).into();
        let kind = match (self.error, self.code) {
            _ if sent.is_empty() => AuthCallbackKind::NothingSent,
            _ if returned.is_empty() => AuthCallbackKind::MissingState,
            _ if !matches => AuthCallbackKind::StateMismatch,
            (Some(error), _) => AuthCallbackKind::Refused { error, description: self.error_description },
            (None, Some(code)) if !code.expose().is_empty() => return Ok(code),
            (None, _) => AuthCallbackKind::MissingCode,
        };
        Err(AuthCallbackFailure::error(kind))
    }
}

/// The OAuth callback: the request with which the user's browser returns to the redirect URI.
///
/// [`Auth::complete_login`](crate::Auth::complete_login) reads it for you, and knows whose tokens the code is for. This type is
/// for applications that keep the `state` and the user themselves.
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
    /// The authorization code for [`Auth::get_token`](crate::Auth::get_token).
    pub code: Secret,
}

impl AuthCallback {
    /// Parses the callback's URL, path and query, or query alone, and compares its `state` with the one that was sent.
    ///
    /// The comparison takes constant time. An empty `state` matches nothing: it is what a lost cookie or session leaves.
    ///
    /// # Errors
    ///
    /// [`Error::AuthCallback`], whose [`kind`](AuthCallbackFailure::kind) says whether the state that was sent is lost, the
    /// callback has none, or another one, the user declined, or the code is missing. The state is compared first: nothing in a
    /// forged callback is trusted.
    pub fn parse(callback: &str, state: &str) -> Result<Self, Error> {
        Ok(Self { code: CallbackParams::from(callback).code(state)? })
    }
}
