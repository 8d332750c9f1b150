//! One function per operation, from a request to a response.

mod authorize;
mod calendars;
mod connections;
mod event;
mod events;
mod health;
mod permission;
mod token;
mod webhooks;

use crate::{consent, error::ApiError, http::Answer, operation::Operation, request::Request, service::Service};

/// Answers a request.
pub(crate) fn answer(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let Some(operation) = request.operation else {
        return consent::answer(service, request).ok_or_else(|| not_served(request));
    };
    service.admit(operation)?;
    match operation {
        Operation::Authorize => authorize::authorize(service, request),
        Operation::ExchangeCode | Operation::RefreshToken => token::token(service, request),
        Operation::Revoke => token::revoke(service, request),
        Operation::ConnectionStatus => connections::status(service, request),
        Operation::Disconnect => connections::disconnect(service, request),
        Operation::ListCalendars => calendars::list(service, request),
        Operation::ListEvents => events::list(service, request),
        Operation::CreateEvent => event::create(service, request),
        Operation::UpdateEvent => event::update(service, request),
        Operation::DeleteEvent => event::delete(service, request),
        Operation::SubscribeWebhook => webhooks::subscribe(service, request),
        Operation::UnsubscribeWebhook => webhooks::unsubscribe(service, request),
        Operation::Health => Ok(health::health()),
        Operation::WebhookKeys => Ok(webhooks::keys(service)),
    }
}

fn not_served(request: &Request) -> ApiError {
    ApiError::not_found(&format!("There is no {} {}", request.method, request.path))
}
