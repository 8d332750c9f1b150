use jiff::{SignedDuration, Timestamp, civil::Time};
use serde_json::{Map, Value, json};

use crate::{
    instant,
    provider::Provider,
    state::{Draft, Rule, Span, Spot, User},
};

/// Puts events into one calendar.
pub(super) struct Fill<'a> {
    user: &'a mut User,
    pub(super) provider: Provider,
    pub(super) calendar_id: &'a str,
    today: Timestamp,
    now: Timestamp,
}

impl<'a> Fill<'a> {
    pub(super) fn new(user: &'a mut User, provider: Provider, calendar_id: &'a str, now: Timestamp) -> Self {
        let midnight = instant::to_utc(now).date().to_datetime(Time::midnight());
        Self { user, provider, calendar_id, today: instant::from_utc(midnight).unwrap_or(now), now }
    }

    /// Gives the instant so many days and minutes from the last midnight in UTC.
    pub(super) fn at(&self, days: i64, minutes: i64) -> Timestamp {
        instant::shift(self.today, SignedDuration::from_mins(days * 24 * 60 + minutes))
    }

    /// Gives the days until the next Monday, less than a week.
    pub(super) fn next_monday(&self) -> i64 {
        let since = instant::to_utc(self.today).date().weekday().to_monday_zero_offset();
        i64::from((7 - since) % 7)
    }

    /// Gives the times of a meeting.
    pub(super) fn span(&self, days: i64, minutes: i64, length: i64) -> Span {
        let start = self.at(days, minutes);
        Span { start, end: instant::shift(start, SignedDuration::from_mins(length)) }
    }

    /// Adds an event with these members besides.
    pub(super) fn add(&mut self, title: &str, span: Span, more: Value) -> Option<Spot> {
        self.create(title, span, None, more)
    }

    /// Adds a series.
    pub(super) fn add_series(&mut self, title: &str, span: Span, rule: Rule, more: Value) -> Option<Spot> {
        self.create(title, span, Some(rule), more)
    }

    /// Cancels the instance of this number, from 0.
    pub(super) fn cancel(&mut self, series: Option<Spot>, number: usize) {
        if let Some(spot) = series {
            self.user.set_exception(spot, number, None);
        }
    }

    /// Gives the instance of this number, from 0, members of its own.
    pub(super) fn change(&mut self, series: Option<Spot>, number: usize, members: Value) {
        if let (Some(spot), Value::Object(members)) = (series, members) {
            self.user.set_exception(spot, number, Some(members));
        }
    }

    /// Adds an event that is shown exactly as it is.
    pub(super) fn add_raw(&mut self, event: Value) {
        self.user.add_raw(event);
    }

    // The rules and dates of seeds are good, except at the end of time, where there is nothing to see.
    fn create(&mut self, title: &str, span: Span, rule: Option<Rule>, more: Value) -> Option<Spot> {
        let mut members = Map::new();
        members.insert("title".into(), title.into());
        members.insert("start".into(), instant::format(span.start).into());
        members.insert("end".into(), instant::format(span.end).into());
        if let Value::Object(more) = more {
            members.extend(more);
        }
        let draft = Draft { members, recurrence: Some(rule) };
        self.user.create(self.provider, self.calendar_id, draft, self.now).ok()
    }
}

/// Three guests with three answers; where the provider adds the organizer, there is a fourth.
pub(super) fn guests() -> Value {
    json!([
        { "email": "ada@example.com", "status": "accepted" },
        { "email": "grace@example.com", "status": "declined" },
        { "email": "linus@example.com", "status": "tentative" },
        { "email": "barbara@example.com", "status": "none" },
    ])
}

/// Asks for a meeting in the provider's own way.
pub(super) fn online(provider: Provider) -> Value {
    match provider {
        Provider::Google | Provider::Microsoft => json!({ "conferenceData": { "autoGenerate": true } }),
        Provider::Apple | Provider::CalDav => json!({
            "conference": "https://zoom.example/j/84215533107",
            "conferenceData": { "provider": "zoom" },
        }),
    }
}
