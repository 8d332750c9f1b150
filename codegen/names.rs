//! Names that no rule gives: those of the vendor's SDKs, and what is written by hand.

use crate::codegen::ident::pascal_case;

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
const HANDWRITTEN: [(&str, &str, &str); 11] = [
    ("authorize", "AuthUrl", "generate_auth_url"),
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

/// Resources that are written by hand, by the tag of their operations, with the methods that no operation of the contract
/// has.
const RESOURCES: [(&str, &[&str]); 4] = [
    (
        "Auth",
        &[
            "begin_login",
            "complete_login",
            "credentials",
            "get_token",
            "load_credentials",
            "offboard",
            "open_login",
            "refresh",
            "revoke",
            "seed_credentials",
            "set_credentials",
            "delete_credentials",
            "list_stored_users",
            "replace_credentials",
        ],
    ),
    ("Calendars", &[]),
    ("Events", &["create_once", "find_created"]),
    ("Webhooks", &["renew", "unsubscribe", "verify_webhook"]),
];

/// The resource of operations without a tag.
pub(crate) const UNTAGGED: &str = "Untagged";

/// Methods of the generated client that are no operations.
pub(crate) const RAW_METHODS: [&str; 10] =
    ["new", "new_with_client", "client", "baseurl", "inner", "api_version", "clone", "pre", "exec", "post"];

/// Methods of both clients.
pub(crate) const CLIENT_METHODS: [&str; 23] = [
    "auth",
    "auth_events",
    "builder",
    "calendars",
    "caller",
    "clone",
    "close",
    "events",
    "for_user",
    "from_env",
    "health",
    "metrics",
    "new",
    "raw",
    "replace_credentials",
    "request",
    "seed_credentials",
    "set_credentials",
    "user",
    "users",
    "webhooks",
    "with_options",
    "fmt",
];

/// Requests that are written by hand.
pub(crate) const REQUESTS: [&str; 13] = [
    "CompleteLogin",
    "CreateOnce",
    "DeleteCredentials",
    "FindCreated",
    "GetToken",
    "ListStoredUsers",
    "LoadCredentials",
    "Offboard",
    "Refresh",
    "RenewSubscription",
    "Revoke",
    "SeedCredentials",
    "VerifyWebhook",
];

/// Methods of the builders of raw calls, and what those call their own.
const RAW_REQUEST: [&str; 2] = ["header_map", "request"];

/// Methods of all requests.
const REQUEST_METHODS: [&str; 11] = [
    "body",
    "client",
    "clone",
    "fmt",
    "into_future",
    "into_params",
    "map",
    "new",
    "params",
    "send",
    "send_with_response",
];

/// Setters of single requests that are written by hand.
const SETTERS: [(&str, &str); 1] = [("list_events", "calendar_ids")];

/// Methods of single requests that are written by hand.
const METHODS: [(&str, &str); 5] = [
    ("list_events", "iter"),
    ("list_events", "stream"),
    ("authorize", "build"),
    ("authorize", "start"),
    ("authorize", "start_with"),
];

/// Methods that models have, or traits that they implement.
pub(crate) const MODEL_METHODS: [&str; 6] = ["new", "clone", "eq", "fmt", "serialize", "deserialize"];

impl Name {
    /// Whether the setter of a parameter is written by hand.
    pub(crate) fn has_setter(&self, parameter: &str) -> bool {
        SETTERS.iter().any(|(id, name)| of(id).params == self.params && *name == parameter)
    }
}

pub(crate) fn of(operation: &str) -> Name {
    let listed = HANDWRITTEN.iter().find(|(id, ..)| *id == operation);
    match listed {
        Some((_, params, method)) => {
            Name { params: (*params).to_owned(), method: (*method).to_owned(), is_handwritten: true }
        }
        None => Name { params: pascal_case(operation), method: operation.to_owned(), is_handwritten: false },
    }
}

pub(crate) fn is_handwritten_resource(resource: &str) -> bool {
    RESOURCES.iter().any(|(name, _)| *name == resource)
}

/// Whether a resource has a method that is written by hand.
pub(crate) fn is_method(resource: &str, method: &str) -> bool {
    let own = RESOURCES.iter().filter(|(name, _)| *name == resource).flat_map(|(_, methods)| *methods);
    let listed = HANDWRITTEN.iter().map(|(.., method)| method);
    ["new", "clone", "fmt"].contains(&method)
        || own.chain(listed.filter(|_| is_handwritten_resource(resource))).any(|known| *known == method)
}

/// Whether a raw call uses the name for something else than a parameter.
pub(crate) fn is_raw(name: &str) -> bool {
    RAW_REQUEST.contains(&name)
}

/// Whether the request of an operation has a method of that name already.
pub(crate) fn is_setter(operation: &str, name: &str) -> bool {
    REQUEST_METHODS.contains(&name) || METHODS.contains(&(operation, name))
}
