//! One function per operation, from a request to an answer.

mod authorize;
mod calendars;
mod connections;
mod event;
mod events;
mod health;
mod permission;
mod token;
mod webhooks;

use crate::{
    consent,
    error::ApiError,
    http::{Answer, Request},
    operation::Operation,
    state::State,
};

/// Answers a request.
pub(crate) fn answer(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    let Some(operation) = request.operation else {
        return consent::answer(state, request).ok_or_else(|| not_served(request));
    };
    match operation {
        Operation::Authorize => authorize::authorize(state, request),
        Operation::ExchangeCode | Operation::RefreshToken => token::token(state, request),
        Operation::Revoke => token::revoke(state, request),
        Operation::ConnectionStatus => connections::status(state, request),
        Operation::Disconnect => connections::disconnect(state, request),
        Operation::ListCalendars => calendars::list(state, request),
        Operation::ListEvents => events::list(state, request),
        Operation::CreateEvent => event::create(state, request),
        Operation::UpdateEvent => event::update(state, request),
        Operation::DeleteEvent => event::delete(state, request),
        Operation::SubscribeWebhook => webhooks::subscribe(state, request),
        Operation::UnsubscribeWebhook => webhooks::unsubscribe(state, request),
        Operation::Health => Ok(health::health()),
        Operation::WebhookKeys => Ok(webhooks::keys(state)),
    }
}

fn not_served(request: &Request) -> ApiError {
    ApiError::not_found(&format!("There is no {} {}", request.method, request.path))
}
