use jiff::{Timestamp, ToSpan, civil::Time};
use serde_json::json;

use super::permission;
use crate::{
    error::ApiError,
    http::{Answer, Request},
    instant,
    scope::Scope,
    state::{Filter, Problems, Query, State, sanitize},
};

const DEFAULT_PAGE_SIZE: usize = 250;
const MAX_PAGE_SIZE: usize = 1000;

/// Lists a page of events, sorted by start over all providers.
pub(super) fn list(state: &mut State, request: &Request) -> Result<Answer, ApiError> {
    let access = state.authenticate(request.bearer())?;
    let now = state.now();
    let mut problems = Problems::default();
    let page_size = page_size(request, &mut problems);
    let query = query(request, now, &mut problems);
    problems.check()?;

    let user = state.user(&access.user);
    permission::check_read(user)?;
    let (mut events, next) = user.page(&query, page_size);
    if access.scope == Scope::FreeBusy {
        events.iter_mut().for_each(sanitize);
    }
    let mut body = json!({ "events": events, "pageSize": page_size });
    if let Some(token) = next {
        body["nextPageToken"] = token.into();
    }
    Ok(permission::mark_missing(Answer::ok(&body), user))
}

fn page_size(request: &Request, problems: &mut Problems) -> usize {
    match request.param("pageSize").map(str::parse::<usize>) {
        None => DEFAULT_PAGE_SIZE,
        Some(Ok(size)) if size > 0 => size.min(MAX_PAGE_SIZE),
        Some(_) => {
            problems.add("pageSize", "must be a positive integer");
            DEFAULT_PAGE_SIZE
        }
    }
}

/// Reads the filters; on a later page those in the token count.
fn query(request: &Request, now: Timestamp, problems: &mut Problems) -> Query {
    let (month_start, month_end) = month(now);
    let mut instant = |name: &str, default| match request.param(name).map(instant::parse) {
        None => default,
        Some(Some(instant)) => instant,
        Some(None) => {
            problems.add(name, "must be an ISO 8601 date");
            default
        }
    };
    let window = (instant("start", month_start), instant("end", month_end));
    let filter = request.param("calendarIds").map_or_else(|| Some(Filter::default()), Filter::parse);
    if filter.is_none() {
        problems.add("calendarIds", "must be a JSON object of providers to arrays of calendar ids");
    }
    let single_events = match request.param("singleEvents") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => {
            problems.add("singleEvents", "must be true or false");
            true
        }
    };
    let first = Query { window, filter: filter.unwrap_or_default(), single_events, after: None };
    match request.param("nextPageToken").map(Query::from_token) {
        None => first,
        Some(Some(query)) => query,
        Some(None) => {
            problems.add("nextPageToken", "is not a page token");
            first
        }
    }
}

/// Gives the first and the last second of the month.
fn month(now: Timestamp) -> (Timestamp, Timestamp) {
    let today = instant::to_utc(now).date();
    let start = today.first_of_month().to_datetime(Time::midnight());
    let end = today.last_of_month().to_datetime(Time::midnight()).checked_add(1.day().seconds(-1));
    (instant::from_utc(start).unwrap_or(now), end.ok().and_then(instant::from_utc).unwrap_or(now))
}
