use hyper::{StatusCode, header::CACHE_CONTROL};
use serde_json::{Value, json};

use crate::{
    error::ApiError,
    http::Answer,
    request::{Fields, Request},
    service::Service,
    settings::{ExpiresInDialect, RedirectUriRule, RefreshRefusal},
    state::{InvalidGrant, IssuedTokens},
};

/// Trades a code or a refresh token for tokens.
pub(super) fn token(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let mut fields = request.fields();
    authenticate(service, request, &mut fields)?;
    let answer = match fields.take("grant_type").as_deref() {
        Some("authorization_code") => exchange(service, &mut fields)?,
        Some("refresh_token") => refresh(service, &mut fields)?,
        Some(_) => return Err(invalid_request("The grant_type is not supported")),
        None => return Err(invalid_request("The grant_type is required")),
    };
    Ok(Answer::ok(&answer).with_header(CACHE_CONTROL, "no-store"))
}

/// Ends all tokens of a user; says yes to any token, so that none can be guessed.
pub(super) fn revoke(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let token = request.fields().take("token").ok_or_else(|| {
        ApiError::validation("Validation failed", json!({ "token": ["is required and must be a string"] }))
    })?;
    let now = service.now();
    service.tokens.revoke(&token, now);
    Ok(Answer::ok(&json!({ "success": true })))
}

fn exchange(service: &mut Service, fields: &mut Fields) -> Result<Value, ApiError> {
    let code = fields.take("code").ok_or_else(|| invalid_request("The code is required"))?;
    let uri = fields.take("redirect_uri");
    if uri.is_none() && service.settings.oauth.redirect_uri == RedirectUriRule::Required {
        return Err(invalid_request("The redirect_uri is required"));
    }
    if uri.is_some_and(|uri| uri != service.settings.redirect_uri) {
        return Err(invalid_grant(InvalidGrant("The redirect_uri differs from the registered one")));
    }
    let now = service.now();
    // Consent took so long that the browser's two hours ended before the code's ten minutes.
    if service.tokens.outlived_session(&code, now) {
        return Err(ApiError::oauth("session_expired", "The browser session of the authorization has ended"));
    }
    let tokens = service.tokens.exchange(&code, &service.settings, now).map_err(invalid_grant)?;
    Ok(written(&tokens, service.settings.oauth.expires_in == ExpiresInDialect::Absent))
}

fn refresh(service: &mut Service, fields: &mut Fields) -> Result<Value, ApiError> {
    let token = fields.take("refresh_token").ok_or_else(|| invalid_request("The refresh_token is required"))?;
    let (now, settings) = (service.now(), &service.settings);
    let tokens = service.tokens.rotate(&token, settings, now).map_err(|reason| match settings.oauth.refusal {
        RefreshRefusal::InvalidGrant => invalid_grant(reason),
        RefreshRefusal::Unauthorized => ApiError::unauthorized(reason.0),
    })?;
    Ok(written(&tokens, settings.oauth.expires_in != ExpiresInDialect::Present))
}

fn written(tokens: &IssuedTokens, without_life: bool) -> Value {
    let mut answer = tokens.to_json();
    if let (true, Some(answer)) = (without_life, answer.as_object_mut()) {
        answer.remove("expires_in");
    }
    answer
}

/// Checks the client's id and secret, from the header if there is one, else from the body.
fn authenticate(service: &Service, request: &Request, fields: &mut Fields) -> Result<(), ApiError> {
    let in_body = fields.take("client_id").zip(fields.take("client_secret"));
    let (given, refusal) = match (request.basic(), in_body) {
        (Some(pair), _) => (pair.ok(), StatusCode::UNAUTHORIZED),
        (None, Some(pair)) => (Some(pair), StatusCode::BAD_REQUEST),
        (None, None) => (None, StatusCode::UNAUTHORIZED),
    };
    let settings = &service.settings;
    match given {
        Some((id, secret)) if id == settings.client_id && secret == settings.client_secret => Ok(()),
        _ => Err(ApiError::client_authentication(refusal)),
    }
}

fn invalid_request(description: &str) -> ApiError {
    ApiError::oauth("invalid_request", description)
}

fn invalid_grant(InvalidGrant(description): InvalidGrant) -> ApiError {
    ApiError::oauth("invalid_grant", description)
}
