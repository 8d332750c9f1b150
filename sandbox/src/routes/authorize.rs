use hyper::{
    StatusCode,
    header::{CACHE_CONTROL, LOCATION, SET_COOKIE},
};

use crate::{
    consent::{
        self,
        session::{Ask, Session},
    },
    error::ApiError,
    http::Answer,
    provider::Provider,
    request::Request,
    scope::Scope,
    service::Service,
    settings::Consent,
    state::Problems,
};

/// Sends the browser to the consent page, or straight back to the application as if the user had been there.
pub(super) fn authorize(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    if request.param("client_id") != Some(service.settings.client_id.as_str()) {
        return Err(ApiError::unauthorized("The client_id is unknown"));
    }
    let now = service.now();
    let session = Session::begin(read(service, request)?, &service.random, now);
    let cookie = session.cookie();
    let location = match service.settings.consent {
        Consent::Approve => {
            service.connect(&session.ask.user, &session.ask.providers);
            consent::allowed(service, &session)
        }
        Consent::Deny => consent::denied(service, &session),
        Consent::Ask => {
            service.user_as_is(&session.ask.user);
            service.sessions.open(session, request, now);
            consent::page_address(request)
        }
    };
    Ok(Answer::empty(StatusCode::FOUND)
        .with_header(LOCATION, &location)
        .with_header(SET_COOKIE, &cookie)
        .with_header(CACHE_CONTROL, "no-store"))
}

/// Reads what the application asks for.
fn read(service: &Service, request: &Request) -> Result<Ask, ApiError> {
    let mut problems = Problems::default();
    let user = request.param("user_id").unwrap_or_else(|| {
        problems.add("user_id", "is required");
        ""
    });
    if request.param("response_type").is_some_and(|kind| kind != "code") {
        problems.add("response_type", "must be code");
    }
    if request.param("redirect_uri").is_some_and(|uri| uri != service.settings.redirect_uri) {
        problems.add("redirect_uri", "differs from the registered one");
    }
    let providers = providers(request, &mut problems);
    problems.check()?;
    Ok(Ask {
        user: user.to_owned(),
        scope: request.param("scope").map(Scope::from_wire).unwrap_or_default(),
        providers,
        state: request.param("state").map(str::to_owned),
    })
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
