//! The disputes, by what they are about: a table of each group, and the requests that decide them.

pub(crate) mod consent;
pub(crate) mod dates;
pub(crate) mod ending;
pub(crate) mod filters;
pub(crate) mod pages;
pub(crate) mod refresh;
pub(crate) mod reuse;
pub(crate) mod scopes;
pub(crate) mod sdk;
pub(crate) mod series;
pub(crate) mod service;
pub(crate) mod unreachable;
pub(crate) mod webhooks;
pub(crate) mod writes;

use serde_json::Value;

use crate::dispute::Dispute;

/// Lists all disputes.
pub fn all() -> impl Iterator<Item = &'static Dispute> {
    [
        service::DISPUTES,
        consent::DISPUTES,
        refresh::DISPUTES,
        sdk::DISPUTES,
        writes::DISPUTES,
        dates::DISPUTES,
        filters::DISPUTES,
        pages::DISPUTES,
        series::DISPUTES,
        scopes::DISPUTES,
        webhooks::DISPUTES,
        ending::DISPUTES,
        reuse::DISPUTES,
        unreachable::DISPUTES,
    ]
    .into_iter()
    .flatten()
}

/// Says whether a member is there.
pub(crate) fn presence(value: &Value) -> &'static str {
    if value.is_null() { "absent" } else { "present" }
}
