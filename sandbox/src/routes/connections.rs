use serde_json::{Map, Value, json};

use super::not_served;
use crate::{
    error::ApiError, http::Answer, provider::Provider, request::Request, service::Service, settings::DateDialect,
    state::Problems,
};

/// Lists the connected accounts of every provider.
pub(super) fn status(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    check_path(service, request)?;
    let access = service.authenticate(request.bearer())?;
    let (limit, dates) = (service.settings.connection_limit, service.settings.date_dialect);
    let user = service.user(&access.user);
    let connections: Map<String, Value> = Provider::ALL
        .into_iter()
        .map(|provider| {
            let accounts = user.accounts.iter().filter(|account| account.provider == provider);
            (provider.as_str().to_owned(), accounts.map(|account| account.to_json(dates)).collect())
        })
        .collect();
    let mut status = json!({ "connections": connections, "limitReached": user.room(limit) == Some(0) });
    if let Some(limit) = limit {
        status["limit"] = limit.into();
    }
    Ok(Answer::ok(&status).exempt(dates != DateDialect::Text))
}

/// Disconnects one account, or all of a provider.
pub(super) fn disconnect(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    check_path(service, request)?;
    let access = service.authenticate(request.bearer())?;
    let mut problems = Problems::default();
    let provider = problems.provider(&request.query_object());
    problems.check()?;
    let now = service.now();
    let answer = match service.user(&access.user).disconnect(provider, request.param("account"), now) {
        0 => json!({ "success": true, "message": "No such account was connected" }),
        _ => json!({ "success": true }),
    };
    Ok(Answer::ok(&answer))
}

fn check_path(service: &Service, request: &Request) -> Result<(), ApiError> {
    let hidden = service.settings.legacy_paths_only && request.path.starts_with("/api/oauth/");
    if hidden { Err(not_served(request)) } else { Ok(()) }
}
