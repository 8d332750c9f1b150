use serde_json::{Map, Value, json};

use super::not_served;
use crate::{
    error::ApiError,
    http::{Answer, Request},
    provider::Provider,
    state::{Problems, State},
};

/// Lists the connected accounts of every provider.
pub(super) fn status(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    check_path(state, request)?;
    let access = state.authenticate(request.bearer())?;
    let limit = state.settings.connection_limit;
    let user = state.user(&access.user);
    let connections: Map<String, Value> = Provider::ALL
        .into_iter()
        .map(|provider| {
            let accounts = user.accounts.iter().filter(|account| account.provider == provider);
            (provider.as_str().to_owned(), accounts.map(|account| account.to_json()).collect())
        })
        .collect();
    let mut status = json!({ "connections": connections, "limitReached": user.room(limit) == Some(0) });
    if let Some(limit) = limit {
        status["limit"] = limit.into();
    }
    Ok(Answer::ok(&status))
}

/// Disconnects one account, or all of a provider.
pub(super) fn disconnect(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    check_path(state, request)?;
    let access = state.authenticate(request.bearer())?;
    let mut problems = Problems::default();
    let provider = problems.provider(&request.query_object());
    problems.check()?;
    let answer = match state.user(&access.user).disconnect(provider, request.param("account")) {
        0 => json!({ "success": true, "message": "No such account was connected" }),
        _ => json!({ "success": true }),
    };
    Ok(Answer::ok(&answer))
}

fn check_path(state: &State, request: &Request) -> Result<(), ApiError> {
    let hidden = state.settings.legacy_paths_only && request.path.starts_with("/api/oauth/");
    if hidden { Err(not_served(request)) } else { Ok(()) }
}
