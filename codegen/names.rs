//! Names that no rule gives: those of the vendor's SDKs, and what is written by hand.

/// How the request of an operation is called here.
pub(crate) struct Name {
    /// The struct with its parameters.
    pub(crate) params: String,
    /// The method of the resource.
    pub(crate) method: String,
    /// Whether the method and the `Endpoint` are written by hand, because they add something to the plain call.
    pub(crate) is_handwritten: bool,
}

/// Operation, struct and method of what is written by hand.
const HANDWRITTEN: [(&str, &str, &str); 10] = [
    ("connection_status", "GetConnectionStatus", "get_connection_status"),
    ("create_event", "CreateEvent", "create"),
    ("delete_event", "EventDelete", "delete"),
    ("disconnect", "Disconnect", "disconnect"),
    ("health", "CheckHealth", "health"),
    ("list_calendars", "ListCalendars", "list"),
    ("list_events", "ListEvents", "list"),
    ("subscribe_webhook", "SubscribeWebhook", "subscribe_webhook"),
    ("unsubscribe_webhook", "UnsubscribeWebhook", "unsubscribe_webhook"),
    ("update_event", "UpdateEvent", "update"),
];

/// Resources that are written by hand, by the tag of their operations.
const RESOURCES: [&str; 4] = ["Auth", "Calendars", "Events", "Webhooks"];

pub(crate) fn of(operation: &str) -> Name {
    let listed = HANDWRITTEN.iter().find(|(id, ..)| *id == operation);
    match listed {
        Some((_, params, method)) => {
            Name { params: (*params).to_owned(), method: (*method).to_owned(), is_handwritten: true }
        }
        None => {
            let params = super::hoist::pascal_case(operation);
            Name { params, method: operation.to_owned(), is_handwritten: false }
        }
    }
}

pub(crate) fn is_handwritten_resource(tag: &str) -> bool {
    RESOURCES.contains(&tag)
}
