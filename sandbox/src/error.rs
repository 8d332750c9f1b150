//! The service's error responses, one constructor for each shape on the wire.

use std::time::Duration;

use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::{Value, json};

use crate::{http::Answer, provider::Provider, settings::ScopeDenial};

/// A refusal, ready to be sent.
#[derive(Debug)]
pub(crate) struct ApiError(Box<Answer>);

impl ApiError {
    pub(crate) fn new(status: StatusCode, body: Value) -> Self {
        Self(Box::new(Answer::json(status, &body)))
    }

    /// Refuses a missing, expired or revoked access token.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, json!({ "error": "Unauthorized", "message": message }))
    }

    /// Refuses a write that the token's scope does not cover.
    pub(crate) fn write_denied(denial: ScopeDenial) -> Self {
        let (status, error) = match denial {
            ScopeDenial::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            ScopeDenial::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
        };
        Self::new(status, json!({ "error": error, "message": "Write access denied for current scope" }))
    }

    /// Refuses the calendar list to a free-busy token.
    pub(crate) fn calendars_denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, json!({ "error": "Listing calendars is forbidden for the free-busy scope" }))
    }

    /// Refuses because the named accounts never granted access to calendars.
    pub(crate) fn calendar_permission(accounts: &[(Provider, String)]) -> Self {
        let accounts: Vec<Value> = accounts
            .iter()
            .map(|(provider, account)| json!({ "provider": provider.as_str(), "account": account }))
            .collect();
        Self::new(
            StatusCode::FORBIDDEN,
            json!({
                "error": "Forbidden",
                "code": "calendar_permission_required",
                "message": "Calendar permission was not granted; the user has to reconnect the account",
                "accounts": accounts,
            }),
        )
    }

    /// Refuses parameters; `details` maps each field to what is wrong with it.
    pub(crate) fn validation(message: &str, details: Value) -> Self {
        Self::new(StatusCode::BAD_REQUEST, json!({ "message": message, "details": details }))
    }

    pub(crate) fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, json!({ "error": "Not Found", "message": message }))
    }

    /// Refuses a request beyond a rate limit; the client has to wait for so long, at least a second.
    pub(crate) fn too_many_requests(wait: Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
        let Self(answer) = Self::new(StatusCode::TOO_MANY_REQUESTS, json!({ "error": "Too many requests" }));
        Self(Box::new(answer.with_header(RETRY_AFTER, &seconds.to_string())))
    }

    /// Reports that the provider did not do its part.
    pub(crate) fn provider_failure(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, json!({ "error": "Provider error", "message": message }))
    }

    /// Refuses at the token endpoint, with an OAuth error code.
    pub(crate) fn oauth(code: &str, description: &str) -> Self {
        Self::oauth_with(StatusCode::BAD_REQUEST, code, description)
    }

    /// Refuses the client's credentials.
    pub(crate) fn client_authentication(status: StatusCode) -> Self {
        let Self(answer) = Self::oauth_with(status, "invalid_client", "Client authentication failed");
        if status == StatusCode::UNAUTHORIZED {
            Self(Box::new(answer.with_header(WWW_AUTHENTICATE, "Basic realm=\"connect\"")))
        } else {
            Self(answer)
        }
    }

    fn oauth_with(status: StatusCode, code: &str, description: &str) -> Self {
        let answer = Answer::json(status, &json!({ "error": code, "error_description": description }));
        Self(Box::new(answer.with_header(CACHE_CONTROL, "no-store")))
    }
}

impl From<ApiError> for Answer {
    fn from(ApiError(answer): ApiError) -> Self {
        *answer
    }
}
