use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    event::{Event, Spot},
    query::{Position, Query},
    span::Span,
    users::User,
};

impl User {
    /// Finds the events of a page, and gives the token of the next page if there is one.
    ///
    /// Only places are sorted here: an event is written when its page is.
    pub(crate) fn page(&self, mut query: Query, size: usize) -> (Vec<Spot>, Option<String>) {
        let mut listed = Vec::new();
        for (at, event) in self.events.iter().enumerate() {
            if query.filter.lets_pass(event.text("provider"), event.text("calendarId")) && !self.hides(event) {
                list(event, at, &query, &mut listed);
            }
        }
        listed.retain(|(position, spot)| {
            let after = query.state.after.get(self.provider_of(*spot));
            after.is_none_or(|after| position > after)
        });
        listed.sort_unstable_by_key(|(position, _)| *position);
        let has_more = listed.len() > size;
        listed.truncate(size);
        for (position, spot) in &listed {
            query.state.after.insert(self.provider_of(*spot).to_owned(), *position);
        }
        query.state.pages = query.state.pages.saturating_add(1);
        (listed.into_iter().map(|(_, spot)| spot).collect(), has_more.then(|| query.to_token()))
    }

    fn provider_of(&self, spot: Spot) -> &str {
        self.events[spot.at].text("provider").unwrap_or_default()
    }

    /// Tells whether the event belongs to an account without calendar permission.
    fn hides(&self, event: &Event) -> bool {
        let calendar = event.provider().zip(event.text("calendarId"));
        let account = calendar.and_then(|(provider, calendar_id)| self.account_of(provider, calendar_id));
        account.is_some_and(|account| account.is_blocked())
    }
}

/// Adds the event, or those of its instances that the query asks for.
fn list(event: &Event, at: usize, query: &Query, listed: &mut Vec<(Position, Spot)>) {
    let mut add = |start: Option<Timestamp>, instance: Option<Timestamp>| {
        if !query.busy_only || takes_time(event, instance) {
            let start = start.map_or(i64::MIN, Timestamp::as_millisecond);
            let position = (start, event.number, instance.map_or(0, Timestamp::as_millisecond));
            listed.push((position, Spot { at, instance }));
        }
    };
    match (&event.series, event.span) {
        (Some(series), span) => {
            let instances = series.within(span.map_or(SignedDuration::ZERO, Span::length), query.window);
            if query.single_events {
                instances.iter().for_each(|(instance, span)| add(Some(span.start), Some(*instance)));
            } else if !instances.is_empty() {
                add(span.map(|span| span.start), None);
            }
        }
        // Dates that cannot be read do not keep an event from the tests that put it in.
        (None, span) if span.is_none_or(|span| span.overlaps(query.window)) => add(span.map(|span| span.start), None),
        (None, _) => {}
    }
}

fn takes_time(event: &Event, instance: Option<Timestamp>) -> bool {
    let is = |name: &str, value: &str| event.member(instance, name).and_then(Value::as_str) == Some(value);
    !is("availability", "free") && !is("status", "cancelled")
}
