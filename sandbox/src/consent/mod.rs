//! The hosted page on which a user chooses accounts, and allows or denies.
//!
//! Its address is the sandbox's own choice and no part of the API: the authorize operation leads to it.

mod language;
mod offer;
mod page;
pub(crate) mod session;
mod texts;

use hyper::{
    Method, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};

pub(crate) use self::page::PATH;
use self::{
    offer::{Choice, offers},
    page::Page,
    session::Session,
};
use crate::{http::Answer, request::Request, service::Service};

/// Gives the address of the page, with the query of the request that leads there.
pub(crate) fn page_address(request: &Request) -> String {
    let mut address = format!("{PATH}?");
    for byte in request.query.bytes() {
        // A header takes less than a query does.
        if byte.is_ascii_graphic() {
            address.push(byte.into());
        } else {
            address.push_str(form_urlencoded::byte_serialize(&[byte]).next().unwrap_or_default());
        }
    }
    address
}

/// Gives the address that takes the browser back to the application with a code.
pub(crate) fn allowed(service: &mut Service, session: &Session) -> String {
    let now = service.now();
    let code = service.tokens.issue_code(&session.ask.user, session.ask.scope, session.ends, now);
    return_address(service, session, ("code", &code))
}

/// Gives the address that takes the browser back to the application without a code.
pub(crate) fn denied(service: &Service, session: &Session) -> String {
    return_address(service, session, ("error", "access_denied"))
}

fn return_address(service: &Service, session: &Session, (name, value): (&str, &str)) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, value);
    if let Some(echo) = &session.ask.state {
        query.append_pair("state", echo);
    }
    let uri = &service.settings.redirect_uri;
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{}", query.finish())
}

/// Answers a request for the page, or the form that the page sends; `None` for any other request.
pub(crate) fn answer(service: &mut Service, request: &Request) -> Option<Answer> {
    if request.path != PATH {
        return None;
    }
    match request.method {
        Method::GET => Some(show(service, request)),
        Method::POST => Some(decide(service, request)),
        _ => None,
    }
}

fn show(service: &mut Service, request: &Request) -> Answer {
    let Some(session) = service.sessions.of(request, service.now()).cloned() else {
        return page::ended(request);
    };
    let limit = service.settings.connection_limit;
    let user = service.user_as_is(&session.ask.user);
    let (offers, room) = (offers(user, &session.ask), user.room(limit));
    let choice = Choice::initial(&offers);
    let page = Page { session: &session, offers: &offers, choice: &choice, room, unfit: None };
    page::form(&page, &service.settings, request)
}

fn decide(service: &mut Service, request: &Request) -> Answer {
    let now = service.now();
    let fields: Vec<(String, String)> = form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let session = service.sessions.of(request, now);
    let Some(session) = session.filter(|session| field("token") == Some(&session.form_token)).cloned() else {
        return page::ended(request);
    };

    // Anything but a clear yes is a no.
    let address = if field("decision") == Some("allow") {
        let (limit, seed) = (service.settings.connection_limit, service.settings.seed);
        let user = service.user_as_is(&session.ask.user);
        let (offers, room) = (offers(user, &session.ask), user.room(limit));
        let choice = Choice::read(&fields);
        if let Err(unfit) = choice.check(&offers, room) {
            let page = Page { session: &session, offers: &offers, choice: &choice, room, unfit: Some(unfit) };
            return page::form(&page, &service.settings, request);
        }
        choice.carry_out(offers, user, seed, now);
        user.note_seeded(now);
        allowed(service, &session)
    } else {
        denied(service, &session)
    };
    service.sessions.close_of(request);
    Answer::empty(StatusCode::SEE_OTHER).with_header(LOCATION, &address).with_header(CACHE_CONTROL, "no-store")
}
