use std::fmt;

use hyper::Method;

/// Names an operation of the API, for faults and for the request log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

impl Operation {
    /// Gives the name in snake case, such as `list_calendars`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::ExchangeCode => "exchange_code",
            Self::RefreshToken => "refresh_token",
            Self::Revoke => "revoke",
            Self::ConnectionStatus => "connection_status",
            Self::Disconnect => "disconnect",
            Self::ListCalendars => "list_calendars",
            Self::ListEvents => "list_events",
            Self::CreateEvent => "create_event",
            Self::UpdateEvent => "update_event",
            Self::DeleteEvent => "delete_event",
            Self::SubscribeWebhook => "subscribe_webhook",
            Self::UnsubscribeWebhook => "unsubscribe_webhook",
            Self::Health => "health",
            Self::WebhookKeys => "webhook_keys",
        }
    }

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

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
