//! What the body of an error response says.

use serde_json::Value;

use crate::blocked_accounts::blocked_account;
use crate::json;
use crate::models::{BlockedAccount, Provider};

/// Codes and reasons with which a 403 reports an exhausted quota.
const QUOTAS: [&str; 5] =
    ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED"];

/// The body of an error response; `null` if it is not JSON.
pub(super) struct ErrorBody(Value);

impl ErrorBody {
    pub(super) fn read(body: &str) -> Self {
        Self(json::value(body).unwrap_or_default())
    }

    /// Returns the explanation that says most.
    pub(super) fn message(&self) -> Option<String> {
        let members = &self.0;
        let error = &members["error"];
        text(&members["message"])
            .or_else(|| texts(&members["message"]))
            .or_else(|| text(&members["error_description"]))
            .or_else(|| text(&error["message"]))
            .or_else(|| text(&members["detail"]))
            .or_else(|| texts(&members["errors"]))
            .or_else(|| text(error))
            .or_else(|| texts(error))
            .or_else(|| text_or_number(&error["code"]))
    }

    /// Returns a member that is a text with something in it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text(&self.0[name])
    }

    pub(super) fn code(&self) -> Option<String> {
        text_or_number(&self.0["code"]).or_else(|| text_or_number(&self.0["error"]["code"]))
    }

    pub(super) fn details(&self) -> Option<Value> {
        let details = ["details", "errors"].map(|name| &self.0[name]);
        details.into_iter().find(|details| !details.is_null()).cloned()
    }

    pub(super) fn accounts(&self) -> Vec<BlockedAccount> {
        let accounts = match &self.0["accounts"] {
            Value::Array(accounts) => accounts.as_slice(),
            one => std::slice::from_ref(one),
        };
        accounts.iter().filter_map(account).collect()
    }

    /// Reports whether it has the API's own shape rather than that of a gateway: an object with an explanation in `error`
    /// or `message`.
    pub(super) fn is_own(&self) -> bool {
        let (message, error) = (&self.0["message"], &self.0["error"]);
        let explains = |value: &Value| text(value).or_else(|| texts(value)).is_some();
        let explained =
            explains(message) || explains(error) || explains(&error["message"]) || error["code"].is_string();
        explained && !message.as_str().is_some_and(is_unknown_route)
    }

    /// Reports whether it names the scope of the access token as the reason.
    pub(super) fn is_scope_denial(&self) -> bool {
        self.0["message"] == "Write access denied for current scope"
            || self.reasons().any(|reason| reason == "insufficient_scope")
    }

    pub(super) fn is_quota(&self) -> bool {
        self.reasons().any(|reason| QUOTAS.contains(&reason))
    }

    fn reasons(&self) -> impl Iterator<Item = &str> {
        let (members, error) = (&self.0, &self.0["error"]);
        let lists = [&members["errors"], &error["errors"]].into_iter().filter_map(Value::as_array).flatten();
        let single = [&members["code"], error, &error["code"], &error["status"], &members["reason"]];
        single.into_iter().chain(lists.map(|entry| &entry["reason"])).filter_map(Value::as_str)
    }
}

/// Web frameworks answer so for a path that no route has.
fn is_unknown_route(message: &str) -> bool {
    message
        .strip_prefix("Cannot ")
        .and_then(|rest| rest.split_once(' '))
        .is_some_and(|(method, path)| method.bytes().all(|byte| byte.is_ascii_uppercase()) && path.starts_with('/'))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn text_or_number(value: &Value) -> Option<String> {
    text(value).or_else(|| value.is_number().then(|| value.to_string()))
}

/// Joins a list of texts, or of objects with a `message`.
fn texts(value: &Value) -> Option<String> {
    let entries = value.as_array()?.iter();
    let texts: Vec<_> = entries.filter_map(|entry| text(entry).or_else(|| text(&entry["message"]))).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// Reads an account as an object, as `provider:account`, or as the account alone.
fn account(value: &Value) -> Option<BlockedAccount> {
    let Some(text) = text(value) else {
        return value.is_object().then(|| json::read(&value.to_string(), &[]).ok())?;
    };
    let (provider, account) = match text.split_once(':') {
        Some((provider, account)) if !account.starts_with("//") => (Some(Provider::from(provider.trim())), account),
        _ => (None, text.as_str()),
    };
    Some(blocked_account(provider, account))
}
