//! The OAuth callback.

use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::error::{AuthCallbackFailure, AuthCallbackKind, Error};
use crate::secret::Secret;

/// The OAuth callback: the request with which the user's browser returns to the redirect URI.
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
            // A repeated parameter is a sign of tampering: the first one counts.
            slot.get_or_insert_with(|| value.into_owned());
        }
        let returned = returned.unwrap_or_default();
        let matches: bool = returned.as_bytes().ct_eq(state.as_bytes()).into();
        let kind = match (error, code) {
            _ if state.is_empty() => AuthCallbackKind::NothingSent,
            _ if returned.is_empty() => AuthCallbackKind::MissingState,
            _ if !matches => AuthCallbackKind::StateMismatch,
            (Some(error), _) => AuthCallbackKind::Refused { error, description },
            (None, Some(code)) if !code.is_empty() => return Ok(Self { code: code.into() }),
            (None, _) => AuthCallbackKind::MissingCode,
        };
        Err(Error::AuthCallback(Box::new(AuthCallbackFailure { kind })))
    }
}
