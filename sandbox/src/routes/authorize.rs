use hyper::{StatusCode, header::LOCATION};

use crate::{
    error::ApiError,
    http::{Answer, Request},
    provider::Provider,
    scope::Scope,
    settings::Consent,
    state::{Problems, State},
};

/// Sends the browser back to the application, as if the user had gone through the consent page.
pub(super) fn authorize(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    if request.param("client_id") != Some(state.settings.client_id.as_str()) {
        return Err(ApiError::unauthorized("The client_id is unknown"));
    }
    let mut problems = Problems::default();
    let user = request.param("user_id").unwrap_or_else(|| {
        problems.add("user_id", "is required");
        ""
    });
    if request.param("response_type").is_some_and(|kind| kind != "code") {
        problems.add("response_type", "must be code");
    }
    if request.param("redirect_uri").is_some_and(|uri| uri != state.settings.redirect_uri) {
        problems.add("redirect_uri", "differs from the registered one");
    }
    let providers = providers(request, &mut problems);
    problems.check()?;

    let scope = request.param("scope").map(Scope::from_wire).unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    match state.settings.consent {
        Consent::Approve => query.append_pair("code", &state.authorize(user, scope, &providers)),
        Consent::Deny => query.append_pair("error", "access_denied"),
    };
    if let Some(echo) = request.param("state") {
        query.append_pair("state", echo);
    }
    let uri = &state.settings.redirect_uri;
    let separator = if uri.contains('?') { '&' } else { '?' };
    Ok(Answer::empty(StatusCode::FOUND).with_header(LOCATION, &format!("{uri}{separator}{}", query.finish())))
}

/// Reads the providers to connect, whether in one parameter or in several; all when there are none.
fn providers(request: &Request, problems: &mut Problems) -> Vec<Provider> {
    let mut providers = Vec::new();
    for name in request.params("providers").flat_map(|names| names.split(',')).map(str::trim) {
        match Provider::parse(name) {
            Some(provider) => providers.push(provider),
            None if name.is_empty() => {}
            None => problems.add("providers", format!("{name} is not supported")),
        }
    }
    if providers.is_empty() { Provider::ALL.to_vec() } else { providers }
}
