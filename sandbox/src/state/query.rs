//! What a listing asks for, and the tokens that carry it from page to page.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::span::Span;

/// What a listing asks for, and how far it has come. This is what a page token carries.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) user: String,
    pub(crate) window: Span,
    pub(crate) filter: Filter,
    pub(crate) single_events: bool,
    /// Leaves out what takes no time.
    pub(crate) busy_only: bool,
    pub(crate) state: Progress,
}

/// The filters of one request; those left out are the defaults, or on a later page those of the first.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) filter: Option<Filter>,
    pub(crate) single_events: Option<bool>,
}

/// How far a listing has come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// The last event listed, by provider
    pub(super) after: BTreeMap<String, Position>,
    /// How many pages were listed
    pub(super) pages: u64,
}

/// The place of an event in a listing: its start, its number, and for an instance the start that the rule gives.
pub(super) type Position = (i64, u64, i64);

/// The calendars that a listing is limited to; none means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter(BTreeSet<(Option<String>, String)>);

impl Filter {
    /// Reads the object of providers to calendar ids, or the older plain array of ids.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let pairs = |provider: Option<&String>, ids: &Value| -> Option<Vec<_>> {
            ids.as_array()?.iter().map(|id| Some((provider.cloned(), id.as_str()?.to_owned()))).collect()
        };
        match serde_json::from_str(text).ok()? {
            Value::Object(providers) => {
                let all: Option<Vec<_>> = providers.iter().map(|(name, ids)| pairs(Some(name), ids)).collect();
                Some(Self(all?.concat().into_iter().collect()))
            }
            ids => Some(Self(pairs(None, &ids)?.into_iter().collect())),
        }
    }

    pub(super) fn lets_pass(&self, provider: Option<&str>, calendar_id: Option<&str>) -> bool {
        self.0.is_empty()
            || self.0.iter().any(|(wanted, calendar)| {
                wanted.as_deref().is_none_or(|wanted| provider == Some(wanted)) && calendar_id == Some(calendar)
            })
    }
}

impl Query {
    /// Reads a page token.
    pub(crate) fn from_token(token: &str) -> Option<Self> {
        let token: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let instant = |name: &str| token[name].as_str()?.parse::<Timestamp>().ok();
        let pair = |pair: &Value| Some((pair[0].as_str().map(str::to_owned), pair[1].as_str()?.to_owned()));
        let position = |at: &Value| Some((at[0].as_i64()?, at[1].as_u64()?, at[2].as_i64()?));
        let after = token["state"].as_object()?.iter().map(|(provider, at)| Some((provider.clone(), position(at)?)));
        Some(Self {
            user: token["user"].as_str()?.to_owned(),
            window: Span { start: instant("start")?, end: instant("end")? },
            filter: Filter(token["calendars"].as_array()?.iter().map(pair).collect::<Option<_>>()?),
            single_events: token["single"].as_bool()?,
            busy_only: token["busy"].as_bool()?,
            state: Progress { after: after.collect::<Option<_>>()?, pages: token["pages"].as_u64()? },
        })
    }

    pub(super) fn to_token(&self) -> String {
        let token = json!({
            "user": self.user,
            "start": self.window.start.to_string(),
            "end": self.window.end.to_string(),
            "calendars": self.filter.0,
            "single": self.single_events,
            "busy": self.busy_only,
            "state": self.state.after,
            "pages": self.state.pages,
        });
        URL_SAFE_NO_PAD.encode(token.to_string())
    }

    /// Gives the token of the first page.
    pub(crate) fn first_page(&self) -> String {
        Self { state: Progress::default(), ..self.clone() }.to_token()
    }

    /// Puts an empty page in the place of the second, and gives the token to go on with.
    pub(crate) fn pause(&self) -> Option<String> {
        (self.state.pages == 1)
            .then(|| Self { state: Progress { pages: 2, ..self.state.clone() }, ..self.clone() }.to_token())
    }

    /// Tells whether a request for a later page of this listing asks for the same as the first.
    pub(crate) fn agrees_with(&self, asked: &Asked) -> bool {
        asked.start.is_none_or(|start| start == self.window.start)
            && asked.end.is_none_or(|end| end == self.window.end)
            && asked.filter.as_ref().is_none_or(|filter| *filter == self.filter)
            && asked.single_events.is_none_or(|single| single == self.single_events)
    }
}
