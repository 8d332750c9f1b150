use hyper::Method;

use crate::named::named;

/// Names an operation of the API, for faults and for the request log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// `GET /api/oauth/authorize`
    Authorize,
    /// `POST /api/oauth/token` with any grant type but `refresh_token`
    ExchangeCode,
    /// `POST /api/oauth/token` with the grant type `refresh_token`
    RefreshToken,
    /// `POST /api/oauth/revoke`
    Revoke,
    /// `GET /api/oauth/connection-status`, and its legacy path
    ConnectionStatus,
    /// `POST /api/oauth/disconnect`, and its legacy path
    Disconnect,
    /// `GET /api/calendars`
    ListCalendars,
    /// `GET /api/events`
    ListEvents,
    /// `POST /api/event`
    CreateEvent,
    /// `PUT /api/event`
    UpdateEvent,
    /// `DELETE /api/event`
    DeleteEvent,
    /// `POST /api/subscribe-webhook`
    SubscribeWebhook,
    /// `POST /api/unsubscribe-webhook`
    UnsubscribeWebhook,
    /// `GET /api/health`
    Health,
    /// `GET /.well-known/webhook-keys`
    WebhookKeys,
}

named!(Operation {
    Authorize => "authorize",
    ExchangeCode => "exchange_code",
    RefreshToken => "refresh_token",
    Revoke => "revoke",
    ConnectionStatus => "connection_status",
    Disconnect => "disconnect",
    ListCalendars => "list_calendars",
    ListEvents => "list_events",
    CreateEvent => "create_event",
    UpdateEvent => "update_event",
    DeleteEvent => "delete_event",
    SubscribeWebhook => "subscribe_webhook",
    UnsubscribeWebhook => "unsubscribe_webhook",
    Health => "health",
    WebhookKeys => "webhook_keys",
});

impl Operation {
    /// Finds the operation that a request asks for; `grant_type` is read only for the token endpoint.
    pub(crate) fn of(method: &Method, path: &str, grant_type: impl FnOnce() -> Option<String>) -> Option<Self> {
        let operation = match (method.as_str(), path) {
            ("GET", "/api/oauth/authorize") => Self::Authorize,
            ("POST", "/api/oauth/token") => match grant_type().as_deref() {
                Some("refresh_token") => Self::RefreshToken,
                _ => Self::ExchangeCode,
            },
            ("POST", "/api/oauth/revoke") => Self::Revoke,
            ("GET", "/api/oauth/connection-status" | "/api/connection-status") => Self::ConnectionStatus,
            ("POST", "/api/oauth/disconnect" | "/api/disconnect") => Self::Disconnect,
            ("GET", "/api/calendars") => Self::ListCalendars,
            ("GET", "/api/events") => Self::ListEvents,
            ("POST", "/api/event") => Self::CreateEvent,
            ("PUT", "/api/event") => Self::UpdateEvent,
            ("DELETE", "/api/event") => Self::DeleteEvent,
            ("POST", "/api/subscribe-webhook") => Self::SubscribeWebhook,
            ("POST", "/api/unsubscribe-webhook") => Self::UnsubscribeWebhook,
            ("GET", "/api/health") => Self::Health,
            ("GET", "/.well-known/webhook-keys") => Self::WebhookKeys,
            _ => return None,
        };
        Some(operation)
    }
}
