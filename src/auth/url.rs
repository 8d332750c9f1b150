//! The authorization URL.

use crate::call::{Handle, RawCall, Request};
use crate::error::{Error, InputFailure};
use crate::params::AuthUrl;

impl<C: Handle> Request<AuthUrl, C> {
    /// Returns the URL. Only what is set is in it; the service has defaults for the rest.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidInput`] when the user id, or a text that was set, is empty, or when the user is another one than the
    /// handle's.
    pub fn build(self) -> Result<String, Error> {
        let caller = self.client.caller();
        let user = caller.session.user();
        if !user.is_empty() && user != self.params.user_id {
            return Err(InputFailure::new("the user id is another one than the handle's")
                .of(AuthUrl::OPERATION)
                .into());
        }
        let (transport, app) = (&caller.transport, caller.transport.app());
        let params = AuthUrl {
            response_type: Some("code".to_owned()),
            client_id: Some(app.client_id.clone()),
            redirect_uri: Some(app.redirect_uri.clone()),
            ..self.params
        };
        let built = params.build(transport.requests());
        let request = transport.complete(AuthUrl::OPERATION, built, &caller.settings.http)?;
        Ok(request.url().as_str().to_owned())
    }
}
