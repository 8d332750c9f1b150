use jiff::{Timestamp, ToSpan, civil::Time};
use serde_json::{Value, json};

use super::permission;
use crate::{
    error::ApiError,
    http::Answer,
    instant,
    request::Request,
    scope::Scope,
    seed::Seed,
    service::Service,
    settings::DateDialect,
    state::{Access, Asked, Filter, Form, Problems, Progress, Query, Span},
};

const DEFAULT_PAGE_SIZE: usize = 250;
const MAX_PAGE_SIZE: usize = 1000;

/// Lists a page of events, sorted by start over all providers.
pub(super) fn list(service: &mut Service, request: &Request) -> Result<Answer, ApiError> {
    let access = service.authenticate(request.bearer())?;
    let now = service.now();
    // What the seed and the dialect are there for.
    let breaks_contract = service.settings.seed == Seed::Awkward || service.settings.date_dialect != DateDialect::Text;
    let mut problems = Problems::default();
    let page_size = page_size(request, &mut problems);
    let asked = asked(request, &mut problems);
    let query = query(asked, request.param("nextPageToken"), &access, now, &mut problems);
    problems.check()?;

    let form = Form {
        conference: service.settings.conference_dialect,
        dates: service.settings.date_dialect,
        free_busy: query.busy_only,
    };
    let is_awkward = service.settings.seed == Seed::Awkward;
    let user = service.user(&access.user);
    permission::check_read(user)?;
    let first_page = request.circles.then(|| query.first_page());
    let (spots, next) = match query.pause().filter(|_| is_awkward) {
        Some(token) => (Vec::new(), Some(token)),
        None => user.page(query, page_size),
    };
    let events: Vec<Value> = spots.into_iter().map(|spot| user.show(spot, form)).collect();
    let mut body = json!({ "events": events, "pageSize": page_size });
    if let Some(token) = first_page.or(next) {
        body["nextPageToken"] = token.into();
    }
    Ok(permission::mark_missing(Answer::ok(&body).exempt(breaks_contract), user))
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

/// Reads the filters that the request names.
fn asked(request: &Request, problems: &mut Problems) -> Asked {
    let date = "must be an ISO 8601 date";
    let calendars = "must be a JSON object of providers to arrays of calendar ids";
    let truth = |text: &str| text.parse::<bool>().ok();
    Asked {
        start: filter(request, "start", instant::parse, date, problems),
        end: filter(request, "end", instant::parse, date, problems),
        filter: filter(request, "calendarIds", Filter::parse, calendars, problems),
        single_events: filter(request, "singleEvents", truth, "must be true or false", problems),
    }
}

fn filter<T>(
    request: &Request,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
    problem: &str,
    problems: &mut Problems,
) -> Option<T> {
    let value = read(request.param(name)?);
    if value.is_none() {
        problems.add(name, problem);
    }
    value
}

/// Begins a listing, or goes on with the one that the token belongs to.
fn query(asked: Asked, token: Option<&str>, access: &Access, now: Timestamp, problems: &mut Problems) -> Query {
    let busy_only = access.scope == Scope::FreeBusy;
    if let Some(token) = token {
        match Query::from_token(token) {
            None => problems.add("nextPageToken", "is not a page token"),
            Some(query) if query.user != access.user || query.busy_only != busy_only => {
                problems.add("nextPageToken", "belongs to somebody else's listing");
            }
            Some(query) if !query.agrees_with(&asked) => {
                problems.add("nextPageToken", "belongs to a listing with other filters");
            }
            Some(query) => return query,
        }
    }
    let (month_start, month_end) = month(now);
    Query {
        user: access.user.clone(),
        window: Span { start: asked.start.unwrap_or(month_start), end: asked.end.unwrap_or(month_end) },
        filter: asked.filter.unwrap_or_default(),
        single_events: asked.single_events.unwrap_or(true),
        busy_only,
        state: Progress::default(),
    }
}

/// Gives the first and the last second of the month.
fn month(now: Timestamp) -> (Timestamp, Timestamp) {
    let today = instant::to_utc(now).date();
    let start = today.first_of_month().to_datetime(Time::midnight());
    let end = today.last_of_month().to_datetime(Time::midnight()).checked_add(1.day().seconds(-1));
    (instant::from_utc(start).unwrap_or(now), end.ok().and_then(instant::from_utc).unwrap_or(now))
}
