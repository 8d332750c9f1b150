//! What there is to ask for.

use super::nearest::{closest, distance};
use crate::operation::Operation;

/// The names of an operation's parameters and of the members of its body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) query: &'static [&'static str],
    pub(super) body: &'static [&'static str],
}

/// The methods and paths of the operations.
const PATHS: &[(&str, &str, Operation)] = &[
    ("GET", "/api/oauth/authorize", Operation::Authorize),
    ("POST", "/api/oauth/token", Operation::ExchangeCode),
    ("POST", "/api/oauth/revoke", Operation::Revoke),
    ("GET", "/api/oauth/connection-status", Operation::ConnectionStatus),
    ("POST", "/api/oauth/disconnect", Operation::Disconnect),
    ("GET", "/api/calendars", Operation::ListCalendars),
    ("GET", "/api/events", Operation::ListEvents),
    ("POST", "/api/event", Operation::CreateEvent),
    ("PUT", "/api/event", Operation::UpdateEvent),
    ("DELETE", "/api/event", Operation::DeleteEvent),
    ("POST", "/api/subscribe-webhook", Operation::SubscribeWebhook),
    ("POST", "/api/unsubscribe-webhook", Operation::UnsubscribeWebhook),
    ("GET", "/api/health", Operation::Health),
    ("GET", "/.well-known/webhook-keys", Operation::WebhookKeys),
];

/// Another method counts as much as so many other characters in the path.
const METHOD: usize = 2;

/// Names the operation whose method and path are nearest, such as `GET /api/events (list_events)`.
pub(super) fn nearest_operation(method: &str, path: &str) -> Option<String> {
    let away = |(known_method, known_path, _): &&(&str, &str, Operation)| {
        distance(path, known_path) + if method == *known_method { 0 } else { METHOD }
    };
    let (method, path, operation) = closest(PATHS.iter(), away)?;
    Some(format!("{method} {path} ({operation})"))
}

pub(super) fn of(operation: Operation) -> Known {
    const NONE: &[&str] = &[];
    const AUTHORIZE: &[&str] =
        &["response_type", "client_id", "user_id", "redirect_uri", "scope", "state", "providers", "lng", "theme"];
    const TOKEN: &[&str] = &["client_id", "client_secret", "code", "grant_type", "redirect_uri", "refresh_token"];
    const EVENTS: &[&str] = &["start", "end", "pageSize", "calendarIds", "nextPageToken", "singleEvents"];
    const UPDATE: &[&str] = &[
        "eventId",
        "recurringEventId",
        "updateMode",
        "provider",
        "calendarId",
        "title",
        "start",
        "end",
        "allDay",
        "attendees",
        "availability",
        "color",
        "conference",
        "conferenceData",
        "custom",
        "description",
        "location",
        "privacy",
        "recurrence",
        "status",
    ];
    // All but the first three, which say what is updated.
    const CREATE: &[&str] = UPDATE.split_at(3).1;
    const DELETE: &[&str] = &["provider", "calendarId", "eventId", "recurringEventId", "deleteMode"];
    let (query, body) = match operation {
        Operation::Authorize => (AUTHORIZE, NONE),
        Operation::ExchangeCode | Operation::RefreshToken => (NONE, TOKEN),
        Operation::Revoke => (NONE, &["token"][..]),
        Operation::Disconnect => (&["provider", "account"][..], NONE),
        Operation::ListEvents => (EVENTS, NONE),
        Operation::CreateEvent => (NONE, CREATE),
        Operation::UpdateEvent => (NONE, UPDATE),
        Operation::DeleteEvent => (DELETE, DELETE),
        Operation::SubscribeWebhook => (NONE, &["provider", "calendarId", "channelId", "expiration"][..]),
        Operation::UnsubscribeWebhook => (NONE, &["provider", "channelId", "resourceId"][..]),
        Operation::ConnectionStatus | Operation::ListCalendars | Operation::Health | Operation::WebhookKeys => {
            (NONE, NONE)
        }
    };
    Known { query, body }
}

#[cfg(all(test, feature = "contract"))]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_names_are_those_of_the_contract() {
        let document: Value = yaml_serde::from_str(include_str!("../../openapi.yaml")).expect("the contract");
        for (method, path, operation) in PATHS {
            let described = &document["paths"][path.strip_prefix("/api").unwrap_or(path)][method.to_lowercase()];
            assert!(described.is_object(), "{method} {path}");
            let mut names: Vec<String> = Vec::new();
            for parameter in described["parameters"].as_array().into_iter().flatten() {
                let parameter = resolve(&document, parameter);
                if parameter["in"] == "query" {
                    names.push(parameter["name"].as_str().expect("a name").to_owned());
                }
            }
            assert_same(names, of(*operation).query, operation);
            let content = described["requestBody"]["content"].as_object();
            for media in content.into_iter().flatten().map(|(_, media)| media) {
                let members = members(&document, &media["schema"]);
                if !members.is_empty() {
                    assert_same(members, of(*operation).body, operation);
                }
            }
        }
    }

    fn assert_same(mut contract: Vec<String>, known: &[&str], operation: &Operation) {
        let mut known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
        contract.sort_unstable();
        contract.dedup();
        known.sort_unstable();
        assert_eq!(contract, known, "{operation}");
    }

    fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else { return value };
        let target = document.pointer(reference.trim_start_matches('#')).expect("a target");
        resolve(document, target)
    }

    fn members(document: &Value, schema: &Value) -> Vec<String> {
        let schema = resolve(document, schema);
        let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        let parts = ["allOf", "oneOf", "anyOf"].iter().flat_map(|name| schema[*name].as_array().into_iter().flatten());
        own.chain(parts.flat_map(|part| members(document, part))).collect()
    }
}
